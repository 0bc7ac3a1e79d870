package systemd

import (
	"math"
	"slices"
	"strings"
)

// compareLines answers for a directive whose effect lies in its own lines alone.
// open tells that lines which cannot be seen may exist when have is empty.
func compareLines(d *Directive, have, want []Assignment, open bool, v Version) Answer {
	if open && len(have) == 0 {
		return CannotTell
	}
	if d.Repeat == Override || d.Repeat == FirstWins {
		text, known := lastValue(d, have, v)
		if !known {
			return CannotTell
		}
		wanted, _ := lastValue(d, want, v)
		return compareValues(d, text, wanted, v)
	}
	list, complete := listWords(d, have, v)
	wanted, _ := listWords(d, want, v)
	switch d.Name {
	case "ReadWritePaths", "ExecPaths", "BindPaths", "SupplementaryGroups", "PassEnvironment", "IPIngressFilterPath", "IPEgressFilterPath":
		return compareLists(wanted, list, d.Kind == KindPaths, complete, No)
	}
	return compareLists(list, wanted, d.Kind == KindPaths, complete, Yes)
}

// compareLists reports whether outer holds all of inner. Where the list is not
// complete, only the answer that more words cannot change is given.
func compareLists(outer, inner []string, paths, complete bool, stays Answer) Answer {
	holds := !slices.ContainsFunc(inner, func(word string) bool {
		return !slices.ContainsFunc(outer, func(o string) bool { return o == word || paths && below(word, o) })
	})
	result := answer(holds)
	if !complete && result != stays {
		return CannotTell
	}
	return result
}

// last returns the value in force: the last valid one, else the default. known
// is false when a line that is not known may have set it.
func lastValue(d *Directive, lines []Assignment, v Version) (text string, known bool) {
	text, known = d.Default, true
	for _, a := range lines {
		switch {
		case a.Unknown:
			known = false
		case a.Value == "" && emptyVerdict(d, v).Status == Valid:
			text, known = d.Default, true
		case a.Value != "" && checkLine(d, a.Value, expander{version: v}).Status < Ignored:
			text, known = a.Value, true
		}
	}
	return text, known
}

// list returns the words of all lines since the last reset. complete is false
// when some line is not known.
func listWords(d *Directive, lines []Assignment, v Version) (list []string, complete bool) {
	complete = true
	for _, a := range lines {
		switch {
		case a.Unknown:
			complete = false
			if d.Empty != EmptyNothing { // it may be a reset
				list = nil
			}
		case a.Value == "":
			if d.Empty == EmptyClears || d.Empty == EmptyResets {
				list, complete = nil, true
			}
		case oneWord(d):
			list = append(list, a.Value)
		default:
			words(a.Value, unquote|relaxQuotes, func(word string) bool {
				if d.Kind == KindPaths {
					word = simplePath(strings.TrimPrefix(strings.TrimPrefix(word, "-"), "+"))
				}
				list = append(list, word)
				return true
			})
		}
	}
	return list, complete
}

// oneWord reports whether a line of the list is one element, blanks or not.
func oneWord(d *Directive) bool {
	switch d.Kind {
	case KindExec, KindEnvironmentFile, KindCondition, KindConditionPath, KindLoadCredential, KindSetCredential, KindTimer,
		KindListen, KindPathSpec, KindDevices, KindDeviceValue, KindFilterPath:
		return true
	}
	return false
}

// restartOrder has the values of Restart= that restart less often first.
var restartOrder = Enum{weaker: [][2]string{{"no", "on-watchdog"}, {"on-watchdog", "on-abnormal"}, {"no", "on-abort"},
	{"on-abort", "on-abnormal"}, {"on-abnormal", "on-failure"}, {"on-failure", "always"}, {"no", "on-success"}, {"on-success", "always"}}}

// compareValues compares two values of a directive that holds one.
func compareValues(d *Directive, have, want string, v Version) Answer {
	if have == want {
		return Yes
	}
	switch kind := d.KindIn(v); kind {
	case KindBool, KindTristate:
		a, _ := ParseBool(have)
		b, _ := ParseBool(want)
		return answer(a == b || a && d.Man == "systemd.exec")
	case KindEnum, KindHostname:
		return compareEnums(d, have, want, v)
	case KindMode:
		a, _ := parseMode(have)
		b, _ := parseMode(want)
		return answer(a&^b == 0)
	case KindSpan, KindSpanOrEmpty, KindTimeout, KindWatchdog, KindSpanNano:
		return compareSpans(kind, have, want)
	case KindBytes, KindMemory, KindTasks, KindPercent, KindLimit:
		return compareSizes(have, want)
	}
	return No
}

func compareEnums(d *Directive, have, want string, v Version) Answer {
	e := d.Enum()
	if d.Name == "Restart" {
		e = &restartOrder
	} else {
		have, _ = parseEnum(e, have, v)
		want, _ = parseEnum(e, want, v)
	}
	if have == want {
		return Yes
	}
	if len(e.weaker) == 0 {
		return No
	}
	stricter, known := stricterValue(e, have, want)
	if !known && d.Name != "Restart" {
		return CannotTell
	}
	return answer(stricter)
}

// compareSpans reports whether have is at most want. A watchdog time of zero or
// infinity means that there is no watchdog.
func compareSpans(kind Kind, have, want string) Answer {
	read := func(text string) (uint64, bool) {
		if text == "off" || text == "" {
			return usecInfinity, text == "off"
		}
		n, ok := parseSpan(text, 1e6)
		if n == 0 && (kind == KindTimeout || kind == KindWatchdog) {
			n = usecInfinity
		}
		return n, ok
	}
	a, ok := read(have)
	b, known := read(want)
	if !ok || !known {
		return CannotTell
	}
	return answer(a <= b)
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
	return answer(a <= b)
}
