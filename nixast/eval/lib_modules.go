package eval

// libModules are functions of lib.modules. What they make are sets with a
// "_type", as in nixpkgs (lib/modules.nix).
func libModules() family {
	return family{
		{"mkIf", 2, func(c call, a []*Thunk) Value {
			return c.tagged("if", c.attr("condition", a[0]), c.attr("content", a[1]))
		}},
		{"mkMerge", 1, func(c call, a []*Thunk) Value { return c.tagged("merge", c.attr("contents", a[0])) }},
		{"mkAssert", 3, func(c call, a []*Thunk) Value {
			c.assumed = true
			return c.tagged("if", c.attr("condition", NewBool(true)), c.attr("content", a[2]))
		}},
		{"mkOverride", 2, func(c call, a []*Thunk) Value { return c.override(a[0], a[1]) }},
		priority("mkForce", 50),
		priority("mkVMOverride", 10),
		priority("mkImageMediaOverride", 60),
		priority("mkDefault", 1000),
		priority("mkOptionDefault", 1500),
		{"mkOrder", 2, func(c call, a []*Thunk) Value { return c.order(a[0], a[1]) }},
		{"mkBefore", 1, func(c call, a []*Thunk) Value { return c.order(NewInt(500), a[0]) }},
		{"mkAfter", 1, func(c call, a []*Thunk) Value { return c.order(NewInt(1500), a[0]) }},
	}
}

// tagged is a set of a type.
func (c call) tagged(typ string, attrs ...Attr) Value {
	return c.set(append(attrs, c.attr("_type", Known(c.text(typ))))...)
}

func (c call) override(priority, content *Thunk) Value {
	return c.tagged("override", c.attr("priority", priority), c.attr("content", content))
}

func priority(name string, p int64) primitive {
	return primitive{name, 1, func(c call, a []*Thunk) Value { return c.override(NewInt(p), a[0]) }}
}

func (c call) order(priority, content *Thunk) Value {
	return c.tagged("order", c.attr("priority", priority), c.attr("content", content))
}

// libOptions are functions of lib.options.
func libOptions() family {
	return family{
		{"mkOption", 1, func(c call, a []*Thunk) Value {
			set, v := c.attrsArg(a[0])
			if v != nil {
				return v
			}
			return c.update(c.site, set, c.set(c.attr("_type", Known(c.text("option")))))
		}},
		{"mkEnableOption", 1, func(c call, _ []*Thunk) Value {
			description := c.unknown(c.site, "the wording depends on the release of nixpkgs")
			return c.tagged("option",
				c.attr("default", Known(c.bool(false))), c.attr("example", Known(c.bool(true))),
				c.attr("description", Known(description)), c.attr("type", c.optionType("bool")))
		}},
		{"mkPackageOption", 3, func(c call, a []*Thunk) Value { return c.packageOption(a) }},
		{"mkPackageOptionMD", 3, func(c call, a []*Thunk) Value { return c.packageOption(a) }},
		{"literalExpression", 1, func(c call, a []*Thunk) Value {
			return c.tagged("literalExpression", c.attr("text", a[0]))
		}},
		{"literalMD", 1, func(c call, a []*Thunk) Value { return c.tagged("literalMD", c.attr("text", a[0])) }},
	}
}

// optionType is lib.types.name.
func (c call) optionType(name string) *Thunk {
	return lazy(func() Value { return c.selectPath(c.site, c.force(c.libThunk()), names("types", name), nil) })
}

// packageOption is an option for a package whose default is one of pkgs.
func (c call) packageOption(a []*Thunk) Value {
	why := c.unknown(c.site, "packages are not evaluated")
	why.Sort = Package
	if name, bad := c.textArg(a[1]); bad == nil {
		why.Label = "pkgs." + name
	}
	rest := c.unknown(c.site, "packages are not evaluated")
	return attrsOf(c.site, []Attr{
		c.attr("_type", Known(c.text("option"))), c.attr("type", c.optionType("package")),
	}, Def{Open: c.withAttr(rest, "default", Known(why))})
}

// withAttr makes one attribute of an unknown set known.
func (c call) withAttr(u *Unknown, name string, value *Thunk) *Unknown {
	u.attr = func(n string) *Thunk {
		if n == name {
			return value
		}
		return nil
	}
	return u
}
