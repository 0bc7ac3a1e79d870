package unit

import (
	"fmt"
	"slices"
	"sync"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// Standing is how a unit or a host relates to a row of a baseline.
type Standing uint8

// The answers.
const (
	Unclear   Standing = iota // it cannot be known: no finding
	Satisfied                 // at least as strict
	Missing                   // nothing in sight sets it
	Weaker                    // something sets it to less
)

// Standings are how the unit relates to the rows that a baseline requires of it. The
// caller must not change them.
func (u *Unit) Standings(b *profile.Baseline) []Standing {
	found, ok := u.judged[b]
	if !ok {
		for _, r := range u.Requirements(b) {
			found = append(found, u.standing(&r))
		}
		if u.judged == nil {
			u.judged = map[*profile.Baseline][]Standing{}
		}
		u.judged[b] = found
	}
	return found
}

// standing compares the unit with a row. One that a baseline names is taken as it is seen.
func (u *Unit) standing(r *profile.Requirement) Standing {
	if !r.Generic && r.Baseline.Applies == nil && len(u.Partial) == 0 {
		return standingOf(u.Unit, u.closed(), u.closedReading(), r, u.Version)
	}
	return standingOf(u.Unit, u.Full(), u.wholeReading(), r, u.Version)
}

// wholeReading is the unit as systemd reads it.
func (u *Unit) wholeReading() *security.Reading {
	if u.reading == nil {
		u.reading = security.Read(u.Full(), u.Version)
	}
	return u.reading
}

// closed is the unit without what is not in sight.
func (u *Unit) closed() *unitfile.Unit {
	if len(u.Full().Open) == 0 {
		return u.Full()
	}
	closed := *u.Full()
	closed.Open = nil
	return &closed
}

// closedReading is that as systemd reads it.
func (u *Unit) closedReading() *security.Reading {
	if len(u.Full().Open) == 0 {
		return u.wholeReading()
	}
	if u.inSight == nil {
		u.inSight = security.Read(u.closed(), u.Version)
	}
	return u.inSight
}

func standingOf(u *nixos.Unit, whole *unitfile.Unit, read *security.Reading, r *profile.Requirement, v directive.Version) Standing {
	if special, ok := specialRequirements[r.Name()]; ok && r.Baseline.Applies != nil {
		return special(u, whole, r)
	}
	if r.Section == "" {
		return ListStanding(u.Host.Evaluator(), u.Option(r.Path...), r)
	}
	isSet := len(whole.Values(r.Section, r.Name())) > 0
	if !isSet && !setsDirective(u, r) {
		return unset(u, whole, read, r, v)
	}
	if len(r.Lines) == 0 { // the baseline's own value is not known, or renders nothing
		return Unclear
	}
	if needsLine[r.Name()] && !isSet && len(optionFor(u, r).Unseen) == 0 {
		return Weaker
	}
	switch read.AtLeast(r.Section, r.Name(), r.Lines) {
	case value.Yes:
		return Satisfied
	case value.No:
		return Weaker
	}
	return Unclear
}

// setsDirective reports whether the unit sets the directive of a row, under any name.
func setsDirective(u *nixos.Unit, r *profile.Requirement) bool {
	section := u.Section(r.Section)
	return section.Sets(r.Name()) || slices.ContainsFunc(directive.AliasesOf(r.Section, r.Name()), section.Sets)
}

// needsLine are the directives whose default is as strict as it gets, and
// which a baseline requires so that the unit says it.
var needsLine = map[string]bool{"AmbientCapabilities": true}

// unset is the standing of a directive that nothing in sight sets.
func unset(u *nixos.Unit, whole *unitfile.Unit, read *security.Reading, r *profile.Requirement, v directive.Version) Standing {
	if slices.Contains(whole.Open, r.Section) || len(u.Section(r.Section).UnseenOf(r.Name())) > 0 {
		return Unclear
	}
	if isDefault(r, whole.Type(), v) {
		return Missing // the default is as strict, and the baseline wants it said
	}
	switch read.AtLeast(r.Section, r.Name(), r.Lines) {
	case value.Yes:
		return Satisfied // another directive implies it
	case value.CannotTell:
		return Unclear // another directive may imply it
	}
	return Missing
}

// A wish is what a requirement wants of a kind of units.
type wish struct {
	section, name, lines, unitType string
	version                        directive.Version
}

// defaults are the answers of isDefault, by wish: there are few, and all units share them.
var defaults sync.Map

// isDefault reports whether units without a line are as strict as a requirement.
func isDefault(r *profile.Requirement, unitType string, v directive.Version) bool {
	k := wish{section: r.Section, name: r.Name(), unitType: unitType, version: v}
	for i, l := range r.Lines {
		if k.lines = l.Value; i > 0 {
			k.lines = fmt.Sprint(r.Lines)
			break
		}
	}
	strict, known := defaults.Load(k)
	if !known {
		bare := &unitfile.Unit{Name: "unit." + unitType}
		strict = security.Read(bare, v).AtLeast(r.Section, r.Name(), r.Lines) == value.Yes
		defaults.Store(k, strict)
	}
	return strict == true
}

// ListStanding compares options that are lists, such as after: the unit must
// have every item of the row, and may have others.
func ListStanding(ev *eval.Evaluator, o *nixos.Option, r *profile.Requirement) Standing {
	list, ok := r.Want.([]any)
	if !ok {
		return Unclear
	}
	want := make([]string, len(list))
	for i, item := range list {
		if want[i], ok = item.(string); !ok {
			return Unclear
		}
	}
	if len(o.Unseen) > 0 {
		return Unclear
	}
	if !o.IsSet() {
		return Missing
	}
	var have []string
	complete := true
	for _, d := range o.Defs {
		items, ok := ev.KnownStrings(d.Value)
		complete = complete && ok && d.When == nil && d.Maybe == nil
		if d.When == nil && d.Maybe == nil {
			have = append(have, items...)
		}
	}
	switch {
	case !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(have, w) }):
		return Satisfied
	case !complete:
		return Unclear
	}
	return Weaker
}

