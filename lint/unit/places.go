package unit

import (
	"wardnix/lint/nixos"
	"wardnix/nixast"
)

// WrittenAt is the expression that a line renders, where it is inside the
// binding that defines it: the element of a list, or the value; the zero Node
// if it is elsewhere.
func (u *Unit) WrittenAt(l nixos.Line) nixast.Node {
	if l.Def == nil || l.Value == nil {
		return nixast.Node{}
	}
	if n := inside(u.Host.Evaluator().Force(l.Value).Origin(), l.Def.Binding); !n.IsZero() {
		return n
	}
	if n, err := l.Def.ValueNode(); err == nil && (n.Text() == "true" || n.Text() == "false" || n.Text() == "null") {
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
func (u *Unit) LinePlace(l nixos.Line) (*nixast.File, nixast.Span) {
	if !l.Place.In.IsZero() {
		return l.Place.In.File(), l.Place.Span
	}
	if n := u.WrittenAt(l); !n.IsZero() {
		return n.File(), n.Span()
	}
	return l.Def.ValuePlace()
}
