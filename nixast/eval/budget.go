package eval

import (
	"context"
	"fmt"

	"wardnix/nixast"
)

// A Budget bounds the work that one [Evaluator] does in its whole life, and the
// work that others do with its values. Once it is used up, all that is not computed
// yet is unknown, for the reason that [Budget.Spent] gives.
type Budget struct {
	// Steps is how many expressions and steps of builtins may be evaluated.
	Steps int
	// Bytes is about how much memory the results may take.
	Bytes int

	ctx          context.Context
	steps, bytes int // used
	spent        string
}

const (
	defaultSteps = 10_000_000
	defaultBytes = 256 << 20
)

// NewBudget is a budget that ends with ctx, too. What is 0 is given a default:
// 10,000,000 steps and 256 MiB.
func NewBudget(ctx context.Context, steps, bytes int) *Budget {
	b := &Budget{Steps: steps, Bytes: bytes, ctx: ctx}
	if b.Steps == 0 {
		b.Steps = defaultSteps
	}
	if b.Bytes == 0 {
		b.Bytes = defaultBytes
	}
	return b
}

// Draw takes steps and bytes from the budget; false if it is used up.
func (b *Budget) Draw(steps, bytes int) bool {
	const often = 1 << 10 // steps between two looks at the context
	before := b.steps
	b.steps += steps
	b.bytes += bytes
	switch {
	case b.spent != "":
		return false
	case b.steps > b.Steps:
		b.spent = fmt.Sprintf("not finished: it takes more than %d steps in all", b.Steps)
	case b.bytes > b.Bytes:
		b.spent = fmt.Sprintf("not finished: values take more than %d MiB", b.Bytes>>20)
	case before/often != b.steps/often && b.ctx.Err() != nil:
		b.spent = "not finished: " + context.Cause(b.ctx).Error()
	}
	return b.spent == ""
}

// Outlive has the budget no longer end with its context: what was computed until then
// stays in use afterwards.
func (b *Budget) Outlive() { b.ctx = context.Background() }

// Used is how many steps and bytes were drawn.
func (b *Budget) Used() (steps, bytes int) { return b.steps, b.bytes }

// Spent says why no more can be drawn; empty as long as that is possible.
func (b *Budget) Spent() string { return b.spent }

// Budget is what the Evaluator draws on. Code that works with its values draws on
// it as well, from the same goroutine.
func (ev *Evaluator) Budget() *Budget { return ev.budget }

// step accounts for n steps of work.
func (ev *Evaluator) step(at nixast.Node, n int) *Unknown { return ev.draw(at, n, 0) }

// draw accounts for steps of work and bytes of memory.
func (ev *Evaluator) draw(at nixast.Node, steps, bytes int) *Unknown {
	ev.steps += steps
	switch {
	case !ev.budget.Draw(steps, bytes):
		if ev.spent == nil {
			ev.spent = ev.identify(&Unknown{Reason: ev.budget.Spent()})
		}
		return ev.spent
	case ev.steps > ev.limits.Steps:
		return ev.unknown(at, fmt.Sprintf("evaluation takes more than %d steps", ev.limits.Steps))
	}
	return nil
}

// count counts steps of work that cannot be given up by itself.
func (ev *Evaluator) count(n int) {
	ev.steps += n
	ev.budget.Draw(n, 0)
}

// alloc accounts for n things of size bytes each.
func (ev *Evaluator) alloc(at nixast.Node, n, size int) *Unknown {
	if n > ev.limits.Size && size >= itemSize {
		return ev.unknown(at, fmt.Sprintf("a value has more than %d parts", ev.limits.Size))
	}
	return ev.draw(at, n*size/itemSize, n*size)
}

// About what things take in memory, in bytes.
const (
	itemSize  = 64  // an element of a list, or an attribute
	valueSize = 96  // a value, with the thunk that it is computed for
	scopeSize = 240 // a scope with a name or two
	condSize  = 160 // a condition
)

// begin makes what follows, up to [Evaluator.end], one call from outside with its own limit
// of steps; false if it is part of such a call already.
func (ev *Evaluator) begin() (outermost bool) {
	if ev.inside {
		return false
	}
	ev.steps, ev.inside = 0, true
	return true
}

// end ends a call from outside, unless what it ends is part of one.
func (ev *Evaluator) end(outermost bool) {
	if outermost {
		ev.inside = false
	}
}
