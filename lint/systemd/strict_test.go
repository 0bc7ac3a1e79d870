package systemd

import (
	"slices"
	"strings"
	"testing"
)

// lines makes the assignments of one directive out of "value|value"; "?" is a
// value that is not known, and "-" stands for no line at all.
func lines(name, text string) []Assignment {
	if text == "-" {
		return nil
	}
	section := "Service"
	if bySection := SectionsOf(name, Newest); !slices.Contains(bySection, section) {
		section = bySection[0]
	}
	var out []Assignment
	for _, value := range strings.Split(text, "|") {
		out = append(out, Assignment{Section: section, Key: name, Value: value, Unknown: value == "?"})
	}
	return out
}

const serverFilter = "~@clock @cpu-emulation @debug @module @mount @obsolete @privileged @raw-io @reboot @resources @swap"

func TestAtLeast(t *testing.T) {
	for _, test := range []struct {
		name, have, want string
		answer           Answer
	}{
		{"ProtectSystem", "strict", "full", Yes},
		{"ProtectSystem", "full", "strict", No},
		{"ProtectSystem", "yes", "true", Yes},
		{"ProtectSystem", "strict|Strict", "strict", Yes}, // the second line is ignored
		{"ProtectSystem", "-", "strict", No},
		{"ProtectSystem", "?", "strict", CannotTell},
		{"ProtectSystem", "?|strict", "strict", Yes},
		{"ProtectHome", "tmpfs", "read-only", Yes},
		{"ProtectHome", "read-only", "yes", No},
		{"PrivateTmp", "true", "yes", Yes},
		{"PrivateTmp", "disconnected", "true", Yes},
		{"PrivateTmp", "", "true", No},
		{"PrivateUsers", "identity", "yes", No},
		{"PrivateUsers", "managed", "self", CannotTell},
		{"ProtectControlGroups", "strict", "private", Yes},
		{"ProtectControlGroups", "private", "yes", CannotTell},
		{"PrivateMounts", "-", "true", No},
		{"PrivateMounts", "true", "true", Yes},
		{"PrivatePIDs", "true", "true", Yes},
		{"PrivatePIDs", "-", "true", No},
		{"NoNewPrivileges", "1", "true", Yes},
		{"Delegate", "", "no", No},
		{"Delegate", "no", "no", Yes},
		{"KeyringMode", "-", "private", Yes}, // the default of services
		{"ProtectProc", "ptraceable", "invisible", Yes},
		{"UMask", "0077", "0027", Yes},
		{"UMask", "63", "0077", No},
		{"UMask", "77", "0077", Yes},
		{"CapabilityBoundingSet", "", "CAP_NET_RAW", Yes},
		{"CapabilityBoundingSet", "-", "", No},
		{"CapabilityBoundingSet", "CAP_NET_RAW", "CAP_NET_RAW CAP_CHOWN", Yes},
		{"CapabilityBoundingSet", "~CAP_SYS_ADMIN", "~CAP_SYS_ADMIN CAP_CHOWN", No},
		{"CapabilityBoundingSet", "CAP_CHOWN|", "", Yes},
		{"CapabilityBoundingSet", "?", "", CannotTell},
		{"CapabilityBoundingSet", "?|CAP_CHOWN", "", No},
		{"AmbientCapabilities", "-", "", Yes},
		{"AmbientCapabilities", "~CAP_CHOWN", "", No},
		{"RestrictAddressFamilies", "AF_INET", "AF_INET AF_INET6", Yes},
		{"RestrictAddressFamilies", "AF_INET AF_UNIX", "AF_INET AF_INET6", No},
		{"RestrictAddressFamilies", "none", "AF_INET", Yes},
		{"RestrictAddressFamilies", "", "AF_INET", No},
		{"RestrictAddressFamilies", "~AF_UNIX", "AF_INET", No},
		{"RestrictAddressFamilies", "AF_LOCAL", "AF_UNIX", Yes},
		{"RestrictAddressFamilies", "?|AF_UNIX", "AF_INET", No},
		{"RestrictNamespaces", "true", "~user", Yes},
		{"RestrictNamespaces", "user", "true", No},
		{"RestrictNamespaces", "~user", "~user mnt", No},
		{"SystemCallFilter", serverFilter, serverFilter, Yes},
		{"SystemCallFilter", "@system-service|~@privileged @resources", serverFilter, Yes},
		{"SystemCallFilter", "@system-service", serverFilter, No},
		{"SystemCallFilter", "~@privileged @resources|@system-service", serverFilter, No},
		{"SystemCallFilter", "~@clock|~@cpu-emulation", "~@clock @cpu-emulation", Yes},
		{"SystemCallFilter", "~@clock", "@system-service", No},
		{"SystemCallFilter", "@system-service|?", serverFilter, CannotTell},
		{"SystemCallFilter", "?|mount", serverFilter, No},
		{"SystemCallFilter", "@system-service|~@resources:EPERM", "@system-service|~@resources", Yes},
		{"SystemCallArchitectures", "native", "native", Yes},
		{"SystemCallArchitectures", "-", "native", No},
		{"SystemCallArchitectures", "native x86", "native", No},
		{"SystemCallArchitectures", "x86-64", "native", CannotTell},
		{"IPAddressDeny", "any", "10.0.0.0/8", Yes},
		{"IPAddressDeny", "0.0.0.0/0", "any", No},
		{"IPAddressAllow", "127.0.0.1", "localhost", Yes},
		{"IPAddressAllow", "10.0.0.1", "localhost", No},
		{"DevicePolicy", "strict", "closed", Yes},
		{"DeviceAllow", "/dev/fuse r", "/dev/fuse rw", Yes},
		{"DeviceAllow", "/dev/fuse rwm", "/dev/fuse rw", No},
		{"DeviceAllow", "-", "/dev/fuse", No},
		{"ReadOnlyPaths", "/var", "/var/lib/token", Yes},
		{"ReadOnlyPaths", "/var/lib", "/var", No},
		{"ReadOnlyPaths", "/a ?|?", "/b", CannotTell},
		{"ReadOnlyPaths", "/b|?", "/b", CannotTell}, // it may be a reset
		{"ReadOnlyPaths", "?|/b", "/b", Yes},
		{"ReadWritePaths", "/var/lib/x", "/var", Yes},
		{"ReadWritePaths", "?|/var", "/tmp", No},
		{"After", "network-online.target|?", "network-online.target", Yes}, // dependencies are never reset
		{"StateDirectoryMode", "0700", "0750", Yes},
		{"TimeoutStopSec", "15s", "30s", Yes},
		{"TimeoutStopSec", "0", "30s", No},
		{"TimeoutStopSec", "-", "90s", Yes},
		{"RuntimeWatchdogSec", "15s", "15s", Yes},
		{"RuntimeWatchdogSec", "10s", "15s", Yes},
		{"RuntimeWatchdogSec", "0", "15s", No},
		{"RuntimeWatchdogSec", "-", "15s", No},
		{"RebootWatchdogSec", "-", "30s", No},
		{"KExecWatchdogSec", "60", "1m", Yes},
		{"MemoryMax", "512M", "1G", Yes},
		{"MemoryMax", "-", "1G", No},
		{"MemoryMax", "50%", "1G", CannotTell},
		{"Restart", "always", "on-failure", Yes},
		{"Restart", "no", "on-failure", No},
		{"User", "cloudflared", "tunnel", Yes},
		{"User", "root", "tunnel", No},
		{"User", "nobody", "tunnel", No},
		{"User", "?", "tunnel", CannotTell},
		{"After", "network-online.target x.service", "network-online.target", Yes},
		{"After", "x.service", "network-online.target", No},
		{"WantedBy", "multi-user.target", "multi-user.target", Yes},
		{"NoSuchDirective", "yes", "yes", CannotTell},
	} {
		if test.name == "NoSuchDirective" {
			if got := AtLeast("Service", test.name, nil, nil, Newest); got != CannotTell {
				t.Errorf("%s: %s", test.name, got)
			}
			continue
		}
		section := append(lines(test.name, "x"), Assignment{})[0].Section
		if got := AtLeast(section, test.name, lines(test.name, test.have), lines(test.name, test.want), Newest); got != test.answer {
			t.Errorf("%s: is %q at least %q? %s, want %s", test.name, test.have, test.want, got, test.answer)
		}
	}
}

