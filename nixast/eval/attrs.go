package eval

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/nixast"
)

// All are the attributes that are named, by name. An attribute may be there
// under conditions only: see [Attr.Certain].
func (a *Attrs) All() []Attr {
	gone := func(x Attr) bool { return len(x.Defs) == 0 } // see remove
	if slices.ContainsFunc(a.attrs, gone) {
		return slices.DeleteFunc(slices.Clone(a.attrs), gone)
	}
	return a.attrs
}

func (a Attr) site() nixast.Node {
	for _, d := range a.Defs {
		if !d.Site.IsZero() {
			return d.Site
		}
	}
	return nixast.Node{}
}

// Rest are the attributes besides All that may be there: see [Def.Open] and
// [Def.Name]. It is empty if the set is known to have no others.
func (a *Attrs) Rest() []Def { return a.rest }

// Lookup is the attribute of that name, Rest considered; without Defs if it
// is certainly not there.
func (a *Attrs) Lookup(name string) Attr {
	if i, ok := a.find(name); ok {
		return a.attrs[i]
	}
	return Attr{name, restFor(a.rest, name)}
}

// Certainly is the attribute of that name, if it is there under all conditions. It costs
// less than [Attrs.Lookup] in a set of which not all attributes are known.
func (a *Attrs) Certainly(name string) (Attr, bool) {
	i, ok := a.find(name)
	var x Attr
	switch {
	case ok:
		x = a.attrs[i]
	case slices.ContainsFunc(a.rest, func(d Def) bool { return d.Open != nil && d.Open.attr != nil }):
		x = a.Lookup(name)
	}
	return x, x.Certain()
}

func (a *Attrs) find(name string) (int, bool) { return findAttr(a.attrs, name) }

// findAttr looks for a name among attributes that are sorted by name. Most of what is
// evaluated comes here, so that it calls no function.
func findAttr(attrs []Attr, name string) (int, bool) {
	from, to := 0, len(attrs)
	for from < to {
		if middle := (from + to) / 2; attrs[middle].Name < name {
			from = middle + 1
		} else {
			to = middle
		}
	}
	return from, from < len(attrs) && attrs[from].Name == name
}

// closed reports whether the set has exactly the attributes it names.
func (a *Attrs) closed() bool {
	return len(a.rest) == 0 && !slices.ContainsFunc(a.attrs, func(x Attr) bool { return !x.Certain() })
}

// Certain reports whether the attribute is there under all conditions.
func (a Attr) Certain() bool {
	return len(a.Defs) > 0 && a.Defs[len(a.Defs)-1].certain()
}

func (d Def) certain() bool { return d.When == nil && d.Open == nil && d.Name == nil }

// restFor are the definitions among rest that may give the attribute name.
func restFor(rest []Def, name string) []Def {
	var out []Def
	for _, d := range rest {
		switch {
		case d.Name != nil && !d.Name.matches(name):
			continue
		case d.Name != nil:
			out = append(out, d)
			continue
		case lacks(d.Open, name):
			continue
		}
		u := d.Open
		if t := u.given(name); t != nil {
			out = append(out, Def{When: d.When, Value: t, Site: d.Site})
			if d.When == nil {
				break
			}
			continue
		}
		out = append(out, Def{When: d.When, Value: u.ev.attrOf(d.Site, u, name), Site: d.Site, Open: u})
	}
	return compressed(out)
}

// compressed drops what a row of definitions says twice.
func compressed(defs []Def) []Def {
	const most = 8
	if len(defs) < 2 {
		return slices.Clip(defs)
	}
	opens := 0
	out := defs[:0:0]
	for _, d := range defs {
		if !d.anything() {
			opens = 0
		} else if opens++; opens > most || opens > 1 && out[len(out)-1].When == nil {
			continue
		} else if opens == most {
			// May be anything, and so includes all that follow in the row.
			d.When = nil
		}
		if coveredDef(out, d) {
			continue
		}
		out = append(out, d)
		if d.certain() {
			break
		}
	}
	return out
}

// anything reports whether all that d says is that the attribute may be there.
func (d Def) anything() bool {
	if d.Open == nil || d.Name != nil {
		return false
	}
	if d.Value == nil {
		return true
	}
	_, unknown := d.Value.value.(*Unknown)
	return unknown
}

// coveredDef reports whether d never counts, since an earlier definition does.
func coveredDef(earlier []Def, d Def) bool {
	for _, e := range earlier[max(len(earlier)-maxLits, 0):] {
		if e.Open == nil && e.Name == nil && d.When.entails(e.When) {
			return true
		}
	}
	return false
}

// maxDefs is how many definitions of one attribute are kept apart.
const maxDefs = 128

// capped is defs, compressed and with what goes beyond maxDefs as one that is
// not known. named distinguishes the definitions of an attribute from those of a rest.
func (ev *Evaluator) capped(node nixast.Node, defs []Def, named bool) []Def {
	ev.count(len(defs))
	if defs = compressed(defs); len(defs) <= maxDefs {
		return defs
	}
	why := ev.unknown(node, fmt.Sprintf("it is defined in more than %d ways", maxDefs))
	beyond := Def{Open: why}
	if named {
		beyond.Value = Known(why)
		if defs[len(defs)-1].certain() {
			beyond.Open = nil
		}
	}
	return append(defs[:maxDefs-1:maxDefs-1], beyond)
}

