package rendering

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/unit"
)

// TildeInside reports "~" before a later name of a line.
var TildeInside = &lint.Rule{Page: lint.ReadPage(pages, "tilde-inside"), Unit: checkTildeInside}

func checkTildeInside(p *lint.Pass, u *unit.Unit) {
	for m := range u.Misreads(unit.LaterTilde) {
		parts := splitAtTilde(m.Text)
		node := u.WrittenAt(m.Line)
		fixes := fix.ReplaceElement(u, node, parts, "split the line at `~`", "")
		if len(parts) == 1 {
			fixes = fix.Replace(u, node, parts[0], "remove each later `~`", "")
		}
		p.AtLine(u, m.Line).
			Note("`~` has a meaning only at the start of a line: systemd ignores %s", strings.Join(tildeWords(m.Text), ", ")).
			Fix(fixes...).
			Reportf("`~` inside a line of %s", m.Key)
	}
}

func tildeWords(text string) []string {
	return slices.DeleteFunc(strings.Fields(text)[1:], func(w string) bool { return w[0] != '~' })
}

// splitAtTilde splits a set into lines that allow and that deny. A set that begins
// with "~" stays one line.
func splitAtTilde(text string) []string {
	var plain, denied []string
	for _, word := range strings.Fields(text) {
		if name, ok := strings.CutPrefix(word, "~"); ok || text[0] == '~' {
			denied = append(denied, name)
		} else {
			plain = append(plain, word)
		}
	}
	var parts []string
	if len(plain) > 0 {
		parts = append(parts, strings.Join(plain, " "))
	}
	return append(parts, "~"+strings.Join(denied, " "))
}
