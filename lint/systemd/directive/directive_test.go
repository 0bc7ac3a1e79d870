package directive

import (
	"slices"
	"strings"
	"testing"
)

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]Version{"255": 255, "v255.4": 255, "systemd 260": 260, "262~devel": 262, "252.39-1~deb12u1": 252,
		"257-rc1": 257, (Oldest - 1).String(): 0, (Newest + 1).String(): 0, "": 0, "x": 0, "25a": 0} {
		if got, err := ParseVersion(text); got != want || (err != nil) != (want == 0) {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}

// TestTables checks what every directive must have.
func TestTables(t *testing.T) {
	sections := Sections()
	for i := range table {
		d := &table[i]
		if i > 0 && table[i-1].Name > d.Name {
			t.Errorf("%s is out of order", d.Name)
		}
		if d.Doc == "" || !strings.HasSuffix(d.Doc, ".") || strings.Count(d.Doc, ". ") > 0 {
			t.Errorf("%s lacks a sentence: %q", d.Name, d.Doc)
		}
		if len(d.Sections()) == 0 {
			t.Errorf("%s is in no section", d.Name)
		}
		for _, s := range d.Sections() {
			if !slices.Contains(sections, s) || !d.In(s) {
				t.Errorf("%s: section %s", d.Name, s)
			}
		}
		if d.Kind == KindEnum && d.Enum() == nil && d.KindIn(Newest) == KindEnum {
			t.Logf("%s has no table of values", d.Name)
		}
		if r := d.Replacement; d.Deprecated && r != "" && !strings.ContainsAny(r, " [") && len(SectionsOf(r, Newest)) == 0 {
			t.Errorf("%s: its replacement %s does not exist", d.Name, r)
		}
	}
}

func TestLookup(t *testing.T) {
	for _, test := range []struct {
		section, name string
		version       Version
		found         bool
	}{
		{"Service", "PrivateTmp", 252, true},
		{"Service", "privatetmp", 252, false},
		{"Unit", "PrivateTmp", 252, false},
		{"Service", "PrivatePIDs", 256, false},
		{"Service", "PrivatePIDs", 257, true},
		{"Manager", "RuntimeWatchdogSec", 252, true},
		{"Manager", "runtimeTime", 252, false},
		{"Manager", "ProtectSystem", 255, false},
		{"Manager", "ProtectSystem", 256, true},
		{"Service", "StartLimitIntervalSec", 252, false},
		{"Service", "StartLimitBurst", 252, true},
		{"Journal", "Storage", 252, true},
		{"Login", "HandleLidSwitch", 252, true},
		{"Nonsense", "Type", 252, false},
	} {
		if _, ok := Lookup(test.section, test.name, test.version); ok != test.found {
			t.Errorf("[%s] %s in %d: %t", test.section, test.name, test.version, ok)
		}
	}
	if got := SectionsOf("ProtectSystem", 262); !slices.Equal(got, []string{"Service", "Socket", "Mount", "Swap", "Manager"}) {
		t.Errorf("ProtectSystem is in %v", got)
	}
}

// TestNearest holds misspellings that were found in real configurations.
func TestNearest(t *testing.T) {
	for _, test := range []struct{ section, name, want string }{
		{"Service", "RestrictSUIDGUID", "RestrictSUIDSGID"},
		{"Service", "CapabilityBoundSet", "CapabilityBoundingSet"},
		{"Service", "CapabilitiesBoundingSet", "CapabilityBoundingSet"},
		{"Service", "AmbientCapablities", "AmbientCapabilities"},
		{"Service", "LoadCredentials", "LoadCredential"},
		{"Service", "SystenCallArchitectures", "SystemCallArchitectures"},
		{"Service", "StateDiectoryMode", "StateDirectoryMode"},
		{"Service", "RestrictFilesystems", "RestrictFileSystems"},
		{"Service", "PidFile", "PIDFile"},
		{"Service", "privatetmp", "PrivateTmp"},
		{"Service", "PrivateTempp", "PrivateTmp"},
		{"Service", "PreStartExec", "ExecStartPre"},
		{"Service", "PostStopExec", "ExecStopPost"},
		{"Service", "MemoryReservation", "MemoryLow"},
		{"Unit", "StopPropagateFrom", "StopPropagatedFrom"},
		{"Manager", "RuntimeWatchdogSecs", "RuntimeWatchdogSec"},
		{"Service", "PrivateHome", "ProtectHome"},
		{"Service", "ExtraGroups", "SupplementaryGroups"},
		{"Service", "overrideStrategy", ""},
		{"Service", "Xyzzy", ""},
	} {
		got := ""
		if d, ok := Nearest(test.section, test.name, 258); ok {
			got = d.Name
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// TestGroups checks the groups of system calls against what is known of them.
func TestGroups(t *testing.T) {
	for v := Oldest; v <= Newest; v++ {
		mount := SyscallGroup("@mount", v)
		if slices.Contains(mount, "open_tree") != (v < 258) || slices.Contains(mount, "open_tree_attr") != (v >= 258) {
			t.Errorf("@mount of %d: %v", v, mount)
		}
		if got := SyscallGroup("@sandbox", v); (got != nil) != (v >= 254) {
			t.Errorf("@sandbox of %d: %v", v, got)
		}
		for name, g := range GroupsOf(v) {
			if len(g.Flat) == 0 {
				t.Errorf("%s of %d is empty", name, v)
			}
		}
	}
	if KnownSyscall("nosuchcall") || !KnownSyscall("mount") || SyscallGroup("@nosuch", 255) != nil {
		t.Error("unknown names")
	}
}
