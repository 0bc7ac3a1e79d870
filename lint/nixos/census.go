package nixos

import (
	"context"
	"path"
	"slices"
	"strings"
	"sync"

	"wardnix/nixast/eval"
)

// Steps for one question to an evaluator. A host is worth more than one of the
// modules that no host uses: there, most of what takes long is a computation
// with values that are not known, and comes to nothing.
const (
	stepsOfHost = 1_000_000
	stepsOfRest = 20_000
)

// What one host may take, beyond what the sources of the project allow it; all hosts
// together may take hostsInAll times as much. Hosts of real projects take up to
// 60,000 steps, and all modules of nixpkgs a million.
const (
	hostSteps  = 3_000_000
	hostBytes  = 96 << 20
	hostsInAll = 12
)

// All rules look at each unit, so the units of all hosts are bounded, too: to so many, and
// one more for so many bytes of the sources.
const (
	mostUnits  = 3_000
	unitSource = 50
)

// newEvaluator makes an evaluator for one host that may follow all files of a
// project, next to that of an earlier state, which may be nil.
func newEvaluator(ctx context.Context, v *view, steps int, earlier *eval.Evaluator) *eval.Evaluator {
	p := v.now()
	size := p.size()
	return eval.New(eval.Options{
		Importer: v,
		Release:  p.opts.Release.String(), // of all hosts, since it was asked for
		Limits:   eval.Limits{Steps: steps},
		Budget:   eval.NewBudget(ctx, hostSteps+size, hostBytes+16*size),
		Earlier:  earlier,
	})
}

// An origin is where a project describes a host.
type origin struct {
	root   *root
	config string // the file that is its configuration, or else
	hive   string // the file of the network that it is in, or else
	system        // what its flake.nix outputs
}

func (o origin) name() string {
	if o.config != "" && o.system.name == "" {
		return path.Base(strings.TrimSuffix(o.config, ".nix"))
	}
	return o.system.name
}

// A scout finds the hosts of a root.
type scout struct {
	view  *view
	found []origin
	hides bool // there may be hosts that are not in sight
}

// newScout finds what the flake.nix of a root outputs, else its configuration.nix.
func newScout(ctx context.Context, p *Project, r *root) *scout {
	s := &scout{view: newView(p)}
	if f := s.view.file(p.name(path.Join(r.dir, "flake.nix"))); f != nil {
		fl := newFlake(s.view, r, f, newEvaluator(ctx, s.view, stepsOfHost, nil))
		for _, found := range fl.systems() {
			s.found = append(s.found, origin{root: r, system: found})
		}
		for _, o := range fl.conventional(len(s.found) > 0) {
			if !slices.ContainsFunc(s.found, func(known origin) bool { return known.name() == o.name() }) {
				o.root = r
				s.found = append(s.found, o)
			}
		}
		s.hides = fl.hides()
		return s
	}
	for _, name := range []string{"configuration.nix", "nixos/configuration.nix"} {
		if f := s.view.file(p.name(path.Join(r.dir, name))); f != nil {
			s.found = []origin{{root: r, config: f.Name}}
			return s
		}
	}
	for _, name := range hiveFiles {
		if f := s.view.file(p.name(path.Join(r.dir, name))); f != nil {
			for _, found := range hiveOf(s.view, r, newEvaluator(ctx, s.view, stepsOfHost, nil), f).systems() {
				s.found = append(s.found, origin{root: r, hive: f.Name, system: found})
			}
		}
	}
	return s
}

// open evaluates a host, or what is left of it to evaluate. One of which all was left can
// be freed.
func (o origin) open(ctx context.Context, p *Project, r remains) *Host {
	v := newView(p)
	h := o.evaluate(ctx, v, r)
	r.addTo(h, p)
	if r.old == nil {
		h.again = func() *Host { return o.evaluate(context.Background(), v, remains{}) }
	}
	return h
}

// evaluate evaluates a host as a view has the project.
func (o origin) evaluate(ctx context.Context, v *view, r remains) *Host {
	ev := newEvaluator(ctx, v, stepsOfHost, r.evaluator())
	var w *world
	var input string
	switch {
	case o.hive != "":
		w, input = hiveOf(v, o.root, ev, v.file(o.hive)).world(o.system)
	case o.config != "" && o.system.name == "":
		f := v.file(o.config)
		w = newWorld(v, ev)
		w.complete = true
		w.collect([]pendingModule{{value: ev.File(f.Tree), file: f, whole: true}})
	default:
		f := v.file(v.now().name(path.Join(o.root.dir, "flake.nix")))
		fl := newFlake(v, o.root, f, ev)
		if o.config != "" {
			w = fl.conventionalWorld(o.config)
		} else {
			w, input = fl.world(o.system)
		}
	}
	w.share.names = r.names
	h := newHost(o.name(), w, v.pins(o.root), input)
	h.finish()
	return h
}

// A census is all hosts of a project, and what they were made from.
type census struct {
	scouts []*scout // by root
	found  []origin
	hosts  []*Host // of found
	rest   *rest
}

// all are the hosts, and last the rest, if that is not released.
func (c *census) all() []*Host {
	hosts := slices.Clip(c.hosts)
	if c.rest.host == nil {
		return hosts
	}
	return append(hosts, c.rest.host)
}

