package nixos

import (
	"slices"
	"strings"

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
	var found []*eval.Attrs
	for _, m := range w.modules {
		options := m.body.Lookup("options")
		if !certain(options) {
			continue
		}
		t := w.ev.Value(options)
		for i, name := range path {
			set, ok := w.ev.Force(t).(*eval.Attrs)
			if !ok {
				break
			}
			a := set.Lookup(name)
			if !certain(a) {
				break
			}
			t = w.ev.Value(a)
			if i == len(path)-1 {
				if set, ok := w.ev.Force(t).(*eval.Attrs); ok && w.isDeclaration(set) {
					found = append(found, set)
				}
			}
		}
	}
	if len(found) != 1 {
		return declaration{}, false
	}
	return declaration{attrs: found[0], typ: w.typeOf(found[0].Lookup("type"))}, true
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
	if len(d.attrs.Lookup("apply").Defs) > 0 {
		return nil, false
	}
	if !w.isScalar(d.typ, 4) {
		return nil, false
	}
	n.settle()
	if n.inDefs || len(n.unseenAbove()) > 0 {
		return nil, false
	}
	var defs []eval.Def
	for _, def := range n.defs {
		if def.maybe != nil || !def.misfit.IsZero() {
			return nil, false
		}
		defs = append(defs, eval.Def{When: def.when, Value: def.value, Site: def.site})
	}
	// A definition without condition is the value; others must equal it.
	if i := slices.IndexFunc(defs, func(d eval.Def) bool { return d.When == nil }); i >= 0 {
		return defs[i].Value, true
	}
	value := d.attrs.Lookup("default")
	if !certain(value) {
		return nil, false
	}
	defs = append(defs, eval.Def{Value: w.ev.Value(value)})
	return w.ev.Value(eval.Attr{Name: n.name, Defs: defs}), true
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
