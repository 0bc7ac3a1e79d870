package lint

import (
	"slices"

	"wardnix/lint/nixos"
	"wardnix/nixast"
)

// Pass is one rule looking at one project.
type Pass struct {
	Project *nixos.Project
	rule    *Rule
	found   []Finding
}

// Report adds a finding. Its Rule is set, and its Severity if it has none. A
// finding in a file that was not asked for, or that has a syntax error, is
// dropped, and so is a fix that edits one: the first is not the user's question,
// and in the second nothing can be relied on.
func (p *Pass) Report(f Finding) {
	f.Rule = p.rule
	if f.Severity == 0 {
		f.Severity = p.rule.Severity
	}
	if !p.asked(f.File) {
		return
	}
	f.Fixes = slices.DeleteFunc(slices.Clone(f.Fixes), func(x Fix) bool {
		return slices.ContainsFunc(x.Edits, func(e FileEdit) bool { return !p.asked(e.File) })
	})
	slices.SortStableFunc(f.Fixes, func(a, b Fix) int { return int(a.Applicability) - int(b.Applicability) })
	p.found = append(p.found, f)
}

// asked reports whether f was asked for and can be relied on.
func (p *Pass) asked(f *nixast.File) bool {
	file := p.Project.File(f.Name)
	return file != nil && file.Asked && !Broken(f)
}

// Broken reports whether f has a mistake that leaves its meaning in doubt.
// Undefined variables do not.
func Broken(f *nixast.File) bool {
	return slices.ContainsFunc(f.Diagnostics, func(d nixast.Diagnostic) bool {
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

// Run lints the project with rules and changes nothing.
func Run(project *nixos.Project, rules []*Rule) *Result {
	r := &Result{Project: project}
	for _, f := range project.Files() {
		if f.Asked && f.Err == nil {
			r.Files++
		}
	}
	r.Findings = check(project, rules)
	r.Before = r.Findings
	return r
}

// check runs the rules. What several hosts make of one place is told once.
func check(project *nixos.Project, rules []*Rule) []Finding {
	type key struct {
		rule          *Rule
		file          *nixast.File
		span          nixast.Span
		unit, message string
	}
	var all []Finding
	seen := map[key]bool{}
	for _, rule := range rules {
		p := &Pass{Project: project, rule: rule}
		rule.Check(p)
		for _, f := range p.found {
			k := key{rule, f.File, f.Span, f.Unit, f.Message}
			if !seen[k] {
				seen[k] = true
				all = append(all, f)
			}
		}
	}
	sortFindings(all)
	return all
}

// Failing reports whether a finding is of severity warning or above.
func Failing(fs []Finding) bool {
	return slices.ContainsFunc(fs, func(f Finding) bool { return f.Severity >= Warning })
}
