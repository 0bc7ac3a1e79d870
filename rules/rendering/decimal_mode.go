package rendering

import (
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// DecimalMode reports modes that are written as decimal numbers.
var DecimalMode = &lint.Rule{Page: lint.ReadPage(pages, "decimal-mode"), Unit: checkDecimalMode}

func checkDecimalMode(p *lint.Pass, u *unit.Unit) {
	for m := range u.Misreads(unit.ModeInDecimal) {
		p.AtLine(u, m.Line).
			Note("the decimal number %s is %s in octal", m.Text, m.Mode).
			Fix(fix.Replace(u, u.WrittenAt(m.Line), m.Mode, "replace with `"+profile.NixText(m.Mode)+"`", "")...).
			Reportf("systemd reads the digits of `%s=%s` as octal", m.Key, m.Text)
	}
}
