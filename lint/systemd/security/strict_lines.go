package security

import (
	"slices"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
)

// compareLines answers for a directive whose effect lies in its own lines alone.
// open reports that lines which cannot be seen may exist when have is empty.
func compareLines(d *directive.Directive, have, want []unitfile.Assignment, open bool, v directive.Version) value.Answer {
	if open && len(have) == 0 {
		return value.CannotTell
	}
	if d.Repeat == directive.Override || d.Repeat == directive.FirstWins {
		text, known := lastValue(d, have, v)
		if !known {
			return value.CannotTell
		}
		wanted, _ := lastValue(d, want, v)
		return value.Compare(d, text, wanted, v)
	}
	list, complete := listWords(d, have)
	wanted, _ := listWords(d, want)
	switch d.Name {
	case "ReadWritePaths", "ExecPaths", "BindPaths", "SupplementaryGroups", "PassEnvironment", "IPIngressFilterPath", "IPEgressFilterPath":
		return compareLists(d, wanted, list, complete, value.No)
	}
	return compareLists(d, list, wanted, complete, value.Yes)
}

// compareLists reports whether outer has all of inner. Where the list is not
// complete, only the answer that more words cannot change is given.
func compareLists(d *directive.Directive, outer, inner []string, complete bool, stays value.Answer) value.Answer {
	holds := !slices.ContainsFunc(inner, func(word string) bool {
		return !slices.ContainsFunc(outer, func(o string) bool { return value.Covers(d, o, word) })
	})
	result := value.Answered(holds)
	if !complete && result != stays {
		return value.CannotTell
	}
	return result
}

// last returns the effective value: the last valid one, else the default. known
// is false when a line that is not known may have set it.
func lastValue(d *directive.Directive, lines []unitfile.Assignment, v directive.Version) (text string, known bool) {
	text, known = d.Default, true
	for _, a := range lines {
		switch {
		case a.Unknown:
			known = false
		case a.Value == "" && value.EmptyVerdict(d, v).Status == value.Valid:
			text, known = d.Default, true
		case a.Value != "" && value.CheckLine(d, a.Value, value.Expander{Version: v}).Status < value.Ignored:
			text, known = a.Value, true
		}
	}
	return text, known
}

// listWords returns the words of all lines since the last reset. complete is false
// when some line is not known.
func listWords(d *directive.Directive, lines []unitfile.Assignment) (list []string, complete bool) {
	complete = true
	for _, a := range lines {
		switch {
		case a.Unknown:
			complete = false
			if d.Empty != directive.EmptyNothing { // it may be a reset
				list = nil
			}
		case a.Value == "":
			if d.Empty == directive.EmptyClears || d.Empty == directive.EmptyResets {
				list, complete = nil, true
			}
		default:
			list = append(list, value.Elements(d, a.Value)...)
		}
	}
	return list, complete
}
