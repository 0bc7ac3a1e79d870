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
// has a newline is one here and several in the unit.
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
	text, known := render(ev, ev.Force(value))
	if !known {
		return unitfile.Line{Key: key, Unknown: true}
	}
	return unitfile.Line{Key: key, Text: text}
}

// A renderer writes one value as NixOS writes it into a unit.
type renderer struct {
	ev   *eval.Evaluator
	left int // how many values more it may write
}

// maxRendered is how many values in values are written. Lists that hold another list
// twice, and so on, double with each level.
const maxRendered = 10_000

// render is the text that toOption of nixos/lib/systemd-lib.nix gives a value; false
// if a part of it is not known, and the text then is for people to read.
func render(ev *eval.Evaluator, v eval.Value) (string, bool) {
	r := renderer{ev, maxRendered}
	if b, ok := v.(*eval.Bool); ok {
		return strconv.FormatBool(b.V), true
	}
	return r.text(v)
}

// text is what builtins.toString gives a value.
func (r *renderer) text(v eval.Value) (string, bool) {
	if r.left--; r.left < 0 || !r.ev.Budget().Draw(1, 0) {
		return "…", false
	}
	switch v := v.(type) {
	case *eval.Null:
		return "", true
	case *eval.Bool:
		if v.V {
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
		return r.list(v)
	case *eval.Attrs:
		if out := v.Lookup("outPath"); certain(out) {
			return r.text(r.ev.Force(r.ev.Value(out)))
		}
		return "{ … }", false
	case *eval.Unknown:
		if v.Label != "" {
			return "${" + v.Label + "}", false
		}
	}
	return "…", false
}

// list is builtins.toString of a list: blanks between the elements, except after an
// empty list.
func (r *renderer) list(list *eval.List) (string, bool) {
	var b strings.Builder
	known := true
	for i, item := range list.Items {
		v := r.ev.Force(item.Value)
		if item.Many || item.When != nil {
			known = false
		}
		text, ok := r.text(v)
		known = known && ok
		if b.WriteString(text); r.left < 0 {
			break
		}
		if nested, ok := v.(*eval.List); i < len(list.Items)-1 && (!ok || len(nested.Items) > 0) {
			b.WriteByte(' ')
		}
	}
	r.ev.Budget().Draw(0, b.Len())
	return b.String(), known
}
