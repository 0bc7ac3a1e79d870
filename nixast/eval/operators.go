package eval

import (
	"math"
	"strings"

	"wardnix/nixast"
)

func (ev *Evaluator) evalUnary(n nixast.Node, e *env) Value {
	u, _ := n.AsUnary()
	v := ev.eval(u.Operand(), e)
	if u.Op() == nixast.Not {
		return ev.not(n, v)
	}
	if ev.shadowed {
		return ev.shadowedOperator(n)
	}
	return ev.arithmetic(n, nixast.Minus, &Int{origin{n}, 0}, v)
}

func (ev *Evaluator) evalBinary(n nixast.Node, e *env) Value {
	b, _ := n.AsBinary()
	op := b.Op()
	switch op {
	case nixast.And:
		return ev.and2(n, ev.eval(b.Left(), e), func() Value { return ev.eval(b.Right(), e) })
	case nixast.Or:
		return ev.or2(n, ev.eval(b.Left(), e), func() Value { return ev.eval(b.Right(), e) })
	case nixast.Implies:
		return ev.or2(n, ev.not(n, ev.eval(b.Left(), e)), func() Value { return ev.eval(b.Right(), e) })
	case nixast.PipeInto:
		return ev.apply(n, ev.eval(b.Right(), e), ev.thunk(b.Left(), e))
	case nixast.PipeFrom:
		return ev.apply(n, ev.eval(b.Left(), e), ev.thunk(b.Right(), e))
	}
	left := ev.eval(b.Left(), e)
	if op == nixast.Update || op == nixast.Concat || op == nixast.Plus {
		right := ev.eval(b.Right(), e)
		switch op {
		case nixast.Update:
			return ev.updateValues(n, left, right)
		case nixast.Concat:
			return ev.concatLists(n, left, right)
		}
		return ev.plus(n, left, right)
	}
	right := ev.eval(b.Right(), e)
	switch op {
	case nixast.EqEq:
		return ev.equals(n, left, right)
	case nixast.NotEq:
		return ev.not(n, ev.equals(n, left, right))
	}
	if ev.shadowed {
		return ev.shadowedOperator(n)
	}
	switch op {
	case nixast.Less:
		return ev.less(n, left, right)
	case nixast.Greater:
		return ev.less(n, right, left)
	case nixast.LessEq:
		return ev.not(n, ev.less(n, right, left))
	case nixast.GreaterEq:
		return ev.not(n, ev.less(n, left, right))
	case nixast.Minus, nixast.Star, nixast.Slash:
		return ev.arithmetic(n, op, left, right)
	}
	return ev.unknown(n, "the source has a syntax error here")
}

// shadowedOperator: "a - b" means "__sub a b", and a file may bind __sub.
func (ev *Evaluator) shadowedOperator(n nixast.Node) Value {
	return ev.unknown(n, "the project redefines an operator")
}

func (ev *Evaluator) not(node nixast.Node, v Value) Value {
	t, cond := ev.truth(node, v)
	if u := cond.broken(); u != nil {
		return u
	} else if t == Maybe {
		return ev.boolean(node, Maybe, ev.Not(cond))
	}
	return ev.boolean(node, -t, nil)
}

// and2 is a && b. Where a is false, b is not evaluated.
func (ev *Evaluator) and2(node nixast.Node, a Value, b func() Value) Value {
	ta, ca := ev.truth(node, a)
	if u := ca.broken(); u != nil {
		return u
	} else if ta == No {
		return ev.boolean(node, No, nil)
	}
	tb, cb := ev.truth(node, b())
	switch {
	case tb == No:
		return ev.boolean(node, No, nil)
	case ta == Yes:
		return ev.boolean(node, tb, cb)
	case tb == Yes:
		return ev.boolean(node, ta, ca)
	}
	cond, ok := ev.and(ca, cb)
	if !ok {
		return ev.boolean(node, No, nil)
	}
	return ev.boolean(node, Maybe, cond)
}

// or2 is a || b. Where a is true, b is not evaluated.
func (ev *Evaluator) or2(node nixast.Node, a Value, b func() Value) Value {
	ta, ca := ev.truth(node, a)
	if u := ca.broken(); u != nil {
		return u
	} else if ta == Yes {
		return ev.boolean(node, Yes, nil)
	}
	tb, cb := ev.truth(node, b())
	switch {
	case tb == Yes:
		return ev.boolean(node, Yes, nil)
	case ta == No:
		return ev.boolean(node, tb, cb)
	case tb == No:
		return ev.boolean(node, ta, ca)
	}
	cond := ev.or(ca, cb)
	if cond == nil {
		return ev.boolean(node, Yes, nil)
	}
	return ev.boolean(node, Maybe, cond)
}

func (ev *Evaluator) updateValues(node nixast.Node, left, right Value) Value {
	for _, v := range []Value{left, right} {
		if fails(v) {
			return v
		}
	}
	_, unknownLeft := left.(*Unknown)
	if _, unknownRight := right.(*Unknown); unknownLeft && unknownRight {
		return ev.derived(node, left.(*Unknown), "")
	}
	a, b := ev.asAttrs(node, left), ev.asAttrs(node, right)
	switch {
	case a == nil:
		return ev.fail(node, "the left side of // is "+article(typeOf(left)))
	case b == nil:
		return ev.fail(node, "the right side of // is "+article(typeOf(right)))
	}
	return ev.update(node, a, b)
}

