package audit

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/nixast"
)

// Source is the host of a project that a system was evaluated from.
type Source struct {
	Host  *nixos.Host
	units map[unitKey]*nixos.Unit
}

// SourceOf finds the host of a project that a system was evaluated from: the
// one of its name, else the only one, else all that belongs to no host. It is
// nil if there is none of these. Of the host, it has the units of the container that the
// system is of, if it is of one.
func SourceOf(p *nixos.Project, sys *System) *Source {
	name := sys.Name
	hosts := p.Hosts()
	i := slices.IndexFunc(hosts, func(h *nixos.Host) bool {
		return h.Name == name || strings.HasPrefix(name, "nixos-system-"+h.Name+"-")
	})
	named := slices.DeleteFunc(slices.Clone(hosts), func(h *nixos.Host) bool { return h.Name == "" })
	switch {
	case i >= 0 && name != "":
		return newSource(hosts[i], sys)
	case len(named) == 1:
		return newSource(named[0], sys)
	case len(named) == 0 && len(hosts) > 0:
		return newSource(hosts[0], sys)
	}
	return nil
}

func newSource(h *nixos.Host, sys *System) *Source {
	s := &Source{Host: h, units: map[unitKey]*nixos.Unit{}}
	if sys.Container != "" {
		addContained(s.units, h, sys.Container)
	} else {
		addUnits(s.units, h)
	}
	return s
}

// unit is the unit as the project has it; nil if it says nothing of it.
func (s *Source) unit(u *Unit) *nixos.Unit { return s.units[keyOf(u)] }

// sectionOf is the section that a directive of a finding is in; "" for an
// option of NixOS.
func (u *Unit) sectionOf(key string) string {
	for _, a := range u.assignments {
		if a.Key == key {
			return a.Section
		}
	}
	own := spell.Capitalised(u.kind())
	for _, section := range []string{own, "Unit"} {
		if _, ok := directive.LookupAny(section, key); ok {
			return section
		}
	}
	return ""
}

// Sets is the place in the project that gives a directive of the unit a value
// that it was evaluated to; the zero Node if there is none.
func (s *Source) Sets(u *Unit, directive string) nixast.Node {
	of := s.unit(u)
	if of == nil {
		return nixast.Node{}
	}
	section := u.sectionOf(directive)
	if section == "" {
		return binding(of.Option(directive))
	}
	values := u.values(section, directive)
	for _, l := range of.Lines() {
		if l.Section != section || l.Key != directive || l.Origin.IsZero() {
			continue
		}
		if len(values) == 0 || !l.Known || slices.ContainsFunc(values, func(a unitfile.Assignment) bool { return a.Value == strings.TrimSpace(l.Text) }) {
			return l.Origin
		}
	}
	return nixast.Node{}
}

// Place moves a finding into the project: to the binding that set the value, or
// to the place where a module would set it. If the project does not set it, the
// finding gets a note with the overrides to write, which are among those of the
// system.
func (s *Source) Place(f Finding, overrides []Override) lint.Finding {
	out := f.Finding
	out.Related = slices.Clone(out.Related)
	out.Notes = slices.Clone(out.Notes)
	at := s.nodeFor(f)
	if at.IsZero() {
		out.Notes = append(out.Notes, lint.Note{Label: lint.LabelNote, Text: "set by nixpkgs, or by another module outside the project"})
	} else {
		out.Related = append(out.Related, lint.Related{File: f.File, Span: f.Span, Message: "as it was evaluated"})
		out.File, out.Span = at.File(), pathOf(at)
	}
	var lines []string
	for _, o := range overrides {
		if o.Unit == f.Of && slices.Contains(f.Directives(), o.Directive()) && s.Sets(f.Of, o.Directive()).IsZero() {
			lines = append(lines, o.String())
		}
	}
	if len(lines) > 0 {
		out.Notes = append(out.Notes, lint.Note{Label: lint.LabelHelp, Text: "override it:\n" + strings.Join(lines, "\n")})
	}
	return out
}

// nodeFor is the binding in the project that a finding is best reported at.
func (s *Source) nodeFor(f Finding) nixast.Node {
	for _, d := range f.Directives() {
		if n := s.Sets(f.Of, d); !n.IsZero() {
			return n
		}
	}
	of := s.unit(f.Of)
	if of == nil || slices.ContainsFunc(f.Directives(), func(d string) bool { return len(f.Of.values(f.Of.sectionOf(d), d)) > 0 }) {
		return nixast.Node{} // what is set is set elsewhere
	}
	section := ""
	if len(f.Directives()) > 0 {
		section = f.Of.sectionOf(f.Directives()[0])
	}
	site := of.Site(section)
	switch {
	case site.OK() && len(site.Siblings) > 0:
		return site.Siblings[len(site.Siblings)-1]
	case site.OK():
		for a := range site.Set.Ancestors() {
			if a.Kind() == nixast.BindingNode {
				return a
			}
		}
	}
	return of.Def().Binding
}

// pathOf is the part of a node that a person would point at.
func pathOf(n nixast.Node) nixast.Span {
	if b, ok := n.AsBinding(); ok {
		return b.Path().Span()
	}
	return n.Span()
}
