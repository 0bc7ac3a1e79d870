package eval

import (
	"fmt"
	"slices"

	"wardnix/nixast"
)

// leaf is a case whose value is computed and no Choice.
type leaf struct {
	when *Cond
	v    Value
}

// leaves are the values that v may have, first match wins. Cases that
// certainly fail are left out: if there is a value, it is another.
func (ev *Evaluator) leaves(v Value) []leaf {
	if isOne(v) {
		return []leaf{{nil, v}}
	}
	c, ok := v.(*Choice)
	if !ok {
		return ev.expand(v.(*String))
	}
	switch {
	case c.flat != nil:
	case c.flattening:
		c.flat = []leaf{{nil, ev.unknown(c.node, "its value needs itself (infinite recursion)")}}
	default:
		c.flat = ev.flatten(c)
	}
	return c.flat
}

// isOne reports whether a value has no conditions.
func isOne(v Value) bool {
	switch v := v.(type) {
	case *Choice:
		return false
	case *String:
		return !v.conditional()
	}
	return true
}

// maxUndecided is how deep the cases of one expression may lie in each other.
const maxUndecided = 32

// enterCases goes into the cases of c; leaveCases comes back. A function that
// calls itself under a condition which is not known has no end: it is cut off where
// it is deep inside the cases that it makes itself.
func (ev *Evaluator) enterCases(c *Choice) *Unknown {
	if u := ev.enter(c.node); u != nil {
		return u
	}
	if !c.node.IsZero() && ev.undecided[c.node] >= maxUndecided {
		ev.leave()
		return ev.unknown(c.node, "a recursion ends under a condition that is not known")
	}
	ev.undecided[c.node]++
	return nil
}

func (ev *Evaluator) leaveCases(c *Choice) {
	ev.undecided[c.node]--
	ev.leave()
}

func (ev *Evaluator) flatten(c *Choice) []leaf {
	if u := ev.enterCases(c); u != nil {
		return []leaf{{nil, u}}
	}
	defer ev.leaveCases(c)
	c.flattening = true
	defer func() { c.flattening = false }()
	var failed []leaf
	out := make([]leaf, 0, len(c.Cases))
	for _, k := range c.Cases {
		var one [1]leaf
		ls := one[:]
		if one[0].v = ev.force(k.Value); !isOne(one[0].v) {
			ls = ev.leaves(one[0].v)
		}
		for _, l := range ls {
			if fails(l.v) {
				failed = append(failed, l)
				continue
			}
			when, ok := ev.and(k.When, l.when)
			if !ok || covered(out, when) {
				continue
			}
			if when != nil && slices.ContainsFunc(out, func(e leaf) bool { return e.when == when.neg }) {
				when = nil // it holds wherever that earlier one does not
			}
			if out = append(out, leaf{when, l.v}); len(out) > ev.limits.Cases {
				return []leaf{{nil, ev.tooManyCases(c.node)}}
			}
		}
	}
	ev.assumed = ev.assumed || len(failed) > 0
	if len(out) == 0 {
		return failed[:1]
	}
	return closed(out)
}

func (ev *Evaluator) tooManyCases(node nixast.Node) *Unknown {
	return ev.unknown(node, fmt.Sprintf("the value depends on conditions in more than %d ways", ev.limits.Cases))
}

// closed makes the last case unconditional: one of the cases does apply.
func closed(ls []leaf) []leaf {
	ls[len(ls)-1].when = nil
	first, ok := keyOf(ls[0].v)
	for _, l := range ls[1:] {
		if !ok {
			return ls
		}
		k, known := keyOf(l.v)
		ok = known && k == first
	}
	if ok {
		return []leaf{{nil, ls[0].v}}
	}
	return ls
}

// covered reports whether an earlier case applies wherever when does.
func covered(earlier []leaf, when *Cond) bool {
	for _, l := range earlier {
		if when.entails(l.when) {
			return true
		}
	}
	return false
}

