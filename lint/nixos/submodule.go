package nixos

import (
	"slices"

	"wardnix/nixast/eval"
)

// maxSubmodules bounds the modules of one element of a submodule.
const maxSubmodules = 200

// modules are the definitions of an element of a submodule, such as a unit. What is
// no set is a module: a function, or a file. Those are taken apart to what they
// set, with what they import, breadth first; a set is as it is (types.submodule in
// lib/types.nix, shorthandOnlyDefinesConfig).
func (n *node) modules(defs []rawDef) []rawDef {
	isSet := func(d rawDef) bool {
		_, ok := n.world.ev.Force(d.value).(*eval.Attrs)
		return ok
	}
	if !slices.ContainsFunc(defs, func(d rawDef) bool { return !isSet(d) }) {
		return defs
	}
	var out, queue []rawDef
	for _, d := range defs {
		if isSet(d) {
			out = append(out, d)
			continue
		}
		own, imported := n.module(d, 0)
		out = append(out, own...)
		queue = append(queue, imported...)
	}
	for i := 0; i < len(queue); i++ {
		if i == maxSubmodules {
			n.unseen = append(n.unseen, Reason{Text: "too many modules are imported", Node: queue[i].site})
			break
		}
		own, imported := n.module(queue[i], 0)
		out = append(out, own...)
		queue = append(queue, imported...)
	}
	return out
}

// module is what a module sets, and what it imports.
func (n *node) module(d rawDef, depth int) (own, imported []rawDef) {
	ev := n.world.ev
	again := func(value *eval.Thunk) {
		d.value = value
		for _, one := range n.world.discharge(d, 0) {
			set, more := n.module(one, depth+1)
			own, imported = append(own, set...), append(imported, more...)
		}
	}
	switch v := ev.Force(d.value).(type) {
	case *eval.Function:
		if depth < maxNesting {
			again(ev.Call(d.value, n.moduleArgs()))
			return own, imported
		}
	case *eval.Path:
		text, ok := v.Text()
		if f, err := n.world.project.importFile(text); ok && v.Source && err == nil && depth < maxNesting {
			again(ev.File(f.Tree))
			return own, imported
		}
		n.unseen = append(n.unseen, Reason{Text: "the file of the module is not in this project", Node: v.Origin()})
		return nil, nil
	case *eval.Attrs:
		imported = n.importsOf(v, d)
		config := v.Lookup("config")
		if !certain(config) {
			d.skip = moduleKeys[:]
			return []rawDef{d}, imported
		}
		for _, c := range n.world.attrDefs(config, d) {
			own = append(own, n.world.discharge(c, 0)...)
		}
		return own, imported
	}
	return []rawDef{d}, nil
}

// importsOf are the modules that a module imports.
func (n *node) importsOf(set *eval.Attrs, outer rawDef) []rawDef {
	ev, imports := n.world.ev, set.Lookup("imports")
	if !certain(imports) {
		return nil
	}
	list := ev.List(ev.Value(imports))
	if list == nil {
		list = &eval.List{Items: []eval.Item{{Many: true}}}
	}
	var found []rawDef
	for _, item := range list.Items {
		if item.Many {
			n.unseen = append(n.unseen, Reason{Text: "`imports` is not known as a whole", Node: imports.Defs[0].Site})
			continue
		}
		one := outer
		var t eval.Truth
		if one.when, t = ev.And(outer.when, item.When); t == eval.No {
			continue
		}
		one.value = item.Value
		if origin := ev.Force(item.Value).Origin(); !origin.IsZero() {
			one.site = origin
		}
		found = append(found, one)
	}
	return found
}

// moduleArgs are the arguments that the definitions of a submodule get if they are
// functions.
func (n *node) moduleArgs() *eval.Thunk {
	ev := n.world.ev
	args := map[string]*eval.Thunk{"config": n.world.configAt(n.path()), "lib": ev.Lib()}
	if !n.pattern {
		args["name"] = eval.NewString(n.name)
	}
	return ev.Opaque(eval.Opaque{
		Label:  "args",
		Reason: "the arguments of a module are given from outside",
		Attr: func(name string) *eval.Thunk {
			if t, ok := args[name]; ok {
				return t
			}
			return ev.Opaque(eval.Opaque{Label: name, Reason: "`" + name + "` is an argument that is given to the module from outside"})
		},
	})
}
