package lint

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/rules/profile"
)

// Linter is a set of rules and what becomes of their findings.
type Linter struct {
	Rules []*Rule
	// Catalog are the rules that a suppression may name, selected or not; Rules if
	// it is nil.
	Catalog []*Rule
	// Baselines are what units and hosts are compared with.
	Baselines []*profile.Baseline
	// NoIgnores disregards suppressions.
	NoIgnores bool
	// Binding, if not nil, reports whether the project forbids comments in the
	// file to suppress findings of the rule.
	Binding func(f *nixast.File, r *Rule) bool
	// Brief, if not nil, reports whether suggestions of the rule are set aside:
	// then their notes and fixes are made only if one requires them.
	Brief func(r *Rule) bool
	// Cache, if not nil, is what the last Run of the same rules found in a state of the
	// same project. Run looks only at the parts of the project that changed since, and
	// notes what it found.
	Cache *Cache
	// Near reports that the project lacks hosts: see [nixos.Project.Near]. Checks that see
	// the whole project do not look.
	Near bool
	// Visited, if not nil, is called with each part of a project once the rules have looked
	// at it, before it may be freed, by several goroutines.
	Visited func(*unit.Part)
	// MaxHosts is about how many bytes the hosts may take together that were looked at;
	// others are freed, which saves memory if little but findings is needed of them: see
	// [nixos.Host.Free]. With 0, there is no bound.
	MaxHosts int
	// Filters look in order at the findings that no comment suppresses, in every
	// round anew: they drop findings, or change their severity.
	Filters []Filter
}

// Filter returns what remains of findings; it may change them.
type Filter func(found []Finding) []Finding

// scope is what a run reports.
type scope struct {
	brief func(*Rule) bool
	// requested are the names of the files whose findings are reported.
	requested map[string]bool
}

// run is all rules looking at one state of a project.
type run struct {
	*Linter
	*scope
	ctx     context.Context
	project *nixos.Project
	room    atomic.Int64 // of MaxHosts
	earlier Cache
	world   *unit.World // once it was looked at
	mu      sync.Mutex  // of parts and meanings
	parts   map[*unit.Part]partFindings
	// meanings are those of parts, if they are to be noted: before a part may be freed.
	meanings map[*unit.Part]partMeaning
	noting   bool
	// units are known meanings of units: see [meaningOf].
	units map[*nixos.Identity]*namedMeaning
	found map[*Rule][]Finding
	// suppressions are those of each file that was looked at.
	suppressions map[*nixast.File][]*Suppression
	once         map[any]any // of Pass.Once
}

// partFindings are what rules found in a part of a project.
type partFindings map[*Rule]*Pass

// Cache is what a run found in the parts of a project.
type Cache struct {
	meanings
	parts map[*unit.Part]partFindings
}

// In is what was found in those parts that the project still has: see
// [nixos.Project.Supersede].
func (c Cache) In(p *nixos.Project) Cache {
	if c.world == nil {
		return c
	}
	kept := Cache{meanings{unit.NewWorld(p, c.world.Baselines, c.world), map[*unit.Part]partMeaning{}}, map[*unit.Part]partFindings{}}
	for _, part := range kept.world.Parts {
		kept.parts[part] = c.parts[part]
		if m, known := c.of[part]; known {
			kept.of[part] = m
		}
	}
	return kept
}

// Facts are what a rule notes of the parts: see [Rule.Fact].
func (c Cache) Facts(r *Rule) []any {
	var facts []any
	for part, found := range c.parts {
		if p := found[r]; p != nil {
			facts = append(facts, p.factOf(part))
		}
	}
	return facts
}

// newRun begins a run.
func (l *Linter) newRun(ctx context.Context, project *nixos.Project) *run {
	r := &run{
		Linter: l, ctx: ctx, project: project, scope: &scope{brief: l.Brief, requested: map[string]bool{}},
		parts: map[*unit.Part]partFindings{}, meanings: map[*unit.Part]partMeaning{}, found: map[*Rule][]Finding{}, suppressions: map[*nixast.File][]*Suppression{}, once: map[any]any{},
	}
	for _, f := range project.Files() {
		if f.Reported {
			r.requested[f.Name] = true
		}
	}
	r.room.Store(int64(l.MaxHosts))
	if l.Cache != nil {
		r.earlier, r.noting = *l.Cache, !l.Near
	}
	return r
}

