package eval

import (
	"wardnix/nixast"
)

// setBuilder gathers what the entries of a set, a let or a let { } define.
// Nested paths and literal sets that meet under one name are one set, as
// Nix's parser makes it (ExprAttrs of parser.y, function addAttr).
type setBuilder struct {
	node    nixast.Node
	rec     bool
	entries []*entry
	index   map[string]*entry
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
	return &setBuilder{node: node, rec: rec, index: map[string]*entry{}}
}

// gather reads the entries of n into b.
func (b *setBuilder) gather(n nixast.Node) {
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
			b.add(&entry{name: name, site: c, from: from})
		}
	}
}

func (b *setBuilder) bind(binding nixast.Binding) {
	var path []nixast.Node
	for c := range binding.Path().Attrs() {
		path = append(path, c)
	}
	at := b
	for i, c := range path {
		last := i == len(path)-1
		name, ok := c.AttrName()
		switch {
		case !ok:
			at = at.bindDynamic(c, binding, last)
		case last:
			at.bindValue(name, binding)
		default:
			at = at.nested(name, binding)
		}
		if at == nil {
			return
		}
	}
}

func (b *setBuilder) bindDynamic(name nixast.Node, binding nixast.Binding, last bool) *setBuilder {
	d := dynamicEntry{name: name, site: binding.Node}
	if last {
		d.expr = binding.Value()
	} else {
		d.sub = newSetBuilder(binding.Node, false)
	}
	b.dynamic = append(b.dynamic, d)
	return d.sub
}

func (b *setBuilder) bindValue(name string, binding nixast.Binding) {
	value := binding.Value()
	if set, ok := value.Unparen().AsAttrSet(); ok {
		if sub := b.index[name].set(); sub != nil {
			sub.gather(set.Node) // a rec of the second set is lost
			return
		}
	}
	b.add(&entry{name: name, site: binding.Node, expr: value})
}

// nested is the set under a name that is not the last of its path; nil if
// something else is there.
func (b *setBuilder) nested(name string, binding nixast.Binding) *setBuilder {
	if old := b.index[name]; old != nil {
		sub := old.set()
		old.twice = old.twice || sub == nil
		return sub
	}
	e := &entry{name: name, site: binding.Node, sub: newSetBuilder(binding.Node, false)}
	b.add(e)
	return e.sub
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

func (b *setBuilder) add(e *entry) {
	if old := b.index[e.name]; old != nil {
		old.twice = true
		return
	}
	b.entries = append(b.entries, e)
	b.index[e.name] = e
}

// evalSet makes the set that n, an AttrSet or a LegacyLet, defines.
func (ev *Evaluator) evalSet(n nixast.Node, e *env) (Value, *env) {
	rec := n.Kind() == nixast.LegacyLet
	if set, ok := n.AsAttrSet(); ok {
		rec = set.Rec()
	}
	for c := range n.Children() {
		if k := c.Kind(); k == nixast.Error || k == nixast.Missing {
			return ev.unknown(c, "the source has a syntax error here"), e
		}
	}
	b := newSetBuilder(n, rec)
	b.gather(n)
	return ev.build(b, e)
}

// letScope is the scope of a let's body.
func (ev *Evaluator) letScope(n nixast.Node, e *env) *env {
	b := newSetBuilder(n, true)
	b.gather(n)
	ev.budget.Draw(0, scopeSize+itemSize*len(b.entries))
	scope := &env{up: e, names: make(map[string]*Thunk, len(b.entries))}
	ev.fill(b, scope, e)
	return scope
}

// fill makes the thunks of b's names: inner is where their expressions are
// evaluated, outer what inherit takes from.
func (ev *Evaluator) fill(b *setBuilder, inner, outer *env) map[string]*Thunk {
	thunks := make(map[string]*Thunk, len(b.entries))
	if b.rec {
		thunks = inner.names
	}
	for _, x := range b.entries {
		if isOperator(x.name) && b.rec {
			ev.shadowed = true
		}
		thunks[x.name] = ev.entryThunk(x, inner, outer)
	}
	return thunks
}

func (ev *Evaluator) entryThunk(x *entry, inner, outer *env) *Thunk {
	switch {
	case x.twice:
		return Known(ev.unknown(x.site, "`"+nixast.QuoteAttr(x.name)+"` is defined twice"))
	case x.sub != nil:
		return lazy(func() Value {
			v, _ := ev.build(x.sub, inner)
			return v
		})
	case x.from == nil:
		return &Thunk{node: x.expr, env: inner}
	case x.from.expr.IsZero():
		if t := lexical(x.name, outer); t != nil {
			return t
		}
		return lazy(func() Value { return ev.force(ev.lookup(x.site, x.name, outer)) })
	}
	if x.from.thunk == nil {
		x.from.thunk = &Thunk{node: x.from.expr, env: inner}
	}
	return lazy(func() Value {
		return ev.selectPath(x.site, ev.force(x.from.thunk), []Value{newString(x.site, x.name)}, nil)
	})
}

// build makes the set, and the scope in which its expressions are.
func (ev *Evaluator) build(b *setBuilder, e *env) (Value, *env) {
	if u := ev.alloc(b.node, len(b.entries)+len(b.dynamic), itemSize); u != nil {
		return u, e
	}
	scope := e
	if b.rec {
		scope = &env{up: e, names: make(map[string]*Thunk, len(b.entries))}
	}
	thunks := ev.fill(b, scope, e)
	attrs := make([]Attr, len(b.entries))
	defs := make([]Def, len(b.entries))
	for i, x := range b.entries {
		defs[i] = Def{Value: thunks[x.name], Site: x.site}
		attrs[i] = Attr{x.name, defs[i : i+1 : i+1]}
	}
	out := attrsOf(b.node, attrs)
	if b.rec && b.index["__overrides"] != nil {
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
		value = lazy(func() Value {
			v, _ := ev.build(d.sub, e)
			return v
		})
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
