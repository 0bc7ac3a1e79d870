package eval

import "wardnix/nixast"

// apply calls f with one argument, for the application at site.
func (ev *Evaluator) apply(site nixast.Node, f Value, arg *Thunk) Value {
	switch f := f.(type) {
	case *Function:
		if f.prim == nil {
			return ev.callLambda(site, f, arg)
		}
		args := f.with(arg)
		if len(args) < f.prim.arity {
			return &Function{origin: origin{site}, prim: f.prim, args: args}
		}
		if u := ev.enter(site); u != nil {
			return u
		}
		defer ev.leave()
		return f.prim.run(call{ev, site}, args)
	case *Attrs:
		attr := f.Lookup("__functor")
		if len(attr.Defs) == 0 {
			return ev.fail(site, "a set is called like a function")
		}
		functor := ev.value(site, attr, nil)
		return ev.lift(site, ev.force(functor), func(fn Value) Value {
			return ev.lift(site, ev.apply(site, fn, Known(f)), func(fn Value) Value { return ev.apply(site, fn, arg) })
		})
	case *Unknown:
		if f.Failure != NoFailure {
			return f
		}
		return ev.called(site, f, arg)
	case *Choice:
		return ev.lift(site, f, func(f Value) Value { return ev.apply(site, f, arg) })
	}
	return ev.fail(site, article(typeOf(f))+" is called like a function")
}

// with are the arguments of a builtin, and one more. Most builtins that have some are called
// once: the first call uses their memory.
func (f *Function) with(arg *Thunk) []*Thunk {
	if args := f.args; len(args) < cap(args) && !f.called {
		f.called = true
		return append(args, arg)
	}
	return append(append(make([]*Thunk, 0, f.prim.arity), f.args...), arg)
}

// applyAll calls f with several arguments.
func (ev *Evaluator) applyAll(site nixast.Node, f *Thunk, args ...*Thunk) Value {
	v := ev.force(f)
	for _, a := range args {
		v = ev.apply(site, v, a)
	}
	return v
}

// callLater is applyAll as a thunk.
func (ev *Evaluator) callLater(site nixast.Node, f *Thunk, args ...*Thunk) *Thunk {
	return lazy(func() Value { return ev.applyAll(site, f, args...) })
}

func (ev *Evaluator) callLambda(site nixast.Node, f *Function, arg *Thunk) Value {
	if u := ev.enter(site); u != nil {
		return u
	}
	defer ev.leave()
	ev.budget.Draw(0, scopeSize)
	l, _ := f.node.AsLambda()
	formals := l.Formals()
	e := f.env.inner(formals)
	if p := l.Param(); !p.IsZero() {
		e.bind(p.Text(), arg)
	}
	if !formals.IsZero() {
		v := ev.force(arg)
		if c, ok := v.(*Choice); ok {
			return ev.lift(site, c, func(v Value) Value { return ev.callLambda(site, f, Known(v)) })
		}
		if u := ev.bindFormals(site, l, v, e); u != nil {
			return u
		}
	}
	return ev.eval(l.Body(), e)
}

// bindFormals puts the attributes of arg into e, for the formals of l; a value instead if
// that fails.
func (ev *Evaluator) bindFormals(site nixast.Node, l nixast.Lambda, arg Value, e *env) Value {
	formals := l.Formals()
	set := ev.asAttrs(site, arg)
	if set == nil {
		return ev.fail(site, "a function that takes a set is called with "+article(typeOf(arg)))
	}
	u, unknown := arg.(*Unknown)
	for item := range formals.Items() {
		name := item.Name().Text()
		if unknown && item.Default().IsZero() && !lacks(u, name) {
			// A call that works has the argument.
			e.bind(name, ev.selected(item.Node, u, name))
			continue
		}
		attr := set.Lookup(name)
		var missing *Thunk
		if d := item.Default(); !d.IsZero() {
			missing = &Thunk{node: d, env: e}
		} else if len(attr.Defs) == 0 {
			return ev.fail(site, "a function is called without its argument `"+name+"`")
		}
		e.bind(name, ev.value(item.Node, attr, missing))
	}
	if formals.Ellipsis().IsZero() {
		whole := l.Param().Text() // no formal, though bound, too
		for _, a := range set.attrs {
			if (e.own(a.Name) == nil || a.Name == whole) && a.Certain() {
				return ev.fail(site, "a function is called with the argument `"+a.Name+"`, which it does not take")
			}
		}
	}
	return nil
}

// lambda is the function's syntax; its Node is zero for a builtin.
func (f *Function) lambda() nixast.Lambda {
	if f.prim != nil {
		return nixast.Lambda{}
	}
	l, _ := f.node.AsLambda()
	return l
}

// Formals are the names of the arguments that the function takes from a set,
// and whether it is such a function.
func (f *Function) Formals() (names []string, ok bool) {
	formals := f.lambda().Formals()
	if formals.IsZero() {
		return nil, false
	}
	for item := range formals.Items() {
		names = append(names, item.Name().Text())
	}
	return names, true
}
