package directive

import (
	"strings"

	"wardnix/lint"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
)

// DependencyStays reports empty assignments that are meant to remove dependencies.
var DependencyStays = &lint.Rule{Page: lint.ReadPage(pages, "dependency-stays"), Unit: checkDependencyStays}

func checkDependencyStays(p *lint.Pass, u *unit.Unit) {
	for k, l := range u.CertainLines() {
		d := k.Directive
		if k.Section != "Unit" || d.KindIn(u.Version) != directive.KindUnits || d.Empty != directive.EmptyNothing || strings.TrimSpace(l.Text) != "" {
			continue
		}
		p.AtLine(u, l).Note("systemd only ever adds dependencies").Reportf("the empty `%s=` removes no dependency", l.Key)
	}
}