// addRest adds a definition to the rest of a new set.
func (ev *Evaluator) addRest(node nixast.Node, set *Attrs, d Def) {
	if set.rest = append(set.rest, d); len(set.rest) > maxDefs {
		set.rest = ev.capped(node, set.rest, false)
	}
}

// attrsOf makes a set of attributes in any order. The names must differ.
func attrsOf(node nixast.Node, attrs []Attr, rest ...Def) *Attrs {
	sortAttrs(attrs)
	return &Attrs{origin{node}, attrs, rest}
}

func sortAttrs(attrs []Attr) {
	if len(attrs) <= fewNames { // as most are
		for i := range attrs {
			for ; i > 0 && attrs[i].Name < attrs[i-1].Name; i-- {
				attrs[i], attrs[i-1] = attrs[i-1], attrs[i]
			}
		}
		return
	}
	slices.SortFunc(attrs, func(x, y Attr) int { return strings.Compare(x.Name, y.Name) })
}

// mergedAttrs are the attributes of two lists that are sorted by name, sorted. Of two with
// one name, it is b's.
func mergedAttrs(a, b []Attr) []Attr {
	out := make([]Attr, 0, len(a)+len(b))
	for _, x := range b {
		i, found := findAttr(a, x.Name)
		out = append(append(out, a[:i]...), x)
		if found {
			i++
		}
		a = a[i:]
	}
	return append(out, a...)
}

// plain is an attribute with one definition that is written nowhere.
func plain(name string, value *Thunk) Attr { return Attr{name, []Def{{Value: value}}} }

// openAttrs is a set of which nothing is known.
func openAttrs(u *Unknown) *Attrs {
	return &Attrs{origin: u.origin, rest: []Def{{Open: u, Site: u.node}}}
}

// update is a // b.
func (ev *Evaluator) update(node nixast.Node, a, b *Attrs) Value {
	if u := ev.alloc(node, len(a.attrs)+len(b.attrs), itemSize); u != nil {
		return u
	} else if u := ev.step(node, len(a.attrs)*len(b.rest)+len(b.attrs)*len(a.rest)); u != nil {
		return u
	}
	out := &Attrs{origin: origin{node}, attrs: make([]Attr, 0, len(a.attrs)+len(b.attrs))}
	i, j := 0, 0
	for i < len(a.attrs) || j < len(b.attrs) {
		order := 0
		switch {
		case j == len(b.attrs):
			order = -1
		case i == len(a.attrs):
			order = 1
		default:
			order = strings.Compare(a.attrs[i].Name, b.attrs[j].Name)
		}
		switch {
		case order < 0:
			x := a.attrs[i]
			out.attrs = append(out.attrs, ev.stacked(node, restFor(b.rest, x.Name), x))
			i++
		case order > 0:
			x := b.attrs[j]
			if !x.Certain() {
				x = ev.stacked(node, x.Defs, Attr{x.Name, restFor(a.rest, x.Name)})
			}
			out.attrs = append(out.attrs, x)
			j++
		default:
			out.attrs = append(out.attrs, ev.stacked(node, b.attrs[j].Defs, a.attrs[i]))
			i, j = i+1, j+1
		}
	}
	out.rest = ev.capped(node, slices.Concat(b.rest, a.rest), false)
	return out
}

// stacked puts definitions before those that an attribute has.
func (ev *Evaluator) stacked(node nixast.Node, over []Def, under Attr) Attr {
	switch {
	case len(over) == 0:
		return under
	case over[len(over)-1].certain() || len(under.Defs) == 0:
		return Attr{under.Name, over}
	}
	return Attr{under.Name, ev.capped(node, slices.Concat(over, under.Defs), true)}
}

// guarded is a, with what it defines under one more condition. The set must
// be known to be used under that condition only.
func (ev *Evaluator) guarded(a *Attrs, when *Cond) *Attrs {
	if when == nil {
		return a
	}
	out := &Attrs{origin: a.origin}
	for _, x := range a.attrs {
		if defs := ev.guardedDefs(x.Defs, when); len(defs) > 0 {
			out.attrs = append(out.attrs, Attr{x.Name, defs})
		}
	}
	out.rest = ev.guardedDefs(a.rest, when)
	return out
}

func (ev *Evaluator) guardedDefs(defs []Def, when *Cond) []Def {
	var out []Def
	for _, d := range defs {
		var ok bool
		if d.When, ok = ev.and(when, d.When); ok {
			out = append(out, d)
		}
	}
	return out
}

// asAttrs is v as a set; nil if it is something else.
func (ev *Evaluator) asAttrs(node nixast.Node, v Value) *Attrs {
	switch v := v.(type) {
	case *Attrs:
		return v
	case *Unknown:
		return openAttrs(v)
	case *Choice:
		if v.attrs == nil {
			v.attrs = ev.mergedCases(node, v)
		}
		return v.attrs
	}
	return nil
}

