package nixos

import (
	"cmp"
	"slices"

	"wardnix/nixast/eval"
)

// modules are the definitions of an element of a submodule, such as a unit, with
// what they set. One that is no set is a module, with imports and config: a function
// or a file. A set is as it is (nixpkgs 26.11: lib/types.nix, shorthandOnlyDefinesConfig).
func (n *node) modules(defs []rawDef) []rawDef {
	var out []rawDef
	for _, d := range defs {
		switch n.world.ev.Force(d.value).(type) {
		case *eval.Function, *eval.Path:
			out = append(out, n.moduleDefs(d)...)
		default:
			out = append(out, d)
		}
	}
	return out
}

// moduleDefs are what a module that is a definition sets, and what it imports.
func (n *node) moduleDefs(d rawDef) []rawDef {
	ev, sub := n.world.ev, n.world.submodule(n)
	sub.extra["config"] = n.world.configAt(n.path()) // other definitions count, too
	sub.collect([]pendingModule{{value: d.value, when: d.when}})
	n.unseen = append(n.unseen, sub.unseen...)
	var out []rawDef
	for _, set := range slices.Backward(sub.root.raw) { // it is merged from the last to the first
		one := d
		one.value, one.skip, one.when = set.value, set.skip, set.when
		if one.site = cmp.Or(set.site, d.site); set.mod.importer != nil {
			one.site = cmp.Or(set.site, ev.Force(set.value).Origin())
		}
		out = append(out, n.world.discharge(one, 0)...)
	}
	return out
}
