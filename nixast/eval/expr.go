package eval

import (
	"wardnix/nixast"
)

// eval evaluates the expression n in scope e.
func (ev *Evaluator) eval(n nixast.Node, e *env) Value {
	if u := ev.enter(n); u != nil {
		return u
	}
	defer ev.leave()
	switch n.Kind() {
	case nixast.Root, nixast.Paren:
		return ev.eval(n.Inner(), e)
	case nixast.Ident:
		return ev.evalIdent(n, e)
	case nixast.Int, nixast.Float, nixast.URI:
		return ev.evalLiteral(n)
	case nixast.String, nixast.IndString:
		return ev.evalString(n, e)
	case nixast.Path:
		return ev.evalPath(n, e)
	case nixast.SearchPath:
		return ev.searchPath(n)
	case nixast.List:
		return ev.evalList(n, e)
	case nixast.AttrSet:
		v, _ := ev.evalSet(n, e)
		return v
	case nixast.Let:
		l, _ := n.AsLet()
		return ev.eval(l.Body(), ev.letScope(n, e))
	case nixast.LegacyLet:
		set, _ := ev.evalSet(n, e)
		return ev.selectOne(n, set, "body", nil)
	case nixast.LambdaNode:
		return &Function{origin: origin{n}, env: e}
	}
	return ev.evalOperation(n, e)
}

// evalOperation evaluates an expression that is neither a literal nor a name.
func (ev *Evaluator) evalOperation(n nixast.Node, e *env) Value {
	switch n.Kind() {
	case nixast.Apply:
		a, _ := n.AsApply()
		return ev.apply(n, ev.eval(a.Func(), e), ev.thunk(a.Arg(), e))
	case nixast.Select:
		return ev.evalSelect(n, e)
	case nixast.HasAttr:
		return ev.evalHasAttr(n, e)
	case nixast.Unary:
		return ev.evalUnary(n, e)
	case nixast.Binary:
		return ev.evalBinary(n, e)
	case nixast.If:
		return ev.evalIf(n, e)
	case nixast.Assert:
		return ev.evalAssert(n, e)
	case nixast.With:
		w, _ := n.AsWith()
		return ev.eval(w.Body(), &env{up: e, with: ev.thunk(w.Subject(), e)})
	}
	return ev.unknown(n, "the source has a syntax error here")
}

// thunk is n, to be evaluated in e when requested.
func (ev *Evaluator) thunk(n nixast.Node, e *env) *Thunk {
	n = n.Unparen()
	if n.Kind() == nixast.Ident {
		if t := lexical(n.Text(), e); t != nil {
			return t
		}
	}
	return &Thunk{node: n, env: e}
}

func (ev *Evaluator) evalIdent(n nixast.Node, e *env) Value {
	name := n.Text()
	if name == "__curPos" {
		return ev.unknown(n, "positions in a file are not values here")
	}
	return ev.force(ev.lookup(n, name, e))
}

func (ev *Evaluator) evalList(n nixast.Node, e *env) Value {
	count := 0
	for range n.Children() {
		count++
	}
	l := &List{origin{n}, make([]Item, 0, count)}
	for c := range n.Children() {
		if c.Kind() == nixast.Error {
			return ev.unknown(c, "the source has a syntax error here")
		}
		l.Items = append(l.Items, Item{Value: ev.thunk(c, e)})
	}
	if u := ev.alloc(n, len(l.Items), itemSize); u != nil {
		return u
	}
	return l
}

func (ev *Evaluator) evalIf(n nixast.Node, e *env) Value {
	f, _ := n.AsIf()
	t, cond := ev.truth(f.Cond(), ev.eval(f.Cond(), e))
	switch t {
	case Yes:
		return ev.eval(f.Then(), e)
	case No:
		return ev.eval(f.Else(), e)
	}
	if u := cond.broken(); u != nil {
		return u
	}
	return &Choice{origin: origin{n}, Cases: []Case{{cond, ev.thunk(f.Then(), e)}, {nil, ev.thunk(f.Else(), e)}}}
}

func (ev *Evaluator) evalAssert(n nixast.Node, e *env) Value {
	a, _ := n.AsAssert()
	switch t, cond := ev.truth(a.Subject(), ev.eval(a.Subject(), e)); {
	case t == No:
		u := ev.fail(n, "the assertion `"+shorten(a.Subject().Text())+"` is false")
		u.Failure = Throws
		return u
	case cond.broken() != nil:
		return cond.broken()
	case cond != nil:
		ev.assumed = true
		return ev.narrowed(n, ev.eval(a.Body(), e), cond)
	}
	return ev.eval(a.Body(), e)
}