// all reports whether every case of c that does not fail is of that type.
func (ev *Evaluator) all(c *Choice, typ string) bool {
	types := ev.types(c)
	return len(types) == 1 && types[0] == typ
}

// types are the types of the cases.
func (ev *Evaluator) types(c *Choice) []string {
	if c.types != nil {
		return c.types
	}
	if u := ev.enterCases(c); u != nil {
		return []string{"unknown"}
	}
	defer ev.leaveCases(c)
	c.types = []string{"unknown"} // what a choice is that is a case of its own
	var types []string
	for _, k := range c.Cases {
		v := ev.force(k.Value)
		inner := []string{typeOf(v)}
		if sub, ok := v.(*Choice); ok {
			inner = ev.types(sub)
		} else if fails(v) {
			inner = nil
		}
		for _, t := range inner {
			if !slices.Contains(types, t) {
				types = append(types, t)
			}
		}
	}
	c.types = types
	return types
}

func fails(v Value) bool {
	u, ok := v.(*Unknown)
	return ok && u.Failure != NoFailure
}

// choice is the value with these leaves.
func (ev *Evaluator) choice(node nixast.Node, ls []leaf) Value {
	if len(ls) == 1 {
		return ls[0].v
	}
	c := &Choice{origin: origin{node}}
	for _, l := range ls {
		c.Cases = append(c.Cases, Case{l.when, Known(l.v)})
	}
	return c
}

// narrowed is what v can be where when holds.
func (ev *Evaluator) narrowed(node nixast.Node, v Value, when *Cond) Value {
	switch v.(type) {
	case *Choice, *String:
	default:
		return v
	}
	all := ev.leaves(v)
	var out []leaf
	for _, l := range all {
		if _, ok := ev.and(when, l.when); !ok {
			continue
		}
		out = append(out, l)
		if when.entails(l.when) {
			break
		}
	}
	if len(out) == 0 || len(out) == len(all) {
		return v
	}
	return ev.choice(node, closed(slices.Clone(out)))
}

// lift applies f to a value, case by case and lazily.
func (ev *Evaluator) lift(node nixast.Node, v Value, f func(Value) Value) Value {
	c, ok := v.(*Choice)
	if !ok {
		return f(v)
	}
	ls := ev.leaves(c)
	if len(ls) == 1 {
		return f(ls[0].v)
	}
	out := &Choice{origin: origin{node}}
	for _, l := range ls {
		out.Cases = append(out.Cases, Case{l.when, lazy(func() Value { return f(l.v) })})
	}
	return out
}

// strict applies a function of values that are not unknown, for every
// combination of cases that can be. The name is the function's, for keys.
func (ev *Evaluator) strict(node nixast.Node, name string, args []Value, f func(args []Value) Value) Value {
	if !slices.ContainsFunc(args, func(v Value) bool { return !isOne(v) }) {
		return ev.known(node, name, args, f)
	}
	combos := []combo{{nil, nil}}
	for _, a := range args {
		ls := ev.leaves(a)
		var next []combo
		for _, c := range combos {
			for _, l := range ls {
				when, ok := ev.and(c.when, l.when)
				if !ok || coveredCombo(next, when) {
					continue
				}
				next = append(next, combo{when, append(c.vs[:len(c.vs):len(c.vs)], l.v)})
			}
		}
		if combos = next; len(combos) > ev.limits.Cases {
			return ev.tooManyCases(node)
		}
	}
	out := &Choice{origin: origin{node}}
	for i, c := range combos {
		if i == len(combos)-1 {
			c.when = nil
		}
		out.Cases = append(out.Cases, Case{c.when, Known(ev.known(node, name, c.vs, f))})
	}
	if len(out.Cases) == 1 {
		return out.Cases[0].Value.value
	}
	return ev.choice(node, ev.leaves(out))
}

type combo struct {
	when *Cond
	vs   []Value
}

func coveredCombo(earlier []combo, when *Cond) bool {
	for _, c := range earlier {
		if when.entails(c.when) {
			return true
		}
	}
	return false
}

