package eval

import (
	"slices"
)

// listBuiltins are the builtins about lists. They keep what is known of lists
// whose elements are there under conditions only.
func listBuiltins() family {
	return family{
		{"map", 2, builtinMap},
		{"filter", 2, builtinFilter},
		{"concatMap", 2, builtinConcatMap},
		{"concatLists", 1, builtinConcatLists},
		{"foldl'", 3, builtinFoldlPrime},
		{"genList", 2, builtinGenList},
		{"elem", 2, builtinElem},
		{"any", 2, func(c call, a []*Thunk) Value { return c.quantified(a[0], a[1], Yes) }},
		{"all", 2, func(c call, a []*Thunk) Value { return c.quantified(a[0], a[1], No) }},
		{"length", 1, builtinLength},
		{"head", 1, func(c call, a []*Thunk) Value { return c.element(a[0], 0) }},
		{"tail", 1, builtinTail},
		strictly("elemAt", 2, builtinElemAt),
		{"sort", 2, builtinSort},
		{"partition", 2, builtinPartition},
		{"groupBy", 2, builtinGroupBy},
	}
}

func builtinMap(c call, a []*Thunk) Value {
	l, v := c.listArg(a[1])
	if v != nil {
		return v
	}
	return c.mapped(l.Items, func(it Item) *Thunk { return c.later(a[0], it.Value) })
}

func builtinFilter(c call, a []*Thunk) Value {
	l, v := c.listArg(a[1])
	if v != nil {
		return v
	}
	return c.filtered(l.Items, func(it Item) (Truth, *Cond) { return c.test(a[0], it.Value) })
}

func builtinConcatMap(c call, a []*Thunk) Value {
	l, v := c.listArg(a[1])
	if v != nil {
		return v
	}
	return c.joinedLists(l.Items, func(it Item) *Thunk { return c.later(a[0], it.Value) })
}

func builtinConcatLists(c call, a []*Thunk) Value {
	l, v := c.listArg(a[0])
	if v != nil {
		return v
	}
	return c.joinedLists(l.Items, func(it Item) *Thunk { return it.Value })
}

func builtinFoldlPrime(c call, a []*Thunk) Value {
	l, v := c.listArg(a[2])
	if v != nil {
		return v
	}
	return c.foldl(a[0], a[1], l.Items)
}

func builtinGenList(c call, a []*Thunk) Value {
	v := c.force(a[1])
	n, ok := v.(*Int)
	if !ok {
		return c.unknownList(v)
	}
	if n.V < 0 {
		return c.fails("a list cannot have less than no elements")
	}
	if u := c.alloc(c.site, int(min(n.V, 1<<40)), itemSize); u != nil {
		return u
	}
	items := make([]Item, n.V)
	for i := range items {
		items[i].Value = c.later(a[0], Known(c.int(i)))
	}
	return &List{origin{c.site}, items}
}

func builtinElem(c call, a []*Thunk) Value {
	l, v := c.listArg(a[1])
	if v != nil {
		return v
	}
	t, cond := c.elem(c.force(a[0]), l.Items)
	return c.boolean(c.site, t, cond)
}

func builtinLength(c call, a []*Thunk) Value {
	items, v := c.certainArg(a[0])
	if v != nil {
		return v
	}
	return c.int(len(items))
}

func builtinTail(c call, a []*Thunk) Value {
	l, v := c.listArg(a[0])
	switch {
	case v != nil:
		return v
	case len(l.Items) == 0:
		return c.fails("an empty list has no tail")
	}
	if u := uncertainStart(l.Items, 1); u != nil {
		return c.lost(u)
	}
	return c.items(l.Items[1:])
}

func builtinElemAt(c call, a []Value) Value {
	i, ok := a[1].(*Int)
	if !ok {
		return c.wrong(a[1], "int")
	}
	return c.element(Known(a[0]), i.V)
}

func builtinSort(c call, a []*Thunk) Value {
	items, v := c.certainArg(a[1])
	if v != nil {
		return v
	}
	return c.sorted(items, func(x, y *Thunk) (Truth, *Cond) { return c.test(a[0], x, y) })
}

