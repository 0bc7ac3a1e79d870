package lint

import (
	"strings"

	"wardnix/rules/profile"
)

// firstSentence is s up to its first full stop that ends a sentence.
func firstSentence(s string) string {
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i+1]
	}
	return s
}

// ExplainRequirements are the notes that say of each row what it does: in full for
// one row, a line each for several.
func ExplainRequirements(label string, rs []profile.Requirement, text func(*profile.Requirement) string) []Note {
	if len(rs) == 1 {
		return []Note{{Label: "why", Text: rs[0].Why()}, {Label: "cost", Text: rs[0].Cost()}}
	}
	lines := make([]string, len(rs))
	for i := range rs {
		lines[i] = text(&rs[i]) + "  # " + firstSentence(rs[i].Why())
	}
	return []Note{{Label: label, Text: strings.Join(lines, "\n")}}
}
