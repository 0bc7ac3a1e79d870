package nixos

import (
	"slices"

	"wardnix/nixast/eval"
)

// filterPriorities keeps the definitions of the strongest priority, and of the
// weaker ones those that count where none of the stronger does.
func (n *node) filterPriorities(defs []*Def) []*Def {
	if len(defs) == 0 || !slices.ContainsFunc(defs, func(d *Def) bool { return d.Priority != defs[0].Priority }) {
		return defs
	}
	var levels []int32
	for _, d := range defs {
		levels = append(levels, d.Priority)
	}
	slices.Sort(levels)
	ev := n.world.ev
	defs = slices.Clone(defs)
	alive := make([]bool, len(defs))
	var rest *eval.Cond // that none of the stronger levels counts
	truth := eval.Maybe
	var maybe *Reason
	for _, level := range slices.Compact(levels) {
		next, possible := rest, truth != eval.No
		for i, d := range defs {
			if d.Priority != level || truth == eval.No {
				continue
			}
			when, t := ev.And(d.When, rest)
			if t == eval.No {
				continue
			}
			defs[i], alive[i] = d.with(d.Value, when), true
			switch {
			case d.Maybe != nil:
				maybe = d.Maybe
			case d.When == nil:
				possible = false
			default:
				if next, t = ev.And(next, ev.Not(d.When)); t == eval.No {
					possible = false
				}
			}
		}
		for i, d := range defs {
			if maybe != nil && d.Priority > level && d.Maybe == nil {
				one := *d
				one.Maybe = maybe
				defs[i] = &one
			}
		}
		rest = next
		if !possible {
			truth = eval.No
		}
	}
	var kept []*Def
	for i, d := range defs {
		if alive[i] {
			kept = append(kept, d)
		} else {
			n.grow()
			n.lost = append(n.lost, d)
		}
	}
	return kept
}

// simplify is c where all of assumed are true; nil with Yes if it then always
// is, nil with No if it never is.
func simplify(ev *eval.Evaluator, c *eval.Cond, assumed []*eval.Cond) (*eval.Cond, eval.Truth) {
	if c == nil {
		return nil, eval.Yes
	}
	if slices.Contains(assumed, c) {
		return nil, eval.Yes
	}
	switch c.Op {
	case eval.Not:
		switch inner, t := simplify(ev, c.Args[0], assumed); t {
		case eval.Yes:
			return nil, eval.No
		case eval.No:
			return nil, eval.Yes
		default:
			return ev.Not(inner), eval.Maybe
		}
	case eval.And:
		a, ta := simplify(ev, c.Args[0], assumed)
		b, tb := simplify(ev, c.Args[1], assumed)
		if ta == eval.No || tb == eval.No {
			return nil, eval.No
		}
		return ev.And(a, b)
	case eval.Or:
		a, ta := simplify(ev, c.Args[0], assumed)
		b, tb := simplify(ev, c.Args[1], assumed)
		switch {
		case ta == eval.Yes || tb == eval.Yes:
			return nil, eval.Yes
		case ta == eval.No:
			return b, tb
		case tb == eval.No:
			return a, ta
		}
	}
	return c, eval.Maybe
}

// conjuncts are the conditions that are all true if c is.
func conjuncts(c *eval.Cond) []*eval.Cond {
	switch {
	case c == nil:
		return nil
	case c.Op == eval.And:
		return append(conjuncts(c.Args[0]), conjuncts(c.Args[1])...)
	}
	return []*eval.Cond{c}
}
