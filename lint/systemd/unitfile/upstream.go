package unitfile

import (
	"slices"
	"sort"
	"strings"

	"wardnix/lint/systemd/directive"
)

// upstreamLine is one assignment of a unit that systemd itself brings. since and
// until are 0 where the oldest and the newest version have it.
type upstreamLine struct {
	unit                string
	since, until        directive.Version
	section, key, value string
}

// in reports whether version v has the line.
func (l *upstreamLine) in(v directive.Version) bool {
	return v >= l.since && (l.until == 0 || v <= l.until)
}

// Upstream returns a unit that systemd itself brings in version v, as far as its
// sandbox and its loading go: User=, ExecStart= (as "/upstream"), and the
// directives that confine it, in file order. It reports false when that version
// has no such unit, or when nothing is known of it. The facts are those of the
// units directory of systemd's release tags.
func Upstream(name string, v directive.Version) (*Unit, bool) {
	if !strings.Contains(name, ".") {
		name += ".service"
	}
	i := sort.Search(len(upstreamLines), func(i int) bool { return upstreamLines[i].unit >= name })
	u := &Unit{Name: name}
	for ; i < len(upstreamLines) && upstreamLines[i].unit == name; i++ {
		l := &upstreamLines[i]
		if !l.in(v.Clamp()) {
			continue
		}
		u.Assignments = append(u.Assignments, Assignment{Section: l.section, Key: l.key, Value: l.value})
	}
	return u, len(u.Assignments) > 0
}

// UpstreamNames returns the names of the units that version v brings and that
// Upstream knows, sorted.
func UpstreamNames(v directive.Version) []string {
	var names []string
	for i := range upstreamLines {
		l := &upstreamLines[i]
		if l.in(v) && (len(names) == 0 || names[len(names)-1] != l.unit) {
			names = append(names, l.unit)
		}
	}
	return names
}

// Override returns the unit with the assignments of a drop-in after its own.
func (u *Unit) Override(dropin ...Assignment) *Unit {
	merged := *u
	merged.Assignments = slices.Clone(u.Assignments)
	for _, a := range dropin {
		a.Dropin = true
		merged.Assignments = append(merged.Assignments, a)
	}
	return &merged
}
