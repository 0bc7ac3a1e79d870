package suppression

import (
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/spell"
	"wardnix/nixast"
)

// IgnoreInvalid reports comments that are meant to suppress findings and do not.
var IgnoreInvalid = &lint.Rule{Page: lint.ReadPage(pages, "ignore-invalid"), Suppression: checkInvalid}

func checkInvalid(p *lint.Pass, s *lint.Suppression) {
	if s.Problem != "" {
		p.AtSuppression(s).Fix(replace(s, s.Comment.Span(), s.Hint)...).Reportf("invalid suppression: %s", s.Problem)
		return
	}
	for _, r := range s.Rules {
		if lint.FindRule(p.Catalog(), r.Name) != nil {
			continue
		}
		d := p.AtSuppression(s, r)
		if near := spell.Nearest(r.Name, suppressible(p)); near != "" {
			d.Help("did you mean `%s`?", near).Fix(replace(s, r.Span, near)...)
		}
		d.Reportf("invalid suppression: unknown rule `%s`", r.Name)
	}
}

// suppressible are the names of the rules that a comment may name. Their IDs are
// left out: they all look alike, and the nearest one is not the one that was meant.
func suppressible(p *lint.Pass) []string {
	var names []string
	for _, r := range p.Catalog() {
		if r.Suppression == nil {
			names = append(names, r.Name)
		}
	}
	return names
}

// replace is the fix that puts text in the place of a part of a comment, if the text
// is known.
func replace(s *lint.Suppression, at nixast.Span, text string) []lint.Fix {
	if text == "" {
		return nil
	}
	return []lint.Fix{{
		Title: "replace with `" + strings.TrimSpace(text) + "`", Applicability: lint.Safe, Comments: true,
		Edits: lint.EditsIn(s.File, []emit.Edit{{Start: at.Start, End: at.End, New: text}}),
	}}
}
