package eval

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"wardnix/nixast"
)

// lib is nixpkgs' library as this package knows it: what its functions mean,
// written anew. What needs to see conditions and unknown parts is in Go, in
// one table for each namespace; the rest is in lib.nix, on top of it. Where
// releases of nixpkgs differ, the result is unknown.

//go:embed lib.nix
var libSource string

// libTree is lib.nix, parsed once for all evaluators.
var libTree = sync.OnceValue(func() *nixast.File { return nixast.Parse("lib.nix", libSource, nixast.Options{}) })

// libFamilies are the functions written in Go, by namespace. Those of the
// namespace "" are in lib itself only.
func libFamilies() map[string]family {
	return map[string]family{
		"attrsets": append(libAttrsets(), libOutputs()...),
		"lists":    libLists(),
		"strings":  libStrings(),
		"trivial":  libTrivial(),
		"modules":  libModules(),
		"options":  libOptions(),
		"meta":     libMeta(),
		"asserts":  libAsserts(),
		"sources":  libSources(),

		"generators": libGenerators(),
	}
}

// libPrimitives are the attributes of lib that are functions written in Go, by namespace,
// once they are made. They have nothing of an evaluator, so that all share them.
var libPrimitives struct {
	sync.Once
	spaces map[string][]Attr
}

func primitivesOfLib() map[string][]Attr {
	libPrimitives.Do(func() {
		libPrimitives.spaces = map[string][]Attr{}
		for space, f := range libFamilies() {
			for i := range f {
				a := plain(f[i].name, Known(&Function{prim: &f[i]}), nixast.Node{})
				libPrimitives.spaces[space] = append(libPrimitives.spaces[space], a)
			}
		}
	})
	return libPrimitives.spaces
}

// libBuiltins are the builtins that lib hands on, by namespace.
var libBuiltins = map[string][]string{
	"attrsets": {
		"attrNames", "attrValues", "catAttrs", "getAttr", "hasAttr", "intersectAttrs", "isAttrs", "listToAttrs",
		"mapAttrs", "removeAttrs", "zipAttrsWith",
	},
	"lists": {
		"all", "any", "concatLists", "concatMap", "elem", "elemAt", "filter", "foldl'", "genList", "groupBy", "head",
		"isList", "length", "map", "partition", "sort", "tail",
	},
	"strings": {
		"compareVersions", "concatStringsSep", "fromJSON", "isString", "match", "parseDrvName",
		"readFile", "replaceStrings", "split", "stringLength", "substring", "toJSON", "typeOf",
		"unsafeDiscardStringContext",
	},
	"trivial": {
		"add", "bitAnd", "bitOr", "bitXor", "ceil", "deepSeq", "div", "floor", "functionArgs", "genericClosure", "isBool",
		"isFloat", "isInt", "lessThan", "mul", "pathExists", "readFile", "seq", "sub",
	},
	"":         {"addErrorContext", "baseNameOf", "dirOf", "isPath", "readDir", "tryEval"},
	"versions": {"splitVersion"},
}

// libThunk is lib. It is made once.
func (ev *Evaluator) libThunk() *Thunk {
	if ev.lib == nil {
		ev.lib = lazy(func() Value { return ev.buildLib() })
	}
	return ev.lib
}

// libInner are functions that are in their namespace only.
var libInner = []string{"escapeNixString", "floatToString", "major", "majorMinor", "minor", "patch"}

// libApart are namespaces whose functions are in them only.
var libApart = []string{"generators", "cli"}

// buildLib puts the namespaces together. Their functions are in lib itself,
// too, as a rule.
func (ev *Evaluator) buildLib() Value {
	all := make(map[string]Attr, 512)
	spaces := map[string]map[string]Attr{}
	add := func(space string, a Attr) {
		if spaces[space] == nil {
			spaces[space] = map[string]Attr{}
		}
		spaces[space][a.Name] = a
		if !slices.Contains(libInner, a.Name) && !slices.Contains(libApart, space) {
			all[a.Name] = a
		}
	}
	site := nixast.Node{}
	for space, names := range libBuiltins {
		for _, name := range names {
			add(space, plain(name, ev.selectBuiltin(name), site))
		}
	}
	for space, attrs := range primitivesOfLib() {
		for _, a := range attrs {
			add(space, a)
		}
	}
	for _, space := range ev.prelude().attrs {
		inner, _ := ev.force(space.Defs[0].Value).(*Attrs)
		for _, a := range inner.attrs {
			add(strings.TrimPrefix(space.Name, "top"), a)
		}
	}
	if ev.release != "" {
		add("trivial", plain("release", NewString(ev.release), site))
	}
	for name := range all {
		ev.libNames[name] = true
	}
	delete(spaces, "")
	for space, attrs := range spaces {
		all[space] = plain(space, Known(ev.libSpace("lib."+space, attrs)), site)
	}
	return ev.libSpace("lib", all)
}

