package rendering

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// properties are the functions of lib whose results mean something to the
// module system alone.
var properties = []string{"mkIf", "mkMerge", "mkForce", "mkDefault", "mkOverride", "mkBefore", "mkAfter", "mkOrder"}

// propertyCall is the name and the function of a call of such a function; "" if
// n is none.
func propertyCall(n nixast.Node) (string, nixast.Node) {
	n = n.Unparen()
	for {
		call, ok := n.AsApply()
		if !ok {
			break
		}
		n = call.Func().Unparen()
		for _, name := range properties {
			if unit.NamesFunction(n, name) {
				return name, n
			}
		}
	}
	return "", nixast.Node{}
}

// UpdateWithProperty reports // with mkIf and the like at a side.
var UpdateWithProperty = &lint.Rule{
	Page: lint.ReadPage(pages, "update-with-property"),
	Check: func(p *lint.Pass) {
		for _, f := range p.Project.Files() {
			if !f.Asked || f.Tree == nil || !strings.Contains(f.Tree.Src, "//") && !strings.Contains(f.Tree.Src, "recursiveUpdate") {
				continue
			}
			for n := range f.Tree.Root().Descendants() {
				if b, ok := n.AsBinary(); ok && b.Op() == nixast.Update {
					checkUpdate(p, b)
				} else if call, ok := n.AsApply(); ok {
					checkRecursiveUpdate(p, call)
				}
			}
		}
	},
}

func checkUpdate(p *lint.Pass, b nixast.BinaryView) {
	at, other := b.Right(), b.Left()
	name, function := propertyCall(at)
	if name == "" {
		at, other = other, at
		if name, function = propertyCall(at); name == "" {
			return
		}
	}
	if emptySet(other) {
		return
	}
	if theirs, _ := propertyCall(other); theirs != "" && at == b.Right() {
		other = nixast.Node{}
	}
	f := lint.Finding{
		Message: fmt.Sprintf("`//` with %s loses the other set: the module system looks at the content of %[1]s alone", name),
		File:    b.File(), Span: function.Span(),
	}
	if at == b.Right() && name == "mkIf" {
		names := slices.Concat(attrNames(other), attrNames(at), []string{"Environment"}) // of the option environment
		f.About = aboutUnitsOf(p, b.File(), names)
		f.Fixes = optionalAttrs(b, function, other)
	}
	p.Report(f)
}

// aboutUnitsOf refers to settings of the units that a file defines.
func aboutUnitsOf(p *lint.Pass, file *nixast.File, names []string) []unit.Ref {
	var refs []unit.Ref
	for _, u := range p.Units {
		if slices.ContainsFunc(u.Defs(), func(d *nixos.Def) bool { return d.Binding.File() == file }) {
			refs = append(refs, u.About(names...)...)
		}
	}
	return refs
}

// emptySet reports whether n is { }, of which nothing can get lost.
func emptySet(n nixast.Node) bool {
	n = n.Unparen()
	if n.Kind() != nixast.AttrSet {
		return false
	}
	for range n.Entries() {
		return false
	}
	return true
}

// checkRecursiveUpdate reports mkIf and the like as an argument of
// lib.recursiveUpdate.
func checkRecursiveUpdate(p *lint.Pass, call nixast.ApplyView) {
	inner, ok := call.Func().Unparen().AsApply()
	if !ok || !unit.NamesFunction(inner.Func(), "recursiveUpdate") {
		return
	}
	first, _ := propertyCall(inner.Arg())
	second, function := propertyCall(call.Arg())
	if first == "mkIf" && second == "mkIf" {
		p.Report(lint.Finding{
			Message: "`recursiveUpdate` of two mkIf keeps the condition of the second alone, for the content of both",
			File:    call.File(), Span: function.Span(),
		})
		return
	}
	if emptySet(inner.Arg()) || emptySet(call.Arg()) {
		return
	}
	for _, arg := range []nixast.Node{inner.Arg(), call.Arg()} {
		if name, function := propertyCall(arg); name != "" {
			p.Report(lint.Finding{
				Message: fmt.Sprintf("`recursiveUpdate` with %s loses the other set: the module system looks at the content of %[1]s alone", name),
				File:    call.File(), Span: function.Span(),
			})
			return
		}
	}
}

