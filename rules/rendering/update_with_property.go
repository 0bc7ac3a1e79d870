package rendering

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// UpdateWithProperty reports // and recursiveUpdate with mkIf or another property
// as an operand. It sees the whole project, since such expressions can be anywhere.
var UpdateWithProperty = &lint.Rule{Page: lint.ReadPage(pages, "update-with-property"), Check: checkUpdates}

const contentAlone = "the module system reads only the content of %s"

func checkUpdates(p *lint.Pass) {
	for _, f := range p.Project.Files() {
		if !f.Reported || f.Tree == nil || !strings.Contains(f.Tree.Src, "//") && !strings.Contains(f.Tree.Src, "recursiveUpdate") {
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
	if isEmptySet(other) {
		return
	}
	if theirs, _ := propertyCall(other); theirs != "" && at == b.Right() {
		other = nixast.Node{}
	}
	d := p.AtNode(function).Note(contentAlone, name)
	if at == b.Right() && name == "mkIf" {
		names := slices.Concat(attrNames(other), attrNames(at), []string{"Environment"}) // of the option environment
		d.Concerns(unitsIn(p, b.File(), names)...).Fix(optionalAttrs(b, function, other)...)
	}
	d.Reportf("`//` with %s loses the other set", name)
}

// unitsIn refers to settings of the units that a file defines.
func unitsIn(p *lint.Pass, file *nixast.File, names []string) []unit.Ref {
	var refs []unit.Ref
	for _, u := range p.Units {
		if slices.ContainsFunc(u.Bindings(), func(b nixast.Node) bool { return b.File() == file }) {
			refs = append(refs, u.About(names...)...)
		}
	}
	return refs
}

// isEmptySet reports whether n is { }, of which nothing can get lost.
func isEmptySet(n nixast.Node) bool {
	n = n.Unparen()
	if n.Kind() != nixast.AttrSet {
		return false
	}
	for range n.Entries() {
		return false
	}
	return true
}

// checkRecursiveUpdate reports a property as an argument of lib.recursiveUpdate.
func checkRecursiveUpdate(p *lint.Pass, call nixast.ApplyView) {
	inner, ok := call.Func().Unparen().AsApply()
	if !ok || !inner.Func().NamesFunction("recursiveUpdate") {
		return
	}
	first, _ := propertyCall(inner.Arg())
	second, function := propertyCall(call.Arg())
	if first == "mkIf" && second == "mkIf" {
		p.AtNode(function).
			Note("the second condition then applies to the content of both").
			Reportf("`recursiveUpdate` of two mkIf loses the first condition")
		return
	}
	if isEmptySet(inner.Arg()) || isEmptySet(call.Arg()) {
		return
	}
	for _, arg := range []nixast.Node{inner.Arg(), call.Arg()} {
		if name, function := propertyCall(arg); name != "" {
			p.AtNode(function).Note(contentAlone, name).Reportf("`recursiveUpdate` with %s loses the other set", name)
			return
		}
	}
}

// attrNames are all names in the paths of what the sets in n define.
func attrNames(n nixast.Node) []string {
	if n.IsZero() {
		return nil
	}
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
	add(n.Unparen())
	for d := range n.Descendants() {
		if d.Kind() == nixast.AttrSet {
			add(d)
		}
	}
	return names
}

// optionalAttrs calls lib.optionalAttrs instead of lib.mkIf in the settings of a
// unit: there the names do not depend on what the condition reads.
func optionalAttrs(b nixast.BinaryView, function, other nixast.Node) []lint.Fix {
	binding, ok := b.Parent().AsBinding()
	if !ok || other.IsZero() || other.Unparen().Kind() != nixast.AttrSet {
		return nil
	}
	_, span := binding.Node.LastNamePlace()
	if !slices.Contains([]string{"serviceConfig", "unitConfig", "timerConfig", "socketConfig", "environment"}, b.File().Src[span.Start:span.End]) {
		return nil
	}
	return callInstead(function, "optionalAttrs", "the unit: settings that had no effect until now take effect")
}
