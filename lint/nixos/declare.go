package nixos

import (
	"slices"
	"strings"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// A declaration is what mkOption says of an option.
type declaration struct {
	attrs *eval.Attrs
	typ   optionType
}

// An optionType is a type of lib.types by its name and arguments.
type optionType struct {
	name string // "listOf"; empty if it is not known
	args []*eval.Thunk
}

// declaration is what the modules of the world declare at a path. Only an
// option declared once, and not in parts, counts.
func (w *world) declaration(path []string) (declaration, bool) {
	found := w.declarations(path)
	if len(found) != 1 {
		return declaration{}, false
	}
	return declaration{attrs: found[0], typ: w.typeOf(found[0].Lookup("type"))}, true
}

// declarations are what mkOption made of all declarations at a path.
func (w *world) declarations(path []string) []*eval.Attrs {
	at := w.declared
	if at == nil {
		at = &declared{}
		for _, m := range w.modules {
			at.add(w.ev, m.body.Lookup("options"))
		}
		if w.ready && !at.doubt {
			w.declared = at
		}
	}
	for _, name := range path {
		if at = at.below(w.ev, name); at == nil {
			return nil
		}
	}
	return slices.DeleteFunc(slices.Clone(at.sets), func(set *eval.Attrs) bool { return !w.isDeclaration(set) })
}

// Default is what the one declaration of an option in the project says it is by
// default; false if that is not known, or if it has no default.
func (h *Host) Default(path ...string) (*eval.Thunk, bool) {
	d, ok := h.world.declaration(path)
	if !ok {
		return nil, false
	}
	a := d.attrs.Lookup("default")
	if !certain(a) {
		return nil, false
	}
	return h.world.ev.Value(a), true
}

// declared is what the modules of a world declare at a path: the sets of options
// that they write there. It is filled in when it is asked for.
type declared struct {
	sets  []*eval.Attrs
	kids  map[string]*declared
	doubt bool // it may look different once more is computed
}

// add adds what is certainly written in an attribute.
func (d *declared) add(ev *eval.Evaluator, a eval.Attr) {
	if !certain(a) {
		return
	}
	value := ev.Value(a)
	set, isSet := ev.Force(value).(*eval.Attrs)
	if isSet {
		d.sets = append(d.sets, set)
	}
	d.doubt = d.doubt || !isSet && !value.Computed()
}

// below is what is declared under a name; nil if that is nothing.
func (d *declared) below(ev *eval.Evaluator, name string) *declared {
	kid, ok := d.kids[name]
	if ok {
		return kid
	}
	kid = &declared{}
	for _, set := range d.sets {
		kid.add(ev, set.Lookup(name))
	}
	doubt := kid.doubt
	if len(kid.sets) == 0 {
		kid = nil
	}
	if !doubt && !d.doubt {
		if d.kids == nil {
			d.kids = map[string]*declared{}
		}
		d.kids[name] = kid
	}
	return kid
}

// isDeclaration reports whether a set is what mkOption makes.
func (w *world) isDeclaration(set *eval.Attrs) bool {
	a := set.Lookup("_type")
	if !certain(a) {
		return false
	}
	s := w.ev.String(w.ev.Value(a))
	if s == nil {
		return false
	}
	text, _ := s.Text()
	return text == "option"
}

// typeOf reads a type: lib.types.str, or lib.types.listOf applied to another.
func (w *world) typeOf(a eval.Attr) optionType {
	if !certain(a) {
		return optionType{}
	}
	return w.typeOfThunk(w.ev.Value(a))
}

func (w *world) typeOfThunk(t *eval.Thunk) optionType {
	u, ok := w.ev.Force(t).(*eval.Unknown)
	if !ok || u.Sort != eval.OptionType {
		return optionType{}
	}
	name := u.Func
	if name == "" {
		name = u.Label
	}
	_, name, ok = strings.Cut(name, "types.")
	if !ok {
		return optionType{}
	}
	return optionType{name, u.Args}
}

// scalarTypes are the types whose definitions must be equal, and whose value
// is what is written.
var scalarTypes = []string{
	"str", "bool", "int", "float", "number", "path", "port", "package", "nonEmptyStr", "singleLineStr",
	"enum", "strMatching", "ints.positive", "ints.unsigned", "ints.between", "ints.u8", "ints.u16", "ints.u32",
	"passwdEntry", "shellPackage", "externalPath", "pathInStore",
}

// declaredValue is the value of an option that the project declares.
func (w *world) declaredValue(n *node, d declaration) (*eval.Thunk, bool) {
	n.settle()
	if n.settling == running || len(n.unseenAbove()) > 0 {
		return nil, false
	}
	value, ok := w.merged(n, d.typ, d.attrs.Lookup("default"), 0)
	if !ok {
		return nil, false
	}
	if apply := d.attrs.Lookup("apply"); len(apply.Defs) > 0 {
		if !certain(apply) {
			return nil, false
		}
		return w.ev.Call(w.ev.Value(apply), value), true
	}
	return value, true
}

// merged is the value of the definitions at n by the rules of a type, with the
// default where there are none.
func (w *world) merged(n *node, t optionType, fallback eval.Attr, depth int) (*eval.Thunk, bool) {
	n.settle()
	if depth > 8 || slices.ContainsFunc(n.defs, func(d rawDef) bool { return d.maybe != nil || !d.misfit.IsZero() }) {
		return nil, false
	}
	switch {
	case w.isScalar(t, 4):
		return w.mergedScalar(n, fallback)
	case t.isSetOf() && (len(n.defs) > 0 || !certain(fallback)):
		return w.mergedAttrs(n, w.typeOfThunk(t.args[0]), depth)
	case t.name == "submodule" && len(t.args) == 1:
		return w.mergedSubmodule(n, t.args[0])
	case len(n.defs) == 0 && certain(fallback) && t.name != "":
		return w.ev.Value(fallback), true
	case len(n.defs) == 0:
		return nil, false
	case t.name == "listOf" && len(t.args) == 1 && w.isScalar(w.typeOfThunk(t.args[0]), 4):
		return w.mergedList(n)
	case t.isRaw() && len(n.defs) == 1 && n.defs[0].when == nil:
		return n.defs[0].value, true
	}
	return nil, false
}

// isSetOf reports whether the type is that of sets whose attributes have one type.
func (t optionType) isSetOf() bool {
	return (t.name == "attrsOf" || t.name == "lazyAttrsOf") && len(t.args) == 1
}

// isRaw reports whether the value of the type is the one definition that there is.
func (t optionType) isRaw() bool {
	return t.name == "attrs" || t.name == "anything" || t.name == "raw" || t.name == "unspecified"
}

// mergedScalar is the one value that definitions agree on.
func (w *world) mergedScalar(n *node, fallback eval.Attr) (*eval.Thunk, bool) {
	var defs []eval.Def
	for _, d := range n.defs {
		if d.when == nil {
			return d.value, true // the others must equal it
		}
		defs = append(defs, eval.Def{When: d.when, Value: d.value, Site: d.site})
	}
	if !certain(fallback) {
		return nil, false
	}
	defs = append(defs, eval.Def{Value: w.ev.Value(fallback)})
	return w.ev.Value(eval.Attr{Name: n.name, Defs: defs}), true
}

// mergedList is the concatenation of all definitions.
func (w *world) mergedList(n *node) (*eval.Thunk, bool) {
	always := false
	list := &eval.List{}
	for _, e := range n.option().List() {
		if e.Value == nil || e.Unseen != "" {
			return nil, false
		}
		always = always || e.Def.When == nil
		list.Items = append(list.Items, eval.Item{When: e.When, Value: e.Value})
	}
	for _, d := range n.defs {
		if _, isList := w.ev.Force(d.value).(*eval.List); !isList {
			return nil, false
		}
		always = always || d.when == nil
	}
	return eval.Known(list), always // else the default may count
}

// mergedAttrs is a set whose attributes are merged one by one.
func (w *world) mergedAttrs(n *node, t optionType, depth int) (*eval.Thunk, bool) {
	attrs := map[string]*eval.Thunk{}
	for _, kid := range n.children() {
		kid.settle()
		if kid.pattern || !slices.ContainsFunc(kid.defs, func(d rawDef) bool { return d.when == nil && d.maybe == nil }) {
			return nil, false
		}
		attrs[kid.name] = w.ev.Defer(func() *eval.Thunk {
			if value, ok := w.merged(kid, t, eval.Attr{}, depth+1); ok {
				return value
			}
			return w.configAt(kid.path())
		})
	}
	if len(n.unseen) > 0 {
		return nil, false
	}
	return eval.NewAttrs(attrs), true
}

// mergedSubmodule is the configuration of a submodule whose definitions are
// modules.
func (w *world) mergedSubmodule(n *node, modules *eval.Thunk) (*eval.Thunk, bool) {
	sub := w.submodule(n)
	queue := sub.submodules(modules)
	for _, d := range n.defs {
		queue = append(queue, pendingModule{value: d.value, when: d.when})
	}
	sub.collect(queue)
	if len(sub.unseen) > 0 {
		return nil, false
	}
	return sub.configAt(nil), true
}

// submodule is an empty world for the submodule at n.
func (w *world) submodule(n *node) *world {
	sub := newWorld(w.view, w.ev)
	sub.label = w.label + "." + nixast.QuoteAttrPath(n.path()...)
	sub.complete = true
	name := eval.NewString(n.name)
	if n.pattern {
		name = w.opaque(n.name)
	}
	sub.extra = map[string]*eval.Thunk{"name": name}
	return sub
}

// submodules are the modules in the arguments of types.submodule.
func (w *world) submodules(args ...*eval.Thunk) []pendingModule {
	var queue []pendingModule
	for _, arg := range args {
		if _, isList := w.ev.Force(arg).(*eval.List); isList {
			queue = append(queue, w.moduleList(arg, nil)...)
		} else {
			queue = append(queue, pendingModule{value: arg})
		}
	}
	return queue
}

func (w *world) isScalar(t optionType, depth int) bool {
	if slices.Contains(scalarTypes, t.name) {
		return true
	}
	if depth == 0 || t.name != "nullOr" && t.name != "either" {
		return false
	}
	for _, arg := range t.args {
		if !w.isScalar(w.typeOfThunk(arg), depth-1) {
			return false
		}
	}
	return len(t.args) > 0
}
