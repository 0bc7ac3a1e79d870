package eval

import (
	"strings"

	"wardnix/nixast"
)

// Cond is a condition that is not known: a boolean expression in its
// environment. Conditions of one [Evaluator] can be compared with ==: the same
// condition, written twice, is one Cond wherever that can be seen. A nil Cond
// always holds.
type Cond struct {
	Op CondOp
	// Args are the parts of Not (one), And and Or (two).
	Args []*Cond
	// Node is the expression, for a Leaf; it may be the zero Node.
	Node nixast.Node
	// Why is the boolean that is not known, for a Leaf.
	Why *Unknown

	id   int
	size int     // the number of leaves
	lits []*Cond // the conjuncts of And, as far as they are kept
}

// CondOp is how a [Cond] is made.
type CondOp uint8

const (
	Leaf CondOp = iota
	Not
	And
	Or
)

// Truth is a three-valued answer. The zero Truth is Maybe.
type Truth int8

const (
	No    Truth = -1
	Maybe Truth = 0
	Yes   Truth = 1
)

// String is the condition as the source writes it, shortened.
func (c *Cond) String() string {
	if c == nil {
		return "true"
	}
	return c.text(4)
}

// text writes c down to depth levels.
func (c *Cond) text(depth int) string {
	if depth == 0 {
		return "…"
	}
	switch c.Op {
	case Not:
		return "!" + c.Args[0].operand(depth-1)
	case And:
		return c.Args[0].operand(depth-1) + " && " + c.Args[1].operand(depth-1)
	case Or:
		return c.Args[0].operand(depth-1) + " || " + c.Args[1].operand(depth-1)
	}
	if !c.Node.IsZero() {
		return shorten(c.Node.Text())
	}
	if c.Why.Label != "" {
		return c.Why.Label
	}
	return "…"
}

func (c *Cond) operand(depth int) string {
	s := c.text(depth)
	if strings.ContainsAny(s, " \n") {
		return "(" + s + ")"
	}
	return s
}

// shorten makes source text fit in a line of a message.
func shorten(s string) string {
	const most = 60
	s = strings.Join(strings.Fields(s), " ")
	for i := range s {
		if i > most {
			return s[:i] + "…"
		}
	}
	return s
}

// condKey is what makes two conditions one.
type condKey struct {
	op   CondOp
	a, b int
	leaf string
}

// maxLits is how many conjuncts are kept to see contradictions. Beyond, some
// stay unseen, which loses precision and nothing else.
const maxLits = 32

func (ev *Evaluator) intern(k condKey, make func() *Cond) *Cond {
	if c, ok := ev.conds[k]; ok {
		return c
	}
	c := make()
	c.id = len(ev.conds) + 1
	c.size = 1
	if len(c.Args) > 0 {
		c.size = 0
		for _, a := range c.Args {
			c.size = min(c.size+a.size, maxLits+1)
		}
	}
	ev.conds[k] = c
	return c
}

// leaf is the condition that the unknown boolean u is true.
func (ev *Evaluator) leaf(u *Unknown) *Cond {
	if u.cond != nil {
		return u.cond
	}
	return ev.intern(condKey{op: Leaf, leaf: u.key}, func() *Cond { return &Cond{Node: u.node, Why: u} })
}

// And is the condition that a and b hold; nil counts as true. The Truth is No
// if they exclude each other.
func (ev *Evaluator) And(a, b *Cond) (*Cond, Truth) {
	c, ok := ev.and(a, b)
	switch {
	case !ok:
		return nil, No
	case c == nil:
		return nil, Yes
	}
	return c, Maybe
}

// and is the condition that both hold; false if they exclude each other.
func (ev *Evaluator) and(a, b *Cond) (*Cond, bool) {
	switch {
	case b == nil || a == b || a.entails(b):
		return a, true
	case a == nil || b.entails(a):
		return b, true
	case ev.excludes(a, b):
		return nil, false
	}
	return ev.intern(condKey{op: And, a: a.id, b: b.id}, func() *Cond {
		c := &Cond{Op: And, Args: []*Cond{a, b}}
		for _, l := range append(a.conjuncts(), b.conjuncts()...) {
			if len(c.lits) < maxLits && !contains(c.lits, l) {
				c.lits = append(c.lits, l)
			}
		}
		return c
	}), true
}

// Not is the condition that c does not hold; c must not be nil.
func (ev *Evaluator) Not(c *Cond) *Cond {
	if c.Op == Not {
		return c.Args[0]
	}
	return ev.intern(condKey{op: Not, a: c.id}, func() *Cond { return &Cond{Op: Not, Args: []*Cond{c}} })
}

// or is the condition that one of them holds; nil if always.
func (ev *Evaluator) or(a, b *Cond) *Cond {
	switch {
	case a == nil || b == nil || ev.Not(a) == b:
		return nil
	case a.entails(b):
		return b
	case b.entails(a):
		return a
	}
	return ev.intern(condKey{op: Or, a: a.id, b: b.id}, func() *Cond { return &Cond{Op: Or, Args: []*Cond{a, b}} })
}

// conjuncts are conditions that all hold if c does.
func (c *Cond) conjuncts() []*Cond {
	if c.Op == And {
		return c.lits[:len(c.lits):len(c.lits)]
	}
	return []*Cond{c}
}

// entails reports whether b certainly holds where a does.
func (a *Cond) entails(b *Cond) bool {
	if b == nil || a == b {
		return true
	}
	if a == nil {
		return false
	}
	if b.Op == And && b.size <= maxLits {
		return a.entails(b.Args[0]) && a.entails(b.Args[1])
	}
	if contains(a.conjuncts(), b) {
		return true
	}
	if b.Op == Or {
		return contains(a.conjuncts(), b.Args[0]) || contains(a.conjuncts(), b.Args[1])
	}
	return false
}

// excludes reports whether a and b certainly do not hold together.
func (ev *Evaluator) excludes(a, b *Cond) bool {
	for _, l := range a.conjuncts() {
		if b.entails(ev.Not(l)) {
			return true
		}
	}
	for _, l := range b.conjuncts() {
		if a.entails(ev.Not(l)) {
			return true
		}
	}
	return false
}

func contains(cs []*Cond, c *Cond) bool {
	for _, x := range cs {
		if x == c {
			return true
		}
	}
	return false
}
