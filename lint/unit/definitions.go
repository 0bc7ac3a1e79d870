package unit

import (
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/nixast"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// KnownStrings are the items of a list of strings that are known; ok says
// that those are all.
func KnownStrings(ev *eval.Evaluator, t *eval.Thunk) (items []string, ok bool) {
	list := ev.List(t)
	if list == nil {
		return nil, false
	}
	ok = true
	for _, item := range list.Items {
		var text string
		known := false
		if s := ev.String(item.Value); s != nil && item.When == nil && !item.Many {
			text, known = s.Text()
		}
		if !known {
			ok = false
			continue
		}
		items = append(items, text)
	}
	return items, ok
}

// IsSure reports whether a definition is certainly there, and is written as what it
// looks like.
func IsSure(d *nixos.Def) bool {
	return d.When == nil && d.Maybe == nil && d.Misfit.IsZero() && !d.Binding.IsZero()
}

// MeetSomewhere is meet for what does not depend on the order of modules: those
// that one module imports meet, too.
func MeetSomewhere(h *nixos.Host, a, b *nixos.Def) bool { return Meet(h, a, b) || a.Together(b) }

// Meet reports whether two definitions are certainly of one system: of a host
// that the project names, or both in one mkMerge. In the world of files that no
// host leads to, they may be of modules that are never used together.
func Meet(h *nixos.Host, a, b *nixos.Def) bool {
	if h.Name != "" {
		return true
	}
	if a.Binding.File() != b.Binding.File() {
		return false
	}
	above := slices.Collect(a.Binding.Ancestors())
	for n := range b.Binding.Ancestors() {
		if slices.Contains(above, n) {
			call, ok := n.Parent().AsApply()
			return n.Kind() == nixast.List && ok && NamesFunction(call.Func(), "mkMerge")
		}
	}
	return false
}

// MeetIn reports whether two definitions of a unit are certainly used together: as
// meet has it, or because a single binding is all that defines the unit.
func MeetIn(u *Unit, a, b *nixos.Def) bool {
	return Meet(u.Host, a, b) || len(u.Defs()) == 1
}

// NamesFunction reports whether n is the function of that name, of lib, builtins
// or in scope.
func NamesFunction(n nixast.Node, name string) bool {
	n = n.Unparen()
	if s, ok := n.AsSelect(); ok {
		last := nixast.Node{}
		for a := range s.Path().Attrs() {
			last = a
		}
		got, ok := last.AttrName()
		return ok && got == name
	}
	return n.Kind() == nixast.Ident && n.Text() == name
}

// isNull reports whether a line comes from null.
func isNull(u *Unit, l nixos.Line) bool {
	if l.Value == nil {
		return false
	}
	_, ok := u.Host.Evaluator().Force(l.Value).(*eval.Null)
	return ok
}

// slip is the number of mistakes that a person makes in a word without meaning
// another.
const slip = 2

// IsFar reports whether two words differ by more than a slip, case aside.
func IsFar(a, b string) bool {
	return spell.Distance(strings.ToLower(a), strings.ToLower(b), slip) > slip
}

// CommonPrefix returns the number of elements with which both lists begin.
func CommonPrefix(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// IsOldWatchdog reports whether a name is one of the old option systemd.watchdog
// in the place of the new one.
func IsOldWatchdog(n Naming) bool {
	_, old := profile.WatchdogOptions[n.Key]
	return old && n.Conf() == "Manager"
}

// FirstStage reports whether systemd runs the first stage of a host.
func FirstStage(h *nixos.Host) eval.Truth {
	enable := h.Option("boot", "initrd", "systemd", "enable")
	switch {
	case enable.IsSet() || len(enable.Unseen) > 0 || len(h.Unseen) > 0:
		return enable.Bool()
	case !h.ReleaseKnown:
		return eval.Maybe
	case h.Release.Before(nixos.Release{Year: 26, Month: 5}):
		return eval.No
	}
	return eval.Yes
}

// IsNested reports whether the value of a line is a list inside a list.
func IsNested(u *Unit, l nixos.Line) bool {
	if l.Value == nil {
		return false
	}
	_, ok := u.Host.Evaluator().Force(l.Value).(*eval.List)
	return ok
}

// OnlyMasks reports whether all that the project says of a unit of the system is
// that it is switched off.
func OnlyMasks(u *Unit) bool {
	if u.Pattern || u.Scope.Kind != nixos.System || u.Enabled() != eval.No || u.When != nil || len(u.Partial) > 0 || strings.Contains(u.Name, "@") {
		return false
	}
	set := u.Option().Attrs()
	return len(set) == 1 && set[0].Name() == "enable" && len(set[0].Defs) == 1 && !set[0].Defs[0].Binding.IsZero()
}
