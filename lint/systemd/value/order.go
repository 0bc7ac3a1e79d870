package value

import (
	"math"

	"wardnix/lint/systemd/directive"
)

// restartOrder has the values of Restart= that restart less often first.
var restartOrder = directive.Enum{Weaker: [][2]string{{"no", "on-watchdog"}, {"on-watchdog", "on-abnormal"}, {"no", "on-abort"},
	{"on-abort", "on-abnormal"}, {"on-abnormal", "on-failure"}, {"on-failure", "always"}, {"no", "on-success"}, {"on-success", "always"}}}

// Compare reports whether the value have of a directive that has one is at least
// as strict as want.
func Compare(d *directive.Directive, have, want string, v directive.Version) Answer {
	c := newContext(d, Expander{Version: v})
	switch {
	case have == want:
		return Yes
	case c.order == nil:
		return No
	}
	return c.order(c, have, want)
}

// Elements cuts a line of a list into its elements.
func Elements(d *directive.Directive, text string) (list []string) {
	if split := kinds[d.Kind].split; split != nil {
		return split(text)
	}
	EachWord(text, Unquote|RelaxQuotes, func(word string) bool {
		list = append(list, word)
		return true
	})
	return list
}

// Covers reports whether an element of a list holds another one, as a path holds
// those below it.
func Covers(d *directive.Directive, outer, inner string) bool {
	covers := kinds[d.Kind].covers
	return outer == inner || covers != nil && covers(outer, inner)
}

// pathElements are the paths of a line, simplified and without marks.
func pathElements(text string) (list []string) {
	EachWord(text, Unquote|RelaxQuotes, func(word string) bool {
		list = append(list, simplePath(withoutMarks(word)))
		return true
	})
	return list
}

// orderBools takes "yes" for the stricter one in a sandbox.
func orderBools(c *context, have, want string) Answer {
	a, _ := ParseBool(have)
	b, _ := ParseBool(want)
	return Answered(a == b || a && c.of.Man == "systemd.exec")
}

func orderModes(_ *context, have, want string) Answer {
	a, _ := ParseMode(have)
	b, _ := ParseMode(want)
	return Answered(a&^b == 0)
}

func orderEnums(c *context, have, want string) Answer {
	e := c.of.Enum()
	if c.of.Name == "Restart" {
		e = &restartOrder
	} else {
		have, _ = ParseEnum(e, have, c.Version)
		want, _ = ParseEnum(e, want, c.Version)
	}
	if have == want {
		return Yes
	}
	if len(e.Weaker) == 0 {
		return No
	}
	stricter, known := StricterValue(e, have, want)
	if !known && c.of.Name != "Restart" {
		return CannotTell
	}
	return Answered(stricter)
}

// orderSpans reports whether have is at most want.
func orderSpans(_ *context, have, want string) Answer { return compareSpans(have, want, 0) }

// orderTimeouts is orderSpans where zero means no limit.
func orderTimeouts(_ *context, have, want string) Answer {
	return compareSpans(have, want, UsecInfinity)
}

// compareSpans compares spans of which zero means another length.
func compareSpans(have, want string, zero uint64) Answer {
	read := func(text string) (uint64, bool) {
		if text == "off" || text == "" {
			return UsecInfinity, text == "off"
		}
		n, ok := SpanIn(text, 1e6)
		if n == 0 {
			n = zero
		}
		return n, ok
	}
	a, ok := read(have)
	b, known := read(want)
	if !ok || !known {
		return CannotTell
	}
	return Answered(a <= b)
}

// orderSizes reports whether have is at most want.
func orderSizes(_ *context, have, want string) Answer {
	read := func(text string) (n uint64, share, ok bool) {
		if text == "" || text == "infinity" {
			return math.MaxUint64, false, true
		}
		if p, ok := parsePermyriad(text); ok {
			return uint64(p), true, true
		}
		n, ok = parseSize(text)
		return n, false, ok
	}
	a, shareA, okA := read(have)
	b, shareB, okB := read(want)
	switch {
	case b == math.MaxUint64 && okB:
		return Yes
	case !okA || !okB || shareA != shareB && a != math.MaxUint64:
		return CannotTell
	}
	return Answered(a <= b)
}
