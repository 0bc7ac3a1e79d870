package eval

import (
	"strconv"

	"wardnix/nixast"
)

// primitive is a builtin, or a function of lib that is known here.
type primitive struct {
	name  string
	arity int
	run   func(c call, args []*Thunk) Value
}

// family is a table of primitives with one subject.
type family []primitive

// call is one call of a primitive: where it is, and what it works with.
type call struct {
	*Evaluator
	site nixast.Node
}

// strictly makes a primitive of a function of computed values, none of which
// is unknown. Where arguments have several cases, it is computed for each.
func strictly(name string, arity int, f func(c call, args []Value) Value) primitive {
	return primitive{name, arity, func(c call, args []*Thunk) Value {
		vs := make([]Value, len(args))
		for i, a := range args {
			vs[i] = c.force(a)
		}
		return c.strict(c.site, name, vs, func(vs []Value) Value { return f(c, vs) })
	}}
}

// onText makes a primitive of a function of strings that are known as a whole.
func onText(name string, arity int, f func(c call, args []string) Value) primitive {
	return strictly(name, arity, func(c call, args []Value) Value {
		texts := make([]string, len(args))
		for i, a := range args {
			s, ok := a.(*String)
			if !ok {
				return c.wrong(a, "string")
			}
			var u *Unknown
			if texts[i], u = c.knownText(c.site, s); u != nil {
				return u
			}
		}
		return f(c, texts)
	})
}

// isType makes a primitive that reports a value's type. Types do not report what
// an unknown value is, but what a case of a choice is.
func isType(name string, is func(v Value) bool) primitive {
	return strictly(name, 1, func(c call, args []Value) Value { return c.bool(is(args[0])) })
}

func (c call) bool(b bool) Value      { return &Bool{origin{c.site}, b} }
func (c call) int(i int) Value        { return &Int{origin{c.site}, int64(i)} }
func (c call) text(s string) Value    { return newString(c.site, s) }
func (c call) null() Value            { return &Null{origin{c.site}} }
func (c call) items(is []Item) Value  { return c.newList(c.site, is) }
func (c call) fails(why string) Value { return c.fail(c.site, why) }

func (c call) list(ts ...*Thunk) Value {
	items := make([]Item, len(ts))
	for i, t := range ts {
		items[i] = Item{Value: t}
	}
	return c.items(items)
}

func (c call) texts(ss []string) Value {
	ts := make([]*Thunk, len(ss))
	for i, s := range ss {
		ts[i] = Known(c.text(s))
	}
	return c.list(ts...)
}

// A member is a name with a value, of which sets are made.
type member struct {
	name  string
	value *Thunk
}

// set is a set that the call makes.
func (c call) set(members ...member) *Attrs {
	attrs, defs := make([]Attr, len(members)), make([]Def, len(members))
	for i, m := range members {
		defs[i] = Def{Value: m.value, Site: c.site}
		attrs[i] = Attr{m.name, defs[i : i+1 : i+1]}
	}
	return attrsOf(c.site, attrs)
}

// wrong is the result of a call with a value of another type than it needs.
func (c call) wrong(v Value, want string) Value {
	if u, ok := v.(*Unknown); ok {
		if u.Failure != NoFailure {
			return u
		}
		return c.derived(c.site, u, "")
	}
	return c.fails("needs " + article(want) + ", and this is " + article(typeOf(v)))
}

// lost is the result of a call that cannot be known because of u.
func (c call) lost(u *Unknown) Value { return c.because(c.site, u) }

// cannot is the result of a call that this package does not follow.
func (c call) cannot(why string) Value { return c.unknown(c.site, why) }

// listArg is an argument as a list; a value instead if it is none.
func (c call) listArg(t *Thunk) (*List, Value) {
	v := c.force(t)
	if fails(v) {
		return nil, v
	}
	l := c.asList(c.site, v)
	if l == nil {
		return nil, c.wrong(v, "list")
	}
	return l, nil
}

// certainArg is an argument as a list whose elements are certainly there.
func (c call) certainArg(t *Thunk) ([]Item, Value) {
	l, v := c.listArg(t)
	if v != nil {
		return nil, v
	}
	if u := uncertain(l.Items); u != nil {
		return nil, c.lost(u)
	}
	if u := c.step(c.site, len(l.Items)); u != nil {
		return nil, u
	}
	return l.Items, nil
}

// attrsArg is an argument as a set.
func (c call) attrsArg(t *Thunk) (*Attrs, Value) {
	v := c.force(t)
	if fails(v) {
		return nil, v
	}
	a := c.asAttrs(c.site, v)
	if a == nil {
		return nil, c.wrong(v, "set")
	}
	return a, nil
}

// closedArg is an argument as a set whose attributes are all known to be there.
func (c call) closedArg(t *Thunk) (*Attrs, Value) {
	a, v := c.attrsArg(t)
	if v != nil {
		return nil, v
	}
	if a.closed() {
		if u := c.step(c.site, len(a.attrs)); u != nil {
			return nil, u
		}
		return a, nil
	}
	if len(a.rest) > 0 {
		return nil, c.lost(restReason(a.rest))
	}
	for _, x := range a.attrs {
		if t, cond := c.presence(c.site, x); t == Maybe {
			return nil, c.lost(cond.reason())
		}
	}
	return nil, c.cannot("which attributes the set has is not known")
}

// textArg is an argument as a known string; a value instead if it is not, or
// if there are several.
func (c call) textArg(t *Thunk) (string, Value) {
	v := c.force(t)
	s, ok := v.(*String)
	if !ok {
		if ch, ok := v.(*Choice); ok {
			return "", c.lost(ch.Cases[0].When.reason())
		}
		return "", c.wrong(v, "string")
	}
	text, u := c.knownText(c.site, s)
	if u != nil {
		return "", u
	}
	return text, nil
}

// later is f applied to args, once requested.
func (c call) later(f *Thunk, args ...*Thunk) *Thunk { return c.callLater(c.site, f, args...) }

// test is the truth of the predicate f for args.
func (c call) test(f *Thunk, args ...*Thunk) (Truth, *Cond) {
	return c.truth(c.site, c.applyAll(c.site, f, args...))
}

func itoa(i int) string { return strconv.Itoa(i) }

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// source is the text of the call, empty for calls from outside.
func (c call) source() string {
	if c.site.IsZero() {
		return ""
	}
	return c.site.Text()
}
