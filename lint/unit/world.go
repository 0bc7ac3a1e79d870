package unit

import (
	"context"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"wardnix/lint/nixos"
	"wardnix/rules/profile"
)

// A World is what rules look at: the units of all hosts of a project.
type World struct {
	// Baselines are what units are compared with.
	Baselines []*profile.Baseline
	// Parts are the hosts with their units, in order. What is computed of one part
	// concerns no other, so that parts can be looked at side by side.
	Parts []*Part
	// Units are the units of all parts, and Confs their configuration files of
	// systemd, which are units with one section.
	Units, Confs []*Unit
	shown        *shownNeeds
	defined      func() ([]string, map[string]bool) // of Defined
}

// NewWorld reads the units of a project. It takes over the parts of an earlier world,
// which may be nil, that are as they were.
func NewWorld(p *nixos.Project, baselines []*profile.Baseline, earlier *World) *World {
	w, _ := Visit(context.Background(), p, baselines, earlier, func(int, *Part) {})
	return w
}

// Visit is [NewWorld] that calls visit for each part, with its number, as soon as it is
// read, several side by side: see [nixos.Project.Visit], whose error it returns.
func Visit(ctx context.Context, p *nixos.Project, baselines []*profile.Baseline, earlier *World, visit func(i int, part *Part)) (*World, error) {
	w := &World{Baselines: baselines, shown: &shownNeeds{}}
	if earlier != nil {
		w.shown = earlier.shown
		w.shown.limit()
	}
	var mu sync.Mutex
	byHost := map[int][]*Part{}
	err := p.Visit(ctx, func(i int, h *nixos.Host) {
		parts := w.partsOf(h, p.Complete())
		for j, part := range parts {
			parts[j] = earlier.takeOver(part)
		}
		each(parts, func(j int, part *Part) {
			part.read()
			visit(i+j, part) // only the last host has several
		})
		mu.Lock()
		defer mu.Unlock()
		byHost[i] = parts
	})
	if err != nil {
		return nil, err
	}
	for _, i := range slices.Sorted(maps.Keys(byHost)) {
		w.Parts = append(w.Parts, byHost[i]...)
	}
	for _, part := range w.Parts {
		w.Units = append(w.Units, part.Units...)
		w.Confs = append(w.Confs, part.Confs...)
	}
	w.defined = sync.OnceValues(w.findDefined)
	return w, nil
}

// partsOf are the parts that the units of a host are evaluated in.
func (w *World) partsOf(h *nixos.Host, complete bool) []*Part {
	var parts []*Part
	var first []*nixos.Host // of each part
	of := func(h *nixos.Host) *Part {
		i := slices.IndexFunc(first, h.SameGroup)
		if i < 0 {
			i, first = len(first), append(first, h)
			parts = append(parts, &Part{Baselines: w.Baselines, shown: w.shown, complete: complete})
		}
		return parts[i]
	}
	of(h).Hosts = append(of(h).Hosts, h)
	for _, u := range h.Units {
		of(u.Host).units = append(of(u.Host).units, u)
	}
	for _, u := range h.Confs {
		of(u.Host).confs = append(of(u.Host).confs, u)
	}
	return parts
}

// takeOver is the part of an earlier world that is the same as a part, or else that.
func (w *World) takeOver(part *Part) *Part {
	if w != nil {
		if i := slices.IndexFunc(w.Parts, part.same); i >= 0 {
			return w.Parts[i]
		}
	}
	part.nameUnits()
	return part
}

// Defined are the names of the units that the project defines itself, on any host.
func (w *World) Defined() []string {
	names, _ := w.defined()
	return names
}

// Defines reports whether a name is one of them.
func (w *World) Defines(name string) bool {
	_, defined := w.defined()
	return defined[name]
}

func (w *World) findDefined() (names []string, defined map[string]bool) {
	defined = map[string]bool{}
	for _, part := range w.Parts {
		for _, name := range part.definedHere() {
			if !defined[name] {
				names, defined[name] = append(names, name), true
			}
		}
	}
	return names, defined
}

