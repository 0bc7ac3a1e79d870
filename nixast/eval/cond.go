package eval

import "wardnix/nixast"

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
	text string
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
