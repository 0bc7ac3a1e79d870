package eval

import (
	"slices"

	"wardnix/nixast"
)

// attrsBuiltins are the builtins about sets. They keep what is known of sets
// that are not known as a whole.
func attrsBuiltins() family {
	return family{
		{"attrNames", 1, builtinAttrNames},
		{"attrValues", 1, builtinAttrValues},
		{"mapAttrs", 2, builtinMapAttrs},
		{"listToAttrs", 1, builtinListToAttrs},
		strictly("getAttr", 2, builtinGetAttr),
		{"hasAttr", 2, builtinHasAttr},
		{"removeAttrs", 2, builtinRemoveAttrs},
		{"intersectAttrs", 2, builtinIntersectAttrs},
		{"catAttrs", 2, builtinCatAttrs},
		strictly("functionArgs", 1, builtinFunctionArgs),
		{"zipAttrsWith", 2, builtinZipAttrsWith},
	}
}

func builtinAttrNames(c call, a []*Thunk) Value {
	set, v := c.attrsArg(a[0])
	if v != nil {
		return v
	}
	return c.perAttr(set, func(name, _ *Thunk, _ nixast.Node) *Thunk { return name })
}

func builtinAttrValues(c call, a []*Thunk) Value {
	set, v := c.attrsArg(a[0])
	if v != nil {
		return v
	}
	return c.perAttr(set, func(_, value *Thunk, _ nixast.Node) *Thunk { return value })
}

func builtinMapAttrs(c call, a []*Thunk) Value {
	set, v := c.attrsArg(a[1])
	if v != nil {
		return v
	}
	return c.mapAttrs(set, func(name, value *Thunk) *Thunk { return c.later(a[0], name, value) })
}

func builtinListToAttrs(c call, a []*Thunk) Value {
	l, v := c.listArg(a[0])
	if v != nil {
		return v
	}
	return c.listToAttrs(l.Items, func(it Item) *Thunk { return it.Value })
}

func builtinGetAttr(c call, a []Value) Value {
	return c.selectPath(c.site, a[1], computed(a[0]), nil)
}

func builtinHasAttr(c call, a []*Thunk) Value {
	return c.hasPath(c.site, c.force(a[1]), computed(c.force(a[0])))
}

func builtinRemoveAttrs(c call, a []*Thunk) Value {
	set, v := c.attrsArg(a[0])
	if v != nil {
		return v
	}
	l, v := c.listArg(a[1])
	if v != nil {
		return v
	}
	return c.removeAttrs(set, l.Items)
}

func builtinIntersectAttrs(c call, a []*Thunk) Value {
	names, v := c.attrsArg(a[0])
	if v != nil {
		return v
	}
	set, v := c.attrsArg(a[1])
	if v != nil {
		return v
	}
	return c.intersected(names, set)
}

func builtinCatAttrs(c call, a []*Thunk) Value {
	name, v := c.textArg(a[0])
	if v != nil {
		return v
	}
	l, v := c.listArg(a[1])
	if v != nil {
		return v
	}
	return c.catAttrs(name, l.Items)
}

func builtinFunctionArgs(c call, a []Value) Value {
	f, ok := a[0].(*Function)
	if !ok {
		return c.wrong(a[0], "lambda")
	}
	var attrs []member
	for item := range f.lambda().Formals().Items() {
		attrs = append(attrs, member{item.Name().Text(), Known(c.bool(!item.Default().IsZero()))})
	}
	return c.set(attrs...)
}

func builtinZipAttrsWith(c call, a []*Thunk) Value {
	items, v := c.certainArg(a[1])
	if v != nil {
		return v
	}
	return c.zipAttrsWith(a[0], items)
}

// perAttr makes a list with one element an attribute, by name. What rest may
// have becomes elements of which there may be any number, anywhere.
func (c call) perAttr(set *Attrs, f func(name, value *Thunk, site nixast.Node) *Thunk) Value {
	if u := c.alloc(c.site, len(set.attrs)+len(set.rest), itemSize); u != nil {
		return u
	}
	items := make([]Item, 0, len(set.attrs)+len(set.rest))
	for _, x := range set.attrs {
		t, cond := c.presence(c.site, x)
		if t == No {
			continue
		}
		value := lazy(func() Value { return c.force(c.value(c.site, x, nil)) })
		items = append(items, Item{When: cond, Value: f(Known(newString(x.site(), x.Name)), value, x.site())})
	}
	for _, d := range set.rest {
		name, value := c.restTemplate(d)
		items = append(items, Item{Value: f(name, value, d.Site), Many: true, Anywhere: true})
	}
	return &List{origin{c.site}, items}
}