func builtinPartition(c call, a []*Thunk) Value {
	l, v := c.listArg(a[1])
	if v != nil {
		return v
	}
	right := c.filtered(l.Items, func(it Item) (Truth, *Cond) { return c.test(a[0], it.Value) })
	wrong := c.filtered(l.Items, func(it Item) (Truth, *Cond) {
		t, cond := c.test(a[0], it.Value)
		if t == Maybe && cond.broken() == nil {
			return Maybe, c.Not(cond)
		}
		return -t, cond
	})
	return c.set(member{"right", Known(right)}, member{"wrong", Known(wrong)})
}

func builtinGroupBy(c call, a []*Thunk) Value {
	items, v := c.certainArg(a[1])
	if v != nil {
		return v
	}
	return c.grouped(a[0], items)
}

// mapped applies f to each element.
func (c call) mapped(items []Item, f func(Item) *Thunk) Value {
	if u := c.alloc(c.site, len(items), itemSize); u != nil {
		return u
	}
	out := make([]Item, len(items))
	for i, it := range items {
		out[i] = it
		out[i].Value = f(it)
	}
	return &List{origin{c.site}, out}
}

// filtered keeps elements. What it cannot decide it keeps under a condition.
func (c call) filtered(items []Item, keep func(Item) (Truth, *Cond)) Value {
	if u := c.step(c.site, len(items)); u != nil {
		return u
	}
	var out []Item
	for _, it := range items {
		t, cond := keep(it)
		if u := cond.broken(); u != nil && !c.impossible(it, u) {
			return u
		} else if u != nil || t == No {
			continue
		}
		if !it.Many { // of many elements, each has a condition of its own
			var ok bool
			if it.When, ok = c.and(it.When, cond); !ok {
				continue
			}
		}
		out = append(out, it)
	}
	return c.items(out)
}

// joinedLists joins the lists that f gives for the elements.
func (c call) joinedLists(items []Item, f func(Item) *Thunk) Value {
	var out []Item
	for _, it := range items {
		v := c.force(f(it))
		if c.impossible(it, v) {
			continue
		} else if fails(v) {
			return v
		}
		l := c.asList(c.site, v)
		if l == nil {
			return c.wrong(v, "list")
		}
		if u := c.alloc(c.site, len(l.Items), itemSize); u != nil {
			return u
		}
		if len(out)+len(l.Items) > c.limits.Size {
			return c.alloc(c.site, len(out)+len(l.Items), itemSize)
		}
		out = append(out, c.within(it, l.Items)...)
	}
	return &List{origin{c.site}, out}
}

// foldl folds from the left; elements that may be there change the result
// under their conditions.
func (c call) foldl(f, acc *Thunk, items []Item) Value {
	v := c.force(acc)
	for _, it := range items {
		if u := c.step(c.site, 1); u != nil {
			return u
		}
		if it.Many {
			if v = c.foldMany(f, v, it); fails(v) {
				return v
			}
			continue
		}
		next := c.applyAll(c.site, f, Known(v), it.Value)
		if c.impossible(it, next) {
			continue
		} else if it.When != nil {
			next = &Choice{origin: origin{c.site}, Cases: []Case{{it.When, Known(next)}, {nil, Known(v)}}}
		}
		v = next
	}
	return v
}

// foldMany folds any number of elements that look alike. What f adds to a set is
// added any number of times, as long as it is added to any set: to one that is not
// known.
func (c call) foldMany(f *Thunk, v Value, it Item) Value {
	why := itemReason(it)
	before, ok := v.(*Attrs)
	if !ok {
		return c.lost(why)
	}
	any := c.because(c.site, why)
	after, ok := c.applyAll(c.site, f, Known(any), it.Value).(*Attrs)
	kept := func(d Def) bool { return d.Open == any && d.Name == nil }
	if !ok || !slices.ContainsFunc(after.rest, kept) {
		return c.lost(why)
	}
	added := c.guarded(&Attrs{origin: after.origin, attrs: after.attrs}, c.leaf(c.because(c.site, why)))
	added.rest = slices.DeleteFunc(after.rest, kept)
	return c.update(c.site, before, added)
}

// unknownList is a list made of n elements where n is not known.
func (c call) unknownList(n Value) Value {
	switch n := n.(type) {
	case *Unknown:
		if n.Failure != NoFailure {
			return n
		}
		return c.openList(c.site, c.derived(c.site, n, ""))
	case *Choice:
		return c.cannot("the number of elements depends on a condition")
	}
	return c.wrong(n, "int")
}

