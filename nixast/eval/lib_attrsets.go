package eval

import (
	"slices"

	"wardnix/nixast"
)

// libAttrsets are functions of lib.attrsets.
func libAttrsets() family {
	return family{
		{"optionalAttrs", 2, libOptionalAttrs},
		{"nameValuePair", 2, libNameValuePair},
		{"mapAttrs'", 2, libMapAttrsPrime},
		{"mapAttrsToList", 2, libMapAttrsToList},
		{"genAttrs", 2, libGenAttrs},
		{"filterAttrs", 2, libFilterAttrs},
		{"recursiveUpdate", 2, libRecursiveUpdate},
		{"mergeAttrsList", 1, libMergeAttrsList},
		{"concatMapAttrs", 2, libConcatMapAttrs},
		{"attrByPath", 3, func(c call, a []*Thunk) Value { return c.byPath(a[0], a[2], a[1]) }},
		{"getAttrFromPath", 2, func(c call, a []*Thunk) Value { return c.byPath(a[0], a[1], nil) }},
		{"hasAttrByPath", 2, libHasAttrByPath},
	}
}

func libOptionalAttrs(c call, a []*Thunk) Value {
	return c.onlyIf(a[0], a[1], &Attrs{origin: origin{c.site}})
}

func libNameValuePair(c call, a []*Thunk) Value {
	return c.set(member{"name", a[0]}, member{"value", a[1]})
}

func libMapAttrsPrime(c call, a []*Thunk) Value {
	set, v := c.attrsArg(a[1])
	if v != nil {
		return v
	}
	pairs := c.perAttr(set, func(name, value *Thunk, _ nixast.Node) *Thunk { return c.later(a[0], name, value) })
	l, ok := pairs.(*List)
	if !ok {
		return pairs
	}
	return c.listToAttrs(l.Items, func(it Item) *Thunk { return it.Value })
}

func libMapAttrsToList(c call, a []*Thunk) Value {
	set, v := c.attrsArg(a[1])
	if v != nil {
		return v
	}
	return c.perAttr(set, func(name, value *Thunk, _ nixast.Node) *Thunk { return c.later(a[0], name, value) })
}

func libGenAttrs(c call, a []*Thunk) Value {
	l, v := c.listArg(a[0])
	if v != nil {
		return v
	}
	return c.listToAttrs(l.Items, func(it Item) *Thunk {
		return Known(c.set(member{"name", it.Value}, member{"value", c.later(a[1], it.Value)}))
	})
}

func libFilterAttrs(c call, a []*Thunk) Value {
	set, v := c.attrsArg(a[1])
	if v != nil {
		return v
	}
	return c.filterAttrs(set, func(name, value *Thunk) (Truth, *Cond) { return c.test(a[0], name, value) })
}

func libRecursiveUpdate(c call, a []*Thunk) Value {
	a0, a1 := c.force(a[0]), c.force(a[1])
	if _, unknown := a1.(*Unknown); unknown {
		return c.updateValues(c.site, a0, a1) // both are sets, or it fails
	}
	return c.recursiveUpdate(a0, a1)
}

func libMergeAttrsList(c call, a []*Thunk) Value {
	l, v := c.listArg(a[0])
	if v != nil {
		return v
	}
	return c.mergedItems(l.Items)
}

func libConcatMapAttrs(c call, a []*Thunk) Value {
	set, v := c.attrsArg(a[1])
	if v != nil {
		return v
	}
	sets := c.perAttr(set, func(name, value *Thunk, _ nixast.Node) *Thunk { return c.later(a[0], name, value) })
	l, ok := sets.(*List)
	if !ok {
		return sets
	}
	return c.mergedItems(l.Items)
}

func libHasAttrByPath(c call, a []*Thunk) Value {
	path, v := c.pathArg(a[0])
	switch {
	case v != nil:
		return v
	case len(path) == 0:
		return c.bool(true)
	}
	return c.hasPath(c.site, c.force(a[1]), path)
}

