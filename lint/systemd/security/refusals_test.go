package security

import (
	"testing"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
)

// TestRefusals names the reasons for which units do not load.
func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		lines   string
		version directive.Version
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
		{"ExecStart=/a\nProtectSystem=strict\nWorkingDirectory=/proc/self", 255, false},
		{"ExecStart=/a\nProtectSystem=strict\nWorkingDirectory=/proc/self", 256, true},
		{"ExecStart=/a\nPrivateNetwork=yes\nWorkingDirectory=/proc/self", 256, true},
		{"ExecStart=/a\nPrivateTmp=yes\nWorkingDirectory=/proc/self", 261, false},
		{"ExecStart=/a\nPrivateTmp=yes\nWorkingDirectory=/proc/self", 262, true},
		{"ExecStart=/a\nUserNamespacePath=/run/ns\nPrivateUsers=yes", 259, false},
		{"ExecStart=/a\nUserNamespacePath=/run/ns\nPrivateUsers=yes", 260, true},
		{"ExecStart=/a\nUserNamespacePath=/run/ns\nPrivateUsers=no", 260, false},
		{"Type=forking\nExecStart=/a\nPrivatePIDs=yes", 257, true},
		{"RemainAfterExit=yes\nExecStop=/a", 252, false},
	} {
		u := unitfile.NewUnit("x.service", unitfile.Parse("x", []byte("[Service]\n"+test.lines+"\n")))
		if got := u.Check(test.version); got.Refused != test.refused {
			t.Errorf("%q in %d: %t %+v", test.lines, test.version, got.Refused, got.Problems)
		}
	}
}
