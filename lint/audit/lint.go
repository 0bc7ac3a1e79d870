package audit

import (
	"cmp"
	"context"
	"embed"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/nixast"
)

// moduleName is the name of the file that a system's units are written to.
const moduleName = "units.nix"

// translated is a system as a project of one module.
type translated struct {
	*module
	project *nixos.Project
	units   map[unitKey]*nixos.Unit
}

// translated is the system as a project, made once.
func (s *System) translated() (*translated, error) {
	if s.source != nil {
		return s.source, nil
	}
	m := translate(s.Units, s.Complete)
	p, err := nixos.Load(context.Background(), nixos.Options{
		FS: embed.FS{}, Overlay: map[string]string{moduleName: m.text.String()}, Release: s.Release, Systemd: int(s.Version),
		MaxFileSize: 1 << 30, Complete: s.Complete,
	}, moduleName)
	if err != nil {
		return nil, err
	}
	s.source = &translated{m, p, unitsOf(p)}
	return s.source, nil
}

// UnitOf is a unit of the system as NixOS would have it; nil if no module can make it.
func (s *System) UnitOf(u *Unit) *nixos.Unit {
	t, err := s.translated()
	if err != nil {
		return nil
	}
	return t.units[keyOf(u)]
}

// UnitNamed is [System.UnitOf] by name, of the system's manager if there are several.
func (s *System) UnitNamed(name string) *nixos.Unit {
	for _, u := range s.Units {
		if u.Name == name {
			return s.UnitOf(u)
		}
	}
	return nil
}

// Finding is a finding in a unit file. It has no fixes.
type Finding struct {
	lint.Finding
	// Of is the unit.
	Of *Unit
}

// Lint runs those of the linter's rules that apply on the units. The error is that of units
// that cannot be translated, or the cause of the context's end.
func (s *System) Lint(ctx context.Context, l *lint.Linter) ([]Finding, error) {
	m, err := s.translated()
	if err != nil {
		return nil, err
	}
	result, err := only(l, s.Complete).Run(ctx, m.project)
	if err != nil {
		return nil, err
	}
	var found []Finding
	for _, f := range result.Findings {
		if o := m.origin(f.File, f.Span); o.unit != nil {
			found = append(found, Finding{m.restore(f), o.unit})
		}
	}
	found = append(found, s.loading(l, found)...)
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(a.Of.Scope.Compare(b.Of.Scope), cmp.Compare(a.Of.Name, b.Of.Name),
			cmp.Compare(a.Of.fileOf(a.File), b.Of.fileOf(b.File)), cmp.Compare(a.Span.Start, b.Span.Start))
	})
	return found, nil
}

// only is the linter with the rules that apply to a system, whose units are all in sight if
// it is complete.
func only(l *lint.Linter, complete bool) *lint.Linter {
	out := *l
	out.Rules = nil
	for _, r := range l.Rules {
		if r.Audit || r.AuditComplete && complete {
			out.Rules = append(out.Rules, r)
		}
	}
	return &out
}

// restore is a finding in the module as one in the unit.
func (m *module) restore(f lint.Finding) lint.Finding {
	f.Fixes = nil
	f.Related = slices.Clone(f.Related)
	for i, r := range f.Related {
		f.Related[i].File, f.Related[i].Span = m.place(r.File, r.Span)
	}
	f.File, f.Span = m.place(f.File, f.Span)
	return f
}

// place is the place in a unit file that a place in the module comes from: the
// words themselves where the line has them, else the line.
func (m *module) place(f *nixast.File, span nixast.Span) (*nixast.File, nixast.Span) {
	o := m.origin(f, span)
	if o.unit == nil {
		return f, span
	}
	unit := o.unit.source(o.file)
	last := min(max(o.line, 1), unit.LineCount())
	first := last
	for first > 1 && o.key != "" && strings.HasSuffix(strings.TrimRight(unit.Src[unit.Line(first-1).Start:unit.Line(first-1).End], "\r\n"), `\`) {
		first--
	}
	at := nixast.Span{Start: unit.Line(first).Start, End: unit.Line(last).End}
	text := strings.TrimRight(unit.Src[at.Start:at.End], "\r\n")
	at.End = at.Start + len(text)
	words := strings.Trim(f.Src[span.Start:min(span.End, f.Line(f.Position(span.Start).Line).End)], " \t\r\n;")
	if w, ok := strings.CutPrefix(words, `"`); ok {
		words = strings.TrimSuffix(w, `"`)
	}
	if i := strings.LastIndex(text, words); words != "" && i >= 0 && o.key != "" {
		return unit, nixast.Span{Start: at.Start + i, End: at.Start + i + len(words)}
	}
	return unit, at
}

// origin is the line of a unit that a place in the module comes from.
func (m *module) origin(f *nixast.File, span nixast.Span) origin {
	if line := f.Position(span.Start).Line; line <= len(m.origins) {
		return m.origins[line-1]
	}
	return origin{}
}

// source is a unit file as findings have files: only its name, its text and its
// lines are looked at.
type source = nixast.File

func (u *Unit) source(i int) *source {
	i = max(i, 0)
	if u.sources[i] == nil {
		u.sources[i] = nixast.Parse(u.Files[i].Path, u.Files[i].Text, nixast.Options{})
	}
	return u.sources[i]
}

// fileOf is the number of a file of the unit.
func (u *Unit) fileOf(f *source) int { return slices.Index(u.sources, f) }
