package fix

import (
	"errors"
	"fmt"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// Add adds bindings at a site that belongs to one unit.
func Add(site nixos.Site, where emit.Where, attrs []emit.Attr) ([]lint.FileEdit, error) {
	if !site.OK() {
		return nil, errors.New(site.Reason)
	}
	return add(emit.New(site.Set.File()), site, where, attrs)
}

// AddForAll adds bindings at a site for all units that share it.
func AddForAll(site nixos.Site, where emit.Where, attrs []emit.Attr) ([]lint.FileEdit, error) {
	if !site.OK() {
		return nil, errors.New(site.Reason)
	}
	return add(emit.New(site.Set.File()).ForAll(), site, where, attrs)
}

func add(e *emit.Editor, site nixos.Site, where emit.Where, attrs []emit.Attr) ([]lint.FileEdit, error) {
	var edits []emit.Edit
	var err error
	n := len(site.Siblings)
	switch {
	case site.Section != "":
		edits, err = addLines(e, site, attrs)
	case site.Prefix == "":
		edits, err = e.Ensure(site.Set, where, attrs...)
	case n > 0:
		edits, err = addBeside(e, site, where, attrs)
	case len(attrs) == 1:
		edits, err = e.Ensure(site.Set, where, emit.Attr{Path: append(namesIn(site.Prefix), attrs[0].Path...), Value: attrs[0].Value})
	default:
		edits, err = e.Ensure(site.Set, where, emit.Attr{Path: namesIn(site.Prefix), Value: emit.Attrs(attrs)})
	}
	if err != nil {
		return nil, err
	}
	return lint.EditsIn(site.Set.File(), edits), nil
}

// addLines adds settings to a section of a text.
func addLines(e *emit.Editor, site nixos.Site, attrs []emit.Attr) ([]emit.Edit, error) {
	var lines []string
	if site.Heading {
		lines = append(lines, "", "["+site.Section+"]")
	}
	for _, a := range attrs {
		values, isList := a.Value.([]any)
		if !isList {
			values = []any{a.Value}
		}
		for _, v := range values {
			text, ok := lineText(v)
			if !ok || len(a.Path) != 1 {
				return nil, errors.New("the value of " + a.Path[0] + " cannot be written into a text")
			}
			lines = append(lines, a.Path[0]+"="+text)
		}
	}
	return e.AppendLines(site.Set, site.After, lines...)
}

// lineText is a value as NixOS writes it into a unit; false for one that no line can have.
func lineText(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, !strings.ContainsAny(v, "\n\r") && !strings.HasSuffix(v, `\`)
	case bool, int, int64:
		return fmt.Sprint(v), true
	}
	return "", false
}

// fewDotted is how many settings of one set are written as dotted lines: statix
// reports the third (repeated_keys).
const fewDotted = 2

// addBeside adds bindings next to dotted ones: in a set with these if there are many
// to add, and the file does not already write as many as dotted lines.
func addBeside(e *emit.Editor, site nixos.Site, where emit.Where, attrs []emit.Attr) ([]emit.Edit, error) {
	sibling, _ := site.Siblings[len(site.Siblings)-1].AsBinding()
	depth := depthOf(sibling, site.Prefix)
	if len(site.Siblings) <= fewDotted && len(attrs) > fewDotted {
		if edits, err := e.Gather(sibling, depth, where, attrs...); err == nil {
			return edits, nil
		}
	}
	return e.InsertBeside(sibling, depth, where, attrs...)
}

// depthOf is the number of names of b's path that make up prefix; all but the
// last if none do.
func depthOf(b nixast.Binding, prefix string) int {
	path := b.Path()
	src, start, n := b.File().Src, path.Span().Start, 0
	for a := range path.Attrs() {
		n++
		if src[start:a.Span().End] == prefix {
			return n
		}
	}
	return n - 1
}

// namesIn are the names of an attribute path in Nix text.
func namesIn(path string) []string {
	f := nixast.Parse("", "{ "+path+" = 1; }", nixast.Options{})
	var names []string
	for b := range f.Expr().Bindings() {
		for a := range b.Path().Attrs() {
			name, _ := a.AttrName()
			names = append(names, name)
		}
	}
	return names
}

// IsOffered reports whether fixes are offered for the unit at all. Nothing is
// changed in a unit that is seen in part only, in one of a user's manager, nor in
// a container runtime and similar ones.
func IsOffered(u *unit.Unit) bool {
	if len(u.Partial) > 0 || u.OfUser() {
		return false
	}
	return !u.Opaque()
}

// Surroundings are the set that a binding is in, and the path of that set
// from the root of the module, as far as it is written in the file.
func Surroundings(b nixast.Binding) (set nixast.Node, prefix []string) {
	set = b.Parent()
	for outer, ok := outerBinding(b); ok; outer, ok = outerBinding(outer) {
		var names []string
		for c := range outer.Path().Attrs() {
			name, _ := c.AttrName()
			names = append(names, name)
		}
		prefix = append(names, prefix...)
	}
	if len(prefix) > 0 && prefix[0] == "config" {
		prefix = prefix[1:]
	}
	return set, prefix
}

// AddAbove are the edits that set the option path in the nearest set around a
// binding that can hold it, after what of it has the binding.
func AddAbove(n nixast.Node, path []string, value any) []lint.FileEdit {
	for b, ok := n.AsBinding(); ok; b, ok = outerBinding(b) {
		set, prefix := Surroundings(b)
		if nixos.CommonPrefix(path, prefix) < len(prefix) {
			continue
		}
		edits, err := emit.New(set.File()).Ensure(set, emit.Where{After: b.Node}, emit.Attr{Path: path[len(prefix):], Value: value})
		if err != nil {
			return nil
		}
		return lint.EditsIn(set.File(), edits)
	}
	return nil
}

func outerBinding(b nixast.Binding) (nixast.Binding, bool) {
	for a := range b.Ancestors() {
		if outer, ok := a.AsBinding(); ok {
			return outer, true
		}
	}
	return nixast.Binding{}, false
}
