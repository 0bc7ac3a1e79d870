package workspace

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// A UnitPlace is where a file defines a unit, or a part of it, first.
type UnitPlace struct {
	// Unit is the full name; a unit of several hosts is there once.
	Unit  string
	Hosts []string
	File  *nixast.File
	// Whole is the definition, and Name its name.
	Whole, Name nixast.Span

	units []*note
}

// UnitsIn are the units that a file has a part in, in order of their places.
func (s *Snapshot) UnitsIn(name string) []UnitPlace {
	tree := s.Tree(name)
	if tree == nil {
		return nil
	}
	var all []UnitPlace
	for _, u := range s.unitsOf(tree) {
		for _, b := range u.Bindings() {
			if b.IsZero() || b.File() != tree || u.Style == nixos.ConfStyle {
				continue
			}
			i := slices.IndexFunc(all, func(p UnitPlace) bool { return p.Unit == u.Name })
			if i < 0 {
				i = len(all)
				_, span := b.Place()
				all = append(all, UnitPlace{Unit: u.Name, File: tree, Whole: b.Span(), Name: span})
			}
			all[i].Hosts = append(all[i].Hosts, u.Host.Name)
			all[i].units = append(all[i].units, u)
			break
		}
	}
	slices.SortStableFunc(all, func(a, b UnitPlace) int { return a.Whole.Start - b.Whole.Start })
	return all
}

// Units are the units of all hosts whose names contain a text, each at its first
// definition.
func (s *Snapshot) Units(query string) []UnitPlace {
	seen := map[string]bool{}
	var all []UnitPlace
	for _, h := range s.workspace.Project.Hosts() {
		for _, u := range h.Units {
			if seen[u.Name] || !strings.Contains(u.Name, query) {
				continue
			}
			at := u.Bindings()[0]
			if at.IsZero() {
				continue
			}
			seen[u.Name] = true
			f, span := at.Place()
			all = append(all, UnitPlace{Unit: u.Name, Hosts: []string{h.Name}, File: f, Whole: at.Span(), Name: span})
		}
	}
	return all
}

// Exposure says how exposed a unit is, and would be with the fixes of the snapshot's
// findings; "" for what is not a service.
func (s *Snapshot) Exposure(p UnitPlace) string {
	low, high := security.Exposure(-1), security.Exposure(-1)
	for _, u := range p.units {
		if !u.scorable {
			continue
		}
		if a, err := security.Assess(u.whole, u.Host.Version()); err == nil {
			if low < 0 || a.Low < low {
				low = a.Low
			}
			high = max(high, a.High)
		}
	}
	if high < 0 {
		return ""
	}
	text := "exposure " + exposureText(&security.Assessment{Low: low, High: high})
	for _, f := range s.findings {
		if f.Exposure != nil && slices.ContainsFunc(f.Units, func(r unit.Ref) bool { return r.Unit == p.Unit && slices.Contains(p.Hosts, r.Host) }) {
			return fmt.Sprintf("%s → %s with safe fixes, %s with all", text, f.Exposure.Safe, f.Exposure.All)
		}
	}
	return text
}

// A Mention is a place of a file.
type Mention struct {
	File *nixast.File
	Span nixast.Span
}

// Definitions are the places that contribute to what a place is about, on all hosts: to a
// setting or an option of a unit, or to the unit; in a string, to the unit of that
// name.
func (s *Snapshot) Definitions(p Place) []Mention {
	at := s.situationAt(p)
	if name, ok := s.unitNamed(p); ok {
		return s.definitionsOf(func(u *nixos.Unit) bool { return u.Name == name })
	}
	var all mentions
	for _, u := range at.units {
		borrow(u.Host, func() {
			option := u.Option()
			if d, ok := at.directive(); ok {
				option = u.Directive(at.Section, d.Name)
			} else if at.sure && at.Section == "" && len(at.Rest) > 0 {
				option = u.Option(at.Rest[0])
			}
			all.add(bindingsOf(option.Defs))
			all.add(bindingsOf(option.Overridden))
		})
	}
	return all.found
}

func bindingsOf(defs []*nixos.Def) []nixast.Node {
	var all []nixast.Node
	for _, d := range defs {
		all = append(all, d.Binding)
	}
	return all
}

// References are the places that contribute to the unit that a place is about, and those
// that name it in other units.
func (s *Snapshot) References(p Place) []Mention {
	name, ok := s.unitNamed(p)
	if !ok {
		at := s.situationAt(p)
		if len(at.units) == 0 {
			return nil
		}
		name = at.units[0].Name
	}
	all := mentions{found: s.definitionsOf(func(u *nixos.Unit) bool { return u.Name == name })}
	s.visit(func(h *nixos.Host) {
		for _, u := range h.Units {
			for _, l := range u.Lines() {
				if l.Def == nil || !strings.Contains(l.Text, name) || !slices.Contains(strings.Fields(l.Text), name) {
					continue
				}
				if d, known := directive.LookupAny(l.Section, l.Key); known && namesUnits(d.Kind) {
					f, span := s.view(u).LinePlace(l)
					all.put(f, span)
				}
			}
		}
	})
	return all.found
}

// namesUnits reports whether the values of a kind are names of units.
func namesUnits(k directive.Kind) bool {
	switch k {
	case directive.KindUnits, directive.KindUnit, directive.KindInstall, directive.KindService, directive.KindSockets, directive.KindSlice:
		return true
	}
	return false
}

// unitNamed is the unit of the project that a string at a place names.
func (s *Snapshot) unitNamed(p Place) (string, bool) {
	w := writtenAt(p.File, p.Offset)
	if !w.quoted {
		return "", false
	}
	name := p.File.Src[w.span.Start:w.span.End]
	for _, h := range s.workspace.Project.Hosts() {
		if slices.ContainsFunc(h.Units, func(u *nixos.Unit) bool { return u.Name == name }) {
			return name, true
		}
	}
	return "", false
}

// definitionsOf are the definitions of units.
func (s *Snapshot) definitionsOf(which func(*nixos.Unit) bool) []Mention {
	var all mentions
	for _, h := range s.workspace.Project.Hosts() {
		for _, u := range h.Units {
			if which(u) {
				all.add(u.Bindings())
			}
		}
	}
	return all.found
}

// mentions are places, each once.
type mentions struct{ found []Mention }

// add adds the names of bindings.
func (m *mentions) add(bindings []nixast.Node) {
	for _, b := range bindings {
		if !b.IsZero() {
			m.put(b.Place())
		}
	}
}

func (m *mentions) put(f *nixast.File, span nixast.Span) {
	if one := (Mention{f, span}); f != nil && !slices.Contains(m.found, one) {
		m.found = append(m.found, one)
	}
}
