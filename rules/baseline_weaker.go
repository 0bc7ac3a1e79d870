package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// baselineWeaker reports each directive that is set to less than a baseline
// asks for.
func baselineWeaker(baselines []*Baseline) *lint.Rule {
	return &lint.Rule{
		ID: "B002", Name: "baseline-weaker", Since: "0.1.0", Severity: lint.Warning,
		Title: "a unit sets a directive to less than its baseline asks for",
		Text: `What counts is not whether the value is the baseline's, but whether it is at least as strict
in systemd's own order: ` + "`ProtectSystem = \"strict\"`" + ` satisfies a baseline of ` + "`\"full\"`" + `, and a filter,
a capability set or a set of address families satisfies one that leaves more allowed. Where that
cannot be told from the source, nothing is reported. The light baseline, which is asked of any service,
leaves alone what a unit says for itself, unless it is named (` + "`--baseline light`" + `).`,
		WhenNot: "Where the service needs what the stricter value takes away; `wardnix explain DIRECTIVE` tells the cost.",
		Before: `{ pkgs, ... }:
{
  systemd.services.systemd-journald.serviceConfig = {
    UMask = "0077";
    PrivateNetwork = true;
    ProtectHostname = false;
    ProtectKernelModules = true;
  };
}
`,
		After: `{ pkgs, ... }:
{
  systemd.services.systemd-journald.serviceConfig = {
    UMask = "0077";
    PrivateNetwork = true;
    ProtectHostname = true;
    ProtectKernelModules = true;
  };
}
`,
		References: []string{"systemd.exec(5)"},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				for _, b := range baselines {
					standings := u.standings(b)
					for i, r := range u.asked(b) {
						if r.generic && !b.Named {
							continue // nobody asked, and the unit says what it wants
						}
						if standings[i] == weaker && !u.invalid(&r) {
							reportWeaker(p, u, &r)
						}
					}
				}
			})
		},
	}
}

// invalid reports whether another rule says what is wrong with the lines that the
// unit sets the row to: that systemd ignores them, or reads them otherwise.
func (u *unitView) invalid(r *row) bool {
	if r.section == "" {
		return false
	}
	claimed := false
	eachDirective(u, func(d *directive.Directive, k *keyLines) {
		if k.section != r.section || d.Name != r.name() {
			return
		}
		for _, l := range k.lines {
			m := misread{Line: l, directive: d, verdict: value.Check(l.Section, l.Key, l.Text, u.version)}
			if !l.Known || l.Unseen != "" {
				continue
			}
			if kind := u.mistakeOf(&m); kind != noMistake && kind != nullMeant {
				claimed = true
			}
		}
		claimed = claimed || len(u.bareAfterDeny(d, k)) > 0
	})
	return claimed
}

func reportWeaker(p *lint.Pass, u *unitView, r *row) {
	o := u.option(r)
	file, span := valuePlace(lastAsked(o))
	f := lint.Finding{
		Message: weakerMessage(u, r, o),
		File:    file, Span: span, Unit: u.Name, Directives: []string{r.name()},
		Notes: explainRows("", []row{*r}, nil),
	}
	edits, err := strengthen(u, r, o)
	if others := definers(p)[o.Defs[0].Binding]; err == nil && len(others) > 1 {
		err = errors.New("the same text defines " + strings.Join(others, " and "))
	}
	risk := u.riskOfTightening(r)
	switch {
	case err != nil:
		f.Notes = append(f.Notes, lint.Note{Label: "note", Text: "not fixed automatically: " + err.Error()})
	case len(edits) > 0:
		f.Fixes = []lint.Fix{{
			Title:         fmt.Sprintf("bring %s to %s", r.name(), r.text(u.Unit)),
			Applicability: risk.applicability, Breaks: risk.breaks, Edits: edits,
		}}
	}
	p.Report(f)
}

type definersKey struct{}

// definers are the units whose directives one binding defines, where a module is
// imported with several arguments or a set is used several times.
func definers(p *lint.Pass) map[nixast.Node][]string {
	return p.Once(definersKey{}, func() any {
		found := map[nixast.Node][]string{}
		for _, u := range viewsOf(p) {
			for _, o := range u.Directives("Service") {
				for _, d := range o.Defs {
					if !slices.Contains(found[d.Binding], u.Name) {
						found[d.Binding] = append(found[d.Binding], u.Name)
					}
				}
			}
		}
		return found
	}).(map[nixast.Node][]string)
}

