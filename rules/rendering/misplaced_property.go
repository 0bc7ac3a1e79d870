package rendering

import (
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// MisplacedProperty reports mkIf and other properties where the module system does
// not evaluate them: inside mkForce, or in a list.
var MisplacedProperty = &lint.Rule{Page: lint.ReadPage(pages, "misplaced-property"), Unit: checkMisplacedProperty, Conf: checkMisplacedProperty}

func checkMisplacedProperty(p *lint.Pass, u *unit.Unit) {
	for n := range u.Namings() {
		if n.Setting == nil {
			continue
		}
		for _, d := range n.Setting.Defs {
			if value, err := d.ValueNode(); err == nil {
				checkElements(p, n, d, value)
			}
			if !d.Misfit.IsZero() && !d.Binding.IsZero() {
				p.AtDef(u, d, n.Key).Place(d.Misfit.File(), d.Misfit.Span()).
					Note("%s is then a set, and NixOS cannot write it", n.Key).
					Fix(swapProperties(d)...).
					Reportf("NixOS does not evaluate %s inside %s", calledName(d.Misfit), calledName(d.Wrapper))
			}
		}
	}
}

// checkElements reports properties as elements of a list, and as operands of ++.
func checkElements(p *lint.Pass, n unit.Naming, d *nixos.Def, value nixast.Node) {
	report := func(at nixast.Node, where string) bool {
		name, function := propertyCall(at)
		if name == "" {
			return false
		}
		draft := p.AtDef(n.Unit, d, n.Key).Place(at.File(), function.Span()).Help("use lib.optional or lib.optionals")
		if name == "mkIf" && at.Parent().Kind() != nixast.List {
			draft.Fix(callInstead(function, "optionals", "")...)
		}
		draft.Reportf("NixOS does not evaluate %s %s", name, where)
		return true
	}
	value = value.Unparen()
	if b, ok := value.AsBinary(); ok && b.Op() == nixast.Concat {
		for _, side := range []nixast.Node{b.Left(), b.Right()} {
			if !report(side, "as an operand of `++`") {
				checkElements(p, n, d, side)
			}
		}
	} else if value.Kind() == nixast.List {
		for c := range value.Children() {
			report(c, "inside a list")
		}
	}
}

func calledName(n nixast.Node) string {
	if name, _ := propertyCall(n); name != "" {
		return name
	}
	return "a property"
}

// swapProperties writes mkIf c (mkForce v) for mkForce (mkIf c v).
func swapProperties(d *nixos.Def) []lint.Fix {
	outer, ok := d.Wrapper.AsApply()
	inner, ok2 := d.Misfit.AsApply()
	if !ok || !ok2 || outer.Arg().Unparen() != d.Misfit {
		return nil
	}
	if name, _ := propertyCall(d.Misfit); name != "mkIf" {
		return nil
	}
	text := inner.Func().Text() + " (" + outer.Func().Text() + " " + inner.Arg().Text() + ")"
	edits, err := emit.New(d.Wrapper.File()).Replace(d.Wrapper, emit.Expr(text))
	if err != nil || strings.Contains(text, "\n") {
		return nil
	}
	return []lint.Fix{{Title: "move mkIf to the outside", Applicability: lint.Safe, Edits: lint.EditsIn(d.Wrapper.File(), edits)}}
}
