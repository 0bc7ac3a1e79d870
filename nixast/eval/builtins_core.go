package eval

import (
	"math"

	"wardnix/nixast"
)

// coreBuiltins are the builtins about values as such: types, numbers,
// evaluation and failure.
func coreBuiltins() family {
	return family{
		isType("isAttrs", func(v Value) bool { return typeOf(v) == "set" }),
		isType("isBool", func(v Value) bool { return typeOf(v) == "bool" }),
		isType("isFloat", func(v Value) bool { return typeOf(v) == "float" }),
		isType("isFunction", func(v Value) bool { return typeOf(v) == "lambda" }),
		isType("isInt", func(v Value) bool { return typeOf(v) == "int" }),
		isType("isList", func(v Value) bool { return typeOf(v) == "list" }),
		isType("isNull", func(v Value) bool { return typeOf(v) == "null" }),
		isType("isPath", func(v Value) bool { return typeOf(v) == "path" }),
		isType("isString", func(v Value) bool { return typeOf(v) == "string" }),
		strictly("typeOf", 1, func(c call, a []Value) Value { return c.text(typeOf(a[0])) }),

		{"add", 2, func(c call, a []*Thunk) Value { return c.arithmetic(c.site, nixast.Plus, c.force(a[0]), c.force(a[1])) }},
		{"sub", 2, func(c call, a []*Thunk) Value {
			return c.arithmetic(c.site, nixast.Minus, c.force(a[0]), c.force(a[1]))
		}},
		{"mul", 2, func(c call, a []*Thunk) Value { return c.arithmetic(c.site, nixast.Star, c.force(a[0]), c.force(a[1])) }},
		{"div", 2, func(c call, a []*Thunk) Value {
			return c.arithmetic(c.site, nixast.Slash, c.force(a[0]), c.force(a[1]))
		}},
		{"lessThan", 2, func(c call, a []*Thunk) Value { return c.less(c.site, c.force(a[0]), c.force(a[1])) }},
		bitwise("bitAnd", func(x, y int64) int64 { return x & y }),
		bitwise("bitOr", func(x, y int64) int64 { return x | y }),
		bitwise("bitXor", func(x, y int64) int64 { return x ^ y }),
		rounding("ceil", math.Ceil),
		rounding("floor", math.Floor),

		{"seq", 2, func(c call, a []*Thunk) Value { return c.after(a[0], a[1]) }},
		{"deepSeq", 2, func(c call, a []*Thunk) Value {
			c.assumed = true // what lies deep in the first might fail
			return c.after(a[0], a[1])
		}},
		{"trace", 2, func(c call, a []*Thunk) Value { return c.after(a[0], a[1]) }},
		{"traceVerbose", 2, func(c call, a []*Thunk) Value { return c.force(a[1]) }},
		{"warn", 2, func(c call, a []*Thunk) Value { return c.after(a[0], a[1]) }},
		{"addErrorContext", 2, func(c call, a []*Thunk) Value { return c.force(a[1]) }},
		{"throw", 1, func(c call, a []*Thunk) Value { return c.thrown(a[0], Throws) }},
		{"abort", 1, func(c call, a []*Thunk) Value { return c.thrown(a[0], Fails) }},
		{"tryEval", 1, func(c call, a []*Thunk) Value { return c.tryEval(a[0]) }},
		{"genericClosure", 1, func(c call, a []*Thunk) Value { return c.genericClosure(a[0]) }},
		{"getContext", 1, func(c call, _ []*Thunk) Value { return c.cannot("the context of a string is not followed") }},
		{"hasContext", 1, func(c call, _ []*Thunk) Value { return c.cannot("the context of a string is not followed") }},
	}
}

func bitwise(name string, f func(x, y int64) int64) primitive {
	return strictly(name, 2, func(c call, a []Value) Value {
		x, ok1 := a[0].(*Int)
		y, ok2 := a[1].(*Int)
		if !ok1 || !ok2 {
			return c.fails("`" + name + "` needs whole numbers")
		}
		return &Int{origin{c.site}, f(x.V, y.V)}
	})
}

func rounding(name string, f func(float64) float64) primitive {
	return strictly(name, 1, func(c call, a []Value) Value {
		x, ok := number(a[0])
		if !ok {
			return c.wrong(a[0], "float")
		}
		if x = f(x); math.Abs(x) >= 1<<53 {
			return c.cannot("the number overflows")
		}
		return &Int{origin{c.site}, int64(x)}
	})
}

// after evaluates first and then is second.
func (c call) after(first, second *Thunk) Value {
	if v := c.force(first); fails(v) {
		return v
	}
	return c.force(second)
}

// thrown is the failure that throw or abort make.
func (c call) thrown(message *Thunk, how Failure) Value {
	u := c.fail(c.site, "evaluation is given up here")
	if s, ok := c.force(message).(*String); ok {
		u.Reason = "evaluation is given up here: " + shorten(s.Pattern())
	}
	u.Failure = how
	return u
}

// tryEval reports whether t fails by throw or assert. It is sure only where
// nothing under t was taken for granted.
func (c call) tryEval(t *Thunk) Value {
	outer := c.assumed
	c.assumed = false
	v := c.force(t)
	sure := !c.assumed
	c.assumed = outer
	u, unknown := v.(*Unknown)
	_, several := v.(*Choice)
	switch {
	case unknown && u.Failure == Throws:
		return c.set(member{"success", Known(c.bool(false))}, member{"value", Known(c.bool(false))})
	case unknown && u.Failure == Fails:
		return u
	case unknown || several || !sure:
		why := c.unknown(c.site, "whether this fails is not known")
		if unknown {
			why = c.derived(c.site, u, "")
		}
		value := c.because(c.site, why)
		return c.set(member{"success", Known(why)}, member{"value", Known(value)})
	}
	return c.set(member{"success", Known(c.bool(true))}, member{"value", Known(v)})
}

// genericClosure gathers what operator reaches from startSet, by key.
func (c call) genericClosure(t *Thunk) Value {
	set, v := c.attrsArg(t)
	if v != nil {
		return v
	}
	operator := c.value(c.site, set.Lookup("operator"), nil)
	work, v := c.certainArg(c.value(c.site, set.Lookup("startSet"), nil))
	if v != nil {
		return v
	}
	seen := map[string]bool{}
	var out []Item
	for len(work) > 0 {
		if u := c.alloc(c.site, 1, itemSize); u != nil {
			return u
		}
		it := work[0]
		work = work[1:]
		id := c.selectPath(c.site, c.force(it.Value), names("key"), nil)
		key, ok := keyOf(id)
		if typ := typeOf(id); !ok || typ != "string" && typ != "int" {
			return c.cannot("the keys of a closure are not known")
		}
		if seen[key] {
			continue
		}
		seen[key] = true
		out = append(out, it)
		more, v := c.certainArg(c.later(operator, it.Value))
		if v != nil {
			return v
		}
		if u := c.alloc(c.site, len(work)+len(more), itemSize); u != nil {
			return u
		}
		work = append(work[:len(work):len(work)], more...)
	}
	return c.items(out)
}
