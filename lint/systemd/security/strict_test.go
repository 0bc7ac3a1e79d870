package security

import (
	"slices"
	"strings"
	"testing"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/nixast/testtool"
)

// lines makes the assignments of one directive out of "value|value"; "?" is a
// value that is not known, and "-" means that there are no lines.
func lines(name, text string) []unitfile.Assignment {
	if text == "-" {
		return nil
	}
	section := "Service"
	if bySection := directive.SectionsOf(name, directive.Newest); !slices.Contains(bySection, section) {
		section = bySection[0]
	}
	var out []unitfile.Assignment
	for _, value := range strings.Split(text, "|") {
		out = append(out, unitfile.Assignment{Section: section, Key: name, Value: value, Unknown: value == "?"})
	}
	return out
}

const serverFilter = "~@clock @cpu-emulation @debug @module @mount @obsolete @privileged @raw-io @reboot @resources @swap"

func TestAtLeast(t *testing.T) {
	for _, test := range []struct {
		name, have, want string
		answer           value.Answer
	}{
		{"ProtectSystem", "strict", "full", value.Yes},
		{"ProtectSystem", "full", "strict", value.No},
		{"ProtectSystem", "yes", "true", value.Yes},
		{"ProtectSystem", "strict|Strict", "strict", value.Yes}, // the second line is ignored
		{"ProtectSystem", "-", "strict", value.No},
		{"ProtectSystem", "?", "strict", value.CannotTell},
		{"ProtectSystem", "?|strict", "strict", value.Yes},
		{"ProtectHome", "tmpfs", "read-only", value.Yes},
		{"ProtectHome", "read-only", "yes", value.No},
		{"PrivateTmp", "true", "yes", value.Yes},
		{"PrivateTmp", "disconnected", "true", value.Yes},
		{"PrivateTmp", "", "true", value.No},
		{"PrivateUsers", "identity", "yes", value.No},
		{"PrivateUsers", "managed", "self", value.CannotTell},
		{"ProtectControlGroups", "strict", "private", value.Yes},
		{"ProtectControlGroups", "private", "yes", value.CannotTell},
		{"PrivateMounts", "-", "true", value.No},
		{"PrivateMounts", "true", "true", value.Yes},
		{"PrivatePIDs", "true", "true", value.Yes},
		{"PrivatePIDs", "-", "true", value.No},
		{"NoNewPrivileges", "1", "true", value.Yes},
		{"Delegate", "", "no", value.No},
		{"Delegate", "no", "no", value.Yes},
		{"KeyringMode", "-", "private", value.Yes}, // the default of services
		{"ProtectProc", "ptraceable", "invisible", value.Yes},
		{"UMask", "0077", "0027", value.Yes},
		{"UMask", "63", "0077", value.No},
		{"UMask", "77", "0077", value.Yes},
		{"CapabilityBoundingSet", "", "CAP_NET_RAW", value.Yes},
		{"CapabilityBoundingSet", "-", "", value.No},
		{"CapabilityBoundingSet", "CAP_NET_RAW", "CAP_NET_RAW CAP_CHOWN", value.Yes},
		{"CapabilityBoundingSet", "~CAP_SYS_ADMIN", "~CAP_SYS_ADMIN CAP_CHOWN", value.No},
		{"CapabilityBoundingSet", "CAP_CHOWN|", "", value.Yes},
		{"CapabilityBoundingSet", "?", "", value.CannotTell},
		{"CapabilityBoundingSet", "?|CAP_CHOWN", "", value.No},
		{"AmbientCapabilities", "-", "", value.Yes},
		{"AmbientCapabilities", "~CAP_CHOWN", "", value.No},
		{"RestrictAddressFamilies", "AF_INET", "AF_INET AF_INET6", value.Yes},
		{"RestrictAddressFamilies", "AF_INET AF_UNIX", "AF_INET AF_INET6", value.No},
		{"RestrictAddressFamilies", "none", "AF_INET", value.Yes},
		{"RestrictAddressFamilies", "", "AF_INET", value.No},
		{"RestrictAddressFamilies", "~AF_UNIX", "AF_INET", value.No},
		{"RestrictAddressFamilies", "AF_LOCAL", "AF_UNIX", value.Yes},
		{"RestrictAddressFamilies", "?|AF_UNIX", "AF_INET", value.No},
		{"RestrictNamespaces", "true", "~user", value.Yes},
		{"RestrictNamespaces", "user", "true", value.No},
		{"RestrictNamespaces", "~user", "~user mnt", value.No},
		{"SystemCallFilter", serverFilter, serverFilter, value.Yes},
		{"SystemCallFilter", "@system-service|~@privileged @resources", serverFilter, value.Yes},
		{"SystemCallFilter", "@system-service", serverFilter, value.No},
		{"SystemCallFilter", "~@privileged @resources|@system-service", serverFilter, value.No},
		{"SystemCallFilter", "~@clock|~@cpu-emulation", "~@clock @cpu-emulation", value.Yes},
		{"SystemCallFilter", "~@clock", "@system-service", value.No},
		{"SystemCallFilter", "@system-service|?", serverFilter, value.CannotTell},
		{"SystemCallFilter", "?|mount", serverFilter, value.No},
		{"SystemCallFilter", "@system-service|~@resources:EPERM", "@system-service|~@resources", value.Yes},
		{"SystemCallArchitectures", "native", "native", value.Yes},
		{"SystemCallArchitectures", "-", "native", value.No},
		{"SystemCallArchitectures", "native x86", "native", value.No},
		{"SystemCallArchitectures", "x86-64", "native", value.CannotTell},
		{"IPAddressDeny", "any", "10.0.0.0/8", value.Yes},
		{"IPAddressDeny", "0.0.0.0/0", "any", value.No},
		{"IPAddressAllow", "127.0.0.1", "localhost", value.Yes},
		{"IPAddressAllow", "10.0.0.1", "localhost", value.No},
		{"DevicePolicy", "strict", "closed", value.Yes},
		{"DeviceAllow", "/dev/fuse r", "/dev/fuse rw", value.Yes},
		{"DeviceAllow", "/dev/fuse rwm", "/dev/fuse rw", value.No},
		{"DeviceAllow", "-", "/dev/fuse", value.No},
		{"ReadOnlyPaths", "/var", "/var/lib/token", value.Yes},
		{"ReadOnlyPaths", "/var/lib", "/var", value.No},
		{"ReadOnlyPaths", "/a ?|?", "/b", value.CannotTell},
		{"ReadOnlyPaths", "/b|?", "/b", value.CannotTell}, // it may be a reset
		{"ReadOnlyPaths", "?|/b", "/b", value.Yes},
		{"ReadWritePaths", "/var/lib/x", "/var", value.Yes},
		{"ReadWritePaths", "?|/var", "/tmp", value.No},
		{"After", "network-online.target|?", "network-online.target", value.Yes}, // dependencies are never reset
		{"StateDirectoryMode", "0700", "0750", value.Yes},
		{"TimeoutStopSec", "15s", "30s", value.Yes},
		{"TimeoutStopSec", "0", "30s", value.No},
		{"TimeoutStopSec", "-", "90s", value.Yes},
		{"RuntimeWatchdogSec", "15s", "15s", value.Yes},
		{"RuntimeWatchdogSec", "10s", "15s", value.Yes},
		{"RuntimeWatchdogSec", "0", "15s", value.No},
		{"RuntimeWatchdogSec", "-", "15s", value.No},
		{"RebootWatchdogSec", "-", "30s", value.No},
		{"KExecWatchdogSec", "60", "1m", value.Yes},
		{"MemoryMax", "512M", "1G", value.Yes},
		{"MemoryMax", "-", "1G", value.No},
		{"MemoryMax", "50%", "1G", value.CannotTell},
		{"Restart", "always", "on-failure", value.Yes},
		{"Restart", "no", "on-failure", value.No},
		{"User", "cloudflared", "tunnel", value.Yes},
		{"User", "root", "tunnel", value.No},
		{"User", "nobody", "tunnel", value.No},
		{"User", "?", "tunnel", value.CannotTell},
		{"After", "network-online.target x.service", "network-online.target", value.Yes},
		{"After", "x.service", "network-online.target", value.No},
		{"WantedBy", "multi-user.target", "multi-user.target", value.Yes},
		{"NoSuchDirective", "yes", "yes", value.CannotTell},
	} {
		if test.name == "NoSuchDirective" {
			if got := AtLeast("Service", test.name, nil, nil, directive.Newest); got != value.CannotTell {
				t.Errorf("%s: %s", test.name, got)
			}
			continue
		}
		section := append(lines(test.name, "x"), unitfile.Assignment{})[0].Section
		if got := AtLeast(section, test.name, lines(test.name, test.have), lines(test.name, test.want), directive.Newest); got != test.answer {
			t.Errorf("%s: is %q at least %q? %s, want %s", test.name, test.have, test.want, got, test.answer)
		}
	}
}

