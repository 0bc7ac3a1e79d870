package eval

import (
	"fmt"

	"wardnix/nixast"
)

// Thunk is a value that is computed when it is first requested. A Thunk
// belongs to the Evaluator that made it.
type Thunk struct {
	value   Value       // once computed; before, a suspended value or nil
	node    nixast.Node // what to evaluate, in env, if value is nil
	env     *env
	done    bool // value is computed
	busy    bool // it is being computed
	assumed bool // an assertion that is not decided lies under the value
}

// A suspended value makes the value of a thunk, in whose place it is until then: thunks
// are what most of the memory is for.
type suspended func() Value

func (suspended) isValue() {}

// Origin is that of no expression.
func (suspended) Origin() nixast.Node { return nixast.Node{} }

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
	if t.busy {
		return ev.unknown(t.node, "its value needs itself (infinite recursion)")
	}
	if u := ev.enter(t.node); u != nil {
		return u
	}
	defer ev.leave()
	outer := ev.assumed
	ev.assumed, t.busy = false, true
	var v Value
	if compute, ok := t.value.(suspended); ok {
		v = compute()
	} else {
		v = ev.eval(t.node, t.env)
	}
	*t = Thunk{value: v, done: true, assumed: ev.assumed}
	ev.assumed = ev.assumed || outer
	return v
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
