package unit

import (
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
	w := &World{Baselines: baselines, shown: &shownNeeds{}}
	if earlier != nil {
		w.shown = earlier.shown
		w.shown.limit()
	}
	var first []*nixos.Host // of each part
	of := func(h *nixos.Host) *Part {
		i := slices.IndexFunc(first, h.SameGroup)
		if i < 0 {
			i, first = len(first), append(first, h)
			w.Parts = append(w.Parts, &Part{Baselines: baselines, shown: w.shown, complete: p.Complete()})
		}
		return w.Parts[i]
	}
	for _, h := range p.Hosts() {
		of(h).Hosts = append(of(h).Hosts, h)
		for _, u := range h.Units {
			of(u.Host).units = append(of(u.Host).units, u)
		}
		for _, u := range h.Confs {
			of(u.Host).confs = append(of(u.Host).confs, u)
		}
	}
	for i, part := range w.Parts {
		if earlier != nil {
			if j := slices.IndexFunc(earlier.Parts, part.same); j >= 0 {
				w.Parts[i] = earlier.Parts[j]
				continue
			}
		}
		part.nameUnits()
	}
	w.Each(func(_ int, part *Part) { part.read() })
	for _, part := range w.Parts {
		w.Units = append(w.Units, part.Units...)
		w.Confs = append(w.Confs, part.Confs...)
	}
	w.defined = sync.OnceValues(w.findDefined)
	return w
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
		if part.users == nil {
			part.countUsers()
		}
		n += part.users[t]
	}
	return n
}

// Each calls do for each part, as many side by side as there are processors.
func (w *World) Each(do func(i int, part *Part)) {
	var workers sync.WaitGroup
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), len(w.Parts)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(w.Parts)); i = next.Add(1) - 1 {
				do(int(i), w.Parts[i])
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
	users        map[nixos.Text]int         // of countUsers
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

// read makes the units of the part.
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

// countUsers counts the units that use each text.
func (p *Part) countUsers() {
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
