package lint

import (
	"cmp"
	"maps"
	"slices"

	"wardnix/emit"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
)

// Sharing lets findings that several units of one text have in common become one
// finding, with one fix in that text.
type Sharing struct {
	// Sites are the places that can take what is missing: the unit's own, then those
	// that other units may use as well.
	Sites []nixos.Site
	// Risks are what each directive may break in the unit; "" if nothing. A directive
	// that is not there cannot be shared.
	Risks map[string]string
	// At makes the finding about some of the directives with a fix at a site. The risks
	// are those of all units that share it.
	At func(site nixos.Site, directives []string, risks map[string]string) Finding
}

// shared makes what units of one text have in common findings at that text: what all
// of them lack goes to the place that they share, and the rest stays with each. Sets of
// a let binding come before the places of the units themselves, where the rest cannot
// be fixed.
func shared(found []Finding, w *unit.World) []Finding {
	found = slices.Clone(found)
	for _, g := range groups(found, false) {
		if len(g.members) > 1 && w.Users(g.site.Text()) == g.units(found) {
			found, _ = g.split(found)
		}
	}
	for _, g := range groups(found, true) {
		rest := g.members
		if w.Users(g.site.Text()) <= g.units(found) {
			found, rest = g.split(found)
		}
		for _, i := range rest {
			found[i].Fixes, found[i].Notes = nil, append(slices.Clip(found[i].Notes), differs)
		}
	}
	sortFindings(found)
	return found
}

// A group is findings of one rule, by index, that have a site in common.
type group struct {
	rule    *Rule
	site    nixos.Site
	members []int
}

// groups are the groups of findings, the largest first. own says whether to look at
// the place of each unit or at the others.
func groups(found []Finding, own bool) []group {
	type key struct {
		rule *Rule
		text nixos.Text
	}
	at := map[key]int{}
	var all []group
	for i := range found {
		f := &found[i]
		if f.Sharing == nil {
			continue
		}
		sites := f.Sharing.Sites[1:]
		if own {
			sites = f.Sharing.Sites[:1]
		}
		for _, s := range sites {
			if !s.OK() {
				continue
			}
			k := key{f.Rule, s.Text()}
			if _, ok := at[k]; !ok {
				at[k] = len(all)
				all = append(all, group{rule: f.Rule, site: s})
			}
			all[at[k]].members = append(all[at[k]].members, i)
		}
	}
	slices.SortStableFunc(all, func(a, b group) int { return cmp.Compare(len(b.members), len(a.members)) })
	return all
}

// units is the number of units that the findings are about.
func (g group) units(found []Finding) int {
	n := 0
	for _, i := range g.members {
		n += len(found[i].Units)
	}
	return n
}

// split replaces each finding of the group by one about what all of them have in
// common, at the group's site, and one about the rest, whose indices it returns.
func (g group) split(found []Finding) (all []Finding, rest []int) {
	common := g.common(found)
	if len(common) == 0 || g.alike(found) {
		return found, nil
	}
	risks := map[string]string{}
	for _, i := range g.members {
		for d, risk := range found[i].Sharing.Risks {
			risks[d] = cmp.Or(risks[d], risk)
		}
	}
	for _, i := range g.members {
		f := found[i]
		found[i] = f.at(g.site, common, risks)
		left := slices.DeleteFunc(f.Directives(), func(d string) bool { return slices.Contains(common, d) })
		if len(left) > 0 {
			rest = append(rest, len(found))
			found = append(found, f.only(left))
		}
	}
	return found, rest
}

// common are the directives that all findings of the group are about.
func (g group) common(found []Finding) []string {
	var common []string
	for n, i := range g.members {
		f := &found[i]
		if f.Sharing == nil { // it is part of another group already
			return nil
		}
		risks := f.Sharing.Risks
		if n == 0 {
			common = slices.DeleteFunc(f.Directives(), func(d string) bool { _, ok := risks[d]; return !ok })
			continue
		}
		common = slices.DeleteFunc(common, func(d string) bool { _, ok := risks[d]; return !ok })
	}
	return common
}

// alike reports whether there is nothing to split: the findings differ in the unit
// only, and the place is not written for several.
func (g group) alike(found []Finding) bool {
	first := &found[g.members[0]]
	return emit.Shared(g.site.Set) == nil && !slices.ContainsFunc(g.members, func(i int) bool {
		f := &found[i]
		return !slices.Equal(f.Directives(), first.Directives()) || f.Span != first.Span || f.File != first.File ||
			!maps.Equal(f.Sharing.Risks, first.Sharing.Risks)
	})
}