// elem reports whether v is among the items.
func (c call) elem(v Value, items []Item) (Truth, *Cond) {
	if u := c.step(c.site, len(items)); u != nil {
		return Maybe, c.leaf(u)
	}
	result := Value(&Bool{origin{c.site}, false})
	for _, it := range items {
		same := c.equals(c.site, v, c.force(it.Value))
		t, cond := c.truth(c.site, same)
		if t == No || c.impossible(it, same) {
			continue
		} else if b, none := result.(*Bool); none && !b.V && cond.broken() != nil {
			return Maybe, cond // nothing before it has ended the search
		}
		switch {
		case it.Many:
			t, cond = Maybe, c.leaf(c.because(c.site, itemReason(it)))
		case t == Yes && it.When != nil:
			t, cond = Maybe, it.When
		case t == Maybe:
			var ok bool
			if cond, ok = c.and(it.When, cond); !ok {
				continue
			}
		}
		if t == Yes {
			return Yes, nil
		}
		result = c.or2(c.site, result, func() Value { return c.boolean(c.site, Maybe, cond) })
	}
	return c.truth(c.site, result)
}

// quantified is any (stop is Yes) or all (stop is No).
func (c call) quantified(f, list *Thunk, stop Truth) Value {
	l, v := c.listArg(list)
	if v != nil {
		return v
	}
	result := c.boolean(c.site, -stop, nil)
	for _, it := range l.Items {
		if u := c.step(c.site, 1); u != nil {
			return u
		}
		t, cond := c.test(f, it.Value)
		switch u := cond.broken(); {
		case t == -stop || u != nil && c.impossible(it, u):
			continue
		case it.Many:
			t, cond = Maybe, c.leaf(c.because(c.site, itemReason(it)))
		case it.When != nil:
			t, cond = c.underWhen(it.When, t, cond, stop)
		}
		one := c.boolean(c.site, t, cond)
		if stop == Yes {
			result = c.or2(c.site, result, func() Value { return one })
		} else {
			result = c.and2(c.site, result, func() Value { return one })
		}
		if b, ok := result.(*Bool); ok && b.V == (stop == Yes) {
			return b
		}
	}
	return result
}

// underWhen is "when && t" for any, "when -> t" for all.
func (c call) underWhen(when *Cond, t Truth, cond *Cond, stop Truth) (Truth, *Cond) {
	guard := c.boolean(c.site, Maybe, when)
	one := func() Value { return c.boolean(c.site, t, cond) }
	if stop == Yes {
		return c.truth(c.site, c.and2(c.site, guard, one))
	}
	return c.truth(c.site, c.or2(c.site, c.not(c.site, guard), one))
}

// element is the i-th element.
func (c call) element(list *Thunk, i int64) Value {
	l, v := c.listArg(list)
	if v != nil {
		return v
	}
	if n := int64(len(l.Items)); i < 0 || i >= n && certainItems(l.Items) {
		return c.fails("the list has no such element")
	} else if u := uncertainStart(l.Items, int(min(i+1, n))); u != nil {
		return c.lost(u)
	} else if i >= n {
		return c.lost(uncertain(l.Items))
	}
	return c.force(l.Items[i].Value)
}

// sorted sorts stably, as long as every comparison is decided.
func (c call) sorted(items []Item, less func(x, y *Thunk) (Truth, *Cond)) Value {
	if u := c.alloc(c.site, len(items), itemSize); u != nil {
		return u
	}
	out := slices.Clone(items)
	var why *Unknown
	slices.SortStableFunc(out, func(x, y Item) int {
		if why == nil {
			why = c.step(c.site, 1)
		}
		if why != nil {
			return 0
		}
		t, cond := less(x.Value, y.Value)
		if t == No {
			if t, cond = less(y.Value, x.Value); t == No {
				return 0
			}
			if t == Yes {
				return 1
			}
		}
		if t == Maybe {
			why = cond.reason()
			return 0
		}
		return -1
	})
	if why != nil && why.Failure != NoFailure {
		return why // a comparison that sorting needs
	} else if why != nil {
		return c.lost(why)
	}
	return &List{origin{c.site}, out}
}

func (c call) grouped(f *Thunk, items []Item) Value {
	groups := map[string][]Item{}
	var names []string
	for _, it := range items {
		name, v := c.textArg(c.later(f, it.Value))
		if v != nil {
			return v
		}
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], it)
	}
	var attrs []member
	for _, name := range names {
		attrs = append(attrs, member{name, Known(c.items(groups[name]))})
	}
	return c.set(attrs...)
}
