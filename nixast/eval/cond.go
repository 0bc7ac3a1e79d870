package eval

import (
	"slices"
	"strings"
	"unicode/utf8"

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

	id   int32
	size int32    // the number of leaves, as far as it matters
	lits []*Cond  // the conjuncts of And, as far as they are kept; c itself for others
	mask uint64   // a bit for each of lits
	neg  *Cond    // Not of it, once there is one
	own  [3]*Cond // the memory of Args, and of lits with c itself
}

// newCond is a condition made of others, which is yet to be identified.
func newCond(op CondOp, args ...*Cond) *Cond {
	c := &Cond{Op: op}
	c.Args = c.own[:copy(c.own[:2], args)]
	return c
}

// CondOp is how a [Cond] is made.
type CondOp uint8

// The ways to make a condition.
const (
	Leaf CondOp = iota
	Not
	And
	Or
)

// Truth is a three-valued answer. The zero Truth is Maybe.
type Truth int8

// The answers.
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
		if b, ok := c.Args[0].Node.AsBinary(); ok && opposite(b.Op()) != "" {
			return shorten(b.Text())
		}
		return "!" + c.Args[0].operand(depth-1)
	case And:
		return c.Args[0].operand(depth-1) + " && " + c.Args[1].operand(depth-1)
	case Or:
		return c.Args[0].operand(depth-1) + " || " + c.Args[1].operand(depth-1)
	}
	switch {
	case c.Why.Label != "":
		return c.Why.Label
	case c.Node.IsZero():
		return "…"
	}
	if b, ok := c.Node.AsBinary(); ok && opposite(b.Op()) != "" {
		// "a != b" is the negation of the condition "a == b", which is c.
		return shorten(b.Left().Text() + opposite(b.Op()) + b.Right().Text())
	}
	return shorten(c.Node.Text())
}

// opposite is how to write an operator that is the negation of another.
func opposite(op nixast.Kind) string {
	switch op {
	case nixast.NotEq:
		return " == "
	case nixast.LessEq:
		return " > "
	case nixast.GreaterEq:
		return " < "
	}
	return ""
}

func (c *Cond) operand(depth int) string {
	s := c.text(depth)
	if strings.ContainsAny(s, " \n") {
		return "(" + s + ")"
	}
	return s
}

// shorten makes source text fit in a line of a message. It reads no more of the text than
// it needs: a long expression has many parts, each with a text of its own.
func shorten(s string) string {
	const most, read = 60, 1000
	if len(s) <= most && isTidy(s) {
		return s
	}
	cut := len(s) > read
	if cut {
		s = strings.ToValidUTF8(s[:read], "")
	}
	s = strings.Join(strings.Fields(s), " ")
	for i := range s {
		if i > most {
			return s[:i] + "…"
		}
	}
	if cut {
		s += "…"
	}
	return s
}

// isTidy reports whether all that s has between printable ASCII is single spaces.
func isTidy(s string) bool {
	for i := range len(s) {
		space := s[i] == ' '
		if s[i] < ' ' || s[i] >= utf8.RuneSelf || space && (i == 0 || i == len(s)-1 || s[i-1] == ' ') {
			return false
		}
	}
	return true
}

// condKey is what makes two conditions one that are made of two others: how, and the ids
// of those.
type condKey struct {
	op   CondOp
	a, b int32
}

// maxLits is how many conjuncts are kept to see contradictions. Beyond, some
// stay unseen, which loses precision and nothing else.
const maxLits = 32

// intern is the condition of two others with that key, which is made if it is new.
func (ev *Evaluator) intern(k condKey, make func() *Cond) *Cond {
	if c, ok := ev.conds[k]; ok {
		return c
	}
	c := make()
	ev.conds[k] = c
	return ev.identifyCond(c)
}

// identifyCond gives a new condition its identity.
func (ev *Evaluator) identifyCond(c *Cond) *Cond {
	ev.budget.Draw(0, condSize+16*len(c.lits))
	ev.condIDs++
	c.id = ev.condIDs
	c.size = 1
	for i, a := range c.Args {
		if i == 0 {
			c.size = 0
		}
		c.size = min(c.size+a.size, maxLits+1)
	}
	if c.Op != And {
		c.own[2] = c
		c.lits = c.own[2:]
	}
	for _, l := range c.lits {
		c.mask |= l.bit()
	}
	return c
}