// release frees what changes concern: hosts, and the rest, which cannot be evaluated again.
func (c *census) release(since changes) {
	for i, o := range c.found {
		if c.kept(o, since) == nil {
			c.hosts[i].Free()
		}
	}
	if c.rest.outdated(since) {
		c.rest = &rest{}
	}
}

// newCensus evaluates the hosts of a project side by side, and puts the files that
// none of them uses into one more. What changes since an older census do not concern
// is taken over; old may be nil. It calls visit for each as [Project.Visit] does.
func newCensus(ctx context.Context, p *Project, old *census, since changes, visit func(i int, h *Host)) *census {
	c := &census{scouts: make([]*scout, len(p.roots))}
	for i, r := range p.roots {
		if old != nil && i < len(old.scouts) && !old.scouts[i].view.concern(since) {
			c.scouts[i] = old.scouts[i]
			c.scouts[i].view.move(p)
		} else {
			c.scouts[i] = newScout(ctx, p, r)
		}
		for _, o := range c.scouts[i].found {
			o.root = r
			c.found = append(c.found, o)
		}
	}
	if p.near != nil {
		c.found = slices.DeleteFunc(c.found, func(o origin) bool { return old.kept(o, since) == nil && !p.near(o.name()) })
	}
	c.evaluate(ctx, p, old, since, visit)
	if p.near == nil {
		c.rest = c.restOf(ctx, p, old, since)
	} else {
		c.rest = c.restNear(p, old, since)
	}
	visit(len(c.hosts), c.rest.host)
	return c
}

// kept is the host of an origin if no change concerns it; else nil.
func (c *census) kept(o origin, since changes) *Host {
	if h := c.host(o); h != nil && h.unfinished == nil && !h.concern(since) {
		return h
	}
	return nil
}

// evaluate makes the hosts, and has them visited. Those that are beyond what all may take
// together, in their order, are dropped.
func (c *census) evaluate(ctx context.Context, p *Project, old *census, since changes, visit func(i int, h *Host)) {
	t := newTurns(p, c.found)
	each(p.opts.Workers, len(c.found), func(i int) {
		h := old.kept(c.found[i], since)
		switch {
		case t.full():
			h = nil
		case h != nil:
			h.move(p)
		default:
			h = c.found[i].open(ctx, p, p.remainsOf(old.host(c.found[i])))
		}
		for i, end := t.end(i, h); i < end; i++ {
			visit(i, t.hosts[i])
		}
	})
	c.hosts = t.hosts
}

// turns put hosts that are evaluated side by side back into their order: only once those
// before a host are known is it known whether there is room for it.
type turns struct {
	project *Project
	found   []origin
	mu      sync.Mutex
	ended   []bool  // whether the host of each origin was evaluated
	hosts   []*Host // of each; nil if there was no room
	next    int     // the first that is not known

	steps, bytes, units int // what is left for the others
}

func newTurns(p *Project, found []origin) *turns {
	size := p.size()
	return &turns{
		project: p, found: found, ended: make([]bool, len(found)), hosts: make([]*Host, len(found)),
		steps: hostsInAll*hostSteps + size, bytes: hostsInAll*hostBytes + 16*size, units: mostUnits + size/unitSource,
	}
}

// full reports whether the hosts so far take more than all may take together.
func (t *turns) full() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.next > 0 && t.over()
}

func (t *turns) over() bool { return t.steps < 0 || t.bytes < 0 || t.units < 0 }

// end notes a host, which is nil if there was no room for it. It returns the number of the
// first that is known from then on, and the one after the last.
func (t *turns) end(i int, h *Host) (from, to int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended[i], t.hosts[i] = true, h
	from = t.next
	for ; t.next < len(t.hosts) && t.ended[t.next]; t.next++ {
		h := t.hosts[t.next]
		if h != nil {
			t.steps, t.bytes, t.units = t.steps-h.used.steps, t.bytes-h.used.bytes, t.units-len(h.Units)
		}
		if h == nil || t.over() && t.next > 0 {
			t.hosts[t.next] = t.found[t.next].dropped(t.project)
		}
	}
	return from, t.next
}

// host is the host of an origin; nil if there is none.
func (c *census) host(o origin) *Host {
	if c == nil {
		return nil
	}
	for i, other := range c.found {
		if other.root.dir == o.root.dir && other.config == o.config && other.hive == o.hive && other.system == o.system {
			return c.hosts[i]
		}
	}
	return nil
}

// each calls do for the numbers below n, some of them at a time.
func each(workers, n int, do func(i int)) {
	work := make(chan int)
	var wg sync.WaitGroup
	for range min(max(workers, 1), n) {
		wg.Go(func() {
			for i := range work {
				do(i)
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	wg.Wait()
}

// dropped is the host without what it is made of.
func (o origin) dropped(p *Project) *Host {
	v := newView(p)
	h := newHost(o.name(), newWorld(v, eval.New(eval.Options{})), v.pins(o.root), "")
	h.unfinished = &Reason{Text: "not finished: the hosts before reach the limit of what a project may take"}
	return h
}

// used are the files that hosts are made of, by name.
func (c *census) used() map[string]bool {
	used := map[string]bool{}
	for _, s := range c.scouts {
		s.view.imports(used)
	}
	for _, h := range c.hosts {
		for v := range h.views() {
			v.imports(used)
		}
		for _, f := range h.Files {
			used[f.Name] = true
		}
	}
	return used
}
