package lint

import (
	"slices"

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
	// Looked, if not nil, is what the last Run of the same rules found in a state of the
	// same project. Run looks only at the parts of the project that changed since, and
	// notes what it found.
	Looked *Looked
	// Near reports that the project lacks hosts: see [nixos.Project.Near]. Checks that see
	// the whole project do not look.
	Near bool
	// Filters look in order at the findings that no comment suppresses, in every
	// round anew: they drop findings, or change their severity.
	Filters []Filter
}

// Filter returns what remains of findings; it may change them.
type Filter func(found []Finding) []Finding

// Pass is one rule looking at one project, or at one part of it.
type Pass struct {
	// Project and World, the units of its hosts, are nil for checks of units, hosts and
	// parts: what these find must not depend on the rest of the project. See [Pass.Later].
	Project *nixos.Project
	*unit.World
	// Baselines are what units are compared with.
	Baselines []*profile.Baseline

	*scope
	run   *run // nil as Project is
	rule  *Rule
	found []Finding
	later []func(*Pass)
}

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
	project *nixos.Project
	world   *unit.World
	parts   map[*unit.Part]partFindings
	found   map[*Rule][]Finding
	// suppressions are those of each file that was looked at.
	suppressions map[*nixast.File][]*Suppression
	once         map[any]any // of Pass.Once
}

// partFindings are what rules found in a part of a project.
type partFindings map[*Rule]*Pass

// Looked is what a run found in the parts of a project.
type Looked struct {
	world *unit.World
	parts map[*unit.Part]partFindings
}

// newRun begins a run.
func (l *Linter) newRun(project *nixos.Project) *run {
	r := &run{
		Linter: l, project: project, scope: &scope{brief: l.Brief, requested: map[string]bool{}},
		parts: map[*unit.Part]partFindings{}, found: map[*Rule][]Finding{}, suppressions: map[*nixast.File][]*Suppression{}, once: map[any]any{},
	}
	for _, f := range project.Files() {
		if f.Reported {
			r.requested[f.Name] = true
		}
	}
	var earlier Looked
	if l.Looked != nil {
		earlier = *l.Looked
	}
	r.world = unit.NewWorld(project, l.Baselines, earlier.world)
	for _, part := range r.world.Parts {
		if r.parts[part] = earlier.parts[part]; r.parts[part] == nil {
			r.parts[part] = partFindings{}
		}
	}
	return r
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
// there are. Units are looked at as the sightings say, which may be nil.
func (r *run) look(rules []*Rule, s *sightings) {
	parts := s.parts(len(r.world.Parts))
	r.world.Each(func(i int, part *unit.Part) { r.parts[part].look(r.scope, part, rules, parts[i]) })
	s.end(parts)
	for _, rule := range rules {
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

func (r *run) pass(rule *Rule) *Pass {
	return &Pass{Project: r.project, World: r.world, Baselines: r.Linter.Baselines, scope: r.scope, run: r, rule: rule}
}

// look runs the rules that have not looked yet on the units and hosts of a part, one unit
// after the other: what is computed of a unit is needed for the rules about it only.
func (known partFindings) look(s *scope, part *unit.Part, rules []*Rule, seen *partSightings) {
	var passes []*Pass
	for _, rule := range rules {
		if known[rule] == nil {
			p := &Pass{Baselines: part.Baselines, scope: s, rule: rule}
			known[rule] = p
			passes = append(passes, p)
		}
	}
	if len(passes) == 0 {
		return
	}
	if len(passes) < len(rules) {
		seen = nil
	}
	for _, u := range part.Units {
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
	}
}

// Brief reports whether suggestions of the rule are set aside, so that [Finding.Full] is
// to make their notes and fixes.
func (p *Pass) Brief() bool { return p.brief != nil && p.brief(p.rule) }

// Later has a check look once all parts of the project were looked at, with a pass that
// sees the whole of it. It is for what is found in one part and depends on the others.
func (p *Pass) Later(look func(*Pass)) { p.later = append(p.later, look) }

// Once is what make returns, made once for all checks that see the whole project, one
// after the other, with the same key. Keys are of a type of the caller's own, as those of
// package context are.
func (p *Pass) Once(key any, make func() any) any {
	value, ok := p.run.once[key]
	if !ok {
		value = make()
		p.run.once[key] = value
	}
	return value
}

// lookAtAll runs the checks of a rule that see the whole project.
func (r *run) lookAtAll(p *Pass) {
	for _, look := range p.later {
		look(p)
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

// Report adds a finding. Its Rule is set, and its Severity if it has none. A
// finding in a file that was not requested, or that has a syntax error, is
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
	f.Whole = p.World != nil
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

// asked reports whether f was requested and can be relied on.
func (s *scope) asked(f *nixast.File) bool { return s.requested[f.Name] && !Broken(f) }

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
	// Files is the number of files that were requested and read.
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
func (l *Linter) Run(project *nixos.Project) *Result { return l.lint(project, nil) }

func (l *Linter) lint(project *nixos.Project, s *sightings) *Result {
	r := &Result{Project: project}
	for _, f := range project.Files() {
		if f.Reported && f.Err == nil {
			r.Files++
		}
	}
	run := l.newRun(project)
	r.Findings, r.Ignored = run.check(s)
	r.Before = r.Findings
	if l.Looked != nil {
		*l.Looked = Looked{run.world, run.parts}
	}
	return r
}

// check runs the rules, and parts the findings that count from those that comments
// suppress. What several hosts have in common is one finding, and so is, once
// comments and filters had their say about each unit, what several units of one
// text have in common.
func (r *run) check(s *sightings) (counts, ignored []Finding) {
	r.look(r.Rules, s)
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
	return merged(shared(counts, r.world), ofUnits), merged(ignored, ofUnits)
}

// Failing reports whether a finding is of the severity or above. Nothing fails
// for [Never].
func Failing(fs []Finding, at Severity) bool {
	return at != Never && slices.ContainsFunc(fs, func(f Finding) bool { return f.Severity >= at })
}
