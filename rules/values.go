package rules

import (
	"strings"

	"wardnix/emit"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/unitfile"
	"wardnix/nixast/eval"
)

// goValue is a value as emit writes it; false if a part of it is not known.
func goValue(ev *eval.Evaluator, t *eval.Thunk) (any, bool) {
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
			x, ok := goValue(ev, item.Value)
			if !ok || item.When != nil || item.Many {
				return nil, false
			}
			items = append(items, x)
		}
		return items, true
	}
	return nil, false
}

// value is what a fix writes for the row into the unit; u is nil for rows of
// the host.
func (r *row) value(u *nixos.Unit) (any, bool) {
	if u != nil && r.isToken() {
		expr, _, ok := tokenExpr(u)
		if !ok {
			return nil, false
		}
		return []any{emit.Expr(expr)}, true
	}
	return goValue(r.ev, r.want)
}

// text is the value as Nix source on one line, for messages.
func (r *row) text(u *nixos.Unit) string {
	v, ok := r.value(u)
	if !ok {
		if u != nil && r.isToken() {
			if token, ok := shownToken(u); ok {
				return "[ " + token + " ]"
			}
		}
		return "…"
	}
	return written(v)
}

// shown is what an option is set to as its source has it, on one line.
func shown(o *nixos.Option) string {
	var parts []string
	for _, d := range o.Defs {
		text := d.Binding.Text()
		if b, ok := d.Binding.AsBinding(); ok {
			text = b.Value().Text()
		}
		parts = append(parts, oneLine(text))
	}
	return strings.Join(parts, " and ")
}

// managerKey is the directive of system.conf that an option sets.
func managerKey(path []string) (string, bool) {
	if len(path) == 4 && path[0] == "systemd" && path[1] == "settings" && path[2] == "Manager" {
		return path[3], true
	}
	if len(path) == 3 && path[0] == "systemd" && path[1] == "watchdog" {
		key, ok := watchdogOptions[path[2]]
		return key, ok
	}
	return "", false
}

// watchdogOptions are the options that NixOS 25.11 renamed to directives of
// systemd.settings.Manager (nixos/doc/manual/release-notes/rl-2511.section.md).
var watchdogOptions = map[string]string{
	"device":      "WatchdogDevice",
	"runtimeTime": "RuntimeWatchdogSec",
	"rebootTime":  "RebootWatchdogSec",
	"kexecTime":   "KExecWatchdogSec",
}

// managerLines are the lines of system.conf that a value renders to.
func managerLines(ev *eval.Evaluator, key string, t *eval.Thunk) []unitfile.Assignment {
	return unitfile.Assignments("Manager", unitfile.Render(key, renderable(ev, t)))
}

// renderable is a value as systemd.Render takes it.
func renderable(ev *eval.Evaluator, t *eval.Thunk) unitfile.Value {
	switch v := ev.Force(t).(type) {
	case *eval.Null:
		return unitfile.Null()
	case *eval.Bool:
		return unitfile.Bool(v.V)
	case *eval.Int:
		return unitfile.Int(v.V)
	case *eval.Float:
		return unitfile.Float(v.V)
	case *eval.String:
		if s, ok := v.Text(); ok {
			return unitfile.String(s)
		}
	case *eval.List:
		var items []unitfile.Value
		for _, item := range v.Items {
			if item.When != nil || item.Many {
				return unitfile.Unknown()
			}
			items = append(items, renderable(ev, item.Value))
		}
		return unitfile.List(items...)
	}
	return unitfile.Unknown()
}
