package nixos

import (
	"slices"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// configAt is config.a.b for the path a.b, as modules see it: what the modules
// in sight set, if that is certain, else unknown.
func (w *world) configAt(path []string) *eval.Thunk {
	at := &w.config
	for _, name := range path {
		at = at.at(name)
	}
	if at.opaque == nil {
		label := w.labelOf(at)
		at.opaque = w.ev.Opaque(eval.Opaque{
			Label:  label,
			Reason: "`" + label + "` is only known when NixOS evaluates the configuration",
			Attr: func(name string) *eval.Thunk {
				below := at.at(name)
				return w.ev.Defer(func() *eval.Thunk { return w.lookUp(below.path) })
			},
		})
	}
	return at.opaque
}

// A configPath is a path of the configuration that modules look up. Many look up the same.
type configPath struct {
	above  *configPath
	path   []string
	label  string      // once requested
	opaque *eval.Thunk // once requested
	below  map[string]*configPath
}

func (a *configPath) at(name string) *configPath {
	below := a.below[name]
	if below == nil {
		below = &configPath{above: a, path: append(slices.Clip(a.path), name)}
		put(&a.below, name, below)
	}
	return below
}

// labelOf is what modules write for a value: config.a.b.
func (w *world) labelOf(a *configPath) string {
	if a.above == nil {
		return w.label
	}
	if a.label == "" {
		a.label = w.labelOf(a.above) + "." + nixast.QuoteAttr(a.path[len(a.path)-1])
	}
	return a.label
}

// lookUp is the value of an option, or an opaque one.
func (w *world) lookUp(path []string) *eval.Thunk {
	if len(path) > 1 && HoldsUnits(path[:len(path)-1]) {
		w.view.noteUnits()
	}
	if w.complete && w.ready && w.root.complete(path) {
		if t, ok := w.valueOf(w.root.at(path...), path); ok {
			return t
		}
	}
	return w.configAt(path)
}

// valueOf is what an option is set to, where nothing else can be meant: it is
// declared in the project with a type that is known, or it is a scalar that
// is set in plain.
func (w *world) valueOf(n *node, path []string) (*eval.Thunk, bool) {
	if len(w.freeform) > 0 && len(path) > 1 && slices.Contains(w.freeform, path[0]) {
		return w.freeformValue(n)
	}
	if d, ok := w.declaration(path); ok {
		return w.declaredValue(n, d)
	}
	n.settle()
	if len(n.defs) == 0 || len(n.unseenAbove()) > 0 {
		return nil, false
	}
	return w.scalarOf(n)
}

// scalarOf is the value of an option that is certainly set to a scalar.
func (w *world) scalarOf(n *node) (*eval.Thunk, bool) {
	value, ok := n.option().Value()
	if !ok {
		return nil, false
	}
	switch w.ev.Force(value).(type) {
	case *eval.Bool, *eval.Int, *eval.String, *eval.Float:
		return value, true
	}
	return nil, false
}

// unseenAbove are the reasons why something around n may set it, too.
func (n *node) unseenAbove() []Reason {
	for p := n.parent; p != nil; p = p.parent {
		if len(p.unseen) > 0 {
			return p.unseen
		}
	}
	return nil
}

// freeformValue is what is written for an option of flake-parts' flake.*: a
// module that is defined in parts is a module that imports them.
func (w *world) freeformValue(n *node) (*eval.Thunk, bool) {
	n.settle()
	switch len(n.defs) {
	case 0:
		return nil, false
	case 1:
		return n.defs[0].Value, true
	}
	path := n.path()
	if len(path) < 3 || path[1] == "modules" && len(path) < 4 {
		return nil, false // a set of modules, by name
	}
	var parts []*eval.Thunk
	for _, d := range n.defs {
		parts = append(parts, d.Value)
	}
	return eval.NewAttrs(map[string]*eval.Thunk{"imports": eval.NewList(parts...)}), true
}
