package directive

import (
	"regexp"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// MonthsForMinutes reports durations in months.
var MonthsForMinutes = &lint.Rule{Page: lint.ReadPage(pages, "months-for-minutes"), Unit: checkMonths}

// months matches an amount of months by their short name.
var months = regexp.MustCompile(`([0-9]) *M\b`)

func checkMonths(p *lint.Pass, u *unit.Unit) {
	for k, l := range u.CertainLines() {
		if value.FormOf(k.Directive.KindIn(u.Version)) != value.Span {
			continue
		}
		if _, ok := value.ParseSpan(l.Text); !ok || !months.MatchString(l.Text) {
			continue
		}
		meant := months.ReplaceAllString(l.Text, "${1}min")
		p.AtLine(u, l).
			Note("minutes are `%s`", meant).
			Fix(fix.Replace(u, u.WrittenAt(l), meant, replaceWith(meant), "the time becomes much shorter")...).
			Reportf("`M` in `%s=%s` means months", l.Key, l.Text)
	}
}
