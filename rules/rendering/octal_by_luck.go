package rendering

import (
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// OctalByLuck reports modes that are numbers in Nix and that systemd reads as they
// look.
var OctalByLuck = &lint.Rule{Page: lint.ReadPage(pages, "octal-by-luck"), Unit: checkOctalByLuck}

func checkOctalByLuck(p *lint.Pass, u *unit.Unit) {
	for m := range u.Misreads(unit.NoMistake) {
		if m.Directive.KindIn(u.Version) != directive.KindMode || m.Value == nil || m.Verdict.Status != value.Valid {
			continue
		}
		if _, ok := u.Host.Evaluator().Force(m.Value).(*eval.Int); !ok {
			continue
		}
		mode := strings.Repeat("0", max(0, 4-len(m.Text))) + m.Text
		p.AtLine(u, m.Line).
			Note("to Nix it is a decimal number, and to systemd octal digits").
			Fix(fix.Replace(u, u.WrittenAt(m.Line), mode, "replace with `"+profile.NixText(mode)+"`", "")...).
			Reportf("the mode `%s` is a number", m.Key)
	}
}
