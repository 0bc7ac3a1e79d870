package rules

import (
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/nixast/eval"
)

// standing is how a unit or a host stands to a row of a baseline.
type standing uint8

const (
	unclear   standing = iota // it cannot be told: no finding
	satisfied                 // at least as strict
	missing                   // nothing in sight sets it
	weaker                    // something sets it to less
)

// standings are how the unit stands to the rows that a baseline asks of it. The
// caller must not change them.
func (u *unitView) standings(b *Baseline) []standing {
	found, ok := u.judged[b]
	if !ok {
		for _, r := range u.asked(b) {
			found = append(found, u.standing(&r))
		}
		u.judged[b] = found
	}
	return found
}

// standing compares the unit with a row.
func (u *unitView) standing(r *row) standing {
	whole, reading := u.whole, &u.reading
	if !r.generic && r.baseline.applies == nil && len(u.Partial) == 0 {
		closed := *whole // the baseline names the unit: it is taken as it is seen
		closed.Open = nil
		whole, reading = &closed, &u.closed
	}
	if *reading == nil {
		*reading = security.Read(whole, u.version)
	}
	return standingOf(u.Unit, whole, *reading, r, u.version)
}

func standingOf(u *nixos.Unit, whole *unitfile.Unit, read *security.Reading, r *row, v directive.Version) standing {
	if special, ok := specialRows[r.name()]; ok && r.baseline.applies != nil {
		return special(u, whole, r)
	}
	if r.section == "" {
		return containsAll(u.Host.Evaluator(), u.Option(r.path...), r)
	}
	o := u.Directive(r.section, r.name())
	if !o.IsSet() && len(whole.Values(r.section, r.name())) == 0 {
		return unset(u, whole, read, r, v)
	}
	if len(r.lines) == 0 { // the baseline's own value is not known, or renders nothing
		return unclear
	}
	if needsLine[r.name()] && len(whole.Values(r.section, r.name())) == 0 && len(o.Unseen) == 0 {
		return weaker
	}
	switch read.AtLeast(r.section, r.name(), r.lines) {
	case value.Yes:
		return satisfied
	case value.No:
		return weaker
	}
	return unclear
}

// needsLine are the directives whose default is as strict as it gets, and
// which a baseline asks for so that the unit says it.
var needsLine = map[string]bool{"AmbientCapabilities": true}

// unset is the standing of a directive that nothing in sight sets.
func unset(u *nixos.Unit, whole *unitfile.Unit, read *security.Reading, r *row, v directive.Version) standing {
	if slices.Contains(whole.Open, r.section) || len(u.Directive(r.section, r.name()).Unseen) > 0 {
		return unclear
	}
	bare := &unitfile.Unit{Name: whole.Name}
	if security.Read(bare, v).AtLeast(r.section, r.name(), r.lines) == value.Yes {
		return missing // the default is as strict, and the baseline wants it said
	}
	switch read.AtLeast(r.section, r.name(), r.lines) {
	case value.Yes:
		return satisfied // another directive implies it
	case value.CannotTell:
		return unclear // another directive may imply it
	}
	return missing
}

// containsAll compares options that are lists, such as after: the unit must
// have every item of the row, and may have others.
func containsAll(ev *eval.Evaluator, o *nixos.Option, r *row) standing {
	want, ok := knownStrings(r.ev, r.want)
	if !ok {
		return unclear
	}
	if len(o.Unseen) > 0 {
		return unclear
	}
	if !o.IsSet() {
		return missing
	}
	var have []string
	complete := true
	for _, d := range o.Defs {
		items, ok := knownStrings(ev, d.Value)
		complete = complete && ok && d.When == nil && d.Maybe == nil
		if d.When == nil && d.Maybe == nil {
			have = append(have, items...)
		}
	}
	switch {
	case !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(have, w) }):
		return satisfied
	case !complete:
		return unclear
	}
	return weaker
}

// knownStrings are the items of a list of strings that are known; ok tells
// that those are all.
func knownStrings(ev *eval.Evaluator, t *eval.Thunk) (items []string, ok bool) {
	list := ev.List(t)
	if list == nil {
		return nil, false
	}
	ok = true
	for _, item := range list.Items {
		var text string
		known := false
		if s := ev.String(item.Value); s != nil && item.When == nil && !item.Many {
			text, known = s.Text()
		}
		if !known {
			ok = false
			continue
		}
		items = append(items, text)
	}
	return items, ok
}

// specialRows are rows of a built-in baseline whose question is not a matter of
// systemd's order of values.
var specialRows = map[string]func(*nixos.Unit, *unitfile.Unit, *row) standing{
	"Restart":       restart,
	"RestartSec":    anyValue,
	"User":          ownUser,
	"Group":         ownUser,
	"ReadOnlyPaths": tokenPath,
}

// lastValue is the value of a directive of which the last line counts.
func lastValue(whole *unitfile.Unit, section, name string) (text string, set, known bool) {
	values := whole.Values(section, name)
	if len(values) == 0 {
		return "", false, !slices.Contains(whole.Open, section)
	}
	last := values[len(values)-1]
	return last.Value, true, !last.Unknown
}

func restart(_ *nixos.Unit, whole *unitfile.Unit, r *row) standing {
	text, set, known := lastValue(whole, r.section, r.name())
	switch {
	case !known:
		return unclear
	case !set:
		return missing
	case text == "on-failure" || text == "always":
		return satisfied
	}
	return weaker
}

func anyValue(_ *nixos.Unit, whole *unitfile.Unit, r *row) standing {
	text, set, known := lastValue(whole, r.section, r.name())
	switch {
	case !set && known:
		return missing
	case !set:
		return unclear
	case known && text == "":
		return weaker
	}
	return satisfied
}

// ownUser asks for a user, or a group, that is not root or everybody's.
func ownUser(u *nixos.Unit, whole *unitfile.Unit, r *row) standing {
	dynamic, set, known := lastValue(whole, r.section, "DynamicUser")
	if set && !known {
		return unclear
	}
	if on, ok := value.ParseBool(dynamic); set && ok && on {
		return satisfied
	}
	text, set, known := lastValue(whole, r.section, r.name())
	switch {
	case !set && known:
		return missing
	case !known:
		return unclear
	case text == "" || text == "root" || text == "0" || text == "nobody" || text == "nogroup":
		return weaker
	}
	return satisfied
}

// runs tells units that go on running a program: by their name or by what they
// execute.
func runs(program string) func(*nixos.Unit) bool {
	return func(u *nixos.Unit) bool {
		if u.Type() != "service" {
			return false
		}
		if kind, _ := u.Directive("Service", "Type").Text(); kind == "oneshot" {
			return false
		}
		if hasWord(u.BaseName(), program) {
			return true
		}
		for _, l := range u.Lines() {
			if l.Key == "ExecStart" && l.Section == "Service" && executes(l.Shown, program) {
				return true
			}
		}
		return false
	}
}

// hasWord reports whether word is one of the words of a unit's name, parted by
// "-", "_", "@" and the like.
func hasWord(name, word string) bool {
	return slices.Contains(strings.FieldsFunc(name, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9')
	}), word)
}

// executes reports whether a command line runs the program: its first word
// ends in it, whatever prefix and path stand before.
func executes(line, program string) bool {
	first, _, _ := strings.Cut(strings.TrimLeft(line, "-+!:@| "), " ")
	return first == program || strings.HasSuffix(first, "/"+program)
}
