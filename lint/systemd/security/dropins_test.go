package security

import (
	"testing"

	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
)

// TestDropins checks what a mistake in a drop-in loses.
func TestDropins(t *testing.T) {
	main := unitfile.Parse("x.service", []byte("[Service]\nExecStart=/bin/true\nPrivateTmp=yes\n"))
	bad := unitfile.Parse("a.conf", []byte("[Service]\nPrivateDevices=yes\nUser=a:b\nProtectHome=yes\n"))
	good := unitfile.Parse("b.conf", []byte("[Service]\nProtectClock=yes\n"))
	u := unitfile.NewUnit("x.service", main, bad, good)
	report := u.Check(255)
	if report.Refused || len(report.Problems) != 1 || report.Problems[0].Kind != unitfile.StoppedDropin {
		t.Errorf("%+v", report)
	}
	for name, want := range map[string]value.Answer{"PrivateTmp": value.Yes, "PrivateDevices": value.Yes, "ProtectHome": value.No, "ProtectClock": value.Yes} {
		if got := Read(u, 255).AtLeast("Service", name, lines(name, "yes")); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
