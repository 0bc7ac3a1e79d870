package baseline

import (
	"errors"
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

// BaselineWeaker reports each directive whose value is weaker than a baseline requires.
var BaselineWeaker = &lint.Rule{Page: lint.ReadPage(pages, "baseline-weaker"), Unit: checkWeaker}

func checkWeaker(p *lint.Pass, u *unit.Unit) {
	for _, b := range p.Baselines {
		standings := u.Standings(b)
		for i, r := range u.Requirements(b) {
			if r.Generic && !b.Named {
				continue // nobody named the baseline, and the unit says what it wants
			}
			if standings[i] == unit.Weaker && !u.Invalid(&r) {
				reportWeaker(p, u, &r)
			}
		}
	}
}

func reportWeaker(p *lint.Pass, u *unit.Unit, r *profile.Requirement) {
	d, edits, err := weakerAt(p, u, r)
	if d == nil {
		return
	}
	d.Explain([]profile.Requirement{*r}, nil)
	risk := u.RiskOfTightening(r)
	switch {
	case err != nil:
		d.Note("not fixed automatically: %v", err)
	case len(edits) > 0:
		d.Fix(lint.Fix{Title: "set " + r.Name() + " to `" + r.Text(u.Unit) + "`", Applicability: lint.SafeUnless(risk), Breaks: risk, Edits: edits})
	}
	if r.Section == "" {
		d.Help("add what the baseline requires: `%s`", r.Text(u.Unit)).
			Reportf("`%s` lacks values required by the `%s` baseline", r.Name(), r.Baseline.Name)
		return
	}
	d.Note("the baseline requires `%s`", r.Text(u.Unit)).
		Reportf("`%s` is weaker than required by the `%s` baseline", r.Name(), r.Baseline.Name)
}

// weakerAt begins the finding where the setting is written, with the edits that give the
// unit what is required. It is nil if nothing is written.
func weakerAt(p *lint.Pass, u *unit.Unit, r *profile.Requirement) (*lint.Draft, []lint.FileEdit, error) {
	if o := u.OptionFor(r); o.IsSet() {
		edits, err := strengthen(u, r, o)
		return p.AtDef(u, o.LastReported(), r.Name()), edits, err
	}
	var lines []nixos.Line
	for _, l := range u.Lines() {
		if l.Section == r.Section && l.Key == r.Name() && l.IsWritten() {
			lines = append(lines, l)
		}
	}
	if len(lines) == 0 {
		return nil, nil, nil
	}
	last := lines[len(lines)-1]
	d := p.AtLine(u, last)
	if len(lines) > 1 || len(r.Lines) != 1 || emit.Shared(last.Place.In) != nil {
		return d, nil, errors.New("several lines set it, or several units have them")
	}
	edit, ok := fix.ValueEdit(last, r.Lines[0].Value)
	if !ok {
		return d, nil, errors.New("the value cannot be written here")
	}
	return d, lint.EditsIn(last.Place.In.File(), []emit.Edit{edit}), nil
}

// strengthen makes the edits that give the unit what is required.
func strengthen(u *unit.Unit, r *profile.Requirement, o *nixos.Option) ([]lint.FileEdit, error) {
	if len(o.Defs) != 1 {
		return nil, errors.New("several places set it")
	}
	d := o.Defs[0]
	if d.When != nil || d.Maybe != nil {
		return nil, errors.New("it is set under a condition")
	}
	node, err := d.ValueNode()
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
	return lint.EditsIn(node.File(), edits), nil
}

// reshapeList changes a list that is written out by adding what it lacks or
// taking out what is too much, so that the rest stays as it is; no edits if
// that does not make it as strict as required.
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
	have := items(u, elems)
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
	return fix.JoinEdits(edits), nil
}

// items are the strings of a list that is written out; an element that is not
// known is an expression.
func items(u *unit.Unit, elems []nixast.Node) []any {
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

// enough reports whether a list of these items is as strict as required.
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