// restTemplate is how the name and the value of an attribute look that d may
// define.
func (c call) restTemplate(d Def) (name, value *Thunk) {
	if d.Name != nil {
		return Known(d.Name), d.Value
	}
	u := c.derived(nixast.Node{}, d.Open, "")
	v := c.derived(d.Open.node, d.Open, "")
	if d.Open.Label != "" {
		v.Label = d.Open.Label + ".${…}"
	}
	if d.Value != nil {
		return Known(u), d.Value
	}
	return Known(u), Known(v)
}

// mapAttrs applies f to each definition of each attribute.
func (c call) mapAttrs(set *Attrs, f func(name, value *Thunk) *Thunk) Value {
	if u := c.alloc(c.site, len(set.attrs)+len(set.rest), itemSize); u != nil {
		return u
	}
	out := &Attrs{origin: origin{c.site}, attrs: make([]Attr, len(set.attrs))}
	for i, x := range set.attrs {
		name := Known(newString(x.site(), x.Name))
		defs := make([]Def, len(x.Defs))
		for k, d := range x.Defs {
			d.Value = f(name, d.Value)
			defs[k] = d
		}
		out.attrs[i] = Attr{x.Name, defs}
	}
	for _, d := range set.rest {
		name, value := c.restTemplate(d)
		if d.Name == nil {
			u := c.force(name).(*Unknown)
			d.Name = &String{u.origin, []Piece{{Unknown: u}}}
		}
		d.Value = f(name, value)
		out.rest = append(out.rest, d)
	}
	return out
}

// listToAttrs makes a set of the { name, value } that f returns for the items.
// Of equal names, the first counts.
func (c call) listToAttrs(items []Item, f func(Item) *Thunk) Value {
	if u := c.alloc(c.site, len(items), itemSize*4); u != nil {
		return u
	}
	defs := map[string][]Def{}
	var names []string
	out := &Attrs{origin: origin{c.site}}
	for _, it := range anywhereFirst(items) {
		pair := c.force(f(it))
		if c.impossible(it, pair) {
			continue
		} else if fails(pair) {
			return pair
		}
		set := c.asAttrs(c.site, pair)
		if set == nil {
			return c.wrong(pair, "set")
		}
		name := c.force(c.value(c.site, set.Lookup("name"), nil))
		value := lazy(func() Value { return c.force(c.value(c.site, set.Lookup("value"), nil)) })
		if u := c.addPair(out, defs, &names, it, name, value); u != nil {
			return u
		}
	}
	for _, name := range names {
		out.attrs = append(out.attrs, Attr{name, c.capped(c.site, slices.Concat(defs[name], restFor(out.rest, name)), true)})
	}
	return attrsOf(c.site, out.attrs, out.rest...)
}

// addPair adds a pair of listToAttrs to its definitions or to the rest.
func (c call) addPair(out *Attrs, defs map[string][]Def, names *[]string, it Item, name Value, value *Thunk) Value {
	for _, l := range c.alternatives(name) {
		when, ok := c.and(it.When, l.when)
		if !ok {
			continue
		}
		d := Def{When: when, Value: value, Site: l.v.Origin()}
		switch s := l.v.(type) {
		case *String:
			text, known := s.Text()
			if known && !it.Many {
				if defs[text] == nil {
					*names = append(*names, text)
					if open := restFor(out.rest, text); len(open) > 0 {
						defs[text] = open // an earlier element may have this name
					}
				}
				defs[text] = append(defs[text], d)
				continue
			}
			d.Name, d.Open = s, firstUnknown(s.Pieces)
			if d.Open == nil {
				d.Open = itemReason(it)
			}
		case *Unknown:
			if c.impossible(it, s) {
				continue
			} else if s.Failure != NoFailure {
				return s
			}
			d.Name, d.Open = &String{s.origin, []Piece{{Unknown: s}}}, s
		default:
			return c.wrong(l.v, "string")
		}
		c.addRest(c.site, out, d)
	}
	return nil
}

