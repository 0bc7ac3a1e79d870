package eval

import (
	"slices"

	"wardnix/nixast"
)

// setBuilder gathers what the entries of a set, a let or a let { } define.
// Nested paths and literal sets that meet under one name are one set, as
// Nix's parser makes it (ExprAttrs of parser.y, function addAttr).
type setBuilder struct {
	node    nixast.Node
	rec     bool
	entries []entry
	index   map[string]int // of entries, if they are many; else empty
	dynamic []dynamicEntry
}

// entry is a name with a value: an expression, a nested set, or inherited.
type entry struct {
	name  string
	site  nixast.Node
	expr  nixast.Node // a = expr;
	sub   *setBuilder // a.b = …; or a = { … }; with more under a
	from  *source     // inherit (from) a; or, with a zero expr, inherit a;
	twice bool
}

// source is the (e) of an inherit, one for all its names.
type source struct {
	expr  nixast.Node
	thunk *Thunk
}

type dynamicEntry struct {
	name, site, expr nixast.Node
	sub              *setBuilder
}

func newSetBuilder(node nixast.Node, rec bool) *setBuilder {
	return &setBuilder{node: node, rec: rec}
}

// gather reads the entries of n into b.
func (b *setBuilder) gather(n nixast.Node) {
	most := 0
	for range n.Entries() {
		most++
	}
	b.entries = slices.Grow(b.entries, most)
	for c := range n.Entries() {
		if binding, ok := c.AsBinding(); ok {
			b.bind(binding)
		} else if inherit, ok := c.AsInherit(); ok {
			b.inherit(inherit)
		}
	}
}

func (b *setBuilder) inherit(i nixast.Inherit) {
	from := &source{expr: i.From()}
	for c := range i.Attrs() {
		if name, ok := c.AttrName(); ok {
			b.add(entry{name: name, site: c, from: from})
		}
	}
}

func (b *setBuilder) bind(binding nixast.Binding) {
	at := b
	var name nixast.Node // the last of the path so far
	for next := range binding.Path().Attrs() {
		if !name.IsZero() {
			if at = at.nested(name, binding); at == nil {
				return
			}
		}
		name = next
	}
	if !name.IsZero() {
		at.bindValue(name, binding)
	}
}

// bindValue binds the last name of a path.
func (b *setBuilder) bindValue(attr nixast.Node, binding nixast.Binding) {
	value := binding.Value()
	name, ok := attr.AttrName()
	if !ok {
		b.dynamic = append(b.dynamic, dynamicEntry{name: attr, site: binding.Node, expr: value})
		return
	}
	if set, ok := value.Unparen().AsAttrSet(); ok {
		if sub := b.find(name).set(); sub != nil {
			sub.gather(set.Node) // a rec of the second set is lost
			return
		}
	}
	b.add(entry{name: name, site: binding.Node, expr: value})
}

// nested is the set under a name that is not the last of its path; nil if
// something else is there.
func (b *setBuilder) nested(attr nixast.Node, binding nixast.Binding) *setBuilder {
	name, ok := attr.AttrName()
	if old := b.find(name); ok && old != nil {
		sub := old.set()
		old.twice = old.twice || sub == nil
		return sub
	}
	one := &struct { // most have one entry
		setBuilder
		entry [1]entry
	}{setBuilder: setBuilder{node: binding.Node}}
	sub := &one.setBuilder
	sub.entries = one.entry[:0]
	if ok {
		b.add(entry{name: name, site: binding.Node, sub: sub})
	} else {
		b.dynamic = append(b.dynamic, dynamicEntry{name: attr, site: binding.Node, sub: sub})
	}
	return sub
}

// set is the entry as a set that others may be merged into; nil if it is none.
func (e *entry) set() *setBuilder {
	if e == nil {
		return nil
	}
	if set, ok := e.expr.Unparen().AsAttrSet(); ok && e.sub == nil {
		e.sub = newSetBuilder(set.Node, set.Rec())
		e.sub.gather(set.Node)
	}
	return e.sub
}

