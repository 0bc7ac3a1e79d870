package unit

import (
	"iter"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/shell"
	"wardnix/nixast/eval"
)

// commandTexts are a unit's command lines and scripts, with what is written in
// place of the scripts that they call, and what the unit has in its path, each with
// its place.
func (u *Unit) commandTexts() iter.Seq2[Setting, string] {
	return func(yield func(Setting, string) bool) {
		ev := u.Host.Evaluator()
		var parts []sign
		at := func(key string, d *nixos.Def) Setting {
			return Setting{nixos.Line{Section: "Service", Key: key, Def: d, Origin: d.Binding}}
		}
		take := func(key string, o *nixos.Option) {
			for _, d := range o.Defs {
				for _, text := range scripts(ev, d.Value, 0, nil) {
					parts = append(parts, sign{at: at(key, d), text: text})
				}
			}
		}
		for _, l := range u.Lines() {
			if l.Section == "Service" && strings.HasPrefix(l.Key, "Exec") && !yield(Setting{l}, l.Shown) {
				return
			}
		}
		for _, o := range u.Directives("Service") {
			if strings.HasPrefix(o.Name(), "Exec") {
				take(o.Name(), o)
			}
		}
		for _, name := range slices.Concat(scriptOptions, []string{"path"}) {
			o := u.Option(name)
			for _, d := range o.Defs {
				if _, known := ev.Force(d.Value).(*eval.String); known {
					continue
				}
				if b, ok := d.Binding.AsBinding(); ok && !yield(at(name, d), shell.WithoutComments(b.Value().Text())) {
					return
				}
			}
			take(name, o)
		}
		for _, p := range parts {
			if !yield(p.at, shell.WithoutComments(p.text)) {
				return
			}
		}
	}
}

// Scripts that call others are followed this far, and no further than that many
// characters.
const (
	maxScripts    = 4
	maxScriptText = 1 << 18
)

// scripts adds what is known of the texts that a value is made of: those that
// functions such as writeShellScript make files of included.
func scripts(ev *eval.Evaluator, t *eval.Thunk, depth int, found []string) []string {
	if depth > maxScripts || len(found) > 0 && len(found[len(found)-1]) > maxScriptText {
		return found
	}
	switch v := ev.Force(t).(type) {
	case *eval.String:
		var b strings.Builder
		for _, p := range v.Pieces {
			if p.Unknown == nil {
				b.WriteString(p.Text)
				continue
			}
			b.WriteString("${" + p.Unknown.Label + "}")
			found = called(ev, p.Unknown, depth, found)
		}
		return append(found, b.String())
	case *eval.Unknown:
		if v.Label != "" {
			found = append(found, "${"+v.Label+"}")
		}
		found = called(ev, v, depth, found)
	case *eval.List:
		for _, item := range v.Items {
			found = scripts(ev, item.Value, depth+1, found)
		}
	case *eval.Attrs:
		for _, name := range []string{"text", "runtimeInputs", "script"} {
			for _, d := range v.Lookup(name).Defs {
				if d.Value != nil {
					found = scripts(ev, d.Value, depth+1, found)
				}
			}
		}
	case *eval.Choice:
		for _, c := range ev.Cases(t) {
			found = scripts(ev, c.Value, depth+1, found)
		}
	}
	return found
}

// called adds the text of a script that a function such as writeShellScript makes
// a file of, and the command that escapeSystemdExecArgs writes. What makes files of
// configuration says nothing of commands.
func called(ev *eval.Evaluator, file *eval.Unknown, depth int, found []string) []string {
	name := file.Func[strings.LastIndexByte(file.Func, '.')+1:]
	if !strings.HasPrefix(name, "escape") && (!strings.HasPrefix(name, "write") || strings.HasPrefix(name, "writeText")) {
		return found
	}
	for _, arg := range file.Args {
		found = scripts(ev, arg, depth+1, found)
	}
	return found
}
