package baseline

import (
	"errors"
	"fmt"
	"slices"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// BaselineWeaker reports each directive that is set to less than a baseline
// asks for.
var BaselineWeaker = &lint.Rule{
	Page: lint.ReadPage(pages, "baseline-weaker"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			for _, b := range p.Baselines {
				standings := u.Standings(b)
				for i, r := range u.Asked(b) {
					if r.Generic && !b.Named {
						continue // nobody asked, and the unit says what it wants
					}
					if standings[i] == unit.Weaker && !u.Invalid(&r) {
						reportWeaker(p, u, &r)
					}
				}
			}
		})
	},
}

func reportWeaker(p *lint.Pass, u *unit.Unit, r *profile.Requirement) {
	o := u.OptionFor(r)
	file, span := unit.ValuePlace(unit.LastAsked(o))
	problem := weakerProblem(u, r, o)
	f := lint.Finding{
		Message: u.Name + " " + problem, Problem: problem,
		File: file, Span: span, Units: u.Self(), About: u.About(r.Name()),
		Notes: lint.ExplainRequirements("", []profile.Requirement{*r}, nil),
	}
	edits, err := strengthen(u, r, o)
	risk := u.RiskOfTightening(r)
	switch {
	case err != nil:
		f.Notes = append(f.Notes, lint.Note{Label: "note", Text: "not fixed automatically: " + err.Error()})
	case len(edits) > 0:
		f.Fixes = []lint.Fix{{
			Title:         fmt.Sprintf("bring %s to %s", r.Name(), r.Text(u.Unit)),
			Applicability: lint.Unless(risk), Breaks: risk, Edits: edits,
		}}
	}
	p.Report(f)
}

func weakerProblem(u *unit.Unit, r *profile.Requirement, o *nixos.Option) string {
	if r.Section == "" {
		return fmt.Sprintf("has %s = %s, without what the %s baseline asks for: %s",
			r.Name(), unit.Shown(o), r.Baseline.Name, r.Text(u.Unit))
	}
	return fmt.Sprintf("sets %s to %s; the %s baseline asks for %s",
		r.Name(), unit.Shown(o), r.Baseline.Name, r.Text(u.Unit))
}

// strengthen makes the edits that give the unit what the row asks for.
func strengthen(u *unit.Unit, r *profile.Requirement, o *nixos.Option) ([]lint.FileEdit, error) {
	if len(o.Defs) != 1 {
		return nil, errors.New("several places set it")
	}
	d := o.Defs[0]
	if d.When != nil || d.Maybe != nil {
		return nil, errors.New("it is set under a condition")
	}
	node, err := unit.ValueNode(d)
	if err != nil {
		return nil, err
	}
	want, ok := r.Value(u.Unit)
	if !ok {
		return nil, errors.New("the value cannot be written here")
	}
	e := emit.New(node.File())
	edits, err := reshapeList(u, e, r, node, want)
	if edits == nil && err == nil {
		edits, err = e.Replace(node, want)
	}
	if err != nil {
		return nil, err
	}
	return lint.In(node.File(), edits), nil
}

// reshapeList changes a list that is written out by adding what it lacks or
// taking out what is too much, so that the rest stays as it is; no edits if
// that does not make it as strict as the row.
func reshapeList(u *unit.Unit, e *emit.Editor, r *profile.Requirement, list nixast.Node, want any) ([]emit.Edit, error) {
	list = list.Unparen()
	wanted, ok := want.([]any)
	if !ok || list.Kind() != nixast.List {
		return nil, nil
	}
	var elems []nixast.Node
	for c := range list.Children() {
		elems = append(elems, c)
	}
	have := items(u, r, elems)
	lacking := slices.DeleteFunc(slices.Clone(wanted), func(w any) bool { return slices.Contains(have, w) })
	if r.Section == "" || enough(u, r, append(slices.Clone(have), lacking...)) {
		return e.Append(list, lacking...)
	}
	keep := slices.DeleteFunc(slices.Clone(have), func(h any) bool { return !slices.Contains(wanted, h) })
	if len(keep) == 0 || !enough(u, r, keep) {
		return nil, nil
	}
	var edits []emit.Edit
	for i, elem := range elems {
		if slices.Contains(wanted, have[i]) {
			continue
		}
		one, err := e.RemoveElement(elem)
		if err != nil {
			return nil, err
		}
		edits = append(edits, one...)
	}
	return fix.Joined(edits), nil
}

// items are the strings of a list that is written out; an element that is not
// known stands as an expression.
func items(u *unit.Unit, r *profile.Requirement, elems []nixast.Node) []any {
	items := make([]any, len(elems))
	ev := u.Host.Evaluator()
	for i, n := range elems {
		items[i] = emit.Expr(n.Text())
		if s, ok := ev.Force(ev.At(n)).(*eval.String); ok {
			if text, ok := s.Text(); ok {
				items[i] = text
			}
		}
	}
	return items
}

// enough reports whether a list of these items is as strict as the row asks.
func enough(u *unit.Unit, r *profile.Requirement, items []any) bool {
	if r.IsToken() {
		return true // every path more is stricter
	}
	var lines []unitfile.Assignment
	for _, item := range items {
		text, ok := item.(string)
		if !ok {
			return false
		}
		lines = append(lines, unitfile.Assignment{Section: r.Section, Key: r.Name(), Value: text})
	}
	return security.AtLeast(r.Section, r.Name(), lines, r.Lines, u.Version) == value.Yes
}
