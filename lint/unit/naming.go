package unit

import (
	"slices"

	"wardnix/lint/nixos"
	"wardnix/nixast/eval"
)

// TakesAway reports whether the option does no more than take away, with an empty
// list, what is defined elsewhere: then no line is written.
func (n *Naming) TakesAway() bool {
	return n.Setting != nil && len(n.Setting.Defs) > 0 && !slices.ContainsFunc(n.Setting.Defs, func(d *nixos.Def) bool {
		list, ok := n.Host.Evaluator().Force(d.Value).(*eval.List)
		return !ok || len(list.Items) > 0 || d.Priority >= nixos.PriorityPlain
	})
}

// A Naming is the name of a setting where it is written: by an option of its
// own, or in a line of a text.
type Naming struct {
	*Unit
	In, Key string
	Setting *nixos.Option // nil for a line
	At      nixos.Line
}

// HasLine reports whether a file has a line of the setting: null and empty lists
// may give none.
func HasLine(u *Unit, name string) bool {
	return slices.ContainsFunc(u.Lines(), func(l nixos.Line) bool { return l.Key == name })
}