// libSpace is a namespace: what is known, and an unknown rest.
func (ev *Evaluator) libSpace(label string, attrs map[string]Attr) *Attrs {
	rest := ev.identify(&Unknown{Label: label, key: label, Reason: "this function of `lib` is not evaluated"})
	rest.attr = func(name string) *Thunk {
		if label != "lib" {
			return nil
		}
		u := &Unknown{Label: "lib." + name, Reason: rest.Reason, key: "lib." + name}
		if name == "types" {
			u.Sort, u.Reason = OptionType, "types are not evaluated"
		}
		return Known(ev.identify(u))
	}
	if label != "lib" {
		rest.attr = nil
	}
	list := make([]Attr, 0, len(attrs))
	for _, a := range attrs {
		list = append(list, a)
	}
	return attrsOf(nixast.Node{}, list, Def{Open: rest})
}

// selectBuiltin is a builtin by its name.
func (ev *Evaluator) selectBuiltin(name string) *Thunk {
	if t := ev.base.own("__" + name); t != nil {
		return t
	}
	return ev.base.own(name)
}

// prelude is lib.nix, applied to lib.
func (ev *Evaluator) prelude() *Attrs {
	v := ev.applyAll(nixast.Node{}, ev.File(libTree()), ev.libThunk(), Known(&Function{prim: certainAttrs()}))
	a, _ := v.(*Attrs)
	return a
}

// certainAttrs is what of a set is certainly there.
func certainAttrs() *primitive {
	return &primitive{"certain", 1, func(c call, a []*Thunk) Value {
		set := c.asAttrs(c.site, c.force(a[0]))
		if set == nil {
			return c.set()
		}
		return c.set(slices.DeleteFunc(slices.Clone(set.attrs), func(a Attr) bool { return !a.Certain() })...)
	}}
}

// lacks reports whether u, an unknown set, certainly has no attribute of that
// name: the functions of lib are no packages, types or builtins, so that
// "with lib; with pkgs; mkIf" is lib's.
func lacks(u *Unknown, name string) bool {
	switch {
	case u == nil:
		return false
	case u.key == "builtins":
		return u.ev.libNames[name] && !slices.Contains(otherBuiltins, name)
	}
	return (u.Sort == Packages || u.key == "lib.types") && slices.Contains(libOnly, name)
}

// otherBuiltins are builtins that are not evaluated and that lib has, too.
var otherBuiltins = []string{"fetchTree", "langVersion", "nixVersion", "unsafeGetAttrPos", "warn"}

// libOnly are functions of lib whose names nixpkgs gives to no package and no type.
var libOnly = []string{
	"attrByPath", "attrNames", "attrValues", "concatLists", "concatMap", "concatMapStrings", "concatMapStringsSep",
	"concatStrings", "concatStringsSep", "elem", "escapeShellArg", "escapeShellArgs", "filterAttrs", "flatten",
	"foldl'", "genAttrs", "getExe", "getExe'", "hasPrefix", "hasSuffix", "listToAttrs", "literalExpression",
	"makeBinPath", "mapAttrs", "mapAttrs'", "mapAttrsToList", "mkAfter", "mkBefore", "mkDefault", "mkEnableOption",
	"mkForce", "mkIf", "mkMerge", "mkOption", "mkOptionDefault", "mkOrder", "mkOverride", "mkPackageOption",
	"nameValuePair", "optional", "optionalAttrs", "optionalString", "optionals", "recursiveUpdate", "removePrefix",
	"removeSuffix", "splitString", "toLower", "toUpper", "unique", "versionAtLeast", "versionOlder",
}
