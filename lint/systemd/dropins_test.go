package systemd

import (
	"testing"
)

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
		if got := Read(u, 255).AtLeast("Service", name, lines(name, "yes")); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
