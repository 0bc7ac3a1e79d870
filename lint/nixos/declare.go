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
	found := w.declarations(path)
	if len(found) != 1 {
		return declaration{}, false
	}
	typ := found[0].Lookup("type")
	if len(typ.Defs) == 0 {
		return declaration{attrs: found[0], typ: optionType{name: "unspecified"}}, true
	}
	return declaration{attrs: found[0], typ: w.typeOf(typ)}, true
}

// declarations are what mkOption made of all declarations at a path.
func (w *world) declarations(path []string) []*eval.Attrs {
	at := w.declaredAt(path)
	if at == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(at.sets), func(set *eval.Attrs) bool { return !w.isDeclaration(set) })
}

// declaredAt is what the modules declare at a path, or below it; nil for nothing.
func (w *world) declaredAt(path []string) *declared {
	at := w.declared
	if at == nil {
		at = &declared{}
		for _, m := range w.modules {
			at.add(w.ev, m.body, "options")
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
	return at
}

// Declares reports whether the project declares an option at a path, or below it.
func (h *Host) Declares(path ...string) bool { return h.evaluated().declaredAt(path) != nil }

// Default is what the one declaration of an option in the project says it is by
// default; false if that is not known, or if it has no default.
func (h *Host) Default(path ...string) (*eval.Thunk, bool) {
	d, ok := h.evaluated().declaration(path)
	if !ok {
		return nil, false
	}
	a := d.attrs.Lookup("default")
	if !certain(a) {
		return nil, false
	}
	return h.Evaluator().Value(a), true
}

// declared is what the modules of a world declare at a path: the sets of options
// that they write there. It is filled in when it is requested.
type declared struct {
	sets  []*eval.Attrs
	kids  map[string]*declared
	doubt bool // it may look different once more is computed
}

// add adds what is certainly written in an attribute of a set.
func (d *declared) add(ev *eval.Evaluator, in *eval.Attrs, name string) {
	a, ok := in.Certainly(name)
	if !ok {
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
		kid.add(ev, set, name)
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
func (w *world) isDeclaration(set *eval.Attrs) bool { return w.tagOf(set) == "option" }

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
