package nixos

import (
	"cmp"
	"slices"

	"wardnix/nixast/eval"
)

// filterPriorities keeps the definitions of the strongest priority, and of the
// weaker ones those that count where none of the stronger does.
func (n *node) filterPriorities(defs []rawDef) []rawDef {
	strength := func(d rawDef) int { return cmp.Or(d.priority, PriorityPlain) }
	var levels []int
	for _, d := range defs {
		levels = append(levels, strength(d))
	}
	slices.Sort(levels)
	levels = slices.Compact(levels)
	if len(levels) < 2 {
		return defs
	}
	ev := n.world.ev
	alive := make([]bool, len(defs))
	var rest *eval.Cond // that none of the stronger levels counts
	truth := eval.Maybe
	var maybe *Reason
	for _, level := range levels {
		next, possible := rest, truth != eval.No
		for i := range defs {
			if strength(defs[i]) != level {
				continue
			}
			var t eval.Truth
			when := defs[i].when
			if defs[i].when, t = ev.And(when, rest); truth == eval.No || t == eval.No {
				defs[i].when = when
				continue
			}
			alive[i] = true
			switch {
			case defs[i].maybe != nil:
				maybe = defs[i].maybe
			case when == nil:
				possible = false
			default:
				if next, t = ev.And(next, ev.Not(when)); t == eval.No {
					possible = false
				}
			}
		}
		for i := range defs {
			if maybe != nil && strength(defs[i]) > level && defs[i].maybe == nil {
				defs[i].maybe = maybe
			}
		}
		rest = next
		if !possible {
			truth = eval.No
		}
	}
	var kept []rawDef
	for i, d := range defs {
		if alive[i] {
			kept = append(kept, d)
		} else {
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
