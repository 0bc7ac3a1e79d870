package rendering

import (
	"wardnix/lint"
	"wardnix/lint/unit"
)

// DenyException reports names that a later line excepts from a deny list.
var DenyException = &lint.Rule{Page: lint.ReadPage(pages, "deny-exception"), Unit: checkDenyException}

func checkDenyException(p *lint.Pass, u *unit.Unit) {
	for d, k := range u.LinesByDirective() {
		plain := u.PlainAfterDeny(d, k)
		if unit.BeginsAllowList(plain) {
			continue
		}
		for _, l := range plain {
			if len(l.Lifted) > 0 {
				p.AtLine(u, l.Line).
					Note("allowed again: %s", few(l.Lifted)).
					Reportf("%s allows again what an earlier `~` line denies", d.Name)
			}
		}
	}
}
