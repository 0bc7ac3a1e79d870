package lint

import (
	"wardnix/lint/unit"
)

// EachUnit calls do for the units of all hosts.
func EachUnit(p *Pass, do func(*unit.Unit)) {
	for _, u := range p.Units {
		do(u)
	}
}