// find is the entry of a name; nil if there is none. It is valid until the next is added.
func (b *setBuilder) find(name string) *entry {
	if len(b.index) > 0 {
		if i, ok := b.index[name]; ok {
			return &b.entries[i]
		}
		return nil
	}
	for i := range b.entries {
		if b.entries[i].name == name {
			return &b.entries[i]
		}
	}
	return nil
}

func (b *setBuilder) add(e entry) {
	if old := b.find(e.name); old != nil {
		old.twice = true
		return
	}
	b.entries = append(b.entries, e)
	switch {
	case len(b.index) > 0:
		b.index[e.name] = len(b.entries) - 1
	case len(b.entries) > fewNames:
		if b.index == nil {
			b.index = make(map[string]int, cap(b.entries))
		}
		for i := range b.entries {
			b.index[b.entries[i].name] = i
		}
	}
}

// evalSet makes the set that n, an AttrSet or a LegacyLet, defines.
func (ev *Evaluator) evalSet(n nixast.Node, e *env) (Value, *env) {
	rec := n.Kind() == nixast.LegacyLet
	if set, ok := n.AsAttrSet(); ok {
		rec = set.Rec()
	}
	if len(n.File().Diagnostics) > 0 {
		for c := range n.Children() {
			if k := c.Kind(); k == nixast.Error || k == nixast.Missing {
				return ev.unknown(c, "the source has a syntax error here"), e
			}
		}
	}
	b := ev.builder(n, rec)
	defer ev.discard(b)
	b.gather(n)
	return ev.build(b, e)
}

// builder is an empty builder, with the memory of one that was discarded before.
func (ev *Evaluator) builder(n nixast.Node, rec bool) *setBuilder {
	b := ev.spare
	if ev.spare = nil; b == nil {
		return newSetBuilder(n, rec)
	}
	b.node, b.rec = n, rec
	return b
}

// mostSpare is for how many entries memory is kept.
const mostSpare = 256

// discard ends the use of a builder. Values take from it what they need later.
func (ev *Evaluator) discard(b *setBuilder) {
	if cap(b.entries) > mostSpare {
		return
	}
	clear(b.entries)
	clear(b.index)
	*b = setBuilder{entries: b.entries[:0], index: b.index}
	ev.spare = b
}

// letScope is the scope of a let's body.
func (ev *Evaluator) letScope(n nixast.Node, e *env) *env {
	b := ev.builder(n, true)
	defer ev.discard(b)
	b.gather(n)
	ev.budget.Draw(0, scopeSize+itemSize*len(b.entries))
	scope := b.scope(e)
	thunks := make([]Thunk, len(b.entries))
	for i := range b.entries {
		ev.bindEntry(&thunks[i], &b.entries[i], scope, e)
	}
	return scope
}

// scope is the scope inside of a let or a rec set, which its names are yet to be bound in.
func (b *setBuilder) scope(up *env) *env {
	return &env{up: up, names: make([]bound, 0, len(b.entries))}
}

// bindEntry binds an entry in the scope inside, and gives its value. What inherit takes
// is looked for in outer.
func (ev *Evaluator) bindEntry(t *Thunk, x *entry, inner, outer *env) *Thunk {
	t = ev.entryThunk(t, x, inner, outer)
	inner.bind(x.name, t)
	ev.shadowed = ev.shadowed || isOperator(x.name)
	return t
}

// entryThunk is the value of an entry, whose expression is in the scope inner, and what it
// inherits in outer: t, which is new, or one that is there.
func (ev *Evaluator) entryThunk(t *Thunk, x *entry, inner, outer *env) *Thunk {
	name, site, from := x.name, x.site, x.from
	switch {
	case x.twice:
		*t = *Known(ev.unknown(site, "`"+nixast.QuoteAttr(name)+"` is defined twice"))
	case x.sub != nil:
		t.value, t.env = x.sub, inner
	case from == nil:
		t.node, t.env = x.expr, inner
	case from.expr.IsZero():
		if bound := lexical(name, outer); bound != nil {
			return bound
		}
		t.value = suspended(func() Value { return ev.force(ev.lookup(site, name, outer)) })
	default:
		if from.thunk == nil {
			from.thunk = &Thunk{node: from.expr, env: inner}
		}
		t.value, t.node = from, site
	}
	return t
}

