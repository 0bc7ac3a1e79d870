package unit

import (
	"iter"
	"slices"

	"wardnix/emit"
	"wardnix/lint/nixos"
	"wardnix/nixast"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// A Naming is the name of a setting where the source writes it: in a binding, or
// in a line of a text.
type Naming struct {
	*Unit
	// In is the section and Key the name, as written.
	In, Key string
	// Setting is the option that sets it; nil for a line of a text.
	Setting *nixos.Option
	// At is the line, if Setting is nil.
	At nixos.Line
}

// Namings are the names of the settings of the unit or configuration file.
func (u *Unit) Namings() iter.Seq[Naming] {
	if u.Style == nixos.TextStyle {
		return u.namingsOfText
	}
	return func(yield func(Naming) bool) {
		for _, section := range u.Sections() {
			for _, o := range u.Directives(section) {
				if !o.IsSet() || o.IsPattern() || u.Conf() != "" && !u.hasLine(o.Name()) {
					continue
				}
				if !yield(Naming{Unit: u, In: section, Key: o.Name(), Setting: o}) {
					return
				}
			}
		}
	}
}

func (u *Unit) namingsOfText(yield func(Naming) bool) {
	for _, l := range u.Lines() {
		if l.Key != "" && l.IsWritten() && !yield(Naming{Unit: u, In: l.Section, Key: l.Key, At: l}) {
			return
		}
	}
}

// hasLine reports whether the unit has a line of the setting: null and empty lists
// may give none.
func (u *Unit) hasLine(name string) bool {
	return slices.ContainsFunc(u.Lines(), func(l nixos.Line) bool { return l.Key == name })
}

// TakesAway reports whether the option does no more than take away, with an empty
// list, what is defined elsewhere: then no line is written.
func (n *Naming) TakesAway() bool {
	return n.Setting != nil && len(n.Setting.Defs) > 0 && !slices.ContainsFunc(n.Setting.Defs, func(d *nixos.Def) bool {
		list, ok := n.Host.Evaluator().Force(d.Value).(*eval.List)
		return !ok || len(list.Items) > 0 || d.Priority >= nixos.PriorityPlain
	})
}

// IsOldWatchdog reports whether a name is one of the old option systemd.watchdog
// in the place of the new one.
func (n *Naming) IsOldWatchdog() bool {
	_, old := profile.WatchdogOption(n.Key)
	return old && n.Conf() == "Manager"
}

// KeyEdit writes another key into the line of a text; false where the key is not
// there as it is.
func (n *Naming) KeyEdit(key string) (emit.Edit, bool) {
	place := n.At.Place
	if place.In.IsZero() {
		return emit.Edit{}, false
	}
	start := place.Span.Start
	end := start + len(n.Key)
	return emit.Edit{Start: start, End: end, New: key}, place.In.File().Src[start:end] == n.Key && nixast.IsIdentifier(key)
}