// TestUnitAtLeast asks of whole units, where one directive implies another.
func TestUnitAtLeast(t *testing.T) {
	for _, test := range []struct {
		unit, name, want string
		answer           value.Answer
	}{
		{"DynamicUser=yes", "ProtectSystem", "strict", value.Yes},
		{"DynamicUser=yes", "ProtectHome", "read-only", value.Yes},
		{"DynamicUser=yes", "ProtectHome", "yes", value.No},
		{"DynamicUser=yes", "PrivateTmp", "yes", value.Yes},
		{"DynamicUser=yes", "NoNewPrivileges", "yes", value.Yes},
		{"DynamicUser=yes", "RestrictSUIDSGID", "yes", value.Yes},
		{"DynamicUser=yes", "RemoveIPC", "yes", value.Yes},
		{"DynamicUser=yes", "User", "x", value.Yes},
		{"DynamicUser=yes\nUser=root", "User", "x", value.No},
		{"PrivateDevices=yes", "DevicePolicy", "closed", value.Yes},
		{"PrivateDevices=yes", "CapabilityBoundingSet", "~CAP_MKNOD CAP_SYS_RAWIO", value.Yes},
		{"ProtectClock=yes", "CapabilityBoundingSet", "~CAP_SYS_TIME", value.Yes},
		{"InaccessiblePaths=/secret", "ReadOnlyPaths", "/secret/token", value.Yes},
		{"PrivateTmp=yes", "PrivateDevices", "yes", value.No},
	} {
		u := unitfile.NewUnit("x.service", unitfile.Parse("x", []byte("[Service]\n"+test.unit+"\n")))
		if got := Read(u, 258).AtLeast("Service", test.name, lines(test.name, test.want)); got != test.answer {
			t.Errorf("%q: %s at least %q? %s, want %s", test.unit, test.name, test.want, got, test.answer)
		}
	}
	open := &unitfile.Unit{Name: "x.service", Open: []string{"Service"}}
	if got := Read(open, 258).AtLeast("Service", "PrivateTmp", lines("PrivateTmp", "yes")); got != value.CannotTell {
		t.Errorf("an open unit: %s", got)
	}
}