// attrNames are the last names of what the sets in n define.
func attrNames(n nixast.Node) []string {
	var names []string
	add := func(set nixast.Node) {
		for b := range set.Bindings() {
			for a := range b.Path().Attrs() {
				if name, ok := a.AttrName(); ok {
					names = append(names, name)
				}
			}
		}
	}
	if n.IsZero() {
		return nil
	}
	add(n.Unparen())
	for d := range n.Descendants() {
		if d.Kind() == nixast.AttrSet {
			add(d)
		}
	}
	return names
}

// optionalAttrs writes lib.optionalAttrs for lib.mkIf, in the settings of a unit:
// there the names do not depend on what the condition reads.
func optionalAttrs(b nixast.BinaryView, function, other nixast.Node) []lint.Fix {
	s, ok := function.AsSelect()
	if !ok || s.Expr().Text() != "lib" || other.IsZero() || other.Unparen().Kind() != nixast.AttrSet {
		return nil
	}
	binding, ok := b.Parent().AsBinding()
	if !ok {
		return nil
	}
	_, span := unit.LastName(binding.Node)
	if !slices.Contains([]string{"serviceConfig", "unitConfig", "timerConfig", "socketConfig", "environment"}, b.File().Src[span.Start:span.End]) {
		return nil
	}
	last := nixast.Node{}
	for a := range s.Path().Attrs() {
		last = a
	}
	edits, err := emit.New(b.File()).Rename(last, "optionalAttrs")
	if err != nil {
		return nil
	}
	return []lint.Fix{{Title: "write lib.optionalAttrs", Applicability: lint.Unsafe,
		Breaks: "the settings of the other set take effect, which had none until now", Edits: lint.In(b.File(), edits)}}
}

// MisplacedProperty reports mkForce (mkIf …).
var MisplacedProperty = &lint.Rule{
	Page: lint.ReadPage(pages, "misplaced-property"),
	Check: func(p *lint.Pass) {
		lint.EachDirectiveOption(p, func(u *unit.Unit, _ string, o *nixos.Option) {
			for _, d := range o.Defs {
				reportInList(p, u, o, d)
				if d.Misfit.IsZero() || d.Binding.IsZero() {
					continue
				}
				f := lint.Finding{
					Message: fmt.Sprintf("%s: NixOS does not look for %s inside of %s: %s of a unit then is a set, and does not evaluate",
						u.Name, calledName(d.Misfit), calledName(d.Wrapper), o.Name()),
					File: d.Misfit.File(), Span: d.Misfit.Span(), Units: u.Self(), About: u.About(o.Name()),
				}
				f.Fixes = swapProperties(d)
				p.Report(f)
			}
		})
	},
}

// reportInList reports mkIf and the like as an element of a list, or beside ++.
func reportInList(p *lint.Pass, u *unit.Unit, o *nixos.Option, d *nixos.Def) {
	value, err := unit.ValueNode(d)
	if err != nil {
		return
	}
	report := func(n nixast.Node, where string, fixes []lint.Fix) bool {
		name, function := propertyCall(n)
		if name == "" {
			return false
		}
		p.Report(lint.Finding{
			Message: fmt.Sprintf("%s: NixOS does not look for %s %s: %s of a unit then does not evaluate; use lib.optional", u.Name, name, where, o.Name()),
			File:    n.File(), Span: function.Span(), Units: u.Self(), About: u.About(o.Name()), Fixes: fixes,
		})
		return true
	}
	var look func(nixast.Node)
	look = func(n nixast.Node) {
		n = n.Unparen()
		if b, ok := n.AsBinary(); ok && b.Op() == nixast.Concat {
			for _, side := range []nixast.Node{b.Left(), b.Right()} {
				if !report(side, "beside ++", optionals(side)) {
					look(side)
				}
			}
		} else if n.Kind() == nixast.List {
			for c := range n.Children() {
				report(c, "inside of a list", nil)
			}
		}
	}
	look(value)
}

// optionals writes lib.optionals for lib.mkIf.
func optionals(n nixast.Node) []lint.Fix {
	name, function := propertyCall(n)
	s, ok := function.AsSelect()
	if name != "mkIf" || !ok || s.Expr().Text() != "lib" {
		return nil
	}
	last := nixast.Node{}
	for a := range s.Path().Attrs() {
		last = a
	}
	edits, err := emit.New(n.File()).Rename(last, "optionals")
	if err != nil {
		return nil
	}
	return []lint.Fix{{Title: "write lib.optionals", Applicability: lint.Safe, Edits: lint.In(n.File(), edits)}}
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
	return []lint.Fix{{Title: "put the condition outside", Applicability: lint.Safe, Edits: lint.In(d.Wrapper.File(), edits)}}
}
