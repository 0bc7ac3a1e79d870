package nixos

import (
	"cmp"
	"slices"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// modules are the definitions of an element of a submodule, such as a unit, with
// what they set. One that is not a set is a module, with imports and config: a function
// or a file. A set is as it is (nixpkgs 26.11: lib/types.nix, shorthandOnlyDefinesConfig).
func (n *node) modules(defs []*Def) []*Def {
	var out []*Def
	for _, d := range defs {
		switch n.world.ev.Force(d.Value).(type) {
		case *eval.Function, *eval.Path:
			out = append(out, n.moduleDefs(d)...)
		default:
			out = append(out, d)
		}
	}
	return out
}

// moduleDefs are what a module that is a definition sets, and what it imports.
func (n *node) moduleDefs(d *Def) []*Def {
	ev, sub := n.world.ev, n.world.submodule(n)
	sub.extra["config"] = n.world.configAt(n.path()) // other definitions count, too
	sub.collect([]pendingModule{{value: d.Value, when: d.When}})
	n.lacks(sub.unseen...)
	var out []*Def
	for _, set := range slices.Backward(sub.root.raw) { // it is merged from the last to the first
		one := *d
		one.Value, one.top, one.When = set.Value, set.top, set.When
		if one.Binding = cmp.Or(set.Binding, d.Binding); set.mod.importer != nil {
			one.Binding = cmp.Or(set.Binding, ev.Force(set.Value).Origin())
		}
		one.File, one.Set = nil, nixast.Node{}
		out = n.world.discharge(out, &one, 0)
	}
	return out
}
