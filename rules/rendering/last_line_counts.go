package rendering

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
)

// LastLineCounts reports several lines of a directive that takes one value.
var LastLineCounts = &lint.Rule{Page: lint.ReadPage(pages, "last-line-counts"), Unit: checkLastLineCounts, Conf: checkLastLineCounts}

func checkLastLineCounts(p *lint.Pass, u *unit.Unit) {
	for d, k := range u.LinesByDirective() {
		last := k.Lines[len(k.Lines)-1]
		if d.Repeat != directive.Override || d.KindIn(u.Version) == directive.KindOther || len(k.Lines) < 2 || !k.Known() || last.Text == "" ||
			u.IsRefused(k.Section, k.Key) {
			continue
		}
		if slices.ContainsFunc(k.Lines[:len(k.Lines)-1], func(l nixos.Line) bool {
			return !l.IsWritten() || l.Text == "" || l.Text == last.Text || l.Def != last.Def && !u.Host.InOneSystem(l.Def, last.Def)
		}) {
			continue
		}
		p.AtLine(u, k.Lines[0]).
			Note("the effective value is `%s`, and `%s` has no effect", last.Text, k.Lines[0].Text).
			Reportf("only the last `%s=` line applies", k.Key)
	}
}
