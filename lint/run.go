package lint

import (
	"slices"
	"sync"

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
	// Filters look in order at the findings that no comment suppresses, in every
	// round anew: they drop findings, or change their severity.
	Filters []Filter
}

// Filter returns what remains of findings; it may change them.
type Filter func(found []Finding) []Finding

// Pass is one rule looking at one project.
type Pass struct {
	Project *nixos.Project
	// World are the units of the project's hosts, and the baselines.
	*unit.World
	run   *run
	rule  *Rule
	found []Finding
}

// run is all rules looking at one state of a project.
type run struct {
	*Linter
	project *nixos.Project
	world   *unit.World
	found   map[*Rule][]Finding
	mu      sync.Mutex
	shared  map[any]func() any // of Pass.Once
	// suppressions are those of each file that was looked at.
	suppressions map[*nixast.File][]*Suppression
}

// findings is what a rule finds, suppressed or not. Rules run once.
func (r *run) findings(rule *Rule) []Finding {
	if _, ok := r.found[rule]; !ok {
		r.look([]*Rule{rule})
	}
	return r.found[rule]
}

// look asks rules. Those that look at units and hosts look at the parts of the
// project side by side; what they find does not depend on how many processors
// there are.
func (r *run) look(rules []*Rule) {
	parts := make([]map[*Rule][]Finding, len(r.world.Parts))
	r.world.Each(func(i int, part *unit.Part) { parts[i] = r.lookAt(part, rules) })
	for _, rule := range rules {
		var found []Finding
		for _, part := range parts {
			found = append(found, part[rule]...)
		}
		r.found[rule] = append(found, r.lookAtAll(rule)...)
	}
}

func (r *run) pass(rule *Rule) *Pass {
	return &Pass{Project: r.project, World: r.world, run: r, rule: rule}
}

// lookAt asks rules about the units and hosts of a part, one unit after the other: what
// is computed of a unit is needed for the rules about it only.
func (r *run) lookAt(part *unit.Part, rules []*Rule) map[*Rule][]Finding {
	passes := make([]*Pass, len(rules))
	for i, rule := range rules {
		passes[i] = r.pass(rule)
	}
	each := func(units []*unit.Unit, check func(*Rule) func(*Pass, *unit.Unit)) {
		for _, u := range units {
			for _, p := range passes {
				if look := check(p.rule); look != nil {
					look(p, u)
				}
			}
			u.Forget()
		}
	}
	each(part.Units, func(r *Rule) func(*Pass, *unit.Unit) { return r.Unit })
	each(part.Confs, func(r *Rule) func(*Pass, *unit.Unit) { return r.Conf })
	found := map[*Rule][]Finding{}
	for _, p := range passes {
		if p.rule.Host != nil {
			for _, h := range part.Hosts {
				p.rule.Host(p, h)
			}
		}
		if len(p.found) > 0 {
			found[p.rule] = p.found
		}
	}
	return found
}

// Brief reports whether suggestions of the rule are set aside, so that [Finding.Full] is
// to make their notes and fixes.
func (p *Pass) Brief() bool { return p.run.Brief != nil && p.run.Brief(p.rule) }

// lookAtAll runs the checks of a rule that see the whole project.
func (r *run) lookAtAll(rule *Rule) []Finding {
	p := r.pass(rule)
	if rule.Suppression != nil {
		p.eachSuppression(func(s *Suppression) { rule.Suppression(p, s) })
	}
	if rule.Check != nil {
		rule.Check(p)
	}
	return p.found
}

