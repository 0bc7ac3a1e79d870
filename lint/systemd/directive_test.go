package systemd

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]Version{"255": 255, "v255.4": 255, "systemd 260": 260, "262~devel": 262, "252.39-1~deb12u1": 252,
		"257-rc1": 257, "251": 0, "263": 0, "": 0, "x": 0, "25a": 0} {
		if got, err := ParseVersion(text); got != want || (err != nil) != (want == 0) {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}

// TestTables checks what every directive must have.
func TestTables(t *testing.T) {
	sections := Sections()
	for i := range directives {
		d := &directives[i]
		if i > 0 && directives[i-1].Name > d.Name {
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
		if d.Default != "" && d.check(d.Default, expander{version: Newest}).Status != Valid && d.KindIn(Newest) != KindIgnored {
			t.Errorf("%s: its default %q is not valid", d.Name, d.Default)
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

// TestNearest holds misspellings that stood in real configurations.
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

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		name, value string
		version     Version
		want        Status
		nearest     string
	}{
		{"PrivateTmp", "true # why", 252, Ignored, "true"},
		{"PrivateTmp", "enabled", 252, Ignored, "yes"},
		{"PrivateTmp", "disconnected", 256, Ignored, ""},
		{"PrivateTmp", "disconnected", 257, Valid, ""},
		{"PrivateTmp", "", 252, Ignored, ""},
		{"PrivateMounts", "", 253, Ignored, ""},
		{"PrivateMounts", "", 254, Valid, ""},
		{"DynamicUser", "", 252, Refused, ""},
		{"DynamicUser", "maybe", 252, Refused, ""},
		{"ProtectSystem", "Strict", 252, Ignored, "strict"},
		{"ProtectHome", "readonly", 252, Ignored, "read-only"},
		{"ProtectProc", "true", 252, Ignored, ""},
		{"Restart", "Always", 252, Ignored, "always"},
		{"Type", "notify-reload", 252, Ignored, ""},
		{"UMask", "88", 252, Ignored, ""},
		{"UMask", "0o77", 252, Ignored, "77"},
		{"UMask", "77", 252, Valid, ""},
		{"CapabilityBoundingSet", "NET_RAW", 252, Partly, "CAP_NET_RAW"},
		{"CapabilityBoundingSet", "CAP_NET_RAW,CAP_CHOWN", 252, Partly, "CAP_NET_RAW CAP_CHOWN"},
		{"CapabilityBoundingSet", "~CAP_SYS_ADMINS", 252, Partly, "~CAP_SYS_ADMIN"},
		{"SystemCallFilter", "@system-service ~@privileged", 252, Partly, ""},
		{"CapabilityBoundingSet", "~CAP_CHOWN ~CAP_KILL", 252, Partly, "~CAP_CHOWN CAP_KILL"},
		{"SystemCallFilter", "@systemservice", 252, Partly, "@system-service"},
		{"SystemCallFilter", "system-service", 252, Partly, "@system-service"},
		{"SystemCallFilter", "@system-service:EPERM", 252, Partly, "@system-service"},
		{"SystemCallFilter", "~@resources:EPERM", 252, Valid, ""},
		{"RestrictAddressFamilies", "INET UNIX", 252, Partly, "AF_INET AF_UNIX"},
		{"RestrictAddressFamilies", "AF_INET, AF_INET6", 252, Partly, "AF_INET AF_INET6"},
		{"RestrictNamespaces", "network mount", 252, Ignored, "net mnt"},
		{"SystemCallArchitectures", "native,x86", 252, Ignored, "native x86"},
		{"MemoryMax", "1GB", 252, Ignored, "1G"},
		{"MemoryMax", "512m", 252, Ignored, "512M"},
		{"MemoryMax", "unlimited", 252, Ignored, "infinity"},
		{"LimitNOFILE", "64k", 252, Ignored, "65536"},
		{"LimitNOFILE", "unlimited", 252, Ignored, "infinity"},
		{"TimeoutStopSec", "-1", 252, Ignored, ""},
		{"CPUQuota", "1.5", 252, Ignored, ""},
		{"User", "a:b", 252, Refused, ""},
		{"WorkingDirectory", "~/x", 252, Refused, ""},
		{"WorkingDirectory", "-rel", 252, Ignored, ""},
		{"StateDirectory", "/var/lib/x", 252, Ignored, "x"},
		{"StateDirectory", "/run/x", 252, Ignored, ""},
		{"ReadWritePaths", "-/srv/../data", 252, Ignored, "-/data"},
		{"CPUQuota", "50", 252, Ignored, "50%"},
		{"ExecStart", "/bin/date +%Q", 258, Refused, "/bin/date +%%Q"},
		{"Environment", "GREETING=good day", 252, Partly, `"GREETING=good day"`},
		{"ProtectHome", "ro", 252, Ignored, "read-only"},
		{"ProtectSystem", "ro", 252, Ignored, ""},
		{"StandardOutput", "file:x", 252, Ignored, ""},
		{"ReadWritePaths", "/ok rel", 252, Partly, ""},
		{"ExecStart", "./x", 252, Refused, ""},
		{"ExecStart", "|/bin/x", 257, Refused, ""},
		{"ExecStart", "|/bin/x", 258, Valid, ""},
		{"IPAddressDeny", "any,localhost", 252, Ignored, "any localhost"},
		{"CPUShares", "512", 258, Ignored, ""},
		{"Delegate", "", 252, Valid, ""},
	} {
		got := Check("Service", test.name, test.value, test.version)
		if got.Status != test.want || got.Nearest != test.nearest {
			t.Errorf("%s=%s in %d: %s, nearest %q (%s); want %s, %q", test.name, test.value, test.version, got.Status, got.Nearest, got.Reason, test.want, test.nearest)
		}
		if got.Status != Valid && got.Reason == "" {
			t.Errorf("%s=%s: no reason", test.name, test.value)
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
		for name, g := range groupsOf(v) {
			if len(g.flat) == 0 {
				t.Errorf("%s of %d is empty", name, v)
			}
		}
	}
	if KnownSyscall("nosuchcall") || !KnownSyscall("mount") || SyscallGroup("@nosuch", 255) != nil {
		t.Error("unknown names")
	}
}

func TestRender(t *testing.T) {
	for _, test := range []struct {
		value Value
		want  string
	}{
		{Null(), "K="},
		{Bool(true), "K=true"},
		{Bool(false), "K=false"},
		{Int(77), "K=77"},
		{Int(-1), "K=-1"},
		{Int(9223372036854775807), "K=9223372036854775807"},
		{Float(1.5), "K=1.500000"},
		{Float(0.1), "K=0.100000"},
		{Float(1e10), "K=10000000000.000000"},
		{String(""), "K="},
		{String("abc "), "K=abc "},
		{String("a\nb"), "K=a\nb"},
		{List(), ""},
		{List(String("")), "K="},
		{List(String("a"), String("a")), "K=a|K=a"},
		{List(List(String("a"), String("b")), String("c")), "K=a b|K=c"},
		{List(List()), "K="},
		{List(Bool(true), Bool(false), Null(), Int(3)), "K=true|K=false|K=|K=3"},
		{List(List(Bool(true), Bool(false), Null(), Int(3))), "K=1   3"},
		{Unknown(), "K=?"},
		{List(String("a"), Unknown()), "K=a|K=?"},
		{List(List(String("a"), Unknown())), "K=?"},
	} {
		var out []string
		for _, line := range Render("K", test.value) {
			out = append(out, line.String())
		}
		if got := strings.Join(out, "|"); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	var keys []string
	for _, line := range RenderSection(map[string]Value{"PrivateTmp": Bool(true), "PrivatePIDs": Bool(true), "PrivateMounts": Bool(true)}) {
		keys = append(keys, line.Key)
	}
	if want := []string{"PrivateMounts", "PrivatePIDs", "PrivateTmp"}; !slices.Equal(keys, want) {
		t.Errorf("order %v", keys)
	}
	injected := Assignments("Service", Render("X=1\nUser", String("root\nPrivateTmp=no")))
	want := []Assignment{{Section: "Service", Key: "X", Value: "1"}, {Section: "Service", Key: "User", Value: "root"}, {Section: "Service", Key: "PrivateTmp", Value: "no"}}
	if diff := cmp.Diff(want, injected); diff != "" {
		t.Error(diff)
	}
}

func TestParse(t *testing.T) {
	text := "\uFEFFOrphan=1\n[Unit]\n# note\nDescription = a b \r\n[Service]\nExecStart=/bin/x \\\n; inside\n  y\nEnvironment=A=1\nbroken\n=x\n[X-Own]\nY=1\nTail=\\"
	f := Parse("f", []byte(text))
	want := &File{
		Name: "f",
		Assignments: []Assignment{
			{Section: "Unit", Key: "Description", Value: "a b", File: "f", Line: 4},
			{Section: "Service", Key: "ExecStart", Value: "/bin/x    y", File: "f", Line: 8},
			{Section: "Service", Key: "Environment", Value: "A=1", File: "f", Line: 9},
			{Section: "X-Own", Key: "Y", Value: "1", File: "f", Line: 13},
			{Section: "X-Own", Key: "Tail", Value: "", File: "f", Line: 14},
		},
		Headers:  []Header{{"Unit", "f", 2}, {"Service", "f", 5}, {"X-Own", "f", 12}},
		Comments: []Comment{{"# note", 3}, {"; inside", 7}},
		Problems: []Problem{
			{Kind: OutsideSection, Message: "assignment outside of a section, ignored", File: "f", Line: 1},
			{Kind: MissingEquals, Message: "no '=' in the line, ignored", File: "f", Line: 10, Section: "Service"},
			{Kind: MissingEquals, Message: "no key before '=', ignored", File: "f", Line: 11, Section: "Service"},
		},
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Error(diff)
	}
	for text, kind := range map[string]ProblemKind{"[Service\nUser=a": BadHeader, "[Service] # why\n": BadHeader, "[Service]\nUser=\xff\n": InvalidUTF8, "[Ser'vice]": BadHeader} {
		f := Parse("f", []byte(text))
		if !f.Broken || f.Problems[len(f.Problems)-1].Kind != kind {
			t.Errorf("%q: %+v", text, f)
		}
	}
}

// TestDropins checks what a mistake in a drop-in loses.
func TestDropins(t *testing.T) {
	main := Parse("x.service", []byte("[Service]\nExecStart=/bin/true\nPrivateTmp=yes\n"))
	bad := Parse("a.conf", []byte("[Service]\nPrivateDevices=yes\nUser=a:b\nProtectHome=yes\n"))
	good := Parse("b.conf", []byte("[Service]\nProtectClock=yes\n"))
	u := NewUnit("x.service", main, bad, good)
	report := u.Check(255)
	if report.Refused || len(report.Problems) != 1 || report.Problems[0].Kind != StoppedDropin {
		t.Errorf("%+v", report)
	}
	for name, want := range map[string]Answer{"PrivateTmp": Yes, "PrivateDevices": Yes, "ProtectHome": No, "ProtectClock": Yes} {
		if got := u.AtLeast("Service", name, lines(name, "yes"), 255); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestUpstream scores systemd's own units, alone and with the override of the
// user's document; the numbers are those of systemd-analyze 252.
func TestUpstream(t *testing.T) {
	journald, ok := Upstream("systemd-journald", 255)
	if !ok {
		t.Fatal("no journald")
	}
	override := []Assignment{{Section: "Service", Key: "UMask", Value: "77"}, {Section: "Service", Key: "PrivateNetwork", Value: "true"},
		{Section: "Service", Key: "ProtectHostname", Value: "true"}, {Section: "Service", Key: "ProtectKernelModules", Value: "true"}}
	for _, test := range []struct {
		unit *Unit
		want string
	}{{journald, "4.3"}, {journald.Override(override...), "3.7"}} {
		a, err := Assess(test.unit, 252)
		if err != nil || a.High.String() != test.want {
			t.Errorf("%v %v, want %s", a, err, test.want)
		}
	}
	for v := Oldest; v <= Newest; v++ {
		names := UpstreamNames(v)
		if len(names) < 80 {
			t.Errorf("%d units in %d", len(names), v)
		}
		for _, name := range names {
			u, _ := Upstream(name, v)
			if report := u.Check(v); len(report.Problems) > 0 {
				t.Errorf("%s of %d: %+v", name, v, report.Problems[0])
			}
		}
	}
	if _, ok := Upstream("systemd-mountfsd", 255); ok {
		t.Error("mountfsd came with 256")
	}
}

// TestRefusals names the reasons for which units do not load.
func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		lines   string
		version Version
		refused bool
	}{
		{"", 252, true},
		{"ExecStart=/a\nExecStart=/b", 252, true},
		{"ExecStart=/a\nExecStart=\nExecStart=/b", 252, false},
		{"Type=oneshot\nExecStart=/a\nExecStart=/b", 252, false},
		{"Type=oneshot\nExecStart=/a\nRestart=always", 252, true},
		{"Type=oneshot\nExecStart=/a\nRestartForceExitStatus=1", 255, true},
		{"Type=oneshot\nExecStart=/a\nRestartForceExitStatus=1", 256, false},
		{"Type=dbus\nExecStart=/a", 252, true},
		{"Type=dbus\nExecStart=/a\nBusName=a.b", 252, false},
		{"ExecStart=/a\nDynamicUser=yes\nWorkingDirectory=~", 255, false},
		{"ExecStart=/a\nDynamicUser=yes\nWorkingDirectory=~", 256, true},
		{"ExecStart=/a\nPrivateUsers=managed\nUser=x", 260, true},
		{"ExecStart=/a\nPrivateTmp=yes\nProtectHome=yes\nWorkingDirectory=/proc/self", 256, true},
		{"ExecStart=/a\nWorkingDirectory=/proc/self", 256, false},
		{"Type=forking\nExecStart=/a\nPrivatePIDs=yes", 257, true},
		{"RemainAfterExit=yes\nExecStop=/a", 252, false},
	} {
		u := NewUnit("x.service", Parse("x", []byte("[Service]\n"+test.lines+"\n")))
		if got := u.Check(test.version); got.Refused != test.refused {
			t.Errorf("%q in %d: %t %+v", test.lines, test.version, got.Refused, got.Problems)
		}
	}
}