// bit is c's bit in masks: where it is not set, c is not among the conjuncts.
func (c *Cond) bit() uint64 { return 1 << (c.id % 64) }

// leaf is the condition that the unknown boolean u is true.
func (ev *Evaluator) leaf(u *Unknown) *Cond {
	if u.cond != nil {
		return u.cond
	}
	id := u.id()
	c, ok := ev.leafConds[id]
	if !ok {
		c = ev.identifyCond(&Cond{Node: u.node, Why: u})
		ev.leafConds[id] = c
	}
	return c
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
	case excludes(a, b):
		return nil, false
	}
	return ev.intern(condKey{op: And, a: a.id, b: b.id}, func() *Cond {
		c := newCond(And, a, b)
		c.lits = append(make([]*Cond, 0, len(a.lits)+len(b.lits)), a.lits...)
		for _, l := range b.lits {
			if len(c.lits) < maxLits && !a.has(l) {
				c.lits = append(c.lits, l)
			}
		}
		ev.count(len(c.lits))
		return c
	}), true
}

// Not is the condition that c is not true; c must not be nil.
func (ev *Evaluator) Not(c *Cond) *Cond {
	switch {
	case c.Op == Not:
		return c.Args[0]
	case c.neg == nil:
		c.neg = ev.identifyCond(newCond(Not, c))
		c.neg.neg = c
	}
	return c.neg
}

// or is the condition that one of them holds; nil if always.
func (ev *Evaluator) or(a, b *Cond) *Cond {
	switch {
	case a == nil || b == nil || a.neg == b:
		return nil
	case a.entails(b):
		return b
	case b.entails(a):
		return a
	}
	return ev.intern(condKey{op: Or, a: a.id, b: b.id}, func() *Cond { return newCond(Or, a, b) })
}

// has reports whether l is one of c's conjuncts.
func (c *Cond) has(l *Cond) bool { return c.mask&l.bit() != 0 && slices.Contains(c.lits, l) }

// entails reports whether b is certainly true where c is.
func (c *Cond) entails(b *Cond) bool {
	switch {
	case b == nil || c == b:
		return true
	case c == nil:
		return false
	case c.has(b):
		return true
	case b.Op == And && b.size <= maxLits:
		return c.mask&b.mask == b.mask && !slices.ContainsFunc(b.lits, func(l *Cond) bool { return !c.has(l) })
	case b.Op == Or:
		return c.has(b.Args[0]) || c.has(b.Args[1])
	}
	return false
}

// excludes reports whether a and b certainly are not true together.
func excludes(a, b *Cond) bool {
	against := func(b *Cond) func(l *Cond) bool {
		return func(l *Cond) bool { return l.neg != nil && b.entails(l.neg) }
	}
	return slices.ContainsFunc(a.lits, against(b)) || slices.ContainsFunc(b.lits, against(a))
}

// mostTried is how many leaves a condition has at most whose truth is tried out.
const mostTried = 8

// possible reports whether c may be true. What [Evaluator.and] does not see is that none of
// some conditions holds of which one always does, as the cases of a value in cases.
func (c *Cond) possible() bool {
	if c == nil || c.size > maxLits || !slices.ContainsFunc(c.lits, func(l *Cond) bool { return l.Op == Or || l.Op == Not && l.Args[0].Op != Leaf }) {
		return true
	}
	leaves := c.leaves(nil)
	if len(leaves) > mostTried {
		return true
	}
	for values := range 1 << len(leaves) {
		if c.holds(leaves, values) {
			return true
		}
	}
	return false
}

// leaves adds the leaves of c to others.
func (c *Cond) leaves(found []*Cond) []*Cond {
	if c.Op == Leaf && len(found) <= mostTried && !slices.Contains(found, c) {
		found = append(found, c)
	}
	for _, a := range c.Args {
		found = a.leaves(found)
	}
	return found
}

// holds reports whether c is true if each of the leaves is what its bit of values says.
func (c *Cond) holds(leaves []*Cond, values int) bool {
	switch c.Op {
	case Not:
		return !c.Args[0].holds(leaves, values)
	case And:
		return c.Args[0].holds(leaves, values) && c.Args[1].holds(leaves, values)
	case Or:
		return c.Args[0].holds(leaves, values) || c.Args[1].holds(leaves, values)
	}
	return values>>slices.Index(leaves, c)&1 == 1
}
