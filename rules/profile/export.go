package profile

import (
	"maps"
	"slices"

	"wardnix/lint/nixos"
)

// A Setting is what a baseline sets, as a generator writes it.
type Setting struct {
	// Path leads to the option: below the unit for a setting of a unit
	// ("serviceConfig", "ProtectHome"), from the root of the options otherwise.
	Path []string
	// Unit is the unit that the setting belongs to, "nginx.service"; "*" for
	// one of any service, "" for a setting of the host.
	Unit string
	// Section is the section of the unit that a directive belongs to.
	Section string
	// Value is nil, a bool, an int64, a float64, a string, or a []any of them.
	Value any
	// Comment is what the baseline says of it: what it does, and what it costs.
	Comment string
}

// Settings are what the baseline sets on a release of NixOS, in the order in
// which it is written. Settings whose value the baseline leaves open are not
// among them.
func (b *Baseline) Settings(release nixos.Release) []Setting {
	all := b.Requirements(release)
	type placed struct {
		at int
		Setting
	}
	var found []placed
	add := func(unit string, rs []Requirement) {
		for _, r := range rs {
			if r.Known && !r.IsToken() {
				found = append(found, placed{r.at, Setting{r.Path, unit, r.Section, r.Want, r.comment}})
			}
		}
	}
	add("", all.Host)
	add("*", all.Generic)
	for _, unit := range slices.Sorted(maps.Keys(all.Units)) {
		add(unit, all.Units[unit])
	}
	slices.SortStableFunc(found, func(a, b placed) int { return a.at - b.at })
	out := make([]Setting, len(found))
	for i, p := range found {
		out[i] = p.Setting
	}
	return out
}