// A definition is a Def, as the only one of an attribute, with its value.
type definition struct {
	def   [1]Def
	value Thunk
}

// build makes the set, and the scope in which its expressions are.
func (ev *Evaluator) build(b *setBuilder, e *env) (Value, *env) {
	if u := ev.alloc(b.node, len(b.entries)+len(b.dynamic), itemSize); u != nil {
		return u, e
	}
	scope, value := e, ev.entryThunk
	if b.rec {
		scope, value = b.scope(e), ev.bindEntry
	}
	attrs := make([]Attr, len(b.entries))
	own := make([]definition, len(b.entries))
	for i := range b.entries {
		x, d := &b.entries[i], &own[i]
		d.def[0] = Def{Value: value(&d.value, x, scope, e), Site: x.site}
		attrs[i] = Attr{x.name, d.def[:]}
	}
	out := attrsOf(b.node, attrs)
	if b.rec && b.find("__overrides") != nil {
		return ev.unknown(b.node, "`__overrides` is not followed"), scope
	}
	for _, d := range b.dynamic {
		if u := ev.addDynamic(out, d, scope); u != nil {
			return u, scope
		}
	}
	for i, x := range out.attrs {
		// A name that is there under a condition may also be what a name that
		// is known in part comes to.
		if !x.Certain() {
			out.attrs[i] = ev.stacked(b.node, x.Defs, Attr{x.Name, restFor(out.rest, x.Name)})
		}
	}
	return out, scope
}

// addDynamic adds ${e} = v; to the set.
func (ev *Evaluator) addDynamic(set *Attrs, d dynamicEntry, e *env) *Unknown {
	value := &Thunk{node: d.expr, env: e}
	if d.sub != nil {
		value = &Thunk{value: d.sub, env: e}
	}
	return ev.define(d.name, set, ev.evalAttrName(d.name, e), Def{Value: value, Site: d.site})
}

// define adds a definition under a name that was computed. It changes set,
// which must be new.
func (ev *Evaluator) define(node nixast.Node, set *Attrs, name Value, d Def) *Unknown {
	for _, l := range ev.alternatives(name) {
		var ok bool
		one := d
		if one.When, ok = ev.and(d.When, l.when); !ok {
			continue
		}
		if u := ev.defineOne(node, set, l.v, one); u != nil {
			return u
		}
	}
	return nil
}

func (ev *Evaluator) defineOne(node nixast.Node, set *Attrs, name Value, d Def) *Unknown {
	switch name := name.(type) {
	case *Null:
		return nil
	case *Unknown:
		if name.Failure != NoFailure {
			return name
		}
		d.Name, d.Open = &String{name.origin, []Piece{{Unknown: name}}}, name
		ev.addRest(node, set, d)
	case *String:
		text, ok := name.Text()
		if !ok {
			d.Name, d.Open = name, firstUnknown(name.Pieces)
			ev.addRest(node, set, d)
			return nil
		}
		i, found := set.find(text)
		if !found {
			set.attrs = append(set.attrs, Attr{})
			copy(set.attrs[i+1:], set.attrs[i:])
			set.attrs[i] = Attr{text, []Def{d}}
			return ev.step(node, 1+(len(set.attrs)-i)/16)
		}
		if set.attrs[i].Certain() {
			return ev.fail(node, "the attribute `"+nixast.QuoteAttr(text)+"` is defined twice")
		}
		set.attrs[i].Defs = append(set.attrs[i].Defs[:len(set.attrs[i].Defs):len(set.attrs[i].Defs)], d)
	default:
		return ev.fail(node, article(typeOf(name))+" is not an attribute name")
	}
	return nil
}

// isOperator reports whether a name is what an operator means.
func isOperator(name string) bool {
	switch name {
	case "__sub", "__mul", "__div", "__lessThan":
		return true
	}
	return false
}
