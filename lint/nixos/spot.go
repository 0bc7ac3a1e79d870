package nixos

import (
	"slices"
	"strings"

	"wardnix/lint/spell"
	"wardnix/lint/systemd/directive"
	"wardnix/nixast"
)

// A Spot is a place of a file, as far as the names around it say what it is. It needs no
// evaluation, and the file may have syntax errors.
type Spot struct {
	// Path are the names of the bindings around the place, outermost first: of the
	// option that it is in, without the one that the place is in if InName.
	Path []string
	// InName says that a name is or can be written there; Name is that name, if there
	// is one, and Span where it is written.
	InName bool
	Name   string
	Span   nixast.Span
	// Binding is the innermost binding around; the zero one if there is none.
	Binding nixast.Binding
	// Set is the innermost set literal around; the zero Node if there is none.
	Set nixast.Node
}

// SpotAt is what the names around an offset say.
func SpotAt(f *nixast.File, offset int) Spot {
	s := Spot{Span: nixast.Span{Start: offset, End: offset}}
	for n := range f.Root().Descendants() {
		span := n.Span()
		if span.Start > offset {
			break
		}
		if span.End < offset {
			continue
		}
		switch b, isBinding := n.AsBinding(); {
		case n.Kind() == nixast.AttrSet && span.Start < offset && (offset < span.End || n.OwnToken(nixast.RCurly).IsZero()):
			s.Set, s.InName, s.Name, s.Span = n, true, "", nixast.Span{Start: offset, End: offset}
		case isBinding && s.enter(b, offset):
			return s
		}
	}
	return s
}

// enter goes into a binding; true if the place is in its path.
func (s *Spot) enter(b nixast.Binding, offset int) bool {
	path := b.Path().Span()
	if offset > path.End {
		if end := b.OwnToken(nixast.Semicolon); !end.IsZero() && offset >= end.Span().End || offset < b.Value().Span().Start && b.OwnToken(nixast.Assign).IsZero() {
			return false // after it
		}
	}
	s.Binding, s.InName, s.Name = b, false, ""
	for a := range b.Path().Attrs() {
		name, known := a.AttrName()
		if !known {
			name = a.Text()
		}
		if span := a.Span(); span.Start <= offset && offset <= span.End {
			s.InName, s.Name, s.Span = true, name, span
			return true
		}
		if a.Span().Start > offset { // at the dot
			s.InName = true
			return true
		}
		s.Path = append(s.Path, name)
	}
	return false
}

// A Meant is what a path of names leads to: a setting of a unit or of a configuration
// file of systemd, or an option of a unit.
type Meant struct {
	// Unit is the full name of the unit or file; "" if the names do not say it.
	Unit string
	// Type is the kind of unit, such as "service"; "" for a configuration file, or if
	// the names do not say it.
	Type string
	// Section is that of a directive; "" for an option of the unit.
	Section string
	// Rest are the names below the section, or below the unit.
	Rest []string
}

// Meant is what the names of a spot lead to; false if they are of nothing that systemd
// knows.
func (s Spot) Meant() (Meant, bool) { return meantBy(s.Path) }

func meantBy(path []string) (Meant, bool) {
	for i := len(path) - 1; i >= 0; i-- {
		section := spell.Capitalised(strings.TrimSuffix(path[i], "Config"))
		if !strings.HasSuffix(path[i], "Config") || !directive.IsSection(section) {
			continue
		}
		m := Meant{Section: section, Rest: path[i+1:]}
		if t := strings.ToLower(section); OwnSection(t) != "" {
			m.Type = t
		}
		if i >= 2 {
			m.nameUnit(path[i-2], path[i-1])
		} else if i == 1 {
			m.nameUnit(path[0], "")
		}
		return m, true
	}
	for i := range path {
		if m, ok := confMeant(path[i:]); ok {
			return m, true
		}
		if managed := i > 0 && (path[i-1] == "systemd" || path[i-1] == "user"); managed && i+1 < len(path) {
			m := Meant{Rest: path[i+2:]}
			if m.nameUnit(path[i], path[i+1]) {
				m.homeManager(path[i-1])
				return m, true
			}
		}
	}
	return Meant{}, false
}

// nameUnit notes the unit by the option that has it and its name there.
func (m *Meant) nameUnit(option, name string) bool {
	at := slices.IndexFunc(unitSets[:], func(s unitSet) bool { return s.option == option })
	if at < 0 {
		return false
	}
	m.Type = unitSets[at].unitType
	if name != "" && !strings.Contains(name, "${") {
		m.Unit = name + "." + m.Type
	}
	return true
}

// homeManager takes a section in the style of home-manager.
func (m *Meant) homeManager(manager string) {
	if manager == "user" && len(m.Rest) > 0 && slices.Contains(sectionsOf(m.Type), m.Rest[0]) {
		m.Section, m.Rest = m.Rest[0], m.Rest[1:]
	}
}

// confMeant is what a path from the root leads to if it is that of a set of settings
// of a configuration file.
func confMeant(path []string) (Meant, bool) {
	for i := range confOptions {
		c := &confOptions[i]
		if n := len(c.path); n > 0 && c.key == "" && !c.text && len(path) >= n && slices.EqualFunc(c.path, path[:n], func(a, b string) bool { return a == b || a == "*" }) {
			return Meant{Unit: c.file, Section: c.section, Rest: path[n:]}, true
		}
	}
	return Meant{}, false
}
