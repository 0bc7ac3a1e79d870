package workspace

import (
	"slices"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// A Place is where an editor's cursor is.
type Place struct {
	// File is the text as it is now, which may have syntax errors, and Offset the place
	// in it.
	File   *nixast.File
	Offset int
	// Name is the name of the file in the snapshot, and Was the place in its text there.
	Name string
	Was  int
}

// A situation is what a place is in.
type situation struct {
	nixos.Spot
	nixos.Meant
	// sure says that Meant is known.
	sure bool
	// units are those that the place is a part of, a host each.
	units []*note
	// version is the systemd of the first unit, else of a host with the file.
	version directive.Version
}

// situationAt finds out what a place is in: by the names around it, and by what
// the snapshot evaluated, for sets that are written elsewhere than they are used.
func (s *Snapshot) situationAt(p Place) situation {
	at := situation{Spot: nixos.SpotAt(p.File, p.Offset), version: directive.Newest}
	at.Meant, at.sure = at.Spot.Meant()
	tree := s.Tree(p.Name)
	if tree == nil {
		return at
	}
	if hosts := s.hostsOf(tree); len(hosts) > 0 {
		at.version = hosts[0].Version()
	}
	set := nixos.SpotAt(tree, p.Was).Set
	for _, u := range s.unitsOf(tree) {
		section, holds := "", false
		if !at.sure || at.Section != "" && at.Unit == "" {
			section, holds = u.sets[set]
		}
		if !holds && !defines(u, tree, p.Was) {
			continue
		}
		at.units = append(at.units, u)
		if holds && (!at.sure || at.Section == section) {
			at.Meant, at.sure = nixos.Meant{Unit: u.Name, Type: u.Type(), Section: section, Rest: below(set, at.Spot)}, true
		}
	}
	if at.sure && at.Unit != "" {
		named := func(u *note) bool { return u.Name == at.Unit || u.Pattern }
		if slices.ContainsFunc(at.units, named) {
			at.units = slices.DeleteFunc(at.units, func(u *note) bool { return !named(u) })
		}
	}
	if len(at.units) > 0 {
		at.version = at.units[0].Host.Version()
	}
	return at
}

// below are the names of a spot below a set literal around it, which may be of an
// earlier text.
func below(set nixast.Node, spot nixos.Spot) []string {
	depth := 0
	for n := range set.Ancestors() {
		if b, ok := n.AsBinding(); ok {
			depth += len(slices.Collect(b.Path().Attrs()))
		}
	}
	return spot.Path[min(depth, len(spot.Path)):]
}

// defines reports whether an offset of a file is in a definition of a unit.
func defines(u *note, f *nixast.File, offset int) bool {
	return slices.ContainsFunc(u.Bindings(), func(b nixast.Node) bool {
		return !b.IsZero() && b.File() == f && b.Span().Start <= offset && offset <= b.Span().End
	})
}

// hostsOf are the hosts that a file is a part of.
func (s *Snapshot) hostsOf(f *nixast.File) []*nixos.Host {
	var hosts []*nixos.Host
	for _, h := range s.workspace.Project.Hosts() {
		if slices.ContainsFunc(h.Files, func(x *nixos.File) bool { return x.Name == f.Name }) {
			hosts = append(hosts, h)
		}
	}
	return hosts
}

// unitsOf are the units that a file has a part in, with the configuration files.
func (s *Snapshot) unitsOf(f *nixast.File) []*note {
	if units, ok := s.units[f.Name]; ok {
		return units
	}
	var units []*note
	for _, h := range s.hostsOf(f) {
		for _, u := range slices.Concat(h.Units, h.Confs) {
			if n := s.note(u); slices.Contains(n.files, f.Name) {
				units = append(units, n)
			}
		}
	}
	if s.units == nil {
		s.units = map[string][]*note{}
	}
	s.units[f.Name] = units
	return units
}

// view is a unit as rules see it.
func (s *Snapshot) view(u *nixos.Unit) *unit.Unit { return unit.New(u, s.workspace.baselines) }

// directive is the directive that a situation is about; false if it is about none.
func (at *situation) directive() (*directive.Directive, bool) {
	key := at.Name
	if len(at.Rest) > 0 {
		key = at.Rest[0]
	}
	if !at.sure || at.Section == "" || key == "" {
		return nil, false
	}
	return directive.Lookup(at.Section, key, at.version)
}