// lastAsked is the last definition in a file that was asked for; the last one if
// there is none.
func lastAsked(o *nixos.Option) *nixos.Def {
	for _, d := range slices.Backward(o.Defs) {
		if d.File != nil && d.File.Asked {
			return d
		}
	}
	return o.Defs[len(o.Defs)-1]
}

func weakerMessage(u *unitView, r *row, o *nixos.Option) string {
	switch {
	case r.section == "":
		return fmt.Sprintf("%s has %s = %s, without what the %s baseline asks for: %s",
			u.Name, r.name(), shown(o), r.baseline.Name, r.text(u.Unit))
	case len(u.whole.Values(r.section, r.name())) == 0:
		return fmt.Sprintf("`%s = %s` renders no line on %s, so nothing is taken away; the %s baseline asks for %s, which renders an empty assignment",
			r.name(), shown(o), u.Name, r.baseline.Name, r.text(u.Unit))
	}
	return fmt.Sprintf("%s sets %s to %s; the %s baseline asks for %s",
		u.Name, r.name(), shown(o), r.baseline.Name, r.text(u.Unit))
}

// valuePlace is where a definition's value is written.
func valuePlace(d *nixos.Def) (*nixast.File, nixast.Span) {
	if b, ok := d.Binding.AsBinding(); ok {
		return d.Binding.File(), b.Value().Span()
	}
	return place(d.Binding)
}

// valueNode is the expression that a fix replaces: the value of the binding,
// inside mkForce and the like.
func valueNode(d *nixos.Def) (nixast.Node, error) {
	b, ok := d.Binding.AsBinding()
	if !ok {
		return nixast.Node{}, errors.New("the value is not written in a binding of its own")
	}
	value := b.Value()
	if a, ok := d.Wrapper.AsApply(); ok && d.Wrapper == value.Unparen() {
		return a.Arg(), nil
	}
	return value, nil
}

// strengthen makes the edits that give the unit what the row asks for.
func strengthen(u *unitView, r *row, o *nixos.Option) ([]lint.FileEdit, error) {
	if len(o.Defs) != 1 {
		return nil, errors.New("several places set it")
	}
	d := o.Defs[0]
	if d.When != nil || d.Maybe != nil {
		return nil, errors.New("it is set under a condition")
	}
	node, err := valueNode(d)
	if err != nil {
		return nil, err
	}
	want, ok := r.value(u.Unit)
	if !ok {
		return nil, errors.New("the value cannot be written here")
	}
	e := emit.New(node.File())
	edits, err := u.reshapeList(e, r, node, want)
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
func (u *unitView) reshapeList(e *emit.Editor, r *row, list nixast.Node, want any) ([]emit.Edit, error) {
	list = list.Unparen()
	wanted, ok := want.([]any)
	if !ok || list.Kind() != nixast.List {
		return nil, nil
	}
	var elems []nixast.Node
	for c := range list.Children() {
		elems = append(elems, c)
	}
	have := u.items(r, elems)
	lacking := slices.DeleteFunc(slices.Clone(wanted), func(w any) bool { return slices.Contains(have, w) })
	if r.section == "" || u.enough(r, append(slices.Clone(have), lacking...)) {
		return e.Append(list, lacking...)
	}
	keep := slices.DeleteFunc(slices.Clone(have), func(h any) bool { return !slices.Contains(wanted, h) })
	if len(keep) == 0 || !u.enough(r, keep) {
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
	return joined(edits), nil
}

// items are the strings of a list that is written out; an element that is not
// known stands as an expression.
func (u *unitView) items(r *row, elems []nixast.Node) []any {
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
func (u *unitView) enough(r *row, items []any) bool {
	if r.isToken() {
		return true // every path more is stricter
	}
	var lines []unitfile.Assignment
	for _, item := range items {
		text, ok := item.(string)
		if !ok {
			return false
		}
		lines = append(lines, unitfile.Assignment{Section: r.section, Key: r.name(), Value: text})
	}
	return security.AtLeast(r.section, r.name(), lines, r.lines, u.version) == value.Yes
}