// onlyIf is value where cond holds, and else otherwise.
func (c call) onlyIf(cond, value *Thunk, otherwise Value) Value {
	switch t, when := c.truth(c.site, c.force(cond)); t {
	case Yes:
		return c.force(value)
	case No:
		return otherwise
	default:
		if u := when.broken(); u != nil {
			return u
		}
		return &Choice{origin: origin{c.site}, Cases: []Case{{when, value}, {nil, Known(otherwise)}}}
	}
}

// pathArg is an argument as a list of names.
func (c call) pathArg(t *Thunk) ([]attrName, Value) {
	items, v := c.certainArg(t)
	if v != nil {
		return nil, v
	}
	path := make([]attrName, len(items))
	for i, it := range items {
		path[i].value = c.force(it.Value)
	}
	return path, nil
}

func (c call) byPath(path, set, missing *Thunk) Value {
	names, v := c.pathArg(path)
	if v != nil {
		return v
	}
	return c.selectPath(c.site, c.force(set), names, missing)
}

// filterAttrs keeps the attributes that keep applies to. Where an attribute
// has several definitions, each is checked.
func (c call) filterAttrs(set *Attrs, keep func(name, value *Thunk) (Truth, *Cond)) Value {
	if u := c.alloc(c.site, len(set.attrs)+len(set.rest), itemSize); u != nil {
		return u
	}
	out := &Attrs{origin: origin{c.site}}
	for _, x := range set.attrs {
		kept, failure := c.keptDefs(x, keep)
		switch {
		case failure != nil:
			return failure
		case len(kept.Defs) > 0:
			out.attrs = append(out.attrs, kept)
		default: // the rest may not give it back
			out.attrs = append(out.attrs, Attr{Name: x.Name})
		}
	}
	if len(set.rest) == 0 {
		out.attrs = slices.DeleteFunc(out.attrs, func(x Attr) bool { return len(x.Defs) == 0 })
	}
	for _, d := range set.rest {
		name, value := c.restTemplate(d)
		if t, cond := keep(name, value); t != No && cond.broken() == nil {
			if d.Open == nil {
				d.Open = firstUnknown(d.Name.Pieces)
			}
			out.rest = append(out.rest, d)
		}
	}
	return out
}

// keptDefs are x's definitions without those that are filtered out. One that
// is filtered out still hides what is after it. Where the filter fails
// for a definition that counts, so does the call.
func (c call) keptDefs(x Attr, keep func(name, value *Thunk) (Truth, *Cond)) (Attr, Value) {
	name := Known(newString(x.site(), x.Name))
	out := Attr{Name: x.Name}
	var hidden *Cond // the condition that a definition in front was dropped
	hides := false
	for _, d := range x.Defs {
		t, cond := keep(name, d.Value)
		if u := cond.broken(); u != nil && d.certain() && len(out.Defs) == 0 && !hides {
			return out, u
		} else if u != nil {
			c.assumed = true // it does not count, then
			continue
		}
		applies := d.When
		if hides {
			var ok bool
			if d.When, ok = c.and(d.When, c.Not(hidden)); !ok {
				continue
			}
		}
		switch t {
		case Yes:
			out.Defs = append(out.Defs, d)
			continue
		case Maybe:
			one := d
			var ok bool
			if one.When, ok = c.and(d.When, cond); ok {
				out.Defs = append(out.Defs, one)
			}
			cond = c.Not(cond)
		}
		// It was there, and is dropped: under that condition, nothing is.
		if d.Open != nil || d.Name != nil {
			applies, _ = c.and(applies, c.present(c.site, d, x.Name))
		}
		drop, ok := c.and(applies, cond)
		switch {
		case !ok:
		case drop == nil:
			return out, nil
		case hides:
			if hidden = c.or(hidden, drop); hidden == nil {
				return out, nil
			}
		default:
			hidden, hides = drop, true
		}
	}
	return out, nil
}

