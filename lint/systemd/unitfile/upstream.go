package unitfile

import (
	"slices"
	"sort"
	"strings"

	"wardnix/lint/systemd/directive"
)

// upstreamLine is one assignment of a unit that systemd itself brings, in the
// versions first to last.
type upstreamLine struct {
	unit                string
	first, last         directive.Version
	section, key, value string
}

// Upstream returns a unit that systemd itself brings in version v, as far as its
// sandbox and its loading go: User=, ExecStart= (as "/upstream"), and the
// directives that confine it, in file order. It reports false when that version
// has no such unit, or when nothing is known of it. The facts are those of the
// units folder of systemd's release tags.
func Upstream(name string, v directive.Version) (*Unit, bool) {
	if !strings.Contains(name, ".") {
		name += ".service"
	}
	i := sort.Search(len(upstreamLines), func(i int) bool { return upstreamLines[i].unit >= name })
	u := &Unit{Name: name}
	for ; i < len(upstreamLines) && upstreamLines[i].unit == name; i++ {
		l := &upstreamLines[i]
		if v.Clamp() < l.first || v.Clamp() > l.last {
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
		if v >= l.first && v <= l.last && (len(names) == 0 || names[len(names)-1] != l.unit) {
			names = append(names, l.unit)
		}
	}
	return names
}

// Override returns the unit with the assignments of a drop-in behind its own.
func (u *Unit) Override(dropin ...Assignment) *Unit {
	merged := *u
	merged.Assignments = slices.Clone(u.Assignments)
	for _, a := range dropin {
		a.Dropin = true
		merged.Assignments = append(merged.Assignments, a)
	}
	return &merged
}
