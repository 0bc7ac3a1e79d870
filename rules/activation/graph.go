package activation

import (
	"slices"

	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// together reports whether two units are certainly units of one system: files that no
// host leads to may be of several.
func together(a, b *unit.Unit) bool {
	if !a.Host.SameGroup(b.Host) || a.Scope != b.Scope {
		return false
	}
	return a.Host.Name != "" || len(filesOf(a)) == 1 && slices.Equal(filesOf(a), filesOf(b))
}

// filesOf are the files that define a unit. The timer of a startAt has those of its
// service.
func filesOf(u *unit.Unit) []*nixos.File {
	if files := u.Files(); len(files) > 0 {
		return files
	}
	return []*nixos.File{u.Def().File}
}

// triggered is the unit that a timer, socket or path unit starts, and the setting that
// says so (systemd.timer(5), Unit=; systemd.socket(5), Service= and Accept=); false if
// that is not known.
func triggered(u *unit.Unit) (name string, at unit.Setting, ok bool) {
	section, key := nixos.OwnSection(u.Type()), "Unit"
	if u.Type() == "socket" {
		key = "Service"
	}
	if at, ok = u.Setting(section, key); ok {
		return at.Text, at, at.When == nil
	}
	if len(u.Directive(section, key).Defs) > 0 || u.UnseenIn(section, key) {
		return "", at, false
	}
	if at, ok := u.Setting("Socket", "Accept"); u.Type() == "socket" && (ok && at.Text != "false" && at.Text != "no" || len(u.Directive("Socket", "Accept").Defs) > 0) {
		return "", at, false
	}
	return u.BaseName() + ".service", at, true
}

// triggers reports whether a unit is one that starts another by itself, or may be: systemd
// orders the two.
func triggers(u *unit.Unit, name string) bool {
	if _, waits := waitedFor[u.Type()]; !waits {
		return false
	}
	service, _, ok := triggered(u)
	return !ok || service == name
}

// peer is the unit of a name that is certainly one of the same system; nil if there is
// none, or several.
func peer(part *unit.Part, u *unit.Unit, name string) *unit.Unit {
	var found *unit.Unit
	for _, other := range part.Named(name) {
		if !other.Host.SameGroup(u.Host) || other.Scope != u.Scope {
			continue
		}
		if found != nil || other.Pattern || other.When() != nil || other.Enabled() != eval.Yes || !together(u, other) {
			return nil
		}
		found = other
	}
	return found
}

// ordered reports whether one unit is started after or before another, or may be.
func ordered(u, other *unit.Unit, name string) bool {
	for _, directive := range []string{"After", "Before"} {
		if u.DependsOn(name, directive) != eval.No || other != nil && other.DependsOn(u.Name, directive) != eval.No {
			return true
		}
	}
	return false
}
