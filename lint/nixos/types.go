package nixos

import (
	"slices"
	"strings"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// scalarTypes are the types whose definitions must be equal, and whose value
// is what is written.
var scalarTypes = []string{
	"str", "bool", "int", "float", "number", "path", "port", "package", "nonEmptyStr", "singleLineStr",
	"enum", "strMatching", "ints.positive", "ints.unsigned", "ints.between", "ints.u8", "ints.u16", "ints.u32",
	"passwdEntry", "shellPackage", "externalPath", "pathInStore",
}

// separators are the types of texts whose definitions are put together, with what is
// between them (nixpkgs: lib/types.nix, separatedString).
var separators = map[string]string{"lines": "\n", "commas": ",", "envVar": ":"}

// merged is the value of the definitions at n by the rules of a type, with the
// default where there are none.
func (w *world) merged(n *node, t optionType, fallback eval.Attr, depth int) (*eval.Thunk, bool) {
	n.settle()
	if depth > 8 || slices.ContainsFunc(n.defs, func(d *Def) bool { return d.Maybe != nil || !d.Misfit.IsZero() }) {
		return nil, false
	}
	switch {
	case w.isScalar(t, 4):
		return w.mergedScalar(n, fallback)
	case t.isSetOf() && (len(n.defs) > 0 || !certain(fallback)):
		return w.mergedAttrs(n, w.typeOfThunk(t.args[0]), depth)
	case t.name == "submodule" && len(t.args) == 1:
		return w.mergedSubmodule(n, t.args[0])
	case t.name == "submoduleWith" && len(t.args) == 1:
		if set := w.ev.Attrs(t.args[0]); set != nil && certain(set.Lookup("modules")) {
			return w.mergedSubmodule(n, w.ev.Value(set.Lookup("modules")))
		}
		return nil, false
	case len(n.defs) == 0 && certain(fallback) && t.name != "":
		return w.ev.Value(fallback), true
	case len(n.defs) == 0:
		return nil, false
	}
	return w.mergedDefs(n, t, depth)
}

// mergedDefs is the value of one definition or more, by the rules of a type that is neither
// a scalar nor a set.
func (w *world) mergedDefs(n *node, t optionType, depth int) (*eval.Thunk, bool) {
	single := len(n.defs) == 1 && n.defs[0].When == nil
	switch {
	case t.name == "listOf" && len(t.args) == 1:
		return w.mergedList(n, w.typeOfThunk(t.args[0]), depth)
	case t.name == "separatedString" && len(t.args) == 1:
		if s := w.ev.String(t.args[0]); s != nil {
			if separator, ok := s.Text(); ok {
				return w.mergedText(n, separator)
			}
		}
	case t.isText():
		return w.mergedText(n, separators[t.name])
	case strings.HasPrefix(t.name, "deferredModule"):
		return w.mergedModules(n)
	case t.name == "coercedTo" && len(t.args) == 3:
		return w.mergedCoerced(n, t, depth)
	case single && (t.isRaw() || t.name == "functionTo"):
		return n.defs[0].Value, true
	case single && (t.name == "nullOr" || t.name == "either" || t.name == "oneOf"):
		if one, ok := w.alternative(t, n.defs[0].Value); ok {
			return w.merged(n, one, eval.Attr{}, depth+1)
		}
	}
	return nil, false
}

func (t optionType) isText() bool { return separators[t.name] != "" }

// isSetOf reports whether the type is that of sets whose attributes have one type.
func (t optionType) isSetOf() bool {
	return (t.name == "attrsOf" || t.name == "lazyAttrsOf") && len(t.args) == 1
}

// isRaw reports whether the value of the type is the one definition that there is.
func (t optionType) isRaw() bool {
	return t.name == "attrs" || t.name == "anything" || t.name == "raw" || t.name == "unspecified"
}

// alternative is the type among those of nullOr, either or oneOf that a value has.
func (w *world) alternative(t optionType, value *eval.Thunk) (optionType, bool) {
	args := t.args
	if t.name == "oneOf" && len(args) == 1 {
		list := w.ev.List(args[0])
		if list == nil {
			return optionType{}, false
		}
		args = nil
		for _, item := range list.Items {
			args = append(args, item.Value)
		}
	}
	if _, null := w.ev.Force(value).(*eval.Null); null && t.name == "nullOr" {
		return optionType{name: "unspecified"}, true
	}
	for _, arg := range args {
		one := w.typeOfThunk(arg)
		switch w.takes(one, value) {
		case eval.Yes:
			return one, true
		case eval.Maybe:
			return optionType{}, false
		}
	}
	return optionType{}, false
}

// takes reports whether a type takes a value, by the kind of the value.
func (w *world) takes(t optionType, value *eval.Thunk) eval.Truth {
	switch {
	case t.name == "coercedTo" && len(t.args) == 3:
		if from := w.takes(w.typeOfThunk(t.args[0]), value); from != eval.No {
			return from
		}
		return w.takes(w.typeOfThunk(t.args[2]), value)
	case t.name == "nullOr" || t.name == "either" || t.name == "oneOf":
		if _, ok := w.alternative(t, value); ok {
			return eval.Yes
		}
		return eval.Maybe
	}
	want, kind := t.valueKind(), kindOf(w.ev.Force(value))
	switch {
	case want == "" || kind == "":
		return eval.Maybe
	case want == kind:
		return eval.Yes
	}
	return eval.No
}

// valueKind is the kind of values that a type takes, as [kindOf] has it; "" if it is not
// known.
func (t optionType) valueKind() string {
	switch {
	case t.isSetOf() || t.name == "attrs" || strings.HasPrefix(t.name, "submodule"):
		return "set"
	case t.name == "listOf":
		return "list"
	case t.name == "str" || t.isText() || t.name == "separatedString" || strings.HasSuffix(t.name, "Str") || t.name == "strMatching":
		return "string"
	case t.name == "int" || t.name == "port" || strings.HasPrefix(t.name, "ints."):
		return "int"
	case t.name == "bool" || t.name == "float":
		return t.name
	case t.name == "functionTo":
		return "function"
	}
	return ""
}

// kindOf is the kind of a value; "" if it is not known.
func kindOf(value eval.Value) string {
	switch value.(type) {
	case *eval.Attrs:
		return "set"
	case *eval.List:
		return "list"
	case *eval.String:
		return "string"
	case *eval.Int:
		return "int"
	case *eval.Bool:
		return "bool"
	case *eval.Float:
		return "float"
	case *eval.Function:
		return "function"
	case *eval.Null:
		return "null"
	}
	return ""
}

// mergedScalar is the one value that definitions agree on.
func (w *world) mergedScalar(n *node, fallback eval.Attr) (*eval.Thunk, bool) {
	var defs []eval.Def
	for _, d := range n.defs {
		if d.When == nil {
			return d.Value, true // the others must equal it
		}
		defs = append(defs, eval.Def{When: d.When, Value: d.Value, Site: d.Binding})
	}
	if !certain(fallback) {
		return nil, false
	}
	defs = append(defs, eval.Def{Value: w.ev.Value(fallback)})
	return w.ev.Value(eval.Attr{Name: n.name, Defs: defs}), true
}

// mergedList is the concatenation of all definitions, each element by the rules of its
// type.
func (w *world) mergedList(n *node, t optionType, depth int) (*eval.Thunk, bool) {
	always := false
	list := &eval.List{}
	for _, e := range n.option().List() {
		if e.Value == nil || e.Unseen != "" {
			return nil, false
		}
		value, ok := w.mergedElement(n, t, e, depth)
		if !ok {
			return nil, false
		}
		always = always || e.Def.When == nil
		list.Items = append(list.Items, eval.Item{When: e.When, Value: value})
	}
	for _, d := range n.defs {
		if _, isList := w.ev.Force(d.Value).(*eval.List); !isList {
			return nil, false
		}
		always = always || d.When == nil
	}
	return eval.Known(list), always // else the default may count
}

// mergedElement is an element of a list by the rules of its type.
func (w *world) mergedElement(n *node, t optionType, e Element, depth int) (*eval.Thunk, bool) {
	if w.isScalar(t, 4) || t.isRaw() || strings.HasPrefix(t.name, "deferredModule") {
		return e.Value, true
	}
	def := w.newDef(e.Value)
	def.Binding = e.Def.Binding
	one := newNode(w, n, "*", def)
	return w.merged(one, t, eval.Attr{}, depth+1)
}

// mergedText are the texts of all definitions with a separator between them.
func (w *world) mergedText(n *node, separator string) (*eval.Thunk, bool) {
	var text []eval.Piece
	for i, d := range n.defs {
		s := w.ev.String(d.Value)
		if s == nil || d.When != nil {
			return nil, false
		}
		if i > 0 {
			text = append(text, eval.Piece{Text: separator})
		}
		text = append(text, s.Pieces...)
	}
	if len(n.defs) == 1 {
		return n.defs[0].Value, true
	}
	return eval.Known(eval.NewText(text...)), true
}

// mergedModules is the module that imports all definitions.
func (w *world) mergedModules(n *node) (*eval.Thunk, bool) {
	modules := &eval.List{}
	for _, d := range n.defs {
		modules.Items = append(modules.Items, eval.Item{When: d.When, Value: d.Value})
	}
	if len(modules.Items) == 1 && modules.Items[0].When == nil {
		return modules.Items[0].Value, true
	}
	return eval.NewAttrs(map[string]*eval.Thunk{"imports": eval.Known(modules)}), true
}

// mergedCoerced gives the definitions that have another type the type of the option.
func (w *world) mergedCoerced(n *node, t optionType, depth int) (*eval.Thunk, bool) {
	other := w.typeOfThunk(t.args[0])
	coerced := newNode(w, n.parent, n.name)
	coerced.pattern = n.pattern
	for _, d := range n.defs {
		switch w.takes(other, d.Value) {
		case eval.Yes:
			d = d.with(w.ev.Call(t.args[1], d.Value), d.When)
		case eval.Maybe:
			return nil, false
		}
		coerced.raw = append(coerced.raw, d)
	}
	return w.merged(coerced, w.typeOfThunk(t.args[2]), eval.Attr{}, depth+1)
}

// mergedAttrs is a set whose attributes are merged one by one. One that is defined under
// conditions only is there under these.
func (w *world) mergedAttrs(n *node, t optionType, depth int) (*eval.Thunk, bool) {
	attrs := make([]eval.Attr, 0, len(n.children()))
	for _, kid := range n.children() {
		if kid.settle(); len(kid.defs) == 0 {
			continue
		}
		when, ok := w.definedIf(kid)
		if !ok {
			return nil, false
		}
		attrs = append(attrs, eval.Attr{Name: kid.name, Defs: []eval.Def{{When: when, Value: w.ev.Defer(func() *eval.Thunk {
			if value, ok := w.merged(kid, t, eval.Attr{}, depth+1); ok {
				return value
			}
			return w.configAt(kid.path())
		})}}})
	}
	if len(n.unseen) > 0 {
		return nil, false
	}
	return eval.NewSet(attrs...), true
}

// definedIf is the condition under which one of the definitions of an attribute counts;
// ok is false if that is not known.
func (w *world) definedIf(n *node) (when *eval.Cond, ok bool) {
	var none *eval.Cond // that no definition counts
	for _, d := range n.defs {
		switch {
		case n.pattern || d.Maybe != nil:
			return nil, false
		case d.When == nil:
			return nil, true
		}
		var truth eval.Truth
		if none, truth = w.ev.And(none, w.ev.Not(d.When)); truth == eval.No {
			return nil, true
		}
	}
	if none == nil {
		return nil, false
	}
	return w.ev.Not(none), true
}

// mergedSubmodule is the configuration of a submodule whose definitions are modules. It is
// kept once n has all of them: modules look up many values of one submodule.
func (w *world) mergedSubmodule(n *node, modules *eval.Thunk) (*eval.Thunk, bool) {
	if config := w.configs[n]; config != nil {
		return config, true
	}
	sub := w.submodule(n)
	queue := sub.submodules(modules)
	for _, d := range n.defs {
		queue = append(queue, pendingModule{value: d.Value, when: d.When})
	}
	sub.collect(queue)
	if len(sub.unseen) > 0 {
		return nil, false
	}
	config := sub.configAt(nil)
	if n.settling == done {
		if w.configs == nil {
			w.configs = map[*node]*eval.Thunk{}
		}
		w.configs[n] = config
	}
	return config, true
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
