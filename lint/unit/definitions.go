package unit

import (
	"strings"

	"wardnix/lint/nixos"
	"wardnix/nixast/eval"
)

// InOneSystem reports whether two definitions of the unit are certainly used
// together: as [nixos.Host.InOneSystem] has it, or because a single binding is all
// that defines the unit.
func (u *Unit) InOneSystem(a, b *nixos.Def) bool {
	return u.Host.InOneSystem(a, b) || len(u.Defs()) == 1
}

// isNull reports whether a line comes from null.
func (u *Unit) isNull(l nixos.Line) bool {
	if l.Value == nil {
		return false
	}
	_, ok := u.Host.Evaluator().Force(l.Value).(*eval.Null)
	return ok
}

// IsNestedList reports whether the value of a line is a list inside a list.
func (u *Unit) IsNestedList(l nixos.Line) bool {
	if l.Value == nil {
		return false
	}
	_, ok := u.Host.Evaluator().Force(l.Value).(*eval.List)
	return ok
}

// OnlyMasks reports whether all that the project says of a unit of the system is
// that it is switched off.
func (u *Unit) OnlyMasks() bool {
	if u.Pattern || u.Scope.Kind != nixos.System || u.Enabled() != eval.No || u.When != nil || len(u.Partial) > 0 || strings.Contains(u.Name, "@") {
		return false
	}
	set := u.Option().Attrs()
	return len(set) == 1 && set[0].Name() == "enable" && len(set[0].Defs) == 1 && !set[0].Defs[0].Binding.IsZero()
}