func (ev *Evaluator) evalSelect(n nixast.Node, e *env) Value {
	s, _ := n.AsSelect()
	var missing *Thunk
	if d := s.Default(); !d.IsZero() {
		missing = ev.thunk(d, e)
	}
	if name, ok := onlyName(s.Path()); ok {
		return ev.selectOne(n, ev.eval(s.Expr(), e), name, missing)
	}
	path, u := ev.attrPath(s.Path(), e)
	if u != nil {
		return u
	}
	return ev.selectPath(n, ev.eval(s.Expr(), e), path, missing)
}

func (ev *Evaluator) evalHasAttr(n nixast.Node, e *env) Value {
	h, _ := n.AsHasAttr()
	path, u := ev.attrPath(h.Path(), e)
	if u != nil {
		return u
	}
	return ev.hasPath(n, ev.eval(h.Expr(), e), path)
}

// An attrName is a name in the path of an attribute: a text, or the value that gives it.
type attrName struct {
	text  string
	value Value // nil if the name is the text
}

// names is a path of names that are known.
func names(texts ...string) []attrName {
	path := make([]attrName, len(texts))
	for i, text := range texts {
		path[i].text = text
	}
	return path
}

// computed is a path of names that values give.
func computed(values ...Value) []attrName {
	path := make([]attrName, len(values))
	for i, v := range values {
		path[i].value = v
	}
	return path
}

// onlyName is the name of a path of just one, whose text is known.
func onlyName(p nixast.AttrPath) (name string, ok bool) {
	n := 0
	for c := range p.Attrs() {
		if n++; n == 1 {
			name, ok = c.AttrName()
		}
	}
	return name, ok && n == 1
}

// attrPath are the names of a path, evaluated.
func (ev *Evaluator) attrPath(p nixast.AttrPath, e *env) ([]attrName, *Unknown) {
	most := 0
	for range p.Attrs() {
		most++
	}
	path := make([]attrName, 0, most)
	for c := range p.Attrs() {
		if name, ok := c.AttrName(); ok {
			path = append(path, attrName{text: name})
			continue
		}
		v := ev.evalAttrName(c, e)
		if u, ok := v.(*Unknown); ok && u.Failure != NoFailure {
			return nil, u
		}
		path = append(path, attrName{value: v})
	}
	return path, nil
}

// evalAttrName is the name that ${…} or "…${…}…" gives.
func (ev *Evaluator) evalAttrName(c nixast.Node, e *env) Value {
	switch c.Kind() {
	case nixast.Interpolation:
		return ev.eval(c.Inner(), e)
	case nixast.String, nixast.IndString:
		return ev.evalString(c, e)
	}
	return ev.unknown(c, "the source has a syntax error here")
}

// selectPath is v.a.b…, or missing where that is not there; missing is nil
// for a selection without "or".
func (ev *Evaluator) selectPath(node nixast.Node, v Value, path []attrName, missing *Thunk) Value {
	if len(path) == 0 {
		return v
	}
	if u := ev.enter(node); u != nil {
		return u
	}
	defer ev.leave()
	first, rest := path[0], path[1:]
	if first.value == nil {
		return ev.selectCase(node, v, first.text, rest, missing)
	}
	return ev.lift(node, first.value, func(name Value) Value {
		s, ok := name.(*String)
		if u, isU := name.(*Unknown); isU {
			return ev.selectUnknown(node, v, u)
		} else if !ok {
			return ev.fail(node, article(typeOf(name))+" is not an attribute name")
		}
		text, ok := s.Text()
		if !ok {
			return ev.selectUnknown(node, v, firstUnknown(s.Pieces))
		}
		return ev.selectCase(node, v, text, rest, missing)
	})
}

// selectOne is v.name, as in selectPath.
func (ev *Evaluator) selectOne(node nixast.Node, v Value, name string, missing *Thunk) Value {
	if u := ev.enter(node); u != nil {
		return u
	}
	defer ev.leave()
	return ev.selectCase(node, v, name, nil, missing)
}

// selectCase is selectName in each case of v.
func (ev *Evaluator) selectCase(node nixast.Node, v Value, name string, rest []attrName, missing *Thunk) Value {
	if _, ok := v.(*Choice); !ok {
		return ev.selectName(node, v, name, rest, missing)
	}
	return ev.lift(node, v, func(v Value) Value { return ev.selectName(node, v, name, rest, missing) })
}