// specialRequirements are rows of a built-in baseline whose question is not a matter of
// systemd's order of values.
var specialRequirements = map[string]func(*nixos.Unit, *unitfile.Unit, *profile.Requirement) Standing{
	"Restart":       restart,
	"RestartSec":    anyValue,
	"User":          ownUser,
	"Group":         ownUser,
	"ReadOnlyPaths": tokenPath,
}

// Effective is the value of a directive of which the last line counts, as the unit
// has it with what systemd's own unit of that name sets: whether anything sets it,
// and whether that, and the value, are known.
func (u *Unit) Effective(section, name string) (text string, set, known bool) {
	return effective(u.Full(), section, name)
}

func effective(whole *unitfile.Unit, section, name string) (text string, set, known bool) {
	values := whole.Values(section, name)
	if len(values) == 0 {
		return "", false, !slices.Contains(whole.Open, section)
	}
	last := values[len(values)-1]
	return last.Value, true, !last.Unknown
}

func restart(_ *nixos.Unit, whole *unitfile.Unit, r *profile.Requirement) Standing {
	text, set, known := effective(whole, r.Section, r.Name())
	switch {
	case !known:
		return Unclear
	case !set:
		return Missing
	case text == "on-failure" || text == "always":
		return Satisfied
	}
	return Weaker
}

func anyValue(_ *nixos.Unit, whole *unitfile.Unit, r *profile.Requirement) Standing {
	text, set, known := effective(whole, r.Section, r.Name())
	switch {
	case !set && known:
		return Missing
	case !set:
		return Unclear
	case known && text == "":
		return Weaker
	}
	return Satisfied
}

// ownUser requires a user, or a group, that is not root or everybody's.
func ownUser(_ *nixos.Unit, whole *unitfile.Unit, r *profile.Requirement) Standing {
	dynamic, set, known := effective(whole, r.Section, "DynamicUser")
	if set && !known {
		return Unclear
	}
	if on, ok := value.ParseBool(dynamic); set && ok && on {
		return Satisfied
	}
	text, set, known := effective(whole, r.Section, r.Name())
	switch {
	case !set && known:
		return Missing
	case !known:
		return Unclear
	case text == "" || text == "root" || text == "0" || text == "nobody" || text == "nogroup":
		return Weaker
	}
	return Satisfied
}