// known applies f unless an argument is unknown.
func (ev *Evaluator) known(node nixast.Node, name string, args []Value, f func(args []Value) Value) Value {
	for _, a := range args {
		if u, ok := a.(*Unknown); ok {
			return ev.derived(node, u, ev.operationKey(name, args))
		}
	}
	return f(args)
}

func (ev *Evaluator) operationKey(name string, args []Value) string {
	keys := make([]string, len(args))
	for i, a := range args {
		k, ok := keyOf(a)
		if !ok {
			return ""
		}
		keys[i] = k
	}
	return joinKey(name, keys...)
}

// exclusive turns "first match wins" into conditions of which one is true. A
// case that cannot be is marked false.
func (ev *Evaluator) exclusive(whens []*Cond) ([]*Cond, []bool) {
	out, can := make([]*Cond, len(whens)), make([]bool, len(whens))
	var before *Cond // none of the earlier cases
	alive := true
	for i, w := range whens {
		if out[i], can[i] = ev.and(w, before); !alive {
			can[i] = false
		}
		if w == nil {
			alive = false
		} else if alive {
			before, alive = ev.and(before, ev.Not(w))
		}
	}
	return out, can
}

// alternatives are the leaves of v, each under a condition that excludes the
// others.
func (ev *Evaluator) alternatives(v Value) []leaf {
	ls := ev.leaves(v)
	if len(ls) == 1 {
		return ls
	}
	whens := make([]*Cond, len(ls))
	for i, l := range ls {
		whens[i] = l.when
	}
	excl, can := ev.exclusive(whens)
	var out []leaf
	for i, l := range ls {
		if can[i] {
			out = append(out, leaf{excl[i], l.v})
		}
	}
	return out
}

// truth reports whether v is true, and if that is not known, under what
// condition. What is not a boolean is taken for a condition like others: there
// Nix fails, so that it does not matter.
func (ev *Evaluator) truth(node nixast.Node, v Value) (Truth, *Cond) {
	switch v := v.(type) {
	case *Bool:
		if v.V {
			return Yes, nil
		}
		return No, nil
	case *Choice:
		return ev.truthOfCases(node, ev.alternatives(v))
	case *Unknown:
		return Maybe, ev.leaf(v)
	}
	return Maybe, ev.leaf(ev.fail(node, "a condition is "+article(typeOf(v))+", not a bool"))
}

func (ev *Evaluator) truthOfCases(node nixast.Node, ls []leaf) (Truth, *Cond) {
	if len(ls) == 1 {
		return ev.truth(node, ls[0].v)
	}
	all, some := true, false
	var cond *Cond
	for _, l := range ls {
		t, c := ev.truth(node, l.v)
		all = all && t == Yes
		if t == No {
			continue
		}
		c, ok := ev.and(l.when, c)
		if !ok {
			continue
		}
		if some {
			cond = ev.or(cond, c)
		} else {
			cond, some = c, true
		}
	}
	switch {
	case !some:
		return No, nil
	case all || cond == nil:
		return Yes, nil
	}
	return Maybe, cond
}

// boolean is the value of a condition.
func (ev *Evaluator) boolean(node nixast.Node, t Truth, c *Cond) Value {
	if t != Maybe {
		return &Bool{origin{node}, t == Yes}
	}
	u := &Unknown{origin: origin{node}, cond: c}
	if why := c.reason(); why != nil {
		u.Reason, u.At = why.Reason, why.At
		if c.Op == Leaf {
			u.Label, u.Failure = why.Label, why.Failure
		}
	}
	return ev.identify(u)
}

// broken is the failure of a condition that cannot be evaluated; nil for others.
func (c *Cond) broken() *Unknown {
	if c == nil || c.Op != Leaf || c.Why.Failure == NoFailure {
		return nil
	}
	return c.Why
}

// reason is the first of the unknown values that c is made of.
func (c *Cond) reason() *Unknown {
	for c.Op != Leaf {
		c = c.Args[0]
	}
	return c.Why
}