// removeAttrs is the set without the names in items.
func (c call) removeAttrs(set *Attrs, items []Item) Value {
	out := &Attrs{origin: origin{c.site}, attrs: slices.Clone(set.attrs), rest: slices.Clone(set.rest)}
	if u := c.alloc(c.site, len(out.attrs)+len(items), itemSize); u != nil {
		return u
	}
	for _, it := range items {
		for _, l := range c.alternatives(c.force(it.Value)) {
			one := it
			var ok bool
			if one.When, ok = c.and(it.When, l.when); !ok {
				continue
			}
			if bad := c.removeName(out, l.v, one); bad != nil {
				return bad
			}
		}
	}
	return out
}

// removeName removes one name from a new set; a value instead if it is none.
func (c call) removeName(set *Attrs, name Value, it Item) Value {
	s, ok := name.(*String)
	if u, isUnknown := name.(*Unknown); isUnknown && u.Failure == NoFailure {
		s, ok = &String{u.origin, []Piece{{Unknown: u}}}, true
	}
	if !ok {
		return c.wrong(name, "string")
	}
	if text, known := s.Text(); known && !it.Many && it.When == nil {
		set.remove(text)
	} else {
		c.maybeRemoved(set, s, it)
	}
	return nil
}

// remove takes an attribute out of a set. Where the rest may have it, the
// attribute stays without definitions, which hides the rest's.
func (a *Attrs) remove(name string) {
	i, found := a.find(name)
	hide := len(restFor(a.rest, name)) > 0
	switch {
	case found && hide:
		a.attrs[i].Defs = nil
	case found:
		a.attrs = slices.Delete(a.attrs, i, i+1)
	case hide:
		a.attrs = slices.Insert(a.attrs, i, Attr{Name: name})
	}
}

// maybeRemoved leaves it open whether the attributes that name fits are there.
func (c call) maybeRemoved(set *Attrs, name *String, it Item) {
	why := firstUnknown(name.Pieces)
	if why == nil {
		why = itemReason(it)
	}
	for i, x := range set.attrs {
		if !name.matches(x.Name) {
			continue
		}
		gone := c.leaf(c.because(c.site, why))
		if _, known := name.Text(); known && !it.Many && it.When != nil {
			gone = it.When
		}
		set.attrs[i].Defs = c.guardedDefs(x.Defs, c.Not(gone))
	}
}

// intersected is the part of set whose names names has.
func (c call) intersected(names, set *Attrs) Value {
	if u := c.alloc(c.site, len(names.attrs)+len(set.attrs), itemSize); u != nil {
		return u
	}
	out := &Attrs{origin: origin{c.site}}
	for _, x := range set.attrs {
		switch t, cond := c.presence(c.site, names.Lookup(x.Name)); t {
		case Yes:
			out.attrs = append(out.attrs, x)
		case Maybe:
			out.attrs = append(out.attrs, Attr{x.Name, c.guardedDefs(x.Defs, cond)})
		}
	}
	for _, x := range names.attrs {
		if _, ok := set.find(x.Name); ok || len(set.rest) == 0 {
			continue
		}
		if t, cond := c.presence(c.site, x); t != No {
			out.attrs = append(out.attrs, Attr{x.Name, c.guardedDefs(restFor(set.rest, x.Name), cond)})
		}
	}
	if len(names.rest) > 0 && len(set.rest) > 0 {
		out.rest = set.rest
	}
	return attrsOf(c.site, slices.DeleteFunc(out.attrs, func(x Attr) bool { return len(x.Defs) == 0 }), out.rest...)
}

func (c call) catAttrs(name string, items []Item) Value {
	var out []Item
	for _, it := range items {
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
		x := set.Lookup(name)
		t, cond := c.presence(c.site, x)
		if t == No {
			continue
		}
		one := Item{When: cond, Value: c.value(c.site, x, nil)}
		out = append(out, c.within(it, []Item{one})...)
	}
	return c.items(out)
}

// zipAttrsWith gathers the attributes of known sets by name.
func (c call) zipAttrsWith(f *Thunk, items []Item) Value {
	values := map[string][]*Thunk{}
	var names []string
	for _, it := range items {
		set, v := c.closedArg(it.Value)
		if v != nil {
			return v
		}
		for _, x := range set.attrs {
			if values[x.Name] == nil {
				names = append(names, x.Name)
			}
			values[x.Name] = append(values[x.Name], c.value(c.site, x, nil))
		}
	}
	var attrs []member
	for _, name := range names {
		attrs = append(attrs, member{name, c.later(f, Known(c.text(name)), Known(c.list(values[name]...)))})
	}
	return c.set(attrs...)
}
