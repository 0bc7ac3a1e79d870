package eval

import "wardnix/nixast"

// env is a scope. A scope of with has no names.
type env struct {
	up    *env
	names []bound
	index map[string]*Thunk // of names, if they are many
	with  *Thunk
}

// bound is a name with its value.
type bound struct {
	name  string
	value *Thunk
}

// fewNames is up to how many names are looked through one by one.
const fewNames = 8

// inner is a scope inside e for an argument and for formals, which are yet to be bound in it.
func (e *env) inner(formals nixast.Formals) *env {
	if formals.IsZero() {
		one := &struct {
			env
			name [1]bound
		}{env: env{up: e}}
		one.names = one.name[:0]
		return &one.env
	}
	n := 1
	for range formals.Items() {
		n++
	}
	return &env{up: e, names: make([]bound, 0, n)}
}

// bind gives a name a value, which it did not have.
func (e *env) bind(name string, value *Thunk) {
	e.names = append(e.names, bound{name, value})
	switch {
	case e.index != nil:
		e.index[name] = value
	case len(e.names) > fewNames:
		e.index = make(map[string]*Thunk, cap(e.names))
		for _, b := range e.names {
			e.index[b.name] = b.value
		}
	}
}

// own is the value of a name that the scope itself binds; nil for others.
func (e *env) own(name string) *Thunk {
	if e.index != nil {
		return e.index[name]
	}
	for i := range e.names {
		if e.names[i].name == name {
			return e.names[i].value
		}
	}
	return nil
}

// lookup is the variable of that name at node.
func (ev *Evaluator) lookup(node nixast.Node, name string, e *env) *Thunk {
	if t := lexical(name, e); t != nil {
		return t
	}
	for w := e; w != nil; w = w.up {
		if w.with != nil {
			return lazy(func() Value { return ev.fromWith(node, name, w) })
		}
	}
	return Known(ev.unknown(node, "nothing binds `"+name+"`"))
}

// lexical is the variable of that name, with left aside: names that a scope
// binds come before names that a with brings.
func lexical(name string, e *env) *Thunk {
	for ; e != nil; e = e.up {
		if t := e.own(name); t != nil {
			return t
		}
	}
	return nil
}

// fromWith is the variable that the innermost with at e brings, or one around it.
func (ev *Evaluator) fromWith(node nixast.Node, name string, e *env) Value {
	for ; e != nil; e = e.up {
		if e.with == nil {
			continue
		}
		set := ev.force(e.with)
		if u, ok := set.(*Unknown); ok && u.Failure == NoFailure {
			if lacks(u, name) {
				continue
			} else if u.Sort == Packages {
				// A name that a person writes under "with pkgs" is a package.
				return ev.force(ev.selected(node, u, name))
			}
		}
		a := ev.asAttrs(node, set)
		if a == nil {
			return ev.fail(node, "with needs a set, and this is "+article(typeOf(set)))
		}
		attr := a.Lookup(name)
		switch {
		case len(attr.Defs) == 0:
			continue
		case attr.Certain():
			return ev.force(ev.value(node, attr, nil))
		case !hasWith(e.up):
			// Nothing else can bind it, so this must.
			if len(attr.Defs) == 1 {
				return ev.force(attr.Defs[0].Value)
			}
			return ev.force(ev.value(node, attr, Known(ev.fail(node, "nothing binds `"+name+"`"))))
		}
		outer := e.up
		return ev.force(ev.value(node, attr, lazy(func() Value { return ev.fromWith(node, name, outer) })))
	}
	return ev.fail(node, "nothing binds `"+name+"`")
}

func hasWith(e *env) bool {
	for ; e != nil; e = e.up {
		if e.with != nil {
			return true
		}
	}
	return false
}
