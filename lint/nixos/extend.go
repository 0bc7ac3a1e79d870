package nixos

import (
	"slices"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// extend adds to each unit of a set what the project says of every one. A module may
// declare systemd.services once more, with submodules as elements: NixOS merges them
// with its own (nixpkgs 26.11: lib/types.nix, submoduleWith and its typeMerge).
func (w *world) extend(set *node) {
	modules := w.elementModules(set.path())
	if len(modules) == 0 {
		return
	}
	for _, n := range set.children() {
		if !w.share.has(n.name) {
			continue
		}
		if more := w.elementDefs(n, modules); len(more) > 0 {
			n.raw = slices.Concat(n.raw, more)
			n.discharging, n.plain, n.settling, n.defs = due, nil, due, nil
			n.grow()
			n.lost = nil
			delete(w.configs, n)
		}
	}
}

// Extended reports whether the project declares the set that the unit is in once more, so
// that its units have further options.
func (u *Unit) Extended() bool {
	path, w := u.option().Path, u.option().node.world
	return len(path) > 0 && w != nil && len(w.declarations(path[:len(path)-1])) > 0
}

// elementModules are the submodules that the project declares as the elements of a
// set.
func (w *world) elementModules(path []string) []*eval.Thunk {
	var modules []*eval.Thunk
	for _, d := range w.declarations(path) {
		t := w.typeOf(d.Lookup("type"))
		if t.isSetOf() {
			if element := w.typeOfThunk(t.args[0]); element.name == "submodule" && len(element.args) == 1 {
				modules = append(modules, element.args[0])
			}
		}
	}
	return modules
}

// elementDefs are the definitions that submodules make for one element of a set.
func (w *world) elementDefs(n *node, modules []*eval.Thunk) []*Def {
	sub := w.submodule(n)
	sub.collect(sub.submodules(modules...))
	defs := sub.root.raw
	for _, d := range defs { // which nothing has looked at yet
		d.extends, d.Binding = true, nixast.Node{}
		if w.loose {
			d.Maybe = &Reason{Text: "a module of the project says more of every one", Node: w.ev.Force(d.Value).Origin()}
		}
	}
	if len(sub.unseen) > 0 {
		more := w.newDef(w.opaque(n.name))
		more.extends = true
		defs = append(defs, more)
	}
	sub.root.raw = slices.Concat(defs, n.raw) // for what the submodules ask of the element
	return defs
}
