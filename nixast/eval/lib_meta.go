package eval

// libMeta are functions of lib.meta. Packages are not known; what is made of
// them keeps their names to read.
func libMeta() family {
	return family{
		{"getExe", 1, func(c call, a []*Thunk) Value {
			v := c.force(a[0])
			u, ok := v.(*Unknown)
			if !ok {
				return c.ofPackage(v, "/bin/…")
			}
			name := c.derived(c.site, u, joinKey("mainProgram", u.id()))
			name.Label = "main program of " + u.text()
			return c.program(v, []Piece{{Unknown: name}})
		}},
		{"getExe'", 2, func(c call, a []*Thunk) Value {
			ps, u := c.coerce(c.site, c.force(a[1]), interpolation)
			if u != nil {
				return u
			}
			return c.program(c.force(a[0]), ps)
		}},
		sameButMeta("lowPrio"), sameButMeta("hiPrio"), sameButMeta("dontDistribute"),
	}
}

// program is "${package}/bin/name".
func (c call) program(pkg Value, name []Piece) Value {
	if _, ok := pkg.(*Unknown); !ok {
		return c.ofPackage(pkg, "/bin/"+patternOf(name))
	}
	ps, u := c.coerce(c.site, pkg, interpolation)
	if u != nil {
		return u
	}
	ps, u = c.concat(c.site, [][]Piece{ps, {{Text: "/bin/"}}, name})
	return c.stringOf(c.site, ps, u)
}

// ofPackage is something of a package that is not known.
func (c call) ofPackage(v Value, tail string) Value {
	u, ok := v.(*Unknown)
	if !ok {
		u = c.unknown(c.site, "packages are not evaluated")
		u.Label = shorten(c.source())
		return u
	}
	d := c.derived(c.site, u, "")
	d.Sort = u.Sort
	if u.Label != "" {
		d.Label = u.Label + tail
	}
	return d
}

// output makes a function that selects an output of a package.
func output(name, out string) primitive {
	return primitive{name, 1, func(c call, a []*Thunk) Value { return c.ofPackage(c.force(a[0]), "."+out) }}
}

// sameButMeta makes a function that changes nothing but a package's meta.
func sameButMeta(name string) primitive {
	return primitive{name, 1, func(c call, a []*Thunk) Value { return c.ofPackage(c.force(a[0]), "") }}
}

// libOutputs are the functions of lib.attrsets that select an output.
func libOutputs() family {
	return family{
		output("getBin", "bin"), output("getLib", "lib"), output("getDev", "dev"), output("getMan", "man"),
		{"getOutput", 2, func(c call, a []*Thunk) Value { return c.ofPackage(c.force(a[1]), "") }},
	}
}