// TestUnitAtLeast asks of whole units, where one directive implies another.
func TestUnitAtLeast(t *testing.T) {
	for _, test := range []struct {
		unit, name, want string
		answer           Answer
	}{
		{"DynamicUser=yes", "ProtectSystem", "strict", Yes},
		{"DynamicUser=yes", "ProtectHome", "read-only", Yes},
		{"DynamicUser=yes", "ProtectHome", "yes", No},
		{"DynamicUser=yes", "PrivateTmp", "yes", Yes},
		{"DynamicUser=yes", "NoNewPrivileges", "yes", Yes},
		{"DynamicUser=yes", "RestrictSUIDSGID", "yes", Yes},
		{"DynamicUser=yes", "RemoveIPC", "yes", Yes},
		{"DynamicUser=yes", "User", "x", Yes},
		{"DynamicUser=yes\nUser=root", "User", "x", No},
		{"PrivateDevices=yes", "DevicePolicy", "closed", Yes},
		{"PrivateDevices=yes", "CapabilityBoundingSet", "~CAP_MKNOD CAP_SYS_RAWIO", Yes},
		{"ProtectClock=yes", "CapabilityBoundingSet", "~CAP_SYS_TIME", Yes},
		{"InaccessiblePaths=/secret", "ReadOnlyPaths", "/secret/token", Yes},
		{"PrivateTmp=yes", "PrivateDevices", "yes", No},
	} {
		u := NewUnit("x.service", Parse("x", []byte("[Service]\n"+test.unit+"\n")))
		if got := Read(u, 258).AtLeast("Service", test.name, lines(test.name, test.want)); got != test.answer {
			t.Errorf("%q: %s at least %q? %s, want %s", test.unit, test.name, test.want, got, test.answer)
		}
	}
	open := &Unit{Name: "x.service", Open: []string{"Service"}}
	if got := Read(open, 258).AtLeast("Service", "PrivateTmp", lines("PrivateTmp", "yes")); got != CannotTell {
		t.Errorf("an open unit: %s", got)
	}
}