// of are the findings in a part so far.
func (r *run) of(part *unit.Part) partFindings {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.parts[part] == nil {
		if r.parts[part] = r.earlier.parts[part]; r.parts[part] == nil {
			r.parts[part] = partFindings{}
		}
	}
	return r.parts[part]
}

// findings is what a rule finds, suppressed or not. Rules run once.
func (r *run) findings(rule *Rule) []Finding {
	if _, ok := r.found[rule]; !ok {
		r.look([]*Rule{rule}, nil)
	}
	return r.found[rule]
}

// look asks rules. Those that look at units and hosts look at the parts of the
// project side by side; what they find does not depend on how many processors
// there are. Units are looked at as the sightings say, which may be nil. Once the context
// has ended, no more is looked at.
func (r *run) look(rules []*Rule, s *sightings) {
	r.visit(func(i int, part *unit.Part) {
		change := r.changeOf(i, part, r.noteMeaning(part))
		found := r.of(part)
		found.look(r.ctx, r.scope, part, rules, s.part(i, change))
		if r.Visited != nil {
			r.Visited(part)
		}
		if r.MaxHosts > 0 && r.room.Add(-int64(part.Size())) < 0 {
			found.free(part)
		}
	})
	s.end()
	for _, rule := range rules {
		if r.ctx.Err() != nil {
			return
		}
		var found []Finding
		whole := r.pass(rule)
		for _, part := range r.world.Parts {
			p := r.parts[part][rule]
			found = append(found, p.found...)
			whole.later = append(whole.later, p.later...)
		}
		if !r.Near {
			r.lookAtAll(whole)
		}
		r.found[rule] = append(found, whole.found...)
	}
}

// visit calls look for each part of the project. The first time, hosts are evaluated
// meanwhile.
func (r *run) visit(look func(i int, part *unit.Part)) {
	if r.world != nil {
		r.world.Each(look)
		return
	}
	// It fails only when the context ends.
	r.world, _ = unit.Visit(r.ctx, r.project, r.Linter.Baselines, r.earlier.world, look)
}

func (r *run) pass(rule *Rule) *Pass {
	return &Pass{Project: r.project, World: r.world, Baselines: r.Linter.Baselines, scope: r.scope, run: r, rule: rule}
}

// look runs the rules that have not looked yet on the units and hosts of a part, one unit
// after the other: what is computed of a unit is needed for the rules about it only.
func (known partFindings) look(ctx context.Context, s *scope, part *unit.Part, rules []*Rule, seen *partSightings) {
	var passes []*Pass
	for _, rule := range rules {
		if known[rule] == nil {
			passes = append(passes, &Pass{Baselines: part.Baselines, scope: s, rule: rule})
		}
	}
	if len(passes) == 0 {
		return
	}
	if len(passes) < len(rules) {
		seen = nil
	}
	for _, u := range part.Units {
		if ctx.Err() != nil {
			return
		}
		seen.look(u, false, passes, func(r *Rule) func(*Pass, *unit.Unit) { return r.Unit })
	}
	for _, u := range part.Confs {
		seen.look(u, true, passes, func(r *Rule) func(*Pass, *unit.Unit) { return r.Conf })
	}
	for _, p := range passes {
		if p.rule.Host != nil {
			for _, h := range part.Hosts {
				p.rule.Host(p, h)
			}
		}
		if p.rule.Part != nil {
			p.rule.Part(p, part)
		}
		known[p.rule] = p
	}
	for _, h := range part.Hosts {
		h.Forget()
	}
}

// free frees a part, once what its rules note of it is known.
func (known partFindings) free(part *unit.Part) {
	for _, p := range known {
		p.factOf(part)
	}
	part.Free()
}

