package eval

import (
	"fmt"

	"wardnix/nixast"
)

// Thunk is a value that is computed when it is first requested. A Thunk
// belongs to the Evaluator that made it.
type Thunk struct {
	// value is the value once it is computed. Before, it is nil for an expression, or what
	// makes the value: a suspended, a deferred, a [setBuilder] or a [source].
	value   Value
	node    nixast.Node // the expression, or the name that is inherited from a source
	env     *env        // that the expression or the set is in
	done    bool        // value is computed
	busy    bool        // it is being computed
	assumed bool        // an assertion that is not decided lies under the value
}

// A suspended value makes the value of a thunk, in whose place it is until then: thunks
// are what most of the memory is for.
type suspended func() Value

// A deferred value makes a thunk that has the value.
type deferred func() *Thunk

func (suspended) isValue()   {}
func (deferred) isValue()    {}
func (*setBuilder) isValue() {}
func (*source) isValue()     {}

// Origin is that of no expression.
func (suspended) Origin() nixast.Node   { return nixast.Node{} }
func (deferred) Origin() nixast.Node    { return nixast.Node{} }
func (*setBuilder) Origin() nixast.Node { return nixast.Node{} }
func (*source) Origin() nixast.Node     { return nixast.Node{} }

// Known wraps a value.
func Known(v Value) *Thunk { return &Thunk{value: v, done: true} }

// Computed reports whether the value is known for good. It is not while it is being
// computed: what requires it meanwhile gets an [Unknown].
func (t *Thunk) Computed() bool { return t.done }

func lazy(compute func() Value) *Thunk { return &Thunk{value: suspended(compute)} }

// force computes t, once.
func (ev *Evaluator) force(t *Thunk) Value {
	if t.done {
		ev.assumed = ev.assumed || t.assumed
		return t.value
	}
	at := t.node
	if t.value != nil {
		at = nixast.Node{}
	}
	if t.busy {
		return ev.unknown(at, "its value needs itself (infinite recursion)")
	}
	if u := ev.enter(at); u != nil {
		return u
	}
	defer ev.leave()
	outer := ev.assumed
	ev.assumed, t.busy = false, true
	v := ev.compute(t)
	*t = Thunk{value: v, done: true, assumed: ev.assumed}
	ev.assumed = ev.assumed || outer
	return v
}

// compute is the value of a thunk that is not computed.
func (ev *Evaluator) compute(t *Thunk) Value {
	switch from := t.value.(type) {
	case suspended:
		return from()
	case deferred:
		return ev.force(from())
	case *setBuilder:
		v, _ := ev.build(from, t.env)
		return v
	case *source:
		name, _ := t.node.AttrName()
		return ev.selectOne(t.node, ev.force(from.thunk), name, nil)
	}
	return ev.eval(t.node, t.env)
}

// enter goes one level deeper; leave comes back. Where a limit forbids it, it
// gives the reason and leave must not be called.
func (ev *Evaluator) enter(at nixast.Node) *Unknown {
	if u := ev.draw(at, 1, valueSize); u != nil {
		return u
	}
	if ev.depth >= ev.limits.Depth {
		return ev.unknown(at, fmt.Sprintf("evaluation nests deeper than %d levels", ev.limits.Depth))
	}
	ev.depth++
	return nil
}

func (ev *Evaluator) leave() { ev.depth-- }
