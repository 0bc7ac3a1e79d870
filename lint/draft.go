package lint

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/rules/profile"
)

// A Draft is a finding in the making. It is begun at a place of the source with
// one of the methods of [Pass], and reported with [Draft.Reportf]:
//
//	p.At(u, setting).Help("remove one of them").Fix(fixes...).Reportf("…")
type Draft struct {
	pass *Pass
	Finding
	// further are other places of the same mistake. Each is a finding without
	// fixes: those of the first mend all.
	further []nixast.Span
	files   []*nixast.File
	// silent keeps the draft from being reported.
	silent bool
}

// At begins a finding about a setting of a unit, at its value or, in a list, at
// its element. Other settings that it conflicts with become related places. The
// finding is not reported if one of them is weaker than a baseline of the unit
// requires: that is a finding already.
func (p *Pass) At(u *unit.Unit, s unit.Setting, others ...unit.Setting) *Draft {
	d := &Draft{pass: p, Finding: Finding{Units: u.Self(), About: u.About(s.Key)}}
	d.silent = slices.ContainsFunc(append(others, s), func(s unit.Setting) bool { return u.IsWeaker(s.Key) })
	d.File, d.Span = u.Place(s)
	for _, o := range others {
		if file, span := u.Place(o); file != nil && (file != d.File || span != d.Span) {
			d.Related = append(d.Related, Related{File: file, Span: span, Message: "`" + o.Key + "` is set here"})
		}
	}
	return d
}

// AtLine begins a finding about a line of a unit, at its value.
func (p *Pass) AtLine(u *unit.Unit, l nixos.Line) *Draft {
	d := &Draft{pass: p, Finding: Finding{Units: u.Self(), About: u.About(l.Key)}}
	d.File, d.Span = u.LinePlace(l)
	return d
}

// AtName begins a finding about the name of a setting, wherever it is written.
func (p *Pass) AtName(n *unit.Naming) *Draft {
	d := &Draft{pass: p, Finding: Finding{Units: n.Self(), About: n.About(n.Key)}}
	if n.Setting != nil {
		for _, def := range n.Setting.Defs {
			if !def.Binding.IsZero() {
				d.addPlace(def.Binding.LastNamePlace())
			}
		}
		return d
	}
	d.File, d.Span = n.Unit.LinePlace(n.At)
	if edit, ok := n.KeyEdit(n.Key); ok {
		d.Span.Start, d.Span.End = edit.Start, edit.End
	}
	return d
}

// AtDef begins a finding about settings of a unit, by their names, at the value of
// a definition.
func (p *Pass) AtDef(u *unit.Unit, def *nixos.Def, keys ...string) *Draft {
	d := &Draft{pass: p, Finding: Finding{Units: u.Self(), About: u.About(keys...)}}
	d.File, d.Span = def.ValuePlace()
	return d
}

// AtUnit begins a finding about settings of a unit that are not there, at the name
// of the unit.
func (p *Pass) AtUnit(u *unit.Unit, keys ...string) *Draft {
	d := &Draft{pass: p, Finding: Finding{Units: u.Self(), About: u.About(keys...)}}
	d.File, d.Span = u.Def().Binding.Place()
	return d
}

// AtOption begins a finding about options of a host, by their paths, at the value
// of a definition; without one, the place is to be set with [Draft.Place].
func (p *Pass) AtOption(h *nixos.Host, def *nixos.Def, paths ...[]string) *Draft {
	d := &Draft{pass: p, Finding: Finding{Units: unit.HostRef(h), About: unit.OptionRefs(h, paths...)}}
	if def != nil {
		d.File, d.Span = def.ValuePlace()
	}
	return d
}

// AtNode begins a finding about the source alone.
func (p *Pass) AtNode(n nixast.Node) *Draft {
	d := &Draft{pass: p}
	d.File, d.Span = n.File(), n.Span()
	return d
}

