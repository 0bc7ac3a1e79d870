package value

import (
	"math"

	"wardnix/lint/systemd/directive"
)

// OneWord reports whether a line of the list is one element, blanks or not.
func OneWord(d *directive.Directive) bool {
	switch d.Kind {
	case directive.KindExec, directive.KindEnvironmentFile, directive.KindCondition, directive.KindConditionPath, directive.KindLoadCredential, directive.KindSetCredential, directive.KindTimer,
		directive.KindListen, directive.KindPathSpec, directive.KindDevices, directive.KindDeviceValue, directive.KindFilterPath:
		return true
	}
	return false
}

// restartOrder has the values of Restart= that restart less often first.
var restartOrder = directive.Enum{Weaker: [][2]string{{"no", "on-watchdog"}, {"on-watchdog", "on-abnormal"}, {"no", "on-abort"},
	{"on-abort", "on-abnormal"}, {"on-abnormal", "on-failure"}, {"on-failure", "always"}, {"no", "on-success"}, {"on-success", "always"}}}

// CompareValues compares two values of a directive that holds one.
func CompareValues(d *directive.Directive, have, want string, v directive.Version) Answer {
	if have == want {
		return Yes
	}
	switch kind := d.KindIn(v); kind {
	case directive.KindBool, directive.KindTristate:
		a, _ := ParseBool(have)
		b, _ := ParseBool(want)
		return Answered(a == b || a && d.Man == "systemd.exec")
	case directive.KindEnum, directive.KindHostname:
		return compareEnums(d, have, want, v)
	case directive.KindMode:
		a, _ := ParseMode(have)
		b, _ := ParseMode(want)
		return Answered(a&^b == 0)
	case directive.KindSpan, directive.KindSpanOrEmpty, directive.KindTimeout, directive.KindWatchdog, directive.KindSpanNano:
		return compareSpans(kind, have, want)
	case directive.KindBytes, directive.KindMemory, directive.KindTasks, directive.KindPercent, directive.KindLimit:
		return compareSizes(have, want)
	}
	return No
}

func compareEnums(d *directive.Directive, have, want string, v directive.Version) Answer {
	e := d.Enum()
	if d.Name == "Restart" {
		e = &restartOrder
	} else {
		have, _ = ParseEnum(e, have, v)
		want, _ = ParseEnum(e, want, v)
	}
	if have == want {
		return Yes
	}
	if len(e.Weaker) == 0 {
		return No
	}
	stricter, known := StricterValue(e, have, want)
	if !known && d.Name != "Restart" {
		return CannotTell
	}
	return Answered(stricter)
}

// compareSpans reports whether have is at most want. A watchdog time of zero or
// infinity means that there is no watchdog.
func compareSpans(kind directive.Kind, have, want string) Answer {
	read := func(text string) (uint64, bool) {
		if text == "off" || text == "" {
			return UsecInfinity, text == "off"
		}
		n, ok := SpanIn(text, 1e6)
		if n == 0 && (kind == directive.KindTimeout || kind == directive.KindWatchdog) {
			n = UsecInfinity
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

// compareSizes reports whether have is at most want.
func compareSizes(have, want string) Answer {
	read := func(text string) (n uint64, share, ok bool) {
		if text == "" || text == "infinity" {
			return math.MaxUint64, false, true
		}
		if p, ok := parsePermyriad(text); ok {
			return uint64(p), true, true
		}
		n, ok = ParseSize(text)
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
