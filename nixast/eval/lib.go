package eval

import (
	_ "embed"
	"maps"
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

// libGiven are the attributes of lib that are builtins or functions written in Go, once
// they are made: by namespace, and all that are in lib itself. They have nothing of an
// evaluator, so that all share them.
var libGiven struct {
	sync.Once
	spaces map[string][]Attr // each by name
	all    []Attr            // by name
}

func givenOfLib() (spaces map[string][]Attr, all []Attr) {
	libGiven.Do(func() {
		libGiven.spaces = map[string][]Attr{}
		for space, names := range libBuiltins {
			for _, name := range names {
				a := plain(name, givenBuiltin(name))
				libGiven.spaces[space] = append(libGiven.spaces[space], a)
			}
		}
		for space, f := range libFamilies() {
			for i := range f {
				a := plain(f[i].name, Known(&Function{prim: &f[i]}))
				libGiven.spaces[space] = append(libGiven.spaces[space], a)
			}
		}
		for space, attrs := range libGiven.spaces {
			sortAttrs(attrs)
			libGiven.all = append(libGiven.all, inLib(space, attrs)...)
		}
		sortAttrs(libGiven.all)
		libGiven.all = slices.CompactFunc(libGiven.all, func(x, y Attr) bool { return x.Name == y.Name })
	})
	return libGiven.spaces, libGiven.all
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

// inLib are the attributes of a namespace that lib itself has, too.
func inLib(space string, attrs []Attr) []Attr {
	if slices.Contains(libApart, space) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(attrs), func(a Attr) bool { return slices.Contains(libInner, a.Name) })
}

// buildLib puts the namespaces together. Their functions are in lib itself,
// too, as a rule.
func (ev *Evaluator) buildLib() Value {
	given, all := givenOfLib()
	spaces := maps.Clone(given)
	var own []Attr // what lib has besides all
	for _, space := range ev.prelude() {
		if inner, ok := ev.force(space.Defs[0].Value).(*Attrs); ok {
			name := strings.TrimPrefix(space.Name, "top")
			spaces[name] = mergedAttrs(spaces[name], inner.attrs)
			own = append(own, inLib(name, inner.attrs)...)
		}
	}
	if ev.release != "" {
		release := []Attr{plain("release", NewString(ev.release))}
		spaces["trivial"] = mergedAttrs(spaces["trivial"], release)
		own = append(own, release...)
	}
	sortAttrs(own)
	ev.libFunctions = mergedAttrs(all, own)
	var named []Attr
	for space, attrs := range spaces {
		if space != "" {
			named = append(named, plain(space, Known(ev.libSpace("lib."+space, attrs))))
		}
	}
	sortAttrs(named)
	return ev.libSpace("lib", mergedAttrs(ev.libFunctions, named))
}

// libSpace is a namespace: what is known, by name, and an unknown rest.
func (ev *Evaluator) libSpace(label string, attrs []Attr) *Attrs {
	rest := ev.identify(&Unknown{Label: label, key: label, Reason: "this function of `lib` is not evaluated"})
	if label == "lib" {
		types := Known(ev.identify(&Unknown{Label: "lib.types", Reason: "types are not evaluated", Sort: OptionType, key: "lib.types"}))
		rest.attr = func(name string) *Thunk {
			if name == "types" {
				return types
			}
			return Known(ev.identify(&Unknown{Label: "lib." + name, Reason: rest.Reason, key: "lib." + name}))
		}
	}
	return &Attrs{attrs: attrs, rest: []Def{{Open: rest}}}
}

// prelude are the namespaces of lib.nix, applied to lib; none if that is more than may
// be evaluated.
func (ev *Evaluator) prelude() []Attr {
	v := ev.applyAll(nixast.Node{}, ev.File(libTree()), ev.libThunk(), Known(&Function{prim: certainAttrs()}))
	if a, ok := v.(*Attrs); ok {
		return a.attrs
	}
	return nil
}

// certainAttrs is what of a set is certainly there.
func certainAttrs() *primitive {
	return &primitive{"certain", 1, func(c call, a []*Thunk) Value {
		set := c.asAttrs(c.site, c.force(a[0]))
		if set == nil {
			return c.set()
		}
		return attrsOf(c.site, slices.DeleteFunc(slices.Clone(set.attrs), func(a Attr) bool { return !a.Certain() }))
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
		_, found := findAttr(u.ev.libFunctions, name)
		return found && !slices.Contains(otherBuiltins, name)
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
