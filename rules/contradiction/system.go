package contradiction

import (
	"wardnix/lint"
	"wardnix/lint/unit"
)

// ofSystem limits a check to the units that the service manager of a system runs.
// User managers have no privileges to grant or to drop, and the initrd has another
// file system.
func ofSystem(check func(*lint.Pass, *unit.Unit)) func(*lint.Pass, *unit.Unit) {
	return func(p *lint.Pass, u *unit.Unit) {
		if u.OfSystem() {
			check(p, u)
		}
	}
}