// Users is the number of units with directives that are defined in a text. It looks at
// all parts: none may be looked at meanwhile.
func (w *World) Users(t nixos.Text) int {
	n := 0
	for _, part := range w.Parts {
		part.countUsers()
		n += part.users[t]
	}
	return n
}

// Each calls do for each part, as many side by side as there are processors.
func (w *World) Each(do func(i int, part *Part)) { each(w.Parts, do) }

func each(parts []*Part, do func(i int, part *Part)) {
	var workers sync.WaitGroup
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), len(parts)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(parts)); i = next.Add(1) - 1 {
				do(int(i), parts[i])
			}
		})
	}
	workers.Wait()
}

// A Part is the hosts, and the units, that are evaluated together. It knows no other part,
// so that it outlives the world that it was made for.
type Part struct {
	Hosts        []*nixos.Host
	Units, Confs []*Unit
	Baselines    []*profile.Baseline // of the world

	units, confs []*nixos.Unit
	shown        *shownNeeds
	names        map[*nixos.Host]*hostNames // of nameUnits
	users        map[nixos.Text]int         // of countUsers, once counted
	defined      []string                   // of definedHere, once known
	complete     bool                       // no other unit is there; see nixos.Options
	byName       map[string][]*Unit         // of Named, once asked for
}

// Named are the units of a name, of all hosts and service managers of the part.
func (p *Part) Named(name string) []*Unit {
	if p.byName == nil {
		p.byName = map[string][]*Unit{}
		for _, u := range p.Units {
			p.byName[u.Name] = append(p.byName[u.Name], u)
		}
	}
	return p.byName[name]
}

// same reports whether another part is of the same hosts and units.
func (p *Part) same(other *Part) bool {
	return slices.Equal(p.Hosts, other.Hosts) && slices.Equal(p.units, other.units) && slices.Equal(p.confs, other.confs)
}

// read makes the units of the part, once.
func (p *Part) read() {
	if p.Units != nil || p.Confs != nil {
		return
	}
	for _, u := range p.units {
		p.Units = append(p.Units, viewOf(u, p))
	}
	for _, u := range p.confs {
		p.Confs = append(p.Confs, viewOf(u, p))
	}
}

// Size is about how many bytes the evaluation of the hosts takes.
func (p *Part) Size() int {
	n := 0
	for _, h := range p.Hosts {
		n += h.Size()
	}
	return n
}

// Free frees the hosts of the part, and what was computed of its units. What the world has
// of it is computed before.
func (p *Part) Free() {
	p.definedHere()
	p.countUsers()
	for _, u := range slices.Concat(p.Units, p.Confs) {
		u.facts = facts{}
	}
	for _, h := range p.Hosts {
		h.Free()
	}
}

// definedHere are the names of the units that the part itself defines.
func (p *Part) definedHere() []string {
	if p.defined == nil {
		p.defined = []string{}
		for _, u := range p.Units {
			if !u.Pattern && !u.IsOverride() {
				p.defined = append(p.defined, u.Name)
			}
		}
	}
	return p.defined
}

// countUsers counts the units that use each text, once.
func (p *Part) countUsers() {
	if p.users != nil {
		return
	}
	p.users = map[nixos.Text]int{}
	for _, u := range p.Units {
		for _, section := range u.Sections() {
			for _, t := range u.WrittenIn(section) {
				p.users[t]++
			}
		}
	}
}

// shownNeeds are the needs that texts show. They are kept: hosts share scripts, and a
// search of a long one is slow.
type shownNeeds struct {
	mu    sync.RWMutex
	known map[string]profile.NeedSet // by text
}

// mostTexts is how many texts are kept for a later state of a project.
const mostTexts = 50_000

// limit forgets the texts if there are too many.
func (s *shownNeeds) limit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) > mostTexts {
		s.known = nil
	}
}

// by are the needs that a text shows.
func (s *shownNeeds) by(text string) profile.NeedSet {
	s.mu.RLock()
	shown, ok := s.known[text]
	s.mu.RUnlock()
	if ok {
		return shown
	}
	shown = profile.ShownBy(text)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[string]profile.NeedSet{}
	}
	s.known[text] = shown
	return shown
}
