package eval

import (
	"slices"

	"wardnix/nixast"
)

// asList is v as a list; nil if it is something else.
func (ev *Evaluator) asList(node nixast.Node, v Value) *List {
	switch v := v.(type) {
	case *List:
		return v
	case *Unknown:
		return ev.openList(node, v)
	case *Choice:
		if v.list == nil {
			v.list = ev.listOfCases(node, v)
		}
		return v.list
	}
	return nil
}

// openList is a list of which nothing is known.
func (ev *Evaluator) openList(node nixast.Node, u *Unknown) *List {
	return &List{u.origin, []Item{{Value: Known(ev.derived(node, u, "")), Many: true}}}
}

// listOfCases puts the cases' elements side by side, under their conditions.
func (ev *Evaluator) listOfCases(node nixast.Node, c *Choice) *List {
	if u := ev.enterCases(c); u != nil {
		return ev.openList(node, u)
	}
	defer ev.leaveCases(c)
	c.list = ev.openList(node, ev.unknown(node, "its value needs itself (infinite recursion)"))
	var whens []*Cond
	var lists []*List
	for _, k := range c.Cases {
		v := ev.force(k.Value)
		if l := ev.asList(node, v); l != nil && !fails(v) {
			whens, lists = append(whens, k.When), append(lists, l)
		}
	}
	if len(lists) == 0 {
		return nil
	}
	ev.assumed = ev.assumed || len(lists) < len(c.Cases)
	whens[len(whens)-1] = nil
	excl, can := ev.exclusive(whens)
	out := &List{origin: origin{node}}
	for i, l := range lists {
		if !can[i] {
			continue
		}
		if u := ev.alloc(node, len(out.Items)+len(l.Items), itemSize); u != nil {
			return ev.openList(node, u)
		}
		out.Items = append(out.Items, ev.guardedItems(l.Items, excl[i])...)
	}
	return out
}

// guardedItems are items that are there under one more condition.
func (ev *Evaluator) guardedItems(items []Item, when *Cond) []Item {
	if when == nil {
		return items
	}
	var out []Item
	for _, it := range items {
		var ok bool
		if it.When, ok = ev.and(when, it.When); ok {
			out = append(out, it)
		}
	}
	return out
}

// within are items that are where it is: several, if it is.
func (ev *Evaluator) within(it Item, items []Item) []Item {
	if !it.Many {
		return ev.guardedItems(items, it.When)
	}
	out := make([]Item, len(items))
	for i, x := range items {
		out[i] = Item{Value: x.Value, Many: true, Anywhere: it.Anywhere || x.Anywhere}
	}
	return out
}

// impossible reports whether it cannot be there, since what is made of it, v,
// fails.
func (ev *Evaluator) impossible(it Item, v Value) bool {
	if !fails(v) || it.When == nil && !it.Many {
		return false
	}
	ev.assumed = true
	return true
}

func certainItems(items []Item) bool {
	for _, it := range items {
		if it.When != nil || it.Many {
			return false
		}
	}
	return true
}

// itemReason is why it is not known whether, or how often, it is there.
func itemReason(it Item) *Unknown {
	if it.When != nil {
		return it.When.reason()
	}
	if u, ok := it.Value.value.(*Unknown); ok {
		return u
	}
	return &Unknown{Reason: "how many elements a list has is not known"}
}

// uncertain is the first item that is not certainly there, as a reason.
func uncertain(items []Item) *Unknown {
	for _, it := range items {
		if it.When != nil || it.Many {
			return itemReason(it)
		}
	}
	return nil
}

// uncertainStart is why the first n items may not be the first n elements.
func uncertainStart(items []Item, n int) *Unknown {
	for _, it := range items {
		if it.Anywhere {
			return itemReason(it)
		}
	}
	return uncertain(items[:n])
}

// anywhereFirst are the items with those in front that may be anywhere;
// anywhereLast, with those at the end.
func anywhereFirst(items []Item) []Item { return byAnywhere(items, -1) }

func anywhereLast(items []Item) []Item { return byAnywhere(items, 1) }

func byAnywhere(items []Item, sign int) []Item {
	if !slices.ContainsFunc(items, func(it Item) bool { return it.Anywhere }) {
		return items
	}
	items = slices.Clone(items)
	slices.SortStableFunc(items, func(a, b Item) int { return sign * (btoi(a.Anywhere) - btoi(b.Anywhere)) })
	return items
}

// uncertainLast is why the last item may not be the last element.
func uncertainLast(items []Item) *Unknown {
	if u := uncertainStart(items, 0); u != nil {
		return u
	}
	return uncertain(items[len(items)-1:])
}

func (ev *Evaluator) concatLists(node nixast.Node, left, right Value) Value {
	for _, v := range []Value{left, right} {
		if fails(v) {
			return v
		}
	}
	a, b := ev.asList(node, left), ev.asList(node, right)
	switch {
	case a == nil:
		return ev.fail(node, "the left side of ++ is "+article(typeOf(left)))
	case b == nil:
		return ev.fail(node, "the right side of ++ is "+article(typeOf(right)))
	}
	return ev.newList(node, a.Items, b.Items)
}

// newList joins items into a list.
func (ev *Evaluator) newList(node nixast.Node, parts ...[]Item) Value {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	if u := ev.alloc(node, n, itemSize); u != nil {
		return u
	}
	items := make([]Item, 0, n)
	for _, p := range parts {
		items = append(items, p...)
	}
	return &List{origin{node}, items}
}

// KnownStrings are the items of a list of strings that are known; ok says that
// those are all.
func (ev *Evaluator) KnownStrings(t *Thunk) (items []string, ok bool) {
	list := ev.List(t)
	if list == nil {
		return nil, false
	}
	ok = true
	for _, item := range list.Items {
		var text string
		known := false
		if s := ev.String(item.Value); s != nil && item.When == nil && !item.Many {
			text, known = s.Text()
		}
		if !known {
			ok = false
			continue
		}
		items = append(items, text)
	}
	return items, ok
}
