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
	unit.EachMisread(u, unit.ModeInDecimal, func(m unit.Misread) {
		meant, _ := unit.ModeMeant(u, &m)
		p.AtLine(u, m.Line).
			Note("the decimal number %s is %s in octal", m.Text, meant).
			Fix(fix.Replace(u, unit.WrittenAt(u, m.Line), meant, "replace with `"+profile.Written(meant)+"`", lint.Safe, "")...).
			Reportf("systemd reads the digits of `%s=%s` as octal", m.Key, m.Text)
	})
}