// TestUnknownIsABound fills in values for those that are not known: the exposure
// must stay within the interval, and a certain answer must stay true.
func TestUnknownIsABound(t *testing.T) {
	testtool.Long(t)
	for seed := range uint64(envInt("WARDNIX_UNITS", 400)) {
		d := newDrawer(seed)
		u := unitfile.NewUnit("u.service", unitfile.Parse("u", []byte(d.unit(15))))
		hidden := *u
		hidden.Assignments = slices.Clone(u.Assignments)
		for i := range hidden.Assignments {
			if a := &hidden.Assignments[i]; slices.Contains(scored, a.Key) && d.chance(40) {
				a.Unknown, a.Value = true, ""
			}
		}
		v := directive.Oldest + directive.Version(d.IntN(int(directive.Newest-directive.Oldest)+1))
		interval, err := Assess(&hidden, v)
		if err != nil {
			continue
		}
		for range 5 {
			filled := hidden
			filled.Assignments = slices.Clone(hidden.Assignments)
			for i := range filled.Assignments {
				if a := &filled.Assignments[i]; a.Unknown {
					a.Unknown, a.Value = false, d.value(a.Key)
				}
			}
			exact, err := Assess(&filled, v)
			if err != nil {
				continue
			}
			if exact.High < interval.Low || exact.High > interval.High {
				t.Errorf("seed %d: %s is outside of %s to %s", seed, exact.High, interval.Low, interval.High)
			}
			for _, key := range scored {
				want := lines(key, d.plain(key))
				hiddenAnswer := Read(&hidden, v).AtLeast(want[0].Section, key, want)
				if answer := Read(&filled, v).AtLeast(want[0].Section, key, want); hiddenAnswer != value.CannotTell && answer != hiddenAnswer && answer != value.CannotTell {
					t.Errorf("seed %d: %s at least %q: %s with values that are not known, %s with these:\n%+v\n%+v", seed, key, want[0].Value, hiddenAnswer, answer,
						hidden.Values("Service", key), filled.Values("Service", key))
				}
			}
		}
	}
}

// TestStrictness checks what is true of any values: each is at least itself.
func TestStrictness(t *testing.T) {
	for seed := range uint64(300) {
		d := newDrawer(seed)
		for _, key := range scored {
			have := lines(key, d.plain(key)+"|"+d.plain(key))
			if got := AtLeast(have[0].Section, key, have, have, 252); got == value.No {
				t.Errorf("%s: %q is not at least itself", key, have[0].Value+"|"+have[1].Value)
			}
		}
	}
}