// TestUnknownIsABound fills in values for those that are not known: the exposure
// must stay within the interval, and a certain answer must stay true.
func TestUnknownIsABound(t *testing.T) {
	for seed := range uint64(envInt("WARDNIX_UNITS", 400)) {
		d := newDrawer(seed)
		u := NewUnit("u.service", Parse("u", []byte(d.unit(15))))
		hidden := *u
		hidden.Assignments = slices.Clone(u.Assignments)
		for i := range hidden.Assignments {
			if a := &hidden.Assignments[i]; slices.Contains(scored, a.Key) && d.chance(40) {
				a.Unknown, a.Value = true, ""
			}
		}
		v := Oldest + Version(d.IntN(int(Newest-Oldest)+1))
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
				if answer := Read(&filled, v).AtLeast(want[0].Section, key, want); hiddenAnswer != CannotTell && answer != hiddenAnswer && answer != CannotTell {
					t.Errorf("seed %d: %s at least %q: %s with values that are not known, %s with these:\n%+v\n%+v", seed, key, want[0].Value, hiddenAnswer, answer,
						hidden.Values("Service", key), filled.Values("Service", key))
				}
			}
		}
	}
}

// TestStrictness checks what holds for any values: each is at least itself.
func TestStrictness(t *testing.T) {
	for seed := range uint64(300) {
		d := newDrawer(seed)
		for _, key := range scored {
			have := lines(key, d.plain(key)+"|"+d.plain(key))
			if got := AtLeast(have[0].Section, key, have, have, 252); got == No {
				t.Errorf("%s: %q is not at least itself", key, have[0].Value+"|"+have[1].Value)
			}
		}
	}
}
