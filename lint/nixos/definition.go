package nixos

import (
	"cmp"
	"iter"
	"math"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// newDef is a definition of which nothing but the value is known.
func (w *world) newDef(value *eval.Thunk) *Def {
	return &Def{Value: value, Priority: PriorityPlain, Order: orderPlain, wrapping: &unwrapped, ev: w.ev}
}

// own reports whether the definition is made where the element itself is.
func (d *Def) own() bool { return !d.extends }

// with is the definition with a value, under a condition.
func (d *Def) with(value *eval.Thunk, when *eval.Cond) *Def {
	if d.Value == value && d.When == when {
		return d
	}
	one := *d
	one.Value, one.When = value, when
	return &one
}

// doubted is the definition where it is not known whether it is there, for a reason.
func (d *Def) doubted(why string, at nixast.Node) *Def {
	one := *d
	one.Maybe = &Reason{Text: why, Node: at}
	return &one
}

// written is the definition of a part of what d defines, at a place of its own.
func (d *Def) written(value *eval.Thunk, when *eval.Cond, at nixast.Node) *Def {
	part := *d
	part.Value, part.When, part.top = value, when, false
	part.wrapping, part.Order, part.ordered = &unwrapped, orderPlain, false
	if !at.IsZero() && !d.extends {
		part.Binding, part.File, part.Set = at, nil, nixast.Node{}
	}
	return &part
}

// changed are definitions as change has them, without those that it makes nil. They are
// defs itself if nothing changes: the phases of a node share definitions, and lists of
// them, and write to neither.
func changed(defs []*Def, change func(*Def) *Def) []*Def {
	out, same := defs, true
	for i, d := range defs {
		one := change(d)
		if same && one != d {
			out, same = append(make([]*Def, 0, len(defs)), defs[:i]...), false
		}
		if !same && one != nil {
			out = append(out, one)
		}
	}
	return out
}

// attrDefs adds the definitions of an attribute in a set that outer defines.
func (w *world) attrDefs(found []*Def, a eval.Attr, outer *Def) []*Def {
	var earlier *eval.Cond
	var truth eval.Truth
	var maybe *Reason
	for _, d := range a.Defs {
		when, t := w.ev.And(earlier, d.When)
		if t != eval.No {
			when, t = w.ev.And(outer.When, when)
		}
		if t != eval.No && d.Value != nil {
			inner := outer.written(d.Value, when, d.Site)
			inner.Maybe = cmp.Or(maybe, reasonOf(d.Open), outer.Maybe)
			found = append(found, inner)
		}
		switch {
		case d.Open != nil || d.Name != nil:
			maybe = cmp.Or(maybe, reasonOf(d.Open), &Reason{Text: "another attribute of the set may have this name", Node: d.Site})
		case d.When == nil:
			return found
		default:
			if earlier, truth = w.ev.And(earlier, w.ev.Not(d.When)); truth == eval.No {
				return found
			}
		}
	}
	return found
}

func reasonOf(u *eval.Unknown) *Reason {
	if u == nil {
		return nil
	}
	return &Reason{Text: cmp.Or(u.Reason, "not known"), Node: cmp.Or(u.At, u.Origin())}
}

// Bounds for mkIf, mkMerge and similar ones around one definition.
const (
	maxNesting    = 32
	maxDischarges = 2_000
)

// discharge takes mkMerge, mkIf, mkOverride and mkOrder off a definition, and
// adds one for each value that is left.
func (w *world) discharge(out []*Def, d *Def, depth int) []*Def {
	if w.discharges++; depth > maxNesting || w.discharges > maxDischarges || !w.draw(defSize) {
		return append(out, d.doubted("mkIf and mkMerge are nested too deep", d.Binding))
	}
	for when, value := range cases(w.ev, d.Value, d.When) {
		out = w.dischargeOne(out, d.with(value, when), depth)
	}
	return out
}

// cases are what a value may be, with the condition of each next to those of the
// cases before it.
func cases(ev *eval.Evaluator, value *eval.Thunk, outer *eval.Cond) iter.Seq2[*eval.Cond, *eval.Thunk] {
	return func(yield func(*eval.Cond, *eval.Thunk) bool) {
		if !ev.HasCases(value) {
			yield(outer, value)
			return
		}
		var earlier *eval.Cond
		var truth eval.Truth
		for _, c := range ev.Cases(value) {
			when, t := ev.And(earlier, c.When)
			if t != eval.No {
				when, t = ev.And(outer, when)
			}
			if t != eval.No && !yield(when, c.Value) || c.When == nil {
				return
			}
			if earlier, truth = ev.And(earlier, ev.Not(c.When)); truth == eval.No {
				return
			}
		}
	}
}

func (w *world) dischargeOne(out []*Def, d *Def, depth int) []*Def {
	set, _ := w.ev.Force(d.Value).(*eval.Attrs)
	kind := w.propertyOf(set)
	if kind == "" {
		return append(out, d)
	}
	member := func(name string) *eval.Thunk { return w.ev.Value(set.Lookup(name)) }
	inner := *d
	if d.ordered || !d.Wrapper.IsZero() && kind != "order" {
		inner.wrapping = &wrapping{d.Wrapper, set.Origin()} // NixOS looks for these outside mkOverride and mkOrder only
		return append(out, &inner)
	}
	switch kind {
	case "if":
		inner.conds = &guard{member("condition"), d.conds}
		inner.Value = member("content")
		return w.discharge(out, &inner, depth+1)
	case "merge":
		return w.dischargeMerge(out, d, member("contents"), depth)
	}
	number, ok := w.ev.Force(member("priority")).(*eval.Int)
	if !ok {
		inner.Maybe = &Reason{Text: "its priority is not known", Node: set.Origin()}
		number = &eval.Int{V: PriorityPlain}
	}
	if kind == "override" {
		inner.Priority = clamped(number.V)
	} else {
		inner.Order, inner.ordered = clamped(number.V), true
	}
	inner.Value, inner.wrapping = member("content"), &wrapping{Wrapper: set.Origin()}
	return w.discharge(out, &inner, depth+1)
}

// clamped is a number as near as 32 bits come to it.
func clamped(i int64) int32 { return int32(max(math.MinInt32, min(i, math.MaxInt32))) }

func (w *world) dischargeMerge(out []*Def, d *Def, contents *eval.Thunk, depth int) []*Def {
	list := w.ev.List(contents)
	if list == nil {
		return append(out, d.with(contents, d.When))
	}
	for _, item := range list.Items {
		when, t := w.ev.And(d.When, item.When)
		if t == eval.No {
			continue
		}
		one := d.with(item.Value, when)
		if item.Many {
			one = one.doubted("the list of mkMerge is not known as a whole", list.Origin())
		}
		out = w.discharge(out, one, depth+1)
	}
	return out
}

// propertyOf is the _type of what mkIf and similar ones make: "if", "merge",
// "override" or "order"; empty for other sets.
func (w *world) propertyOf(set *eval.Attrs) string {
	if set == nil {
		return ""
	}
	switch tag := w.tagOf(set); tag {
	case "if", "merge", "override", "order":
		return tag
	}
	return ""
}

// tagOf is the _type of a set; empty if it is not known, or if there is none.
func (w *world) tagOf(set *eval.Attrs) string {
	a, ok := set.Certainly("_type")
	if !ok {
		return ""
	}
	s := w.ev.String(w.ev.Value(a))
	if s == nil {
		return ""
	}
	text, _ := s.Text()
	return text
}

func certain(a eval.Attr) bool { return len(a.Defs) > 0 && a.Certain() }
