package nixos

import (
	"iter"
	"slices"
	"strings"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// A leftover is a binding that defines a unit where no module leads: in a
// function that is never called, or an argument of one that is not known.
type leftover struct {
	binding nixast.Binding
	scope   Scope
	path    []string // from the root of the options: "systemd", "services", name, …
	unit    string   // its name
}

// unitKey names a unit in a file.
type unitKey struct{ file, name string }

// seen are the units that hosts have, and the bindings that define them.
type seen struct {
	units map[unitKey]bool
	sites map[nixast.Node]bool
}

func newSeen(hosts ...*Host) seen {
	s := seen{map[unitKey]bool{}, map[nixast.Node]bool{}}
	for _, h := range hosts {
		s.add(h.Units)
		s.add(h.Confs)
	}
	return s
}

func (s seen) add(units []*Unit) {
	for _, u := range units {
		for _, w := range u.writings() {
			s.sites[w.binding] = true
			if w.file != "" {
				s.units[unitKey{w.file, u.Name}] = true
			}
		}
	}
}

// has reports whether all definitions of a unit are those of a host.
func (s seen) has(u *Unit) bool {
	return !slices.ContainsFunc(u.opt.Defs, func(d *Def) bool {
		return d.File == nil || !s.units[unitKey{d.File.Name, u.Name}] && !s.sites[d.Binding]
	})
}

// missing are the candidates that are not among the units seen.
func (s seen) missing(candidates []leftover) []leftover {
	return slices.DeleteFunc(slices.Clone(candidates), func(l leftover) bool {
		return s.sites[l.binding.Node] || s.units[unitKey{l.binding.File().Name, l.unit}]
	})
}

// candidates are the bindings in the file that are written as units.
func (f *File) candidates() []leftover {
	f.candidatesOnce.Do(func() {
		if f.Tree == nil || !strings.Contains(f.Tree.Src, "systemd") {
			return
		}
		for b, path := range bindingPaths(f.Tree) {
			if l, ok := asLeftover(b, path); ok {
				f.leftovers = append(f.leftovers, l)
			}
		}
	})
	return f.leftovers
}

// asLeftover reads the path of a binding, those around it before it, as that of a
// unit. The name of the unit must be in the path of the binding
// itself, and be known.
func asLeftover(b nixast.Binding, path []string) (leftover, bool) {
	if !slices.Contains(path, "systemd") {
		return leftover{}, false
	}
	outer := len(path) - len(slices.Collect(bindingNames(b)))
	for i := len(path) - 2; i >= 0; i-- {
		manager, set := managerAt(path, i)
		if set < 0 || set+1 >= len(path) || set+1 < outer || path[set+1] == "" || i < outer && !plainlyInside(b) {
			continue
		}
		for _, s := range unitSets {
			if s.option != path[set] || s.unitType == "mount" || s.unitType == "automount" {
				continue
			}
			scope := Scope{Kind: manager}
			if nested, ok := nestedScope(path[:i]); ok {
				scope = nested
			}
			return leftover{b, scope, slices.Clone(path[i:]), path[set+1] + "." + s.unitType}, true
		}
	}
	return leftover{}, false
}

// plainlyInside reports whether b is written in the value of the binding around
// it, with nothing in between but what leaves its path as it is.
func plainlyInside(b nixast.Binding) bool {
	if b.Parent().Kind() != nixast.AttrSet {
		return false
	}
	for n := range b.Parent().Ancestors() {
		switch n.Kind() {
		case nixast.BindingNode:
			return n.Parent().Kind() == nixast.AttrSet
		case nixast.Paren, nixast.List, nixast.With, nixast.If, nixast.Assert, nixast.Let:
		case nixast.Binary:
			if op, _ := n.AsBinary(); op.Op() != nixast.Update && op.Op() != nixast.Concat {
				return false
			}
		case nixast.Apply:
			call, _ := n.AsApply()
			name := call.Func().Text()
			name = name[strings.LastIndexByte(name, '.')+1:]
			name, _, _ = strings.Cut(name, " ")
			switch name {
			case "mkIf", "mkMerge", "mkForce", "mkDefault", "mkOverride", "optionalAttrs", "recursiveUpdate":
			default:
				return false
			}
		default:
			return false
		}
	}
	return false
}

// managerAt reports the service manager whose options begin at path[i], and
// where the name of a set of units would be; -1 if none begins there.
func managerAt(path []string, i int) (ScopeKind, int) {
	if path[i] != "systemd" && !(path[i] == "boot" && i+2 < len(path) && path[i+1] == "initrd" && path[i+2] == "systemd") {
		return System, -1
	}
	switch {
	case path[i] == "boot":
		return Initrd, i + 3
	case i > 1 && path[i-1] == "initrd" && path[i-2] == "boot":
		return System, -1
	case i+1 < len(path) && path[i+1] == "user":
		return User, i + 2
	}
	return System, i + 1
}

// nestedScope is the system inside another that a path leads into.
func nestedScope(path []string) (Scope, bool) {
	for i := len(path) - 2; i >= 0; i-- {
		for _, nest := range nests {
			if path[i] == nest.path[len(nest.path)-1] {
				return Scope{nest.kind, path[i+1]}, true
			}
		}
	}
	return Scope{}, false
}

// bindingPaths yields the bindings of a file, each with the names in its path
// and, before them, in the paths of the bindings around it; empty where a name is
// computed. The names hold until the next binding.
func bindingPaths(f *nixast.File) iter.Seq2[nixast.Binding, []string] {
	return func(yield func(nixast.Binding, []string) bool) {
		type open struct{ end, names int } // a binding, and the names before its own
		var around []open
		var path []string
		for n := range f.Root().Descendants() {
			b, ok := n.AsBinding()
			if !ok {
				continue
			}
			for len(around) > 0 && around[len(around)-1].end <= n.Span().Start {
				path = path[:around[len(around)-1].names]
				around = around[:len(around)-1]
			}
			around = append(around, open{n.Span().End, len(path)})
			path = slices.AppendSeq(path, bindingNames(b))
			if !yield(b, path) {
				return
			}
		}
	}
}

// bindingNames are the names in the path of a binding; empty where a name is
// computed.
func bindingNames(b nixast.Binding) iter.Seq[string] {
	return func(yield func(string) bool) {
		for attr := range b.Path().Attrs() {
			if name, _ := attr.AttrName(); !yield(name) {
				return
			}
		}
	}
}

// leftUnits are units of what no module leads to.
func (h *Host) leftUnits(found []leftover) []*Unit {
	byScope := map[Scope]*world{}
	var scopes []Scope
	for _, l := range found {
		w := byScope[l.scope]
		if w == nil {
			w = newWorld(h.world.view, h.world.ev)
			byScope[l.scope] = w
			scopes = append(scopes, l.scope)
		}
		value := w.ev.At(l.binding.Value())
		for i := len(l.path) - 1; i >= 0; i-- {
			value = eval.NewAttrs(map[string]*eval.Thunk{l.path[i]: value})
		}
		all := w.newDef(value)
		all.Binding = l.binding.Node
		w.root.raw = append(w.root.raw, all)
	}
	var all []*Unit
	for _, scope := range scopes {
		outer := scope
		if scope.Name == "" {
			outer = Scope{}
		}
		units, _ := byScope[scope].units(h, outer, 0)
		for _, u := range units {
			u.Partial = append(u.Partial, Reason{
				Text: "nothing in this project leads to this definition, so that others may be missing",
				Node: u.opt.Defs[0].Binding,
			})
			u.Lines()
		}
		all = append(all, units...)
	}
	return all
}