// selectUnknown selects by a name that is not known, for the reason of u.
func (ev *Evaluator) selectUnknown(node nixast.Node, v Value, u *Unknown) Value {
	if set, ok := v.(*Unknown); ok {
		u = set
	}
	d := ev.derived(node, u, "")
	d.Label = shorten(node.Text())
	return d
}

func (ev *Evaluator) selectName(node nixast.Node, v Value, name string, rest []attrName, missing *Thunk) Value {
	switch v := v.(type) {
	case *Attrs:
		attr := v.Lookup(name)
		if len(attr.Defs) == 0 {
			if missing != nil {
				return ev.force(missing)
			}
			return ev.fail(node, "the attribute `"+nixast.QuoteAttr(name)+"` is missing")
		}
		at := ev.value(node, attr, missing)
		if len(rest) == 0 {
			return ev.force(at)
		}
		if attr.Certain() || missing == nil {
			return ev.selectPath(node, ev.force(at), rest, missing)
		}
		return ev.selectCases(node, attr, rest, missing)
	case *Unknown:
		if v.Failure != NoFailure {
			return v
		}
		t := v.given(name)
		given := t != nil
		if !given {
			t = ev.attrOf(node, v, name)
		}
		found := ev.selectPath(node, ev.force(t), rest, missing)
		if missing == nil || given {
			return found
		}
		if len(rest) > 0 {
			// The first name decides together with the rest.
			return ev.orMissing(node, v, name, rest, missing)
		}
		has := ev.present(node, Def{Open: v}, name)
		return &Choice{origin: origin{node}, Cases: []Case{{has, t}, {nil, missing}}}
	}
	if missing != nil {
		return ev.force(missing)
	}
	return ev.fail(node, "an attribute is selected from "+article(typeOf(v)))
}

// selectCases goes on along rest in each of the definitions of attr.
func (ev *Evaluator) selectCases(node nixast.Node, attr Attr, rest []attrName, missing *Thunk) Value {
	c := &Choice{origin: origin{node}}
	for _, k := range ev.force(ev.value(node, attr, missing)).(*Choice).Cases {
		t := k.Value
		if t != missing {
			t = lazy(func() Value { return ev.selectPath(node, ev.force(k.Value), rest, missing) })
		}
		c.Cases = append(c.Cases, Case{k.When, t})
	}
	return c
}

// orMissing is u.name.rest or missing, where u is not known.
func (ev *Evaluator) orMissing(node nixast.Node, u *Unknown, name string, rest []attrName, missing *Thunk) Value {
	found := ev.selectPath(node, ev.force(ev.selected(node, u, name)), rest, nil)
	f, ok := found.(*Unknown)
	if !ok {
		return ev.derived(node, u, "")
	}
	has := ev.derived(node, u, joinKey("has", f.id()))
	return &Choice{origin: origin{node}, Cases: []Case{{ev.leaf(has), Known(found)}, {nil, missing}}}
}

// hasPath is v ? a.b…
func (ev *Evaluator) hasPath(node nixast.Node, v Value, path []attrName) Value {
	if u := ev.enter(node); u != nil {
		return u
	}
	defer ev.leave()
	has := func(name string) Value {
		return ev.lift(node, v, func(v Value) Value { return ev.hasName(node, v, name, path[1:]) })
	}
	if path[0].value == nil {
		return has(path[0].text)
	}
	return ev.strict(node, "?", []Value{path[0].value}, func(vs []Value) Value {
		s, ok := vs[0].(*String)
		if !ok {
			return ev.fail(node, article(typeOf(vs[0]))+" is not an attribute name")
		}
		name, ok := s.Text()
		if !ok {
			return ev.because(node, firstUnknown(s.Pieces))
		}
		return has(name)
	})
}

func (ev *Evaluator) hasName(node nixast.Node, v Value, name string, rest []attrName) Value {
	if u, ok := v.(*Unknown); ok {
		if t := u.given(name); t != nil {
			if len(rest) == 0 {
				return &Bool{origin{node}, true}
			}
			return ev.hasPath(node, ev.force(t), rest)
		}
	}
	set := ev.asAttrs(node, v)
	if set == nil {
		return &Bool{origin{node}, false}
	}
	if u, ok := v.(*Unknown); ok && u.Failure != NoFailure {
		return u
	}
	attr := set.Lookup(name)
	there, cond := ev.presence(node, attr)
	if there == No || len(rest) == 0 {
		return ev.boolean(node, there, cond)
	}
	inner := ev.hasPath(node, ev.force(ev.value(node, attr, Known(newString(node, "")))), rest)
	return ev.and2(node, ev.boolean(node, there, cond), func() Value { return inner })
}
