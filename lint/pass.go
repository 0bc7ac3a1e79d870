package lint

import (
	"slices"

	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/rules/profile"
)

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
	later []later
	fact  any // of factOf, once known
}

// later is a draft of a finding that depends on the whole project.
type later struct {
	draft *Draft
	look  func(*Pass, *Draft)
}

// Brief reports whether suggestions of the rule are set aside, so that [Finding.Full] is
// to make their notes and fixes.
func (p *Pass) Brief() bool { return p.brief != nil && p.brief(p.rule) }

// Later has a check look once all parts of the project were looked at, with a pass that
// sees the whole of it, and report a draft or not. It is for what is found in one part and
// depends on the others. By then, units may have been freed: what look needs of one is
// better in the draft.
func (p *Pass) Later(d *Draft, look func(*Pass, *Draft)) { p.later = append(p.later, later{d, look}) }

// Facts are what [Rule.Fact] notes of each part of the project, for checks that see the
// whole of it.
func (p *Pass) Facts() []any {
	var facts []any
	for _, part := range p.World.Parts {
		facts = append(facts, p.run.parts[part][p.rule].factOf(part))
	}
	return facts
}

// factOf is what the rule notes of a part, once; nil if it notes nothing.
func (p *Pass) factOf(part *unit.Part) any {
	if p.fact == nil && p.rule.Fact != nil {
		p.fact = p.rule.Fact(part)
	}
	return p.fact
}

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

// eachSuppression calls do for the suppressions of the files to report on.
func (p *Pass) eachSuppression(do func(*Suppression)) {
	for _, f := range p.Project.Files() {
		if f.Reported && f.Tree != nil {
			for _, s := range p.run.suppressionsIn(f.Tree) {
				do(s)
			}
		}
	}
}

// Catalog are the rules that a suppression may name.
func (p *Pass) Catalog() []*Rule {
	if p.run.Linter.Catalog == nil {
		return p.run.Rules
	}
	return p.run.Linter.Catalog
}

// Suppressible reports whether suppressions in the file have an effect on findings of
// the rule: the project may forbid it, and those about suppressions always appear.
func (p *Pass) Suppressible(f *nixast.File, rule *Rule) bool { return p.run.suppressible(f, rule) }

// Findings is what another rule finds, suppressed or not, and whether the rule was
// selected or not. The caller must not change it.
func (p *Pass) Findings(rule *Rule) []Finding { return p.run.findings(rule) }