// mergedCases makes one set of alternative sets.
func (ev *Evaluator) mergedCases(node nixast.Node, c *Choice) *Attrs {
	if u := ev.enterCases(c); u != nil {
		return openAttrs(u)
	}
	defer ev.leaveCases(c)
	c.attrs = openAttrs(ev.unknown(node, "its value needs itself (infinite recursion)"))
	var sets []*Attrs
	var whens []*Cond
	for _, k := range c.Cases {
		v := ev.force(k.Value)
		if s := ev.asAttrs(node, v); s != nil && !fails(v) {
			sets, whens = append(sets, s), append(whens, k.When)
		}
	}
	if len(sets) == 0 {
		return nil
	}
	ev.assumed = ev.assumed || len(sets) < len(c.Cases)
	whens[len(whens)-1] = nil // one of the cases does apply
	out := sets[len(sets)-1]
	for i := len(sets) - 2; i >= 0; i-- {
		if whens[i] == nil {
			out = sets[i]
		} else {
			out = ev.either(node, whens[i], sets[i], out)
		}
	}
	return out
}

// either is a where when holds, and else b.
func (ev *Evaluator) either(node nixast.Node, when *Cond, a, b *Attrs) *Attrs {
	if u := ev.alloc(node, len(a.attrs)+len(b.attrs), itemSize); u != nil {
		return openAttrs(u)
	}
	names := make([]string, 0, len(a.attrs)+len(b.attrs))
	for _, x := range a.attrs {
		names = append(names, x.Name)
	}
	for _, x := range b.attrs {
		names = append(names, x.Name)
	}
	slices.Sort(names)
	out := &Attrs{origin: origin{node}}
	for _, name := range slices.Compact(names) {
		if defs := ev.eitherDefs(node, when, a.Lookup(name).Defs, b.Lookup(name).Defs, true); len(defs) > 0 {
			out.attrs = append(out.attrs, Attr{name, defs})
		}
	}
	out.rest = ev.eitherDefs(node, when, a.rest, b.rest, false)
	return out
}

func (ev *Evaluator) eitherDefs(node nixast.Node, when *Cond, a, b []Def, named bool) []Def {
	if sameDefs(a, b) {
		return a
	}
	then := ev.guardedDefs(a, when)
	if len(a) == 0 || !a[len(a)-1].certain() {
		b = ev.guardedDefs(b, ev.Not(when))
	}
	return ev.capped(node, slices.Concat(then, b), named)
}

func sameDefs(a, b []Def) bool {
	return slices.EqualFunc(a, b, func(x, y Def) bool {
		return x.When == y.When && x.Value == y.Value && x.Open == y.Open && x.Name == y.Name
	})
}

// value is the attribute's value; missing is what it is where the attribute
// is not there, or nil if that is a mistake.
func (ev *Evaluator) value(node nixast.Node, a Attr, missing *Thunk) *Thunk {
	if len(a.Defs) == 1 && a.Certain() {
		return a.Defs[0].Value
	}
	c := &Choice{origin: origin{node}}
	for _, d := range a.Defs {
		when, ok := d.When, true
		if d.Open != nil || d.Name != nil {
			when, ok = ev.and(when, ev.present(node, d, a.Name))
		}
		if ok {
			c.Cases = append(c.Cases, Case{when, d.Value})
		}
	}
	if !a.Certain() {
		if missing == nil {
			missing = lazy(func() Value { return ev.fail(node, "the attribute `"+nixast.QuoteAttr(a.Name)+"` is missing") })
		}
		c.Cases = append(c.Cases, Case{nil, missing})
	}
	if len(c.Cases) == 1 {
		return c.Cases[0].Value
	}
	return Known(c)
}

// present is the condition that an open definition applies.
func (ev *Evaluator) present(node nixast.Node, d Def, name string) *Cond {
	u := d.Open
	key := "#"
	if d.Name == nil {
		key = joinKey("?", u.id(), name)
	}
	has := ev.derived(node, u, strings.TrimSuffix(key, "#"))
	if u.Label != "" {
		has.Label = u.Label + " ? " + nixast.QuoteAttr(name)
	}
	return ev.leaf(has)
}

// presence reports whether the attribute is there, and under what condition.
func (ev *Evaluator) presence(node nixast.Node, a Attr) (Truth, *Cond) {
	if len(a.Defs) == 0 {
		return No, nil
	}
	var when *Cond
	for i, d := range a.Defs {
		w, ok := d.When, true
		if d.Open != nil || d.Name != nil {
			w, ok = ev.and(w, ev.present(node, d, a.Name))
		}
		switch {
		case !ok:
		case w == nil:
			return Yes, nil
		case i == 0 || when == nil:
			when = w
		default:
			if when = ev.or(when, w); when == nil {
				return Yes, nil
			}
		}
	}
	if when == nil {
		return No, nil
	}
	return Maybe, when
}
