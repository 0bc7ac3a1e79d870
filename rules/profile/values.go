package profile

import (
	"maps"
	"strings"

	"wardnix/emit"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/unitfile"
	"wardnix/nixast/eval"
)

// NixText is a value as Nix source on one line.
func NixText(v any) string {
	s, err := emit.Nix(v)
	if err != nil {
		return "…"
	}
	return OneLine(s)
}

// Why is what a row's comment says of its effect, on one line.
func (r *Requirement) Why() string {
	why, _, _ := strings.Cut(r.comment, "Cost:")
	return OneLine(why)
}

// Cost is what a row's comment says of its cost, on one line.
func (r *Requirement) Cost() string {
	_, cost, _ := strings.Cut(r.comment, "Cost:")
	return OneLine(cost)
}

// OneLine replaces each run of blanks and newlines by a space.
func OneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// GoValue is a value as emit writes it; false if a part of it is not known.
func GoValue(ev *eval.Evaluator, t *eval.Thunk) (any, bool) {
	switch v := ev.Force(t).(type) {
	case *eval.Null:
		return nil, true
	case *eval.Bool:
		return v.V, true
	case *eval.Int:
		return v.V, true
	case *eval.Float:
		return v.V, true
	case *eval.String:
		return v.Text()
	case *eval.List:
		items := make([]any, 0, len(v.Items))
		for _, item := range v.Items {
			x, ok := GoValue(ev, item.Value)
			if !ok || item.When != nil || item.Many {
				return nil, false
			}
			items = append(items, x)
		}
		return items, true
	}
	return nil, false
}

// Value is what a fix writes for the row into the unit; u is nil for rows of
// the host.
func (r *Requirement) Value(u *nixos.Unit) (any, bool) {
	if u != nil && r.IsToken() {
		expr, _, ok := tokenExpr(u)
		if !ok {
			return nil, false
		}
		return []any{emit.Expr(expr)}, true
	}
	if r.Want == nil && r.Section != "" {
		return "", r.Known // the same empty assignment, and not mistaken for "not set"
	}
	return r.Want, r.Known
}

// Text is the value as Nix source on one line, for messages.
func (r *Requirement) Text(u *nixos.Unit) string {
	v, ok := r.Value(u)
	if !ok {
		if u != nil && r.IsToken() {
			if token, ok := ShownToken(u); ok {
				return "[ " + token + " ]"
			}
		}
		return "…"
	}
	return NixText(v)
}

// ManagerKey is the directive of system.conf that an option sets.
func ManagerKey(path []string) (string, bool) {
	if len(path) == 4 && path[0] == "systemd" && path[1] == "settings" && path[2] == "Manager" {
		return path[3], true
	}
	if len(path) == 3 && path[0] == "systemd" && path[1] == "watchdog" {
		return WatchdogOption(path[2])
	}
	return "", false
}

// WatchdogOption is the directive that an old option of systemd.watchdog is now.
func WatchdogOption(option string) (directive string, ok bool) {
	directive, ok = watchdogOptions[option]
	return directive, ok
}

// WatchdogOptions are all of them, by the old name.
func WatchdogOptions() map[string]string { return maps.Clone(watchdogOptions) }

// watchdogOptions are the options that NixOS 25.11 renamed to directives of
// systemd.settings.Manager (nixos/doc/manual/release-notes/rl-2511.section.md).
var watchdogOptions = map[string]string{
	"device":      "WatchdogDevice",
	"runtimeTime": "RuntimeWatchdogSec",
	"rebootTime":  "RebootWatchdogSec",
	"kexecTime":   "KExecWatchdogSec",
}

// ManagerLines are the lines of system.conf that a value renders to.
func ManagerLines(ev *eval.Evaluator, key string, t *eval.Thunk) []unitfile.Assignment {
	return unitfile.Assignments("Manager", nixos.Render(ev, key, t))
}
