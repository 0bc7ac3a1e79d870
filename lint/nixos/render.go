package nixos

import (
	"fmt"
	"strconv"
	"strings"

	"wardnix/lint/systemd/unitfile"
	"wardnix/nixast/eval"
)

// Render returns the lines that NixOS writes for key = value
// (nixos/lib/systemd-lib.nix, attrsToSection; the same from 20.09 to 26.11): a
// list gives a line for each item, a list inside it is joined by blanks, null
// gives an empty assignment, and an empty list gives no line. A line whose text
// holds a newline is one here and several in the unit.
func Render(ev *eval.Evaluator, key string, value *eval.Thunk) []unitfile.Line {
	list, ok := ev.Force(value).(*eval.List)
	if !ok {
		return []unitfile.Line{renderLine(ev, key, value)}
	}
	lines := make([]unitfile.Line, 0, len(list.Items))
	for _, item := range list.Items {
		if item.When != nil || item.Many {
			return []unitfile.Line{{Key: key, Unknown: true}}
		}
		lines = append(lines, renderLine(ev, key, item.Value))
	}
	return lines
}

func renderLine(ev *eval.Evaluator, key string, value *eval.Thunk) unitfile.Line {
	text, known := render(ev, ev.Force(value), false)
	if !known {
		return unitfile.Line{Key: key, Unknown: true}
	}
	return unitfile.Line{Key: key, Text: text}
}

// render is the text that toOption of nixos/lib/systemd-lib.nix gives a value,
// and what builtins.toString gives those inside a list; false if a part of it
// is not known, and the text then is for people to read.
func render(ev *eval.Evaluator, v eval.Value, inner bool) (string, bool) {
	switch v := v.(type) {
	case *eval.Null:
		return "", true
	case *eval.Bool:
		switch {
		case !inner:
			return strconv.FormatBool(v.V), true
		case v.V:
			return "1", true
		}
		return "", true
	case *eval.Int:
		return strconv.FormatInt(v.V, 10), true
	case *eval.Float:
		return fmt.Sprintf("%f", v.V), true
	case *eval.String:
		if text, ok := v.Text(); ok {
			return text, true
		}
		return v.Pattern(), false
	case *eval.Path:
		text, ok := v.Text()
		return text, ok && !v.Source
	case *eval.List:
		return renderInner(ev, v)
	case *eval.Attrs:
		if out := v.Lookup("outPath"); certain(out) {
			return render(ev, ev.Force(ev.Value(out)), true)
		}
		return "{ … }", false
	case *eval.Unknown:
		if v.Label != "" {
			return "${" + v.Label + "}", false
		}
	}
	return "…", false
}

// renderInner is builtins.toString of a list: blanks between the elements,
// except after an empty list.
func renderInner(ev *eval.Evaluator, list *eval.List) (string, bool) {
	var b strings.Builder
	known := true
	for i, item := range list.Items {
		v := ev.Force(item.Value)
		if item.Many || item.When != nil {
			known = false
		}
		text, ok := render(ev, v, true)
		known = known && ok
		b.WriteString(text)
		if nested, ok := v.(*eval.List); i < len(list.Items)-1 && (!ok || len(nested.Items) > 0) {
			b.WriteByte(' ')
		}
	}
	return b.String(), known
}
