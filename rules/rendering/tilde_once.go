package rendering

import (
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/unit"
)

// TildeOnce reports lists of which only the first element has the "~" that all
// were meant to have.
var TildeOnce = &lint.Rule{Page: lint.ReadPage(pages, "tilde-once"), Unit: checkTildeOnce}

func checkTildeOnce(p *lint.Pass, u *unit.Unit) {
	for d, k := range u.LinesByDirective() {
		bare := u.BareAfterDeny(d, k)
		if len(bare) == 0 {
			continue
		}
		draft := p.AtLine(u, bare[0].Line).
			Note("%s is a deny list, since its first line has `~`", d.Name).
			Fix(tildeEach(u, bare)...)
		if len(bare) > 1 {
			draft.Note("not denied: %s", strings.Join(texts(bare), ", "))
			draft.Reportf("%d elements of %s have no `~`, so they are not denied", len(bare), d.Name)
			continue
		}
		draft.Reportf("`%s` has no `~`, so %s does not deny it", bare[0].Text, d.Name)
	}
}

func texts(lines []unit.PlainAfterDeny) []string {
	var all []string
	for _, l := range lines {
		all = append(all, l.Text)
	}
	return all
}

// tildeEach puts "~" in front of each of the lines.
func tildeEach(u *unit.Unit, lines []unit.PlainAfterDeny) []lint.Fix {
	x := lint.Fix{Title: "prefix each element with `~`", Applicability: lint.Unsafe, Breaks: "the service, if it uses what is then denied"}
	for _, l := range lines {
		one := fix.Replace(u, u.WrittenAt(l.Line), "~"+l.Text, "", "")
		if len(one) == 0 {
			return nil
		}
		x.Edits = append(x.Edits, one[0].Edits...)
	}
	return []lint.Fix{x}
}
