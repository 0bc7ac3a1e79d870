package rendering

import (
	"wardnix/emit"
	"wardnix/lint"
	"wardnix/nixast"
)

// properties are the functions of lib whose results only the module system
// understands.
var properties = []string{"mkIf", "mkMerge", "mkForce", "mkDefault", "mkOverride", "mkBefore", "mkAfter", "mkOrder"}

// propertyCall is the name and the function of a call of such a function; "" if n
// is another expression.
func propertyCall(n nixast.Node) (string, nixast.Node) {
	n = n.Unparen()
	for {
		call, ok := n.AsApply()
		if !ok {
			break
		}
		n = call.Func().Unparen()
		for _, name := range properties {
			if n.NamesFunction(name) {
				return name, n
			}
		}
	}
	return "", nixast.Node{}
}

// callInstead is the fix that calls another function of lib than the one in n,
// which is written as an attribute of lib.
func callInstead(n nixast.Node, name, breaks string) []lint.Fix {
	s, ok := n.AsSelect()
	if !ok || s.Expr().Text() != "lib" {
		return nil
	}
	last := nixast.Node{}
	for attr := range s.Path().Attrs() {
		last = attr
	}
	edits, err := emit.New(n.File()).Rename(last, name)
	if err != nil {
		return nil
	}
	return []lint.Fix{{Title: "replace with `lib." + name + "`", Applicability: lint.SafeUnless(breaks), Breaks: breaks, Edits: lint.EditsIn(n.File(), edits)}}
}