// recursiveUpdate is a with b over it, sets merged all the way down.
func (c call) recursiveUpdate(a, b Value) Value {
	if u := c.enter(c.site); u != nil {
		return u
	}
	defer c.leave()
	for _, v := range []Value{a, b} {
		if fails(v) {
			return v
		}
	}
	switch b := b.(type) {
	case *Unknown:
		return c.updateUnknown(a, b)
	case *Choice:
		if !c.all(b, "set") {
			return c.lift(c.site, b, func(b Value) Value { return c.recursiveUpdate(a, b) })
		}
	}
	over := c.asAttrs(c.site, b)
	if over == nil {
		return b
	}
	switch a := a.(type) {
	case *Attrs:
		return c.mergedDeep(a, over)
	case *Unknown:
		return c.update(c.site, c.asAttrs(c.site, a), c.maybeMerged(over, a))
	case *Choice:
		if c.all(a, "set") {
			return c.mergedDeep(c.asAttrs(c.site, a), over)
		}
		return c.lift(c.site, a, func(a Value) Value { return c.recursiveUpdate(a, b) })
	}
	return b
}

// updateUnknown is recursiveUpdate where b may be a set or something else,
// which then counts instead of a.
func (c call) updateUnknown(a Value, b *Unknown) Value {
	if _, unknown := a.(*Unknown); unknown {
		return b
	}
	under := c.asAttrs(c.site, a)
	if under == nil {
		return b
	}
	isSet := c.leaf(c.derived(c.site, b, joinKey("isAttrs", b.id())))
	merged := lazy(func() Value { return c.update(c.site, under, openAttrs(b)) })
	return &Choice{origin: origin{c.site}, Cases: []Case{{isSet, merged}, {nil, Known(b)}}}
}

// maybeMerged is over, with sets in it open for what an unknown set may add.
func (c call) maybeMerged(over *Attrs, under *Unknown) *Attrs {
	out := &Attrs{origin: over.origin, rest: over.rest, attrs: make([]Attr, len(over.attrs))}
	for i, x := range over.attrs {
		y := Attr{Name: x.Name}
		below := c.selected(c.site, under, x.Name)
		for _, d := range x.Defs {
			value := d.Value
			d.Value = lazy(func() Value { return c.recursiveUpdate(c.force(below), c.force(value)) })
			y.Defs = append(y.Defs, d)
		}
		out.attrs[i] = y
	}
	return out
}

// mergedDeep merges two sets.
func (c call) mergedDeep(a, over *Attrs) Value {
	merged := &Attrs{origin: over.origin, rest: over.rest, attrs: make([]Attr, len(over.attrs))}
	nothing := Known(&Attrs{})
	for i, x := range over.attrs {
		below := a.Lookup(x.Name)
		if len(below.Defs) == 0 {
			merged.attrs[i] = x
			continue
		}
		under := c.value(c.site, below, nothing)
		y := Attr{Name: x.Name}
		for _, d := range x.Defs {
			value := d.Value
			d.Value = lazy(func() Value { return c.recursiveUpdate(c.force(under), c.force(value)) })
			y.Defs = append(y.Defs, d)
		}
		merged.attrs[i] = y
	}
	return c.update(c.site, a, merged)
}

// mergedItems is the sets of a list, the later ones over the earlier ones.
func (c call) mergedItems(items []Item) Value {
	var acc Value = &Attrs{origin: origin{c.site}}
	for _, it := range anywhereLast(items) {
		v := c.force(it.Value)
		if c.impossible(it, v) {
			continue
		} else if fails(v) {
			return v
		}
		set := c.asAttrs(c.site, v)
		if set == nil {
			return c.wrong(v, "set")
		}
		if it.Many {
			set = c.anyNumber(set, itemReason(it))
		} else {
			set = c.guarded(set, it.When)
		}
		under, ok := acc.(*Attrs)
		if !ok {
			return acc
		}
		acc = c.update(c.site, under, set)
	}
	return acc
}

// anyNumber is the merge of any number of sets that look like this one.
func (c call) anyNumber(set *Attrs, why *Unknown) *Attrs {
	out := &Attrs{origin: set.origin, rest: slices.Clone(set.rest)}
	for _, x := range set.attrs {
		y := Attr{Name: x.Name}
		for _, d := range x.Defs {
			d.When, d.Open = nil, why
			y.Defs = append(y.Defs, d)
		}
		out.attrs = append(out.attrs, y)
	}
	for i := range out.rest {
		out.rest[i].When = nil
	}
	return out
}
