package rendering

import (
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/unit"
)

// FalseAsText reports toString false.
var FalseAsText = &lint.Rule{Page: lint.ReadPage(pages, "false-as-text"), Unit: checkFalseAsText, Conf: checkFalseAsText}

func checkFalseAsText(p *lint.Pass, u *unit.Unit) {
	for m := range u.Misreads(unit.TextOfFalse) {
		p.AtLine(u, m.Line).
			Note("`toString false` is the empty string").
			Fix(fix.Replace(u, u.WrittenAt(m.Line), false, "replace with `false`", "")...).
			Reportf("systemd ignores the empty `%s=`", m.Key)
	}
}
