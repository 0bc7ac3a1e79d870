package security

import (
	"slices"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
)

// Setting is what is effective of one directive after all lines of a unit, and
// after what other directives imply.
type Setting struct {
	// Values has the value of a directive that has one, or the words of a
	// list. Of a capability set, RestrictAddressFamilies= and
	// RestrictNamespaces= it has the names that are left; of
	// SystemCallFilter= the calls that are allowed.
	Values []string
	// All reports that a set is not confined at all; Values is then empty.
	All bool
	// Unknown reports that lines which are not known have a say; Values then is
	// the most that may be effective.
	Unknown bool
	// ImpliedBy names the directive that overrides the lines, else it is empty.
	ImpliedBy string
}

// Effective returns what is effective of a directive. It reports false for a
// directive that version v does not know.
func Effective(u *unitfile.Unit, section, name string, v directive.Version) (Setting, bool) {
	d, ok := directive.Lookup(section, name, v)
	if !ok {
		return Setting{}, false
	}
	lines := u.Values(section, name)
	var set Setting
	set.Unknown = len(lines) == 0 && u.IsOpen(section) || slices.ContainsFunc(lines, func(a unitfile.Assignment) bool { return a.Unknown })
	if section == u.SandboxSection() {
		for _, i := range Implications(v) {
			if i.Implies == name && Read(u, v).AtLeast(section, i.Directive, []unitfile.Assignment{{Section: section, Key: i.Directive, Value: "yes"}}) == value.Yes &&
				AtLeast(section, name, lines, []unitfile.Assignment{{Section: section, Key: name, Value: i.Value}}, v) != value.Yes {
				set.ImpliedBy = i.Directive
			}
		}
		s := loadState(u, v, weakest)
		s.imply()
		if f := fieldsByName[name]; f != nil && f.show != nil {
			f.show(s, &set)
			if set.All {
				set.Values = nil
			}
			return set, true
		}
	}
	if d.Repeat == directive.Override || d.Repeat == directive.FirstWins {
		if value, _ := lastValue(d, lines, v); value != "" {
			set.Values = []string{value}
		}
		return set, true
	}
	set.Values, _ = listWords(d, lines)
	return set, true
}

// Implication is what one directive, switched on, implies for another, whatever the
// lines of that other one say.
type Implication struct {
	Directive string // the one that is "yes"
	Implies   string // the other one
	Value     string // what the other one is at least
}

// Implications returns what directives imply for others in version v
// (src/core/unit.c, unit_patch_contexts).
func Implications(v directive.Version) []Implication {
	var list []Implication
	for i := range fields {
		for other := range fields[i].implied(v) {
			list = append(list, Implication{fields[i].name, other.name, other.value})
		}
	}
	return list
}
