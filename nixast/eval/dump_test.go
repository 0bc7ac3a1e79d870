package eval

import (
	"fmt"
	"strconv"
	"strings"

	"wardnix/nixast"
)

// dump writes a value down, to be read by a person: conditions in front of
// what depends on them, "?" before what is not known.
func dump(ev *Evaluator, t *Thunk, depth int) string {
	if depth == 0 {
		return "…"
	}
	switch v := ev.Force(t).(type) {
	case *Null:
		return "null"
	case *Bool:
		return strconv.FormatBool(v.V)
	case *Int:
		return strconv.FormatInt(v.V, 10)
	case *Float:
		return strconv.FormatFloat(v.V, 'f', -1, 64)
	case *String:
		if _, ok := v.Text(); ok || len(ev.expand(v)) == 1 {
			return strconv.Quote(v.Pattern())
		}
		return dumpCases(ev, t, depth)
	case *Path:
		return v.pattern()
	case *Function:
		if v.prim != nil {
			return "«" + v.prim.name + "»"
		}
		return "«lambda»"
	case *Choice:
		return dumpCases(ev, t, depth)
	case *List:
		var b strings.Builder
		b.WriteString("[")
		for _, it := range v.Items {
			b.WriteString(" " + dumpWhen(it.When) + dump(ev, it.Value, depth-1))
			if it.Many {
				b.WriteString("*")
			}
		}
		return b.String() + " ]"
	case *Attrs:
		return dumpAttrs(ev, v, depth)
	case *Unknown:
		if v.Failure != NoFailure {
			return "!(" + v.Reason + ")"
		}
		if v.Label != "" {
			return "?" + v.Label
		}
		return "?(" + v.Reason + ")"
	}
	return "?"
}

func dumpWhen(c *Cond) string {
	if c == nil {
		return ""
	}
	return "(" + c.String() + ") "
}

func dumpCases(ev *Evaluator, t *Thunk, depth int) string {
	var parts []string
	for _, k := range ev.Cases(t) {
		parts = append(parts, dumpWhen(k.When)+dump(ev, k.Value, depth))
	}
	return strings.Join(parts, " | ")
}

func dumpAttrs(ev *Evaluator, a *Attrs, depth int) string {
	var b strings.Builder
	b.WriteString("{")
	for _, x := range a.All() {
		fmt.Fprintf(&b, " %s = %s;", nixast.QuoteAttr(x.Name), dumpDefs(ev, x.Defs, depth))
	}
	for _, d := range a.Rest() {
		name := "…"
		if d.Name != nil {
			name = strconv.Quote(d.Name.Pattern())
		}
		fmt.Fprintf(&b, " %s = %s;", name, dumpDefs(ev, []Def{d}, depth))
	}
	return b.String() + " }"
}

func dumpDefs(ev *Evaluator, defs []Def, depth int) string {
	var parts []string
	for _, d := range defs {
		s := dumpWhen(d.When)
		if d.Value == nil {
			s += "?" + d.Open.text()
		} else {
			s += dump(ev, d.Value, depth-1)
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " | ")
}
