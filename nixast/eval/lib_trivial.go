package eval

// libTrivial are functions of lib.trivial.
func libTrivial() family {
	return family{
		{"isFunction", 1, func(c call, a []*Thunk) Value {
			return c.strict(c.site, "isFunction", []Value{c.force(a[0])}, func(vs []Value) Value {
				switch v := vs[0].(type) {
				case *Function:
					return c.bool(true)
				case *Attrs:
					t, cond := c.presence(c.site, v.Lookup("__functor"))
					return c.boolean(c.site, t, cond)
				}
				return c.bool(false)
			})
		}},
		imports("importJSON", readJSON),
		imports("importTOML", readTOML),
		{"warn", 2, func(c call, a []*Thunk) Value { return c.force(a[1]) }},
		{"info", 2, func(c call, a []*Thunk) Value { return c.force(a[1]) }},
		{"warnIf", 3, func(c call, a []*Thunk) Value { return c.force(a[2]) }},
		{"warnIfNot", 3, func(c call, a []*Thunk) Value { return c.force(a[2]) }},
		{"throwIf", 3, func(c call, a []*Thunk) Value { return c.unless(a[0], Yes, a[2]) }},
		{"throwIfNot", 3, func(c call, a []*Thunk) Value { return c.unless(a[0], No, a[2]) }},
	}
}

// unless is value, or a failure where cond is what it must not be.
func (c call) unless(cond *Thunk, bad Truth, value *Thunk) Value {
	switch t, when := c.truth(c.site, c.force(cond)); t {
	case bad:
		return c.thrown(NewString(shorten(c.source())), Throws)
	case Maybe:
		c.assumed = true
		if bad == Yes {
			when = c.Not(when)
		}
		return c.narrowed(c.site, c.force(value), when)
	}
	return c.force(value)
}

// libAsserts are functions of lib.asserts.
func libAsserts() family {
	return family{
		{"assertMsg", 2, func(c call, a []*Thunk) Value {
			t, cond := c.truth(c.site, c.force(a[0]))
			if t == No {
				return c.thrown(a[1], Throws)
			}
			return c.boolean(c.site, t, cond)
		}},
	}
}

// libSources are functions of lib.sources.
func libSources() family {
	return family{
		{"cleanSource", 1, func(c call, a []*Thunk) Value { return c.fromFile(a[0], StorePath) }},
	}
}