// AtSuppression begins a finding about a suppression, or about the rules that it
// names, at the first of them.
func (p *Pass) AtSuppression(s *Suppression, named ...NamedRule) *Draft {
	d := &Draft{pass: p, Finding: Finding{File: s.File, Span: s.Comment.Span()}}
	for _, r := range named {
		d.About = append(d.About, unit.Ref{Key: r.Name})
	}
	if len(named) > 0 {
		d.Span = named[0].Span
	}
	return d
}

// in is the draft for another pass, which leaves this one as it is.
func (d *Draft) in(p *Pass) *Draft {
	mine := *d
	mine.pass = p
	mine.About, mine.Notes, mine.Related, mine.Fixes = slices.Clip(d.About), slices.Clip(d.Notes), slices.Clip(d.Related), slices.Clip(d.Fixes)
	return &mine
}

// addPlace adds a place of the mistake.
func (d *Draft) addPlace(file *nixast.File, span nixast.Span) {
	if d.File == nil {
		d.File, d.Span = file, span
		return
	}
	d.files, d.further = append(d.files, file), append(d.further, span)
}

// Place moves the finding to another place.
func (d *Draft) Place(file *nixast.File, span nixast.Span) *Draft {
	d.File, d.Span = file, span
	return d
}

// Concerns adds settings that the finding is about.
func (d *Draft) Concerns(settings ...unit.Ref) *Draft {
	d.About = append(d.About, settings...)
	return d
}

// As gives the finding another severity than its rule has.
func (d *Draft) As(s Severity) *Draft {
	d.Severity = s
	return d
}

// Note says what happens, or why it matters.
func (d *Draft) Note(format string, args ...any) *Draft {
	d.Notes = append(d.Notes, Note{LabelNote, fmt.Sprintf(format, args...)})
	return d
}

// Help says what to do.
func (d *Draft) Help(format string, args ...any) *Draft {
	d.Notes = append(d.Notes, Note{LabelHelp, fmt.Sprintf(format, args...)})
	return d
}

// Explain says what requirements are for: in full for a single one, otherwise a line
// each, with its text.
func (d *Draft) Explain(rs []profile.Requirement, text func(*profile.Requirement) string) *Draft {
	if len(rs) == 1 {
		return d.Note("%s", rs[0].Why()).Note("cost: %s", rs[0].Cost())
	}
	lines := make([]string, len(rs))
	for i := range rs {
		why, _, _ := strings.Cut(rs[i].Why(), ". ")
		lines[i] = text(&rs[i]) + "  # " + strings.TrimSuffix(why, ".")
	}
	return d.Help("add these settings:\n%s", strings.Join(lines, "\n"))
}

// See adds a place that helps to understand the finding.
func (d *Draft) See(file *nixast.File, span nixast.Span, message string) *Draft {
	d.Related = append(d.Related, Related{file, span, message})
	return d
}

// Fix adds ways to repair it.
func (d *Draft) Fix(fixes ...Fix) *Draft {
	d.Fixes = append(d.Fixes, fixes...)
	return d
}

// Narrow makes the finding one that can be narrowed to some of its directives: see
// [Finding.Only].
func (d *Draft) Narrow(only func(directives []string) Finding) *Draft {
	d.Only = only
	return d
}

// Findingf is the finding under a title: what is wrong, in one clause of at most 80
// characters, without the name of the unit, which is put in front.
func (d *Draft) Findingf(format string, args ...any) Finding {
	d.Problem = fmt.Sprintf(format, args...)
	d.Message = titleOf(d.Units, d.Problem)
	return d.Finding
}

// Reportf reports the finding under a title as [Draft.Findingf] takes it.
func (d *Draft) Reportf(format string, args ...any) {
	if d.silent || d.File == nil {
		return
	}
	d.pass.Report(d.Findingf(format, args...))
	for i, span := range d.further {
		more := d.Finding
		more.File, more.Span, more.Fixes = d.files[i], span, nil
		d.pass.Report(more)
	}
}
