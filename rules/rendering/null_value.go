package rendering

import (
	"fmt"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// NullValue reports null where an empty assignment does not mean "not set".
var NullValue = &lint.Rule{Page: lint.ReadPage(pages, "null-value"), Unit: checkNullValue, Conf: checkNullValue}

func checkNullValue(p *lint.Pass, u *unit.Unit) {
	for m := range u.Misreads(unit.NullMeant) {
		d := p.AtLine(u, m.Line).
			Note("NixOS writes null as an empty assignment: `%s=`", m.Key).
			Help("omit the setting, or write the value that is meant")
		d.Fix(insteadOfNull(u, &m)...)
		switch {
		case m.Directive.Empty == directive.EmptyEnables:
			d.Reportf("`%s = null` enables it", m.Key)
		case m.Verdict.Status == value.Refused:
			d.Reportf("`%s = null` makes systemd refuse the unit", m.Key)
		default:
			d.As(lint.Warning).Reportf("systemd ignores `%s = null` with a warning", m.Key)
		}
	}
}

// insteadOfNull writes what a baseline requires of the setting, or else the default
// of a boolean, which null most likely means.
func insteadOfNull(u *unit.Unit, m *unit.Misread) []lint.Fix {
	node := u.WrittenAt(m.Line)
	for _, b := range u.Part.Baselines {
		for _, r := range u.Requirements(b) {
			if v, ok := r.Value(u.Unit); ok && r.Section == m.Section && r.Name() == m.Key && (b.Named || !r.Generic) {
				risk := u.RiskOf(&r)
				return fix.Replace(u, node, v, "replace with what the baseline requires: `"+profile.NixText(v)+"`", risk)
			}
		}
	}
	if on, ok := value.ParseBool(m.Directive.Default); ok && u.Conf() == "" { // NixOS has other defaults there
		return fix.Replace(u, node, on, fmt.Sprintf("replace with `%v`, the default", on), "")
	}
	return nil
}
