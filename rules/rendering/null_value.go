package rendering

import (
	"fmt"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// NullValue reports null where an empty assignment does not mean "not set".
var NullValue = &lint.Rule{Page: lint.ReadPage(pages, "null-value"), Unit: checkNullValue, Conf: checkNullValue}

func checkNullValue(p *lint.Pass, u *unit.Unit) {
	unit.EachMisread(u, unit.NullMeant, func(m unit.Misread) {
		d := p.AtLine(u, m.Line).
			Note("NixOS writes null as an empty assignment: `%s=`", m.Key).
			Help("omit the setting, or write the value that is meant")
		if on, ok := value.ParseBool(m.Directive.Default); ok && u.Conf() == "" { // NixOS has other defaults there
			d.Fix(fix.Replace(u, unit.WrittenAt(u, m.Line), on, fmt.Sprintf("replace with `%v`, the default", on), lint.Safe, "")...)
		}
		switch {
		case m.Directive.Empty == directive.EmptyEnables:
			d.Reportf("`%s = null` enables it", m.Key)
		case m.Verdict.Status == value.Refused:
			d.Reportf("`%s = null` makes systemd refuse the unit", m.Key)
		default:
			d.As(lint.Warning).Reportf("systemd ignores `%s = null` with a warning", m.Key)
		}
	})
}
