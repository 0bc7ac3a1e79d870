package audit

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unitfiles"
)

// Difference is what became of a unit between two systems.
type Difference struct {
	// Old and New are the unit in each; nil where it is missing.
	Old, New *Unit
	// Changes are the directives that differ, as the units have them in order.
	Changes []DirectiveChange
	// Was and Is are the exposures; nil where there is none.
	Was, Is *security.Assessment
}

// Unit is the unit in the one system or the other.
func (d *Difference) Unit() *Unit {
	if d.New != nil {
		return d.New
	}
	return d.Old
}

// DirectiveChange is what became of a directive.
type DirectiveChange struct {
	Section, Key string
	// Old and New are its lines.
	Old, New []string
	// Effect is "stronger" or "weaker" where systemd's own order of a
	// protection says, else "changed".
	Effect string
}

// The effects of a change.
const (
	stronger = "stronger"
	weaker   = "weaker"
	changed  = "changed"
)

// compareUnits compares two systems without their containers.
func compareUnits(old, new *System) []Difference {
	news := map[unitKey]*Unit{}
	for _, u := range new.Units {
		news[keyOf(u)] = u
	}
	var found []Difference
	for _, u := range old.Units {
		k := keyOf(u)
		if d := difference(u, news[k], new.Version); d != nil {
			found = append(found, *d)
		}
		delete(news, k)
	}
	for _, u := range new.Units {
		if news[keyOf(u)] != nil {
			found = append(found, *difference(nil, u, new.Version))
		}
	}
	slices.SortStableFunc(found, func(a, b Difference) int {
		x, y := a.Unit(), b.Unit()
		return cmp.Or(x.Scope.Compare(y.Scope), strings.Compare(x.Name, y.Name))
	})
	return found
}

// Compare reports what became of the units of a system and its containers: those that were
// added, removed or changed, by scope and name. Paths of the store that only have
// another hash are equal, and what systemd does not look at does not count.
func Compare(old, new []*System) []Difference {
	var found []Difference
	none := func(s *System) *System {
		return &System{System: &unitfiles.System{Container: s.Container}, Version: s.Version}
	}
	for _, s := range old {
		i := slices.IndexFunc(new, func(n *System) bool { return n.Container == s.Container })
		if i < 0 {
			found = append(found, compareUnits(s, none(s))...)
		} else {
			found = append(found, compareUnits(s, new[i])...)
		}
	}
	for _, s := range new {
		if !slices.ContainsFunc(old, func(o *System) bool { return o.Container == s.Container }) {
			found = append(found, compareUnits(none(s), s)...)
		}
	}
	return found
}

// difference is that of one unit; nil if there is none.
func difference(old, new *Unit, v directive.Version) *Difference {
	d := &Difference{Old: old, New: new}
	if old != nil {
		d.Was, _ = old.Exposure()
	}
	if new != nil {
		d.Is, _ = new.Exposure()
	}
	if old == nil || new == nil || old.Masked != new.Masked {
		return d
	}
	type sectionKey struct{ section, key string }
	seen := map[sectionKey]bool{}
	for _, a := range slices.Concat(old.assignments, new.assignments) {
		k := sectionKey{a.Section, a.Key}
		if seen[k] || directive.Silent(a.Key) {
			continue
		}
		seen[k] = true
		before, after := old.values(k.section, k.key), new.values(k.section, k.key)
		if !slices.Equal(stable(before), stable(after)) {
			d.Changes = append(d.Changes, DirectiveChange{k.section, k.key, texts(before), texts(after), effect(k.section, k.key, before, after, v)})
		}
	}
	if len(d.Changes) == 0 {
		return nil
	}
	return d
}

// confining are the manual pages whose directives confine a unit.
var confining = []string{"systemd.exec", "systemd.resource-control"}

// effect says in systemd's order what a change comes to.
func effect(section, key string, before, after []unitfile.Assignment, v directive.Version) string {
	d, ok := directive.Lookup(section, key, v)
	if !ok || !slices.Contains(confining, strings.TrimSuffix(d.Man, "(5)")) {
		return changed
	}
	up, down := security.AtLeast(section, key, after, before, v), security.AtLeast(section, key, before, after, v)
	switch {
	case up == value.Yes && down == value.No:
		return stronger
	case up == value.No && down == value.Yes:
		return weaker
	}
	return changed
}

func texts(as []unitfile.Assignment) []string {
	out := make([]string, len(as))
	for i, a := range as {
		out[i] = a.Value
	}
	return out
}

// storeHash is the hash in a path of the store.
var storeHash = regexp.MustCompile(`/[0-9a-df-np-sv-z]{32}-`)

// stable are the values without what changes with every build.
func stable(as []unitfile.Assignment) []string {
	out := texts(as)
	for i, t := range out {
		out[i] = storeHash.ReplaceAllString(t, "/…-")
	}
	return out
}
