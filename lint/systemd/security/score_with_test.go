package security

import (
	"slices"
	"testing"

	"wardnix/lint/systemd/unitfile"
)

// TestScoreWith compares further lines with the same lines at the end of the unit. One
// reading answers for all of them, in any order.
func TestScoreWith(t *testing.T) {
	const v = 256 // in which an encrypted credential gives a unit a device
	_, units := readUnits(t)
	units = append(units, recordedUnit{name: "credential.service", text: "[Service]\nExecStart=/bin/true\nDevicePolicy=closed\nLoadCredential=a:/a\n"})
	further := [][]unitfile.Assignment{
		nil,
		lines("SystemCallArchitectures", "native"),
		lines("DeviceAllow", "/dev/null rw"),
		lines("IPAddressDeny", "any"),
		lines("LoadCredentialEncrypted", "key:/etc/key"),
		lines("SystemCallFilter", "~@mount"),
		lines("DynamicUser", ""), // refused
	}
	for _, recorded := range units {
		u := unitfile.NewUnit(recorded.name, unitfile.Parse(recorded.name, []byte(recorded.text)))
		open := *u
		open.Open = []string{"Service", "Unit"}
		for _, u := range []*unitfile.Unit{u, &open} {
			r := Read(u, v)
			for i := range 2 * len(further) {
				more := further[i%len(further)]
				whole := *u
				whole.Assignments = slices.Concat(u.Assignments, more)
				low, high, err := r.ScoreWith(more)
				wantLow, wantHigh, wantErr := Score(&whole, v)
				if low != wantLow || high != wantHigh || (err == nil) != (wantErr == nil) {
					t.Errorf("%s with %v: %s to %s, %v; want %s to %s, %v", u.Name, more, low, high, err, wantLow, wantHigh, wantErr)
				}
			}
		}
	}
}
