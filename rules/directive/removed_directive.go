package directive

import (
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
)

// RemovedDirective reports directives that systemd accepts without effect, or no
// longer knows.
var RemovedDirective = &lint.Rule{Page: lint.ReadPage(pages, "removed-directive"), Unit: checkRemoved, Conf: checkRemoved}

func checkRemoved(p *lint.Pass, u *unit.Unit) {
	for n := range u.Namings() {
		d, ok := directive.LookupAny(n.In, n.Key)
		if !ok || d.Since > n.Version || alwaysOn(d) || !hasNoEffect(u, d) {
			continue
		}
		draft := p.AtName(&n)
		if d.Replacement != "" {
			draft.Help("use `%s`, which replaced it", d.Replacement)
		}
		if d.Name == "MemoryLimit" && fix.IsOffered(u) {
			draft.Concerns(n.About(d.Replacement)...).Fix(fix.RenameNaming(&n, d.Replacement, false)...)
		}
		draft.Reportf("`%s` has no effect%s", d.Name, sinceRemoved(d))
	}
}
