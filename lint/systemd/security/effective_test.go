package security

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint/systemd/unitfile"
)

func TestEffective(t *testing.T) {
	for _, test := range []struct {
		lines, name string
		want        Setting
	}{
		{"", "PrivateTmp", Setting{Values: []string{"no"}}},
		{"PrivateTmp=yes\nPrivateTmp=", "PrivateTmp", Setting{Values: []string{"connected"}}},
		{"DynamicUser=yes\nProtectSystem=no", "ProtectSystem", Setting{Values: []string{"strict"}, ImpliedBy: "DynamicUser"}},
		{"DynamicUser=yes", "PrivateTmp", Setting{Values: []string{"disconnected"}, ImpliedBy: "DynamicUser"}},
		{"PrivateDevices=yes", "DevicePolicy", Setting{Values: []string{"closed"}, ImpliedBy: "PrivateDevices"}},
		{"", "CapabilityBoundingSet", Setting{All: true}},
		{"CapabilityBoundingSet=CAP_SYSLOG CAP_CHOWN\nProtectKernelLogs=yes", "CapabilityBoundingSet",
			Setting{Values: []string{"CAP_CHOWN"}, ImpliedBy: "ProtectKernelLogs"}},
		{"RestrictAddressFamilies=AF_INET AF_LOCAL", "RestrictAddressFamilies", Setting{Values: []string{"AF_INET", "AF_UNIX"}}},
		{"RestrictAddressFamilies=none", "RestrictAddressFamilies", Setting{}},
		{"RestrictAddressFamilies=", "RestrictAddressFamilies", Setting{All: true}},
		{"RestrictNamespaces=~user mnt ipc pid cgroup net time", "RestrictNamespaces", Setting{Values: []string{"uts"}}},
		{"SystemCallFilter=", "SystemCallFilter", Setting{All: true}},
		{"ReadWritePaths=/a\nReadWritePaths=\nReadWritePaths=-/b /c/", "ReadWritePaths", Setting{Values: []string{"/b", "/c"}}},
		{"Restart=always\nRestart=sometimes", "Restart", Setting{Values: []string{"always"}}},
	} {
		u := unitfile.NewUnit("x.service", unitfile.Parse("x", []byte("[Service]\n"+test.lines+"\n")))
		got, ok := Effective(u, "Service", test.name, 258)
		if diff := cmp.Diff(test.want, got); !ok || diff != "" {
			t.Errorf("%q: %s\n%s", test.lines, test.name, diff)
		}
	}
}
