package unit

import (
	"regexp"
	"runtime"
	"sync"
	"sync/atomic"

	"wardnix/lint/nixos"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// A World is what rules look at: the units of all hosts of a project.
type World struct {
	// Baselines are what units are compared with.
	Baselines []*profile.Baseline
	// Parts are the hosts with their units, in order. What is asked of one part
	// touches no other, so that parts can be looked at side by side.
	Parts []*Part
	// Units are the units of all parts, and Confs their configuration files of
	// systemd, which are units with one section.
	Units, Confs []*Unit
	users        func() map[nixos.Text]int
	names        sync.Map // of namesOn
	matched      sync.Map // of matches
}

// search is an expression and the text to match it against.
type search struct {
	expr *regexp.Regexp
	text string
}

// matches reports whether the expression matches in the text. The answer is kept: hosts
// share scripts, needs share expressions, and a search of a long script is slow.
func (w *World) matches(expr *regexp.Regexp, text string) bool {
	s := search{expr, text}
	if known, ok := w.matched.Load(s); ok {
		return known.(bool)
	}
	found := expr.MatchString(text)
	w.matched.Store(s, found)
	return found
}

// Users is the number of units with directives that are defined in a text. It looks at
// all parts: none may be looked at meanwhile.
func (w *World) Users(t nixos.Text) int { return w.users()[t] }

// countUsers counts the units that use each text.
func (w *World) countUsers() map[nixos.Text]int {
	users := map[nixos.Text]int{}
	for _, u := range w.Units {
		for _, section := range u.Sections() {
			for _, t := range u.WrittenIn(section) {
				users[t]++
			}
		}
	}
	return users
}

// A Part is the hosts, and the units, that share an evaluator.
type Part struct {
	Hosts        []*nixos.Host
	Units, Confs []*Unit
	units, confs []*nixos.Unit
}

// NewWorld reads the units of a project.
func NewWorld(p *nixos.Project, baselines []*profile.Baseline) *World {
	w := &World{Baselines: baselines}
	w.users = sync.OnceValue(w.countUsers)
	parts := map[*eval.Evaluator]*Part{}
	of := func(h *nixos.Host) *Part {
		part := parts[h.Evaluator()]
		if part == nil {
			part = &Part{}
			parts[h.Evaluator()] = part
			w.Parts = append(w.Parts, part)
		}
		return part
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
	w.Each(func(_ int, part *Part) { part.read(w) })
	for _, part := range w.Parts {
		w.Units = append(w.Units, part.Units...)
		w.Confs = append(w.Confs, part.Confs...)
	}
	return w
}

// read makes the units of the part.
func (p *Part) read(w *World) {
	for _, u := range p.units {
		p.Units = append(p.Units, viewOf(u, w))
	}
	for _, u := range p.confs {
		p.Confs = append(p.Confs, viewOf(u, w))
	}
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
