package rendering

import (
	"fmt"

	"wardnix/lint"
	"wardnix/lint/unit"
)

// DefaultSetLost reports whole sets under mkDefault that lose to what NixOS itself
// sets in them.
var DefaultSetLost = &lint.Rule{
	Page:  lint.ReadPage(pages, "default-set-lost"),
	Check: func(p *lint.Pass) { lint.EachUnit(p, func(u *unit.Unit) { checkDefaultSets(p, u) }) },
}

func checkDefaultSets(p *lint.Pass, u *unit.Unit) {
	for _, d := range u.Dropped() {
		f := lint.Finding{
			Units:   u.Self(),
			Message: fmt.Sprintf("%s: nothing in this %s reaches the unit: mkDefault makes the whole set weaker than %s, which NixOS sets there itself", u.Name, d.Option, d.By),
			Notes:   []lint.Note{{Label: "help", Text: "put mkDefault at each setting instead, or leave it out"}},
		}
		f.File, f.Span = unit.LastName(d.Def.Binding)
		p.Report(f)
	}
}
