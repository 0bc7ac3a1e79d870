package lint

import (
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// report adds a finding at a setting, and names what it clashes with. One that is
// weaker than the unit's baseline is told already.
func ReportSetting(p *Pass, s *unit.Unit, f Finding, at unit.Setting, others ...unit.Setting) {
	told := func(a unit.Setting) bool { return s.IsWeaker(a.Key) }
	if told(at) || slices.ContainsFunc(others, told) {
		return
	}
	f.Units = s.Self()
	f.Message = s.Name + ": " + f.Message
	f.File, f.Span = s.Place(at)
	if len(f.About) == 0 {
		f.About = s.About(at.Key)
	}
	for _, o := range others {
		if file, span := s.Place(o); file != nil && (file != f.File || span != f.Span) {
			f.Related = append(f.Related, Related{File: file, Span: span, Message: "`" + o.Key + "` is set here"})
		}
	}
	p.Report(f)
}

// ReportLine reports something about a line at its value.
func ReportLine(p *Pass, u *unit.Unit, l nixos.Line, message string, fixes []Fix) {
	f := Finding{Message: message, Units: u.Self(), About: u.About(l.Key), Fixes: fixes}
	f.File, f.Span = unit.LinePlace(u, l)
	p.Report(f)
}

// ReportOption reports the finding at each definition of an option, at its name.
func ReportOption(p *Pass, o *nixos.Option, f Finding) {
	for i, d := range o.Defs {
		if d.Binding.IsZero() {
			continue
		}
		one := f
		one.File, one.Span = unit.LastName(d.Binding)
		if i > 0 {
			one.Fixes = nil
		}
		p.Report(one)
	}
}

// report reports the finding where the name stands.
func ReportNaming(n *unit.Naming, p *Pass, f Finding) {
	f.Units = n.Self()
	if n.Setting != nil {
		ReportOption(p, n.Setting, f)
		return
	}
	f.File, f.Span = unit.LinePlace(n.Unit, n.At)
	if edit, ok := unit.KeyEdit(n.At, n.Key); ok {
		f.Span.Start, f.Span.End = edit.Start, edit.End
	}
	p.Report(f)
}

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
