package eval

// libModules are functions of lib.modules. What they make are sets with a
// "_type", as in nixpkgs (lib/modules.nix).
func libModules() family {
	return family{
		{"mkIf", 2, func(c call, a []*Thunk) Value {
			return c.set(tag("if"), member{"condition", a[0]}, member{"content", a[1]})
		}},
		{"mkMerge", 1, func(c call, a []*Thunk) Value { return c.set(tag("merge"), member{"contents", a[0]}) }},
		{"mkAssert", 3, func(c call, a []*Thunk) Value {
			c.assumed = true
			return c.set(tag("if"), member{"condition", NewBool(true)}, member{"content", a[2]})
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

// tag is the member that says what a set is.
func tag(typ string) member { return member{"_type", tags[typ]} }

// tags are the values of all tags. They have nothing of an evaluator, so that all share them.
var tags = map[string]*Thunk{
	"if": NewString("if"), "merge": NewString("merge"), "override": NewString("override"), "order": NewString("order"),
	"option": NewString("option"), "literalExpression": NewString("literalExpression"), "literalMD": NewString("literalMD"),
}

func (c call) override(priority, content *Thunk) Value {
	return c.set(tag("override"), member{"priority", priority}, member{"content", content})
}

func priority(name string, p int64) primitive {
	return primitive{name, 1, func(c call, a []*Thunk) Value { return c.override(NewInt(p), a[0]) }}
}

func (c call) order(priority, content *Thunk) Value {
	return c.set(tag("order"), member{"priority", priority}, member{"content", content})
}

// libOptions are functions of lib.options.
func libOptions() family {
	return family{
		{"mkOption", 1, func(c call, a []*Thunk) Value {
			set, v := c.attrsArg(a[0])
			if v != nil {
				return v
			}
			return c.update(c.site, set, c.set(tag("option")))
		}},
		{"mkEnableOption", 1, func(c call, _ []*Thunk) Value {
			description := c.unknown(c.site, "the wording depends on the release of nixpkgs")
			return c.set(tag("option"),
				member{"default", Known(c.bool(false))}, member{"example", Known(c.bool(true))},
				member{"description", Known(description)}, member{"type", c.optionType("bool")})
		}},
		{"mkPackageOption", 3, func(c call, a []*Thunk) Value { return c.packageOption(a) }},
		{"mkPackageOptionMD", 3, func(c call, a []*Thunk) Value { return c.packageOption(a) }},
		{"literalExpression", 1, func(c call, a []*Thunk) Value {
			return c.set(tag("literalExpression"), member{"text", a[0]})
		}},
		{"literalMD", 1, func(c call, a []*Thunk) Value { return c.set(tag("literalMD"), member{"text", a[0]}) }},
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
	set := c.set(tag("option"), member{"type", c.optionType("package")})
	set.rest = []Def{{Open: c.withAttr(rest, "default", Known(why))}}
	return set
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
