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
	for i := range directive.Table {
		d := &directive.Table[i]
		if d.Default != "" && CheckLine(d, d.Default, Expander{Version: directive.Newest}).Status != Valid && d.KindIn(directive.Newest) != directive.KindIgnored {
			t.Errorf("%s: its default %q is not valid", d.Name, d.Default)
		}
	}
}
