package security

import (
	"testing"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
)

// TestUpstream scores systemd's own units, alone and with the override of the
// user's document; the numbers are those of systemd-analyze 252.
func TestUpstream(t *testing.T) {
	journald, ok := unitfile.Upstream("systemd-journald", 255)
	if !ok {
		t.Fatal("no journald")
	}
	override := []unitfile.Assignment{{Section: "Service", Key: "UMask", Value: "77"}, {Section: "Service", Key: "PrivateNetwork", Value: "true"},
		{Section: "Service", Key: "ProtectHostname", Value: "true"}, {Section: "Service", Key: "ProtectKernelModules", Value: "true"}}
	for _, test := range []struct {
		unit *unitfile.Unit
		want string
	}{{journald, "4.3"}, {journald.Override(override...), "3.7"}} {
		a, err := Assess(test.unit, 252)
		if err != nil || a.High.String() != test.want {
			t.Errorf("%v %v, want %s", a, err, test.want)
		}
	}
	for v := directive.Oldest; v <= directive.Newest; v++ {
		names := unitfile.UpstreamNames(v)
		if len(names) < 80 {
			t.Errorf("%d units in %d", len(names), v)
		}
		for _, name := range names {
			u, _ := unitfile.Upstream(name, v)
			if report := u.Check(v); len(report.Problems) > 0 {
				t.Errorf("%s of %d: %+v", name, v, report.Problems[0])
			}
		}
	}
	if _, ok := unitfile.Upstream("systemd-mountfsd", 255); ok {
		t.Error("mountfsd came with 256")
	}
}
