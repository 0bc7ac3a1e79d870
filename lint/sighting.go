package lint

import (
	"slices"
	"strings"
	"sync"

	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// sightings are what the rules find in the units of a state of a project. Of the next
// state, only the units that a round of fixes concerns are looked at.
type sightings struct {
	mu      sync.Mutex
	parts   map[int]*partSightings // by number; parts keep their order from one state to the next
	before  *sightings             // of the state before; nil if all units are to be looked at
	concern *concern               // what the fixes between the states changed
}

// sighted is a unit of a part. Units keep their order from one state to the next.
type sighted struct {
	unit.Ref
	nth  int // which of the units with this reference
	conf bool
}

// change is how a part differs from that in the state before.
type change uint8

const (
	noChange change = iota
	newText         // it has units of the same names
	newNames        // others may have to do with what appeared or vanished
)

// after are sightings of the state that fixes make.
func (s *sightings) after(c *concern) *sightings { return &sightings{before: s, concern: c} }

// part are the sightings of a part of the project; those of nil remember nothing.
func (s *sightings) part(number int, c change) *partSightings {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var before *partSightings
	if s.before != nil {
		before = s.before.parts[number]
	}
	p := before
	if p == nil || c != noChange {
		p = &partSightings{nth: map[sighted]int{}, found: map[sighted][]Finding{}}
	}
	if c == newText && before != nil {
		p.before, p.concern = before.found, s.concern
	}
	if s.parts == nil {
		s.parts = map[int]*partSightings{}
	}
	s.parts[number] = p
	return p
}

// end forgets the state before.
func (s *sightings) end() {
	if s == nil {
		return
	}
	for _, p := range s.parts {
		p.before, p.concern, p.nth = nil, nil, nil
	}
	s.before, s.concern = nil, nil
}

// partSightings are those of one part of the project, for one goroutine.
type partSightings struct {
	before  map[sighted][]Finding
	concern *concern
	nth     map[sighted]int
	found   map[sighted][]Finding
}

// look has rules look at a unit with one of their checks. What they found before is kept
// if nothing that concerns the unit was changed.
func (p *partSightings) look(u *unit.Unit, conf bool, passes []*Pass, check func(*Rule) func(*Pass, *unit.Unit)) {
	if p == nil {
		lookAt(u, passes, check)
		return
	}
	at := sighted{Ref: u.Self()[0], conf: conf}
	p.nth[at]++
	at.nth = p.nth[at]
	if found, ok := p.kept(at, u); ok {
		p.found[at] = found
		for _, f := range found {
			i := slices.IndexFunc(passes, func(p *Pass) bool { return p.rule == f.Rule })
			passes[i].found = append(passes[i].found, f)
		}
		return
	}
	if found, whole := lookAt(u, passes, check); whole {
		p.found[at] = found
	}
}

// lookAt has rules look at a unit, and forgets what is known of it. It returns what they
// find; whole is false if they look at more of the project later.
func lookAt(u *unit.Unit, passes []*Pass, check func(*Rule) func(*Pass, *unit.Unit)) (found []Finding, whole bool) {
	whole = true
	for _, p := range passes {
		if look := check(p.rule); look != nil {
			before, later := len(p.found), len(p.later)
			look(p, u)
			found = append(found, p.found[before:]...)
			whole = whole && len(p.later) == later
		}
	}
	u.Forget()
	return found, whole
}

// kept is what was found in a unit before, if that is the same now.
func (p *partSightings) kept(at sighted, u *unit.Unit) (found []Finding, ok bool) {
	found, ok = p.before[at]
	return found, ok && !p.concern.has(u.Unit) && !slices.ContainsFunc(found, p.concern.edited)
}

// changed are the units that are to be looked at again after fixes, and those that are to
// be evaluated again for it.
func (s *sightings) changed(c *concern) func(*nixos.Unit) bool {
	known := map[unit.Ref]bool{} // false if a finding is in an edited file
	for _, p := range s.parts {
		for at, found := range p.found {
			still, seen := known[at.Ref]
			known[at.Ref] = (still || !seen) && !slices.ContainsFunc(found, c.edited)
		}
	}
	return func(u *nixos.Unit) bool { return !known[unit.RefTo(u)[0]] || c.has(u) || c.hasValue(u) }
}

// A concern is what a round of fixes may have changed for the rules. It relies on the
// proof that the fixes changed nothing that they do not name.
type concern struct {
	files map[string]bool     // that were edited: places in them have moved
	units map[unit.Ref]bool   // that the fixes name
	hosts map[string]bool     // of which every unit is concerned
	kin   map[string][]string // by host: names of units that others may look at
}

// concernOf is what fixes may change.
func concernOf(fixes []chosen) *concern {
	c := &concern{map[string]bool{}, map[unit.Ref]bool{}, map[string]bool{}, map[string][]string{}}
	for _, x := range fixes {
		for _, e := range x.Edits {
			c.files[e.File.Name] = true
		}
		for _, r := range slices.Concat(x.Units, x.About, x.Changes) {
			c.add(r)
		}
	}
	return c
}

// manyKin is how many names the lines of all units are searched for.
const manyKin = 20

// joining are the settings that matter to units which are not of the same name and do
// not name the unit that has them.
var joining = [...]string{"Alias", "aliases", "JoinsNamespaceOf", "NetworkNamespacePath", "Service", "Unit"}

// add adds what a setting matters to. An option of a host may matter to all of its units.
// Settings of a service matter to no other unit; those by which units refer to each other
// concern units of the same name, and those that name this one.
func (c *concern) add(r unit.Ref) {
	c.units[unit.Ref{Host: r.Host, Scope: r.Scope, Unit: r.Unit}] = true
	name := nameOf(r.Unit)
	switch {
	case r.Unit == "" || slices.Contains(joining[:], r.Key):
		c.hosts[r.Host] = true
	case r.Key == "" || r.Section == "Service" || slices.Contains(c.kin[r.Host], name):
	case len(c.kin[r.Host]) == manyKin:
		c.hosts[r.Host] = true
	default:
		c.kin[r.Host] = append(c.kin[r.Host], name)
	}
}

// nameOf is the name of a unit without its type and instance.
func nameOf(name string) string {
	name = name[:max(strings.LastIndexByte(name, '.'), 0)]
	name, _, _ = strings.Cut(name, "@")
	return name
}

// has reports whether the rules are to look at a unit again.
func (c *concern) has(u *nixos.Unit) bool {
	return c.hosts[u.Host.Name] || c.units[unit.RefTo(u)[0]] || c.hasKin(u) ||
		slices.ContainsFunc(u.Files(), func(f *nixos.File) bool { return c.files[f.Name] })
}

// hasValue reports whether a value in a unit is written in an edited file.
func (c *concern) hasValue(u *nixos.Unit) bool {
	edited := func(v *eval.Thunk) bool {
		if v == nil {
			return false
		}
		at := u.Host.Evaluator().Force(v).Origin()
		return !at.IsZero() && c.files[at.File().Name]
	}
	return slices.ContainsFunc(u.Lines(), func(l nixos.Line) bool { return edited(l.Value) }) ||
		slices.ContainsFunc(u.Option().Attrs(), func(o *nixos.Option) bool {
			return slices.ContainsFunc(o.Defs, func(d *nixos.Def) bool { return edited(d.Value) })
		})
}

func (c *concern) hasKin(u *nixos.Unit) bool {
	return slices.ContainsFunc(c.kin[u.Host.Name], func(name string) bool {
		return nameOf(u.Name) == name || slices.ContainsFunc(u.Lines(), func(l nixos.Line) bool { return strings.Contains(l.Shown, name) })
	})
}

// edited reports whether a finding, or a fix of it, is in an edited file.
func (c *concern) edited(f Finding) bool {
	has := func(f *nixast.File) bool { return f != nil && c.files[f.Name] }
	return has(f.File) || slices.ContainsFunc(f.Related, func(r Related) bool { return has(r.File) }) ||
		slices.ContainsFunc(f.Fixes, func(x Fix) bool {
			return slices.ContainsFunc(x.Edits, func(e FileEdit) bool { return has(e.File) })
		}) ||
		f.Sharing != nil && slices.ContainsFunc(f.Sharing.Sites, func(s nixos.Site) bool { return s.OK() && has(s.Set.File()) })
}