// Once is what make returns, made once for all rules that look at the same state of
// the project with the same key. Keys are of a type of the caller's own, as those
// of package context are.
func (p *Pass) Once(key any, make func() any) any {
	p.run.mu.Lock()
	value, ok := p.run.shared[key]
	if !ok {
		value = sync.OnceValue(make)
		p.run.shared[key] = value
	}
	p.run.mu.Unlock()
	return value() // others may be made meanwhile
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

// Report adds a finding. Its Rule is set, and its Severity if it has none. A
// finding in a file that was not asked for, or that has a syntax error, is
// dropped, and so is a fix that edits one: the first is not the user's question,
// and in the second nothing can be relied on.
func (p *Pass) Report(f Finding) {
	f.Rule = p.rule
	switch {
	case f.Severity != 0:
	case f.Suggestion:
		f.Severity = Info
	default:
		f.Severity = p.rule.Severity
	}
	if !p.asked(f.File) {
		return
	}
	f = p.fixable(f)
	if only := f.Only; only != nil {
		f.Only = func(directives []string) Finding { return p.fixable(only(directives)) }
	}
	if full := f.Full; full != nil {
		f.Full = func() Finding { return p.fixable(full()) }
	}
	if s := f.Sharing; s != nil {
		at := s.At
		s.At = func(site nixos.Site, directives []string, risks map[string]string) Finding {
			one := at(site, directives, risks)
			one.Fixes = p.applicable(one.Fixes)
			return one
		}
	}
	p.found = append(p.found, f)
}

// fixable is the finding with those fixes that edit only what was requested.
func (p *Pass) fixable(f Finding) Finding {
	f.Fixes = p.applicable(f.Fixes)
	return f
}

// applicable are the fixes that edit only what was requested, the safest first.
func (p *Pass) applicable(fixes []Fix) []Fix {
	out := slices.DeleteFunc(slices.Clone(fixes), func(x Fix) bool {
		return slices.ContainsFunc(x.Edits, func(e FileEdit) bool { return !p.asked(e.File) })
	})
	slices.SortStableFunc(out, func(a, b Fix) int { return int(a.Applicability) - int(b.Applicability) })
	return out
}

// asked reports whether f was asked for and can be relied on.
func (p *Pass) asked(f *nixast.File) bool {
	file := p.Project.File(f.Name)
	return file != nil && file.Reported && !Broken(f)
}

// Broken reports whether f has a mistake that leaves its meaning in doubt.
// Undefined variables do not. It does not if f is nil, for a file that says nothing.
func Broken(f *nixast.File) bool {
	return f != nil && slices.ContainsFunc(f.Diagnostics, func(d nixast.Diagnostic) bool {
		return d.Code != nixast.UndefinedVariable
	})
}

// Result is what a run came to.
type Result struct {
	// Project is the project as the findings see it: after the fixes.
	Project *nixos.Project
	// Files is the number of files that were asked for and read.
	Files int
	// Findings are those that remain, by file and place.
	Findings []Finding
	// Ignored are those that comments suppress.
	Ignored []Finding
	// Before are those that were there before the fixes.
	Before []Finding
	// Fixed are the findings of which a fix was applied, in that order.
	Fixed []Finding
	// Changes are the files that the fixes changed, by name.
	Changes []Change
	// Bugs are fixes that were dropped because they did not keep their word.
	Bugs []Bug
}

// Change is a file before and after the fixes.
type Change struct {
	File     *nixos.File // as it was
	Old, New string
}

// Run lints the project and changes nothing.
func (l *Linter) Run(project *nixos.Project) *Result {
	r := &Result{Project: project}
	for _, f := range project.Files() {
		if f.Reported && f.Err == nil {
			r.Files++
		}
	}
	r.Findings, r.Ignored = l.check(project)
	r.Before = r.Findings
	return r
}

// check runs the rules, and parts the findings that count from those that comments
// suppress. What several hosts have in common is one finding, and so is, once
// comments and filters had their say about each unit, what several units of one
// text have in common.
func (l *Linter) check(project *nixos.Project) (counts, ignored []Finding) {
	r := &run{Linter: l, project: project, world: unit.NewWorld(project, l.Baselines), found: map[*Rule][]Finding{}, shared: map[any]func() any{}, suppressions: map[*nixast.File][]*Suppression{}}
	r.look(l.Rules)
	for _, rule := range l.Rules {
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
	for _, filter := range l.Filters {
		counts = filter(counts)
	}
	return merged(shared(counts, r.world), ofUnits), merged(ignored, ofUnits)
}

// Failing reports whether a finding is of the severity or above. Nothing fails
// for [Never].
func Failing(fs []Finding, at Severity) bool {
	return at != Never && slices.ContainsFunc(fs, func(f Finding) bool { return f.Severity >= at })
}
