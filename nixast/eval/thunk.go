package eval

import (
	"fmt"

	"wardnix/nixast"
)

// Thunk is a value that is computed when it is first requested. A Thunk
// belongs to the Evaluator that made it.
type Thunk struct {
	value   Value        // once computed
	node    nixast.Node  // what to evaluate, in env
	env     *env         //
	compute func() Value // or how to make the value
	busy    bool
	assumed bool // an assertion that is not decided lies under the value
}

// Known wraps a value.
func Known(v Value) *Thunk { return &Thunk{value: v} }

// Computed reports whether the value is known for good. It is not while it is being
// computed: what requires it meanwhile gets an [Unknown].
func (t *Thunk) Computed() bool { return t.value != nil }

func lazy(compute func() Value) *Thunk { return &Thunk{compute: compute} }

// force computes t, once.
func (ev *Evaluator) force(t *Thunk) Value {
	if t.value != nil {
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
	if t.compute != nil {
		v = t.compute()
	} else {
		v = ev.eval(t.node, t.env)
	}
	t.value, t.assumed, t.busy = v, ev.assumed, false
	t.env, t.compute = nil, nil
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