// plus is a + b: numbers, strings and paths.
func (ev *Evaluator) plus(node nixast.Node, left, right Value) Value {
	for _, v := range []Value{left, right} {
		if fails(v) {
			return v
		}
	}
	switch l := left.(type) {
	case *Int, *Float:
		return ev.arithmetic(node, nixast.Plus, left, right)
	case *Path:
		ps, u := ev.pathTail(node, right)
		if u != nil {
			return u
		}
		return ev.joinPath(node, l, ps)
	case *Unknown:
		// A string, a package or a path, if what is added is a string.
		if s, ok := right.(*String); ok {
			ps, u := ev.concat(node, [][]Piece{{{Unknown: l}}, s.Pieces})
			return ev.stringOf(node, ps, u)
		}
		return ev.derived(node, l, ev.operationKey("+", []Value{left, right}))
	case *Choice:
		if !ev.all(l, "string") {
			return ev.lift(node, l, func(l Value) Value { return ev.plus(node, l, right) })
		}
	case *Null, *Bool, *List, *Function:
		return ev.fail(node, article(typeOf(left))+" cannot be added")
	}
	a, u := ev.coerce(node, left, interpolation)
	if u != nil {
		return u
	}
	b, u := ev.coerce(node, right, interpolation)
	if u != nil {
		return u
	}
	ps, u := ev.concat(node, [][]Piece{a, b})
	return ev.stringOf(node, ps, u)
}

// arithmetic is a + b, a - b, a * b or a / b for numbers.
func (ev *Evaluator) arithmetic(node nixast.Node, op nixast.Kind, left, right Value) Value {
	return ev.strict(node, opName(op), []Value{left, right}, func(vs []Value) Value {
		a, ok1 := vs[0].(*Int)
		b, ok2 := vs[1].(*Int)
		if ok1 && ok2 {
			return ev.integers(node, op, a.V, b.V)
		}
		x, ok1 := number(vs[0])
		y, ok2 := number(vs[1])
		if !ok1 || !ok2 {
			return ev.fail(node, "arithmetic needs numbers")
		}
		var r float64
		switch op {
		case nixast.Plus:
			r = x + y
		case nixast.Minus:
			r = x - y
		case nixast.Star:
			r = x * y
		default:
			if y == 0 {
				return ev.fail(node, "division by zero")
			}
			r = x / y
		}
		return &Float{origin{node}, r}
	})
}

func (ev *Evaluator) integers(node nixast.Node, op nixast.Kind, a, b int64) Value {
	var r int64
	overflow := false
	switch op {
	case nixast.Plus:
		r = a + b
		overflow = (r > a) != (b > 0) && b != 0
	case nixast.Minus:
		r = a - b
		overflow = (r < a) != (b > 0) && b != 0
	case nixast.Star:
		r = a * b
		overflow = a != 0 && (r/a != b || a == -1 && b == math.MinInt64)
	default:
		if b == 0 {
			return ev.fail(node, "division by zero")
		}
		if overflow = a == math.MinInt64 && b == -1; !overflow {
			r = a / b
		}
	}
	if overflow {
		return ev.unknown(node, "the number overflows")
	}
	return &Int{origin{node}, r}
}

func number(v Value) (float64, bool) {
	switch v := v.(type) {
	case *Int:
		return float64(v.V), true
	case *Float:
		return v.V, true
	}
	return 0, false
}

// less is a < b.
func (ev *Evaluator) less(node nixast.Node, a, b Value) Value {
	return ev.strict(node, "<", []Value{a, b}, func(vs []Value) Value {
		t, u := ev.lessKnown(node, vs[0], vs[1])
		if u != nil {
			return u
		}
		return ev.boolean(node, t, nil)
	})
}

func (ev *Evaluator) lessKnown(node nixast.Node, a, b Value) (Truth, *Unknown) {
	x, ok1 := a.(*Int)
	y, ok2 := b.(*Int)
	if ok1 && ok2 {
		return truthOf(x.V < y.V), nil
	}
	f, ok1 := number(a)
	g, ok2 := number(b)
	if ok1 && ok2 {
		return truthOf(f < g), nil
	}
	s, ok1 := a.(*String)
	t, ok2 := b.(*String)
	if ok1 && ok2 {
		if x, u := ev.knownText(node, s); u != nil {
			return Maybe, u
		} else if y, u := ev.knownText(node, t); u != nil {
			return Maybe, u
		} else {
			return truthOf(strings.Compare(x, y) < 0), nil
		}
	}
	if typeOf(a) != typeOf(b) && typeOf(a) != "unknown" && typeOf(b) != "unknown" {
		return Maybe, ev.fail(node, article(typeOf(a))+" cannot be compared with "+article(typeOf(b)))
	}
	return Maybe, ev.unknown(node, "the order of these values is not known")
}

// knownText is the text of s, or why it is not known.
func (ev *Evaluator) knownText(node nixast.Node, s *String) (string, *Unknown) {
	if text, ok := s.Text(); ok {
		return text, nil
	}
	return "", ev.because(node, firstUnknown(s.Pieces))
}

func truthOf(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

func opName(op nixast.Kind) string {
	switch op {
	case nixast.Plus:
		return "+"
	case nixast.Minus:
		return "-"
	case nixast.Star:
		return "*"
	}
	return "/"
}

// article is a type's name in a sentence.
func article(typ string) string {
	switch typ {
	case "null":
		return "null"
	case "int", "unknown":
		return "an " + typ
	}
	return "a " + typ
}
