package unit

import (
	"errors"
	"slices"
	"wardnix/emit"

	"wardnix/lint/nixos"
	"wardnix/nixast"
)

// LastReported is the last definition in a file that was requested; the last one if
// there is none.
func LastReported(o *nixos.Option) *nixos.Def {
	for _, d := range slices.Backward(o.Defs) {
		if d.File != nil && d.File.Reported {
			return d
		}
	}
	return o.Defs[len(o.Defs)-1]
}

// ValuePlace is where a definition's value is written.
func ValuePlace(d *nixos.Def) (*nixast.File, nixast.Span) {
	if b, ok := d.Binding.AsBinding(); ok {
		return d.Binding.File(), b.Value().Span()
	}
	return Place(d.Binding)
}

// ValueNode is the expression that a fix replaces: the value of the binding,
// inside mkForce and similar ones.
func ValueNode(d *nixos.Def) (nixast.Node, error) {
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

// WrittenAt is the expression that a line renders, where it is inside the
// binding that defines it: the element of a list, or the value; the zero Node
// if it is elsewhere.
func WrittenAt(u *Unit, l nixos.Line) nixast.Node {
	if l.Def == nil || l.Value == nil {
		return nixast.Node{}
	}
	if n := inside(u.Host.Evaluator().Force(l.Value).Origin(), l.Def.Binding); !n.IsZero() {
		return n
	}
	if n, err := ValueNode(l.Def); err == nil && (n.Text() == "true" || n.Text() == "false" || n.Text() == "null") {
		return n // a variable, as Nix has it
	}
	return nixast.Node{}
}

// inside is n if it lies in outer, else the zero Node.
func inside(n, outer nixast.Node) nixast.Node {
	if n.IsZero() || outer.IsZero() || n.File() != outer.File() {
		return nixast.Node{}
	}
	in, out := n.Span(), outer.Span()
	if in.Start < out.Start || in.End > out.End {
		return nixast.Node{}
	}
	return n
}

// LinePlace is where a person would point at for a line: its own expression,
// else the value of the definition.
func LinePlace(u *Unit, l nixos.Line) (*nixast.File, nixast.Span) {
	if !l.Place.In.IsZero() {
		return l.Place.In.File(), l.Place.Span
	}
	if n := WrittenAt(u, l); !n.IsZero() {
		return n.File(), n.Span()
	}
	return ValuePlace(l.Def)
}

// LastName is where the last name of a binding's path is.
func LastName(n nixast.Node) (*nixast.File, nixast.Span) {
	b, ok := n.AsBinding()
	if !ok {
		return n.File(), n.Span()
	}
	last := b.Path().Node
	for a := range b.Path().Attrs() {
		last = a
	}
	return n.File(), last.Span()
}

// NameNode is the attribute of a binding's path that is the name of an option; the zero
// Node if the name is not written there.
func NameNode(n nixast.Node, option string) nixast.Node {
	found := nixast.Node{}
	if b, ok := n.AsBinding(); ok {
		for a := range b.Path().Attrs() {
			if name, ok := a.AttrName(); ok && name == option {
				found = a
			}
		}
	}
	return found
}

// NamePlace is where a definition writes the name of its option, else where it is
// written.
func NamePlace(d *nixos.Def, option string) (*nixast.File, nixast.Span) {
	if n := NameNode(d.Binding, option); !n.IsZero() {
		return n.File(), n.Span()
	}
	return Place(d.Binding)
}

// Place is the part of n that a person would point at: the path of a binding.
func Place(n nixast.Node) (*nixast.File, nixast.Span) {
	if b, ok := n.AsBinding(); ok {
		return n.File(), b.Path().Span()
	}
	return n.File(), n.Span()
}

// KeyEdit writes another key into a line of a text; false where the key is not
// there as it is.
func KeyEdit(l nixos.Line, key string) (emit.Edit, bool) {
	if l.Place.In.IsZero() {
		return emit.Edit{}, false
	}
	start := l.Place.Span.Start
	end := start + len(l.Key)
	return emit.Edit{Start: start, End: end, New: key}, l.Place.In.File().Src[start:end] == l.Key && nixast.IsIdentifier(key)
}

// ValueEdit writes another value into a line of a text; false where the value
// is not there as it is.
func ValueEdit(l nixos.Line, value string) (emit.Edit, bool) {
	if l.Place.In.IsZero() || !l.Known || l.Text == "" || !isPlain(value) {
		return emit.Edit{}, false
	}
	end := l.Place.Span.End
	start := end - len(l.Text)
	return emit.Edit{Start: start, End: end, New: value}, start > l.Place.Span.Start && l.Place.In.File().Src[start:end] == l.Text
}

// isPlain reports whether a text is the same inside every kind of quotes.
func isPlain(text string) bool {
	return !slices.ContainsFunc([]rune(text), func(r rune) bool {
		return r <= ' ' && r != ' ' || r == '\'' || r == '"' || r == '$' || r == '\\'
	})
}
