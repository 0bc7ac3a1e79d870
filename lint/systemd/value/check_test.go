package value

import (
	"testing"

	"wardnix/lint/systemd/directive"
)

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		name, value string
		version     directive.Version
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

func TestDefaultsAreValid(t *testing.T) {
	for i := range directive.All() {
		d := &directive.All()[i]
		if d.Default != "" && CheckLine(d, d.Default, Expander{Version: directive.Newest}).Status != Valid && d.KindIn(directive.Newest) != directive.KindIgnored {
			t.Errorf("%s: its default %q is not valid", d.Name, d.Default)
		}
	}
}

// TestVersions has values that versions of systemd read in different ways.
func TestVersions(t *testing.T) {
	for _, test := range []struct {
		section, name, value string
		version              directive.Version
		want                 Status
	}{
		{"Socket", "BindIPv6Only", "yes", 252, Valid},
		{"Socket", "BindIPv6Only", "0", 262, Valid},
		{"Service", "RestrictNetworkInterfaces", "averyveryverylongname", 255, Ignored},
		{"Service", "RestrictNetworkInterfaces", "averyveryverylongname", 256, Valid},
		{"Service", "RestrictNetworkInterfaces", "0x10", 252, Ignored},
		{"Service", "BindPaths", "/a:/../c", 254, Ignored},
		{"Service", "BindPaths", "/a:/../c", 255, Valid},
		{"Service", "SocketBindDeny", "tcp:0", 255, Ignored},
		{"Service", "SocketBindDeny", "0-5", 256, Valid},
		{"Socket", "MessageQueueMaxMessages", "4294967295", 252, Valid},
		{"Socket", "MessageQueueMessageSize", "4294967296", 262, Valid},
		{"Service", "ExecStopPost", "/nix/store/a?b/bin/x", 260, Valid},
		{"Service", "ExecStopPost", "/nix/store/a?b/bin/x", 261, Refused},
		{"Service", "ExecStopPost", "/x/.", 252, Valid},
		{"Service", "ExecStopPost", "/x/.", 257, Refused},
		{"Service", "PIDFile", "/proc/x.pid", 255, Valid},
		{"Service", "PIDFile", "/proc/x.pid", 256, Refused},
		{"Service", "RootImagePolicy", "nonsense", 255, Refused},
		{"Service", "RootImagePolicy", "root=verity:=ignore", 255, Valid},
		{"Service", "AppArmorProfile", "%Z", 252, Refused},
		{"Service", "SmackProcessLabel", "%Z", 262, Refused},
		{"Service", "CPUSchedulingPolicy", "99", 259, Valid},
		{"Service", "CPUSchedulingPolicy", "99", 260, Ignored},
		{"Service", "StateDirectory", ":bar", 256, Valid},
		{"Service", "StateDirectory", ":bar", 257, Ignored},
		{"Service", "StateDirectory", "foo:bar:baz", 257, Ignored},
		{"Service", "StateDirectory", "foo:bar:ro", 257, Valid},
		{"Service", "ExtensionImages", "/dev/null", 255, Valid},
		{"Service", "ExtensionImages", "/dev/null", 256, Ignored},
		{"Service", "ExtensionImages", ":", 252, Valid},
		{"Service", "AllowedCPUs", "4294967295", 257, Valid},
		{"Service", "AllowedCPUs", "4294967295", 262, Ignored},
		{"Timer", "OnCalendar", "50%", 252, Ignored},
		{"Timer", "OnCalendar", "%i", 252, Valid},
		{"Manager", "CrashAction", "", 262, Valid},
		{"Socket", "ListenStream", "[::1]", 252, Ignored},
		{"Socket", "ListenStream", "vsock:2:80", 252, Valid},
		{"Socket", "ListenNetlink", "route 3", 252, Valid},
		{"Socket", "ListenFIFO", "run/x", 252, Ignored},
		{"Service", "LogExtraFields", "field=x", 252, Ignored},
		{"Service", "NFTSet", "cgroup:inet:filter:set", 262, Valid},
	} {
		if got := Check(test.section, test.name, test.value, test.version); got.Status != test.want {
			t.Errorf("%s=%s in %d: %s (%s), want %s", test.name, test.value, test.version, got.Status, got.Reason, test.want)
		}
	}
}

// Units of some types do not take a directive that is in their section.
func TestTypes(t *testing.T) {
	for unit, want := range map[string]Status{"a.socket": Ignored, "a.mount": Ignored, "": Valid} {
		if got := CheckIn(unit, "Socket", "Delegate", "yes", 252); got.Status != want {
			t.Errorf("%s: %s, want %s", unit, got.Status, want)
		}
	}
}
