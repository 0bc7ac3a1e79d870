package eval

import (
	"maps"
	"slices"

	"wardnix/nixast"
)

// The functions below make values that come from no file.

// NewNull is null.
func NewNull() *Thunk { return Known(&Null{}) }

// NewBool is a boolean.
func NewBool(b bool) *Thunk { return Known(&Bool{V: b}) }

// NewInt is a whole number.
func NewInt(i int64) *Thunk { return Known(&Int{V: i}) }

// NewString is a string.
func NewString(s string) *Thunk { return Known(newString(nixast.Node{}, s)) }

// NewText is a string of pieces that may be there under conditions, or not be known.
func NewText(pieces ...Piece) *String { return &String{Pieces: joined(nil, pieces...)} }

// NewList is a list of these elements.
func NewList(elements ...*Thunk) *Thunk {
	l := &List{}
	for _, e := range elements {
		l.Items = append(l.Items, Item{Value: e})
	}
	return Known(l)
}

// NewAttrs is a set of these attributes.
func NewAttrs(attrs map[string]*Thunk) *Thunk { return Known(newAttrs(attrs)) }

// NewSet is a set of attributes that may be there under conditions.
func NewSet(attrs ...Attr) *Thunk { return Known(attrsOf(nixast.Node{}, attrs)) }

// NewOpenAttrs is [NewAttrs] with further attributes that are not known, for
// the reason of rest (made by [Evaluator.Opaque]): the arguments of a module.
func (ev *Evaluator) NewOpenAttrs(attrs map[string]*Thunk, rest *Thunk) *Thunk {
	a := newAttrs(attrs)
	if u, ok := ev.Force(rest).(*Unknown); ok {
		a.rest = []Def{{Open: u}}
	}
	return Known(a)
}

func newAttrs(attrs map[string]*Thunk) *Attrs {
	out := &Attrs{}
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		out.attrs = append(out.attrs, plain(name, attrs[name]))
	}
	return out
}
