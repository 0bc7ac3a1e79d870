package rules

import (
	"fmt"
	"slices"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// conflictingDefinitions reports a directive that is set twice in ways that
// NixOS does not merge.
func conflictingDefinitions() *lint.Rule {
	return &lint.Rule{
		ID: "D007", Name: "conflicting-definitions", Since: "0.1.0", Severity: lint.Error,
		Title: "two definitions of a directive that NixOS does not merge",
		Text: `Two modules may set the same directive if both give the same value, or lists, which are
concatenated. Two different values of the same priority are an error of the evaluation: "has conflicting
definition values". ` + "`true` and `\"yes\"`" + ` are different values, though systemd takes them for the same.

A list and a string conflict up to NixOS 23.11; from 24.05 on the string becomes an element of the list.`,
		Before: `{ lib, ... }:
{
  systemd.services.web = lib.mkMerge [
    { serviceConfig.ProtectSystem = "strict"; }
    { serviceConfig.ProtectSystem = "full"; }
  ];
}
`,
		References: []string{"nixos/lib/systemd-unit-options.nix, unitOption (NixOS 23.11 and 24.05)"},
		Check: func(p *lint.Pass) {
			eachDirectiveOption(p, func(u *unitView, section string, o *nixos.Option) {
				if u.Pattern {
					return // different units may be meant
				}
				for i, b := range o.Defs {
					for _, a := range o.Defs[:i] {
						if why := conflict(u, a, b); why != "" {
							reportConflict(p, u, o, a, b, why)
							return
						}
					}
				}
			})
		},
	}
}

// conflict says why NixOS does not merge two definitions; "" if it does, or if
// that cannot be told.
func conflict(u *unitView, a, b *nixos.Def) string {
	if !isSure(a) || !isSure(b) || a.Priority != b.Priority || !meet(u.Host, a, b) {
		return ""
	}
	ev := u.Host.Evaluator()
	_, aList := ev.Force(a.Value).(*eval.List)
	_, bList := ev.Force(b.Value).(*eval.List)
	if !isScalar(ev, a.Value) && !aList || !isScalar(ev, b.Value) && !bList {
		return ""
	}
	switch {
	case aList && bList:
	case aList != bList:
		if u.Host.ReleaseKnown && u.Host.Release.Before(nixos.Release{Year: 24, Month: 5}) {
			return "a list and a single value do not merge before NixOS 24.05"
		}
	case ev.Equal(a.Value, b.Value) == eval.No:
		return "different values do not merge"
	}
	return ""
}

func isSure(d *nixos.Def) bool {
	return d.When == nil && d.Maybe == nil && d.Misfit.IsZero() && !d.Binding.IsZero()
}

func isScalar(ev *eval.Evaluator, t *eval.Thunk) bool {
	switch v := ev.Force(t).(type) {
	case *eval.Null, *eval.Bool, *eval.Int, *eval.Float:
		return true
	case *eval.String:
		_, ok := v.Text()
		return ok
	}
	return false
}

// meet reports whether two definitions are certainly of one system: of a host
// that the project names, or both in one mkMerge. In the world of files that no
// host leads to, they may be of modules that are never used together.
func meet(h *nixos.Host, a, b *nixos.Def) bool {
	if h.Name != "" {
		return true
	}
	if a.Binding.File() != b.Binding.File() {
		return false
	}
	above := slices.Collect(a.Binding.Ancestors())
	for n := range b.Binding.Ancestors() {
		if slices.Contains(above, n) {
			call, ok := n.Parent().AsApply()
			return n.Kind() == nixast.List && ok && namesFunction(call.Func(), "mkMerge")
		}
	}
	return false
}

// meetIn reports whether two definitions of a unit are certainly used together: as
// meet has it, or because a single binding is all that defines the unit.
func meetIn(u *unitView, a, b *nixos.Def) bool {
	return meet(u.Host, a, b) || len(u.Defs()) == 1
}

func reportConflict(p *lint.Pass, u *unitView, o *nixos.Option, a, b *nixos.Def, why string) {
	text := func(d *nixos.Def) string {
		file, span := valuePlace(d)
		return oneLine(file.Src[span.Start:span.End])
	}
	f := lint.Finding{
		Message: fmt.Sprintf("%s sets %s to %s and to %s: %s, and NixOS does not evaluate", u.Name, o.Name(), text(a), text(b), why),
		Unit:    u.Name, Directives: []string{o.Name()},
	}
	f.File, f.Span = valuePlace(b)
	file, span := valuePlace(a)
	f.Related = []lint.Related{{File: file, Span: span, Message: "the other definition"}}
	p.Report(f)
}