// noteMeaning notes, and returns, what a part comes to.
func (r *run) noteMeaning(part *unit.Part) partMeaning {
	if !r.noting || r.ctx.Err() != nil {
		return nil
	}
	m, known := r.earlier.of[part]
	if !known {
		m = meaningOf(part, r.units)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.meanings[part] = m
	return m
}

// changeOf says how a part, and what it comes to, differs from that of the same number in
// the earlier state.
func (r *run) changeOf(number int, part *unit.Part, m partMeaning) change {
	if r.earlier.world == nil || number >= len(r.earlier.world.Parts) {
		return newNames
	}
	before := r.earlier.world.Parts[number]
	switch {
	case before == part:
		return noChange
	case r.earlier.of[before].sameNames(m):
		return newText
	}
	return newNames
}

// lookAtAll runs the checks of a rule that see the whole project.
func (r *run) lookAtAll(p *Pass) {
	for _, l := range p.later {
		l.look(p, l.draft.in(p))
	}
	if p.rule.Suppression != nil {
		p.eachSuppression(func(s *Suppression) { p.rule.Suppression(p, s) })
	}
	if p.rule.Check != nil {
		p.rule.Check(p)
	}
}

// suppressionsIn are the suppressions of a file.
func (r *run) suppressionsIn(f *nixast.File) []*Suppression {
	if r.NoIgnores {
		return nil
	}
	found, ok := r.suppressions[f]
	if !ok {
		found = suppressionsOf(f)
		r.suppressions[f] = found
	}
	return found
}

// suppressible reports whether comments in the file may suppress findings of the rule.
func (l *Linter) suppressible(f *nixast.File, rule *Rule) bool {
	return rule.Suppression == nil && (l.Binding == nil || !l.Binding(f, rule))
}

// suppressed reports whether a comment suppresses the finding.
func (r *run) suppressed(f *Finding) bool {
	return r.suppressible(f.File, f.Rule) &&
		slices.ContainsFunc(r.suppressionsIn(f.File), func(s *Suppression) bool { return s.suppresses(f) })
}

// asked reports whether f was requested and can be relied on.
func (s *scope) asked(f *nixast.File) bool { return s.requested[f.Name] && !HasSyntaxError(f) }

// Run lints the project and changes nothing. The error is the cause of the context's end.
func (l *Linter) Run(ctx context.Context, project *nixos.Project) (*Result, error) {
	return l.lint(ctx, project, nil)
}

func (l *Linter) lint(ctx context.Context, project *nixos.Project, s *sightings) (*Result, error) {
	run := l.newRun(ctx, project)
	result, err := run.result(s)
	if err == nil && l.Cache != nil {
		*l.Cache = run.cache()
	}
	return result, err
}

// result lints the project.
func (r *run) result(s *sightings) (result *Result, err error) {
	result = &Result{Project: r.project}
	for _, f := range r.project.Files() {
		if f.Reported && f.Err == nil {
			result.Files++
		}
	}
	if result.Findings, result.Ignored, err = r.check(s); err != nil {
		return nil, err
	}
	result.Before = result.Findings
	return result, nil
}

// cache is what the run found.
func (r *run) cache() Cache { return Cache{meanings{r.world, r.meanings}, r.parts} }

// check runs the rules, and parts the findings that count from those that comments
// suppress. What several hosts have in common is one finding, and so is, once
// comments and filters had their say about each unit, what several units of one
// text have in common. The error is the cause of the context's end.
func (r *run) check(s *sightings) (counts, ignored []Finding, err error) {
	r.look(r.Rules, s)
	if r.ctx.Err() != nil {
		return nil, nil, context.Cause(r.ctx)
	}
	for _, rule := range r.Rules {
		for _, f := range merged(r.findings(rule), ofHosts) {
			if r.suppressed(&f) {
				ignored = append(ignored, f)
			} else {
				counts = append(counts, f)
			}
		}
	}
	sortFindings(counts)
	sortFindings(ignored)
	for _, filter := range r.Filters {
		counts = filter(counts)
	}
	return merged(shared(counts, r.world), ofUnits), merged(ignored, ofUnits), nil
}
