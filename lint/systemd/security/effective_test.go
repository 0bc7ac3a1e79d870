package security

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint/systemd/unitfile"
)

func TestEffective(t *testing.T) {
	for _, test := range []struct {
		lines, name string
		want        setting
	}{
		{"", "PrivateTmp", setting{Values: []string{"no"}}},
		{"PrivateTmp=yes\nPrivateTmp=", "PrivateTmp", setting{Values: []string{"connected"}}},
		{"DynamicUser=yes\nProtectSystem=no", "ProtectSystem", setting{Values: []string{"strict"}, ImpliedBy: "DynamicUser"}},
		{"DynamicUser=yes", "PrivateTmp", setting{Values: []string{"disconnected"}, ImpliedBy: "DynamicUser"}},
		{"PrivateDevices=yes", "DevicePolicy", setting{Values: []string{"closed"}, ImpliedBy: "PrivateDevices"}},
		{"", "CapabilityBoundingSet", setting{All: true}},
		{"CapabilityBoundingSet=CAP_SYSLOG CAP_CHOWN\nProtectKernelLogs=yes", "CapabilityBoundingSet",
			setting{Values: []string{"CAP_CHOWN"}, ImpliedBy: "ProtectKernelLogs"}},
		{"RestrictAddressFamilies=AF_INET AF_LOCAL", "RestrictAddressFamilies", setting{Values: []string{"AF_INET", "AF_UNIX"}}},
		{"RestrictAddressFamilies=none", "RestrictAddressFamilies", setting{}},
		{"RestrictAddressFamilies=", "RestrictAddressFamilies", setting{All: true}},
		{"RestrictNamespaces=~user mnt ipc pid cgroup net time", "RestrictNamespaces", setting{Values: []string{"uts"}}},
		{"SystemCallFilter=", "SystemCallFilter", setting{All: true}},
		{"ReadWritePaths=/a\nReadWritePaths=\nReadWritePaths=-/b /c/", "ReadWritePaths", setting{Values: []string{"/b", "/c"}}},
		{"Restart=always\nRestart=sometimes", "Restart", setting{Values: []string{"always"}}},
	} {
		u := unitfile.NewUnit("x.service", unitfile.Parse("x", []byte("[Service]\n"+test.lines+"\n")))
		got, ok := effective(u, "Service", test.name, 258)
		if diff := cmp.Diff(test.want, got); !ok || diff != "" {
			t.Errorf("%q: %s\n%s", test.lines, test.name, diff)
		}
	}
}
