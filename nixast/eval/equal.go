package eval

import (
	"strings"

	"wardnix/nixast"
)

// equals is a == b.
func (ev *Evaluator) equals(node nixast.Node, a, b Value) Value {
	for _, v := range []Value{a, b} {
		if fails(v) {
			return v
		}
	}
	la, lb := ev.leaves(a), ev.leaves(b)
	if len(la) == 1 && len(lb) == 1 {
		return ev.equalLeaves(node, la[0].v, lb[0].v)
	}
	return ev.pairs(node, a, b, func(x, y Value) Value { return ev.equalLeaves(node, x, y) })
}

// pairs is strict for a function that takes unknown values.
func (ev *Evaluator) pairs(node nixast.Node, a, b Value, f func(x, y Value) Value) Value {
	out := &Choice{origin: origin{node}}
	for _, la := range ev.leaves(a) {
		for _, lb := range ev.leaves(b) {
			when, ok := ev.and(la.when, lb.when)
			if !ok {
				continue
			}
			out.Cases = append(out.Cases, Case{when, Known(f(la.v, lb.v))})
		}
		if len(out.Cases) > ev.limits.Cases {
			return ev.tooManyCases(node)
		}
	}
	return ev.choice(node, ev.leaves(out))
}

func (ev *Evaluator) equalLeaves(node nixast.Node, a, b Value) Value {
	t := ev.equal(node, a, b)
	if t != Maybe {
		return ev.boolean(node, t, nil)
	}
	ka, ok1 := keyOf(a)
	kb, ok2 := keyOf(b)
	key := ""
	if ok1 && ok2 {
		key = joinKey("==", min(ka, kb), max(ka, kb))
	}
	why, ok := a.(*Unknown)
	if !ok {
		if why, ok = b.(*Unknown); !ok {
			why = ev.unknown(node, "whether these values are equal is not known")
			for _, v := range []Value{b, a} {
				if s, ok := v.(*String); ok && firstUnknown(s.Pieces) != nil {
					why = firstUnknown(s.Pieces)
				}
			}
		}
	}
	d := ev.derived(node, why, key)
	d.Failure = NoFailure
	return d
}

// equal compares as Nix does: deeply, ints with floats, functions never.
func (ev *Evaluator) equal(node nixast.Node, a, b Value) Truth {
	if u := ev.enter(node); u != nil {
		return Maybe
	}
	defer ev.leave()
	if c, ok := a.(*Choice); ok {
		return ev.equalCases(node, c, b)
	}
	if c, ok := b.(*Choice); ok {
		return ev.equalCases(node, c, a)
	}
	_, ok1 := a.(*Unknown)
	_, ok2 := b.(*Unknown)
	if ok1 || ok2 {
		return Maybe // even if they are the same: a function does not equal itself
	}
	if x, ok := number(a); ok {
		y, ok := number(b)
		if i, isInt := a.(*Int); isInt {
			if j, isInt := b.(*Int); isInt {
				return truthOf(i.V == j.V)
			}
		}
		return truthOf(ok && x == y)
	}
	if typeOf(a) != typeOf(b) {
		return No
	}
	switch a := a.(type) {
	case *Null:
		return Yes
	case *Bool:
		return truthOf(a.V == b.(*Bool).V)
	case *String:
		return equalPieces(a.Pieces, b.(*String).Pieces)
	case *Path:
		if p := b.(*Path); a.Source == p.Source {
			return equalPieces(a.Pieces, p.Pieces)
		}
	case *List:
		return ev.equalLists(node, a, b.(*List))
	case *Attrs:
		return ev.equalAttrs(node, a, b.(*Attrs))
	}
	return Maybe
}

func (ev *Evaluator) equalCases(node nixast.Node, c *Choice, v Value) Truth {
	all := Maybe
	for i, l := range ev.leaves(c) {
		t := ev.equal(node, l.v, v)
		if t == Maybe || i > 0 && t != all {
			return Maybe
		}
		all = t
	}
	return all
}

func equalPieces(a, b []Piece) Truth {
	x, ok1 := textOf(a)
	y, ok2 := textOf(b)
	if ok1 && ok2 {
		return truthOf(x == y)
	}
	p, q := prefix(a), prefix(b)
	if n := min(len(p), len(q)); p[:n] != q[:n] || ok1 && n < len(q) || ok2 && n < len(p) {
		return No
	}
	p, q = suffix(a), suffix(b)
	if !strings.HasSuffix(p, q) && !strings.HasSuffix(q, p) {
		return No
	}
	return Maybe
}

func (ev *Evaluator) equalLists(node nixast.Node, a, b *List) Truth {
	if !certainItems(a.Items) || !certainItems(b.Items) {
		return Maybe
	}
	if len(a.Items) != len(b.Items) {
		return No
	}
	all := Yes
	for i := range a.Items {
		// Nix takes one and the same thunk for equal, functions included.
		switch ev.equal(node, ev.force(a.Items[i].Value), ev.force(b.Items[i].Value)) {
		case No:
			return No
		case Maybe:
			all = Maybe
		}
	}
	return all
}

func (ev *Evaluator) equalAttrs(node nixast.Node, a, b *Attrs) Truth {
	for _, s := range []*Attrs{a, b} {
		other := b
		if s == b {
			other = a
		}
		for _, x := range s.attrs {
			if x.Certain() && len(other.Lookup(x.Name).Defs) == 0 {
				return No
			}
		}
	}
	if !a.closed() || !b.closed() {
		return Maybe
	}
	if len(a.Lookup("type").Defs) > 0 {
		return Maybe // derivations are compared by their outPath
	}
	all := Yes
	for i := range a.attrs {
		x, y := ev.value(node, a.attrs[i], nil), ev.value(node, b.attrs[i], nil)
		switch ev.equal(node, ev.force(x), ev.force(y)) {
		case No:
			return No
		case Maybe:
			all = Maybe
		}
	}
	return all
}
