// Package audit judges units as they were evaluated or installed: by the same
// rules and the same exposure as units in Nix.
//
// A [System] is what package unitfiles put together. Its units are written as
// the NixOS module that would make them, and what the rules find in that is
// reported at the line of the unit file.
package audit

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/unitfiles"
)

// System is an evaluated or installed system.
type System struct {
	*unitfiles.System
	// Release and Version are what the system is judged by.
	Release nixos.Release
	Version directive.Version
	// Units are those of the system, by scope and name.
	Units []*Unit

	source *translated // see [System.translated]
}

// Unit is a unit of a system with all its drop-ins.
type Unit struct {
	*unitfiles.Unit
	// Upstream reports that systemd brings the unit: what it runs, and how that
	// is confined, is systemd's own choice.
	Upstream bool
	// Whole is the unit as systemd sees it; nil if it is masked or has no text.
	Whole *unitfile.Unit

	version     directive.Version
	files       []*unitfile.File
	assignments []unitfile.Assignment
	sources     []*source // by file; see [Unit.source]
}

// New takes in what unitfiles put together. The zero release and version are
// those of the system itself, or else the newest that are known.
func New(s *unitfiles.System, r nixos.Release, v directive.Version) *System {
	sys := &System{System: s, Release: r, Version: v}
	if own, err := nixos.ParseRelease(s.NixOSRelease); err == nil && r.IsZero() {
		sys.Release = own
	}
	if v == 0 {
		sys.Version = directive.Version(s.SystemdVersion)
	}
	if sys.Version == 0 && !sys.Release.IsZero() {
		sys.Version = directive.Version(sys.Release.Systemd())
	}
	if sys.Version == 0 {
		sys.Version = directive.Newest
	}
	sys.Version = min(max(sys.Version, directive.Oldest), directive.Newest)
	for _, u := range s.Units {
		sys.Units = append(sys.Units, newUnit(u, sys.Version))
	}
	slices.SortStableFunc(sys.Units, func(a, b *Unit) int {
		return cmp.Or(a.Scope.Compare(b.Scope), cmp.Compare(a.Name, b.Name))
	})
	return sys
}

// WithContainers is a system as [New] has it, with those of its containers, which have
// the name of the host.
func WithContainers(s *unitfiles.System, r nixos.Release, v directive.Version) []*System {
	all := []*System{New(s, r, v)}
	for _, c := range s.Containers {
		c.Name = s.Name
		all = append(all, New(c, r, v))
	}
	return all
}

// licensed is what systemd's own units begin with, and license the line that it is in.
const licensed = "This file is part of systemd."

var license = regexp.MustCompile(`(?m)^# *` + regexp.QuoteMeta(licensed))

func newUnit(u *unitfiles.Unit, v directive.Version) *Unit {
	unit := &Unit{Unit: u, version: v, sources: make([]*source, len(u.Files))}
	unit.files = u.Parse()
	for i, file := range unit.files {
		unit.assignments = append(unit.assignments, file.Assignments...)
		text := u.Files[i].Text
		unit.Upstream = unit.Upstream || strings.Contains(text, licensed) && license.MatchString(text)
	}
	_, known := unitfile.Upstream(u.Name, v)
	unit.Upstream = unit.Upstream || known
	if !u.Masked && len(u.Files) > 0 {
		unit.Whole = u.Merge(unit.files)
	}
	return unit
}

// kind is the suffix of the unit's name.
func (u *Unit) kind() string { return u.Name[strings.LastIndexByte(u.Name, '.')+1:] }

// values are the assignments of one directive, in order.
func (u *Unit) values(section, key string) []unitfile.Assignment {
	var found []unitfile.Assignment
	for _, a := range u.assignments {
		if a.Section == section && a.Key == key {
			found = append(found, a)
		}
	}
	return found
}

// at is where an assignment is.
func (u *Unit) at(a unitfile.Assignment) origin {
	i := max(0, slices.IndexFunc(u.Files, func(f unitfiles.File) bool { return f.Path == a.File }))
	return origin{unit: u, file: i, line: a.Line, key: a.Key}
}

// Exposure is the unit's; nil, without an error, where it has none: it is not
// a service, or it is masked. The error says why systemd does not load the unit.
func (u *Unit) Exposure() (*security.Assessment, error) {
	low, high, err := security.Exposure(0), security.Exposure(0), error(nil)
	if u.hasExposure() {
		low, high, err = security.Score(u.Whole, u.version)
	}
	if !u.hasExposure() || err != nil {
		return nil, err
	}
	return &security.Assessment{Low: low, High: high}, nil
}

// Assess is [Unit.Exposure] with what it consists of.
func (u *Unit) Assess() (*security.Assessment, error) {
	if !u.hasExposure() {
		return nil, nil
	}
	return security.Assess(u.Whole, u.version)
}

func (u *Unit) hasExposure() bool { return u.Whole != nil && u.kind() == "service" }
