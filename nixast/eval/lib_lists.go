package eval

import (
	"slices"
)

// libLists are functions of lib.lists.
func libLists() family {
	return family{
		{"optional", 2, libOptional},
		{"optionals", 2, libOptionals},
		{"flatten", 1, libFlatten},
		{"reverseList", 1, libReverseList},
		{"unique", 1, libUnique},
		{"imap0", 2, func(c call, a []*Thunk) Value { return c.imap(0, a[0], a[1]) }},
		{"imap1", 2, func(c call, a []*Thunk) Value { return c.imap(1, a[0], a[1]) }},
		{"last", 1, libLast},
		{"init", 1, libInit},
		{"sublist", 3, func(c call, a []*Thunk) Value { return c.sublist(c.force(a[0]), c.force(a[1]), a[2]) }},
		{"take", 2, func(c call, a []*Thunk) Value { return c.sublist(c.int(0), c.force(a[0]), a[1]) }},
		{"drop", 2, func(c call, a []*Thunk) Value { return c.sublist(c.force(a[0]), c.int(1<<62), a[1]) }},
	}
}

func libOptional(c call, a []*Thunk) Value {
	return c.conditional(a[0], func() Value { return c.list(a[1]) })
}

func libOptionals(c call, a []*Thunk) Value {
	return c.conditional(a[0], func() Value { return c.force(a[1]) })
}

func libFlatten(c call, a []*Thunk) Value {
	items, u := c.flatItems(a[0])
	if u != nil {
		return u
	}
	return c.items(items)
}

func libReverseList(c call, a []*Thunk) Value {
	l, v := c.listArg(a[0])
	if v != nil {
		return v
	}
	items := slices.Clone(l.Items)
	slices.Reverse(items)
	return c.items(items)
}

func libUnique(c call, a []*Thunk) Value {
	l, v := c.listArg(a[0])
	if v != nil {
		return v
	}
	return c.unique(l.Items)
}

func libLast(c call, a []*Thunk) Value {
	l, v := c.listArg(a[0])
	switch {
	case v != nil:
		return v
	case len(l.Items) == 0:
		return c.fails("an empty list has no last element")
	}
	if u := uncertainLast(l.Items); u != nil {
		return c.lost(u)
	}
	return c.force(l.Items[len(l.Items)-1].Value)
}

func libInit(c call, a []*Thunk) Value {
	l, v := c.listArg(a[0])
	switch {
	case v != nil:
		return v
	case len(l.Items) == 0:
		return c.fails("an empty list has no elements before the last")
	}
	if u := uncertainLast(l.Items); u != nil {
		return c.lost(u)
	}
	return c.items(l.Items[:len(l.Items)-1])
}

// conditional is a list that is empty where cond is not true.
func (c call) conditional(cond *Thunk, list func() Value) Value {
	t, when := c.truth(c.site, c.force(cond))
	if u := when.broken(); u != nil {
		return u
	} else if t == No {
		return c.list()
	}
	v := list()
	if t == Yes {
		return v
	} else if fails(v) {
		c.assumed = true // the condition is not true, then
		return c.list()
	}
	l := c.asList(c.site, v)
	if l == nil {
		return c.wrong(v, "list")
	}
	return &List{origin{c.site}, c.guardedItems(l.Items, when)}
}

// flatItems are the elements of lists in lists; what is not a list is an element.
func (c call) flatItems(t *Thunk) ([]Item, *Unknown) {
	v := c.force(t)
	if u := c.enter(c.site); u != nil {
		return nil, u
	}
	defer c.leave()
	if u, ok := v.(*Unknown); ok {
		// An element, or a list with any number of them.
		if u.Failure != NoFailure {
			return nil, u
		}
		if u.Sort == Package {
			return []Item{{Value: t}}, nil
		}
		return c.openList(c.site, u).Items, nil
	}
	if ch, ok := v.(*Choice); ok {
		return c.flatCases(ch)
	}
	l, ok := v.(*List)
	if !ok {
		return []Item{{Value: t}}, nil
	}
	var out []Item
	for _, it := range l.Items {
		inner, u := c.flatItems(it.Value)
		if u != nil && c.impossible(it, u) {
			continue
		} else if u != nil {
			return nil, u
		}
		if u := c.alloc(c.site, len(out)+len(inner), itemSize/16); u != nil {
			return nil, u
		}
		out = append(out, c.within(it, inner)...)
	}
	return out, nil
}

func (c call) flatCases(ch *Choice) ([]Item, *Unknown) {
	var out []Item
	for _, l := range c.alternatives(ch) {
		inner, u := c.flatItems(Known(l.v))
		if u != nil {
			return nil, u
		}
		out = append(out, c.guardedItems(inner, l.when)...)
	}
	return out, nil
}

// unique keeps the first of equal elements.
func (c call) unique(items []Item) Value {
	var out []Item
	for _, it := range items {
		if u := c.step(c.site, len(out)); u != nil {
			return u
		}
		t, cond := c.elem(c.force(it.Value), out)
		if u := cond.broken(); u != nil && !c.impossible(it, u) {
			return u
		} else if u != nil || t == Yes {
			continue
		}
		if t == Maybe && !it.Many {
			var ok bool
			if it.When, ok = c.and(it.When, c.Not(cond)); !ok {
				continue
			}
		}
		out = append(out, it)
	}
	return c.items(out)
}

// imap applies f to each index and element.
func (c call) imap(from int, f, list *Thunk) Value {
	l, v := c.listArg(list)
	if v != nil {
		return v
	}
	i, certain := from-1, uncertainStart(l.Items, 0) == nil
	return c.mapped(l.Items, func(it Item) *Thunk {
		i++
		certain = certain && !it.Many
		index := Known(c.int(i))
		if !certain {
			index = Known(c.because(c.site, uncertain(l.Items)))
		}
		certain = certain && it.When == nil
		return c.later(f, index, it.Value)
	})
}

// sublist is n elements from start on.
func (c call) sublist(start, n Value, list *Thunk) Value {
	from, ok1 := start.(*Int)
	count, ok2 := n.(*Int)
	if !ok1 || !ok2 {
		return c.cannot("which part of the list this is, is not known")
	}
	l, v := c.listArg(list)
	if v != nil {
		return v
	}
	if from.V < 0 || count.V < 0 {
		return c.cannot("which part of the list this is, is not known")
	}
	first := min(from.V, int64(len(l.Items)))
	last := len(l.Items)
	if count.V < int64(last)-first {
		last = int(first + count.V)
	}
	needed := l.Items[:last]
	if last == len(l.Items) {
		needed = l.Items[:first] // the end is open
		if count.V < 1<<62 && !certainItems(l.Items) {
			needed = l.Items
		}
	}
	if u := uncertainStart(l.Items, len(needed)); u != nil {
		return c.lost(u)
	}
	return c.items(l.Items[first:last])
}
