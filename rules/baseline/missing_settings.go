package baseline

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// named are the requirements of the directives.
func named(rs []profile.Requirement, directives []string) []profile.Requirement {
	return slices.DeleteFunc(slices.Clone(rs), func(r profile.Requirement) bool { return !slices.Contains(directives, r.Name()) })
}

// sectionOf is the section that takes the requirements; empty if they are options of
// the unit.
func sectionOf(rs []profile.Requirement) string {
	section := rs[0].Section
	for _, r := range rs {
		if r.Section != "" {
			section = r.Section
		}
	}
	return section
}

// explained is the finding with its notes and fixes.
func explained(d *lint.Draft, t taker, rs []profile.Requirement) lint.Finding {
	u := t.Unit
	d.Explain(rs, func(r *profile.Requirement) string { return written(u, r) })
	if x := d.Exposure; x != nil {
		d.Note("exposure: now %s %s → with safe fixes %s %s → with all fixes %s %s (fixes of this finding, systemd %s)",
			x.Now, x.Now.Predicate(), x.Safe, x.Safe.Predicate(), x.All, x.All.Predicate(), u.Version)
	}
	addFixes(d, t, rs)
	return titled(d, u, rs)
}

// titled is the finding under its title.
func titled(d *lint.Draft, u *unit.Unit, rs []profile.Requirement) lint.Finding {
	if len(rs) == 1 {
		return d.Findingf("`%s` is missing (baseline `%s`)", setting(u, &rs[0]), rs[0].Baseline.Name)
	}
	return d.Findingf("missing %d settings required by the `%s` baseline", len(rs), rs[0].Baseline.Name)
}

// written is a requirement as the source of the unit has it.
func written(u *unit.Unit, r *profile.Requirement) string {
	if u.Style != nixos.TextStyle {
		return setting(u, r) + ";"
	}
	var lines []string
	for _, l := range r.Lines {
		lines = append(lines, l.Key+"="+l.Value)
	}
	return strings.Join(lines, "\n")
}

// setting is a requirement as a setting of the unit.
func setting(u *unit.Unit, r *profile.Requirement) string { return r.Name() + " = " + r.Text(u.Unit) }

// exposure is that of the unit without and with the requirements; nil if the source
// does not decide it.
func exposure(t taker, rs []profile.Requirement) *lint.Exposure {
	safe, unsafe := t.split(rs)
	var scores [3]security.Exposure
	met := [][]profile.Requirement{nil, safe, slices.Concat(safe, unsafe)}
	for i, with := range met {
		if i > 0 && len(with) == len(met[i-1]) { // each begins with the one before
			scores[i] = scores[i-1]
			continue
		}
		score, ok := t.score(with)
		if !ok {
			return nil
		}
		scores[i] = score
	}
	return &lint.Exposure{Now: scores[0], Safe: scores[1], All: scores[2]}
}

// addFixes adds a fix for the requirements that are safe to add and one for those
// that are not. One that cannot be written becomes a note.
func addFixes(d *lint.Draft, t taker, rs []profile.Requirement) {
	if len(t.Partial) > 0 && rs[0].Baseline.Applies != nil {
		d.Note("not fixed automatically: a part of the unit cannot be seen: %s", t.Partial[0].Text)
		return
	}
	if t.Style == nixos.TextStyle && hasUnknownName(t.Unit) {
		d.Note("not fixed automatically: the text has a name that systemd does not know")
		return
	}
	safe, unsafe := t.split(rs)
	for _, group := range [][]profile.Requirement{safe, unsafe} {
		if len(group) == 0 {
			continue
		}
		x, problem := addRows(t, group, lint.SafeUnless(t.risk(&group[0])))
		if problem != "" {
			d.Note("not fixed automatically: %s", problem)
		}
		if len(x.Edits) > 0 {
			d.Fix(x)
		}
	}
}

// hasUnknownName reports whether a line has a name that systemd does not know: it may mean
// a setting that is required, and in a text nothing keeps that from being set twice.
func hasUnknownName(u *unit.Unit) bool {
	for n := range u.Namings() {
		if _, known := directive.LookupAny(n.In, n.Key); !known && !directive.Silent(n.Key) {
			return true
		}
	}
	return false
}

// split parts the requirements into those that are safe to add and those that are not.
// Of one that is not, the milder value may be safe: the other one is a step further.
func (t taker) split(rs []profile.Requirement) (safe, unsafe []profile.Requirement) {
	for _, r := range rs {
		if milder, ok := r.Milder(); ok && t.risk(&milder) == "" {
			r = milder
		}
		if t.risk(&r) == "" {
			safe = append(safe, r)
		} else {
			unsafe = append(unsafe, r)
		}
	}
	return safe, unsafe
}

// addRows makes one fix that adds the requirements, each to its section. The problem
// says which of them could not be added.
func addRows(t taker, rs []profile.Requirement, a lint.Applicability) (x lint.Fix, problem string) {
	x = lint.Fix{Applicability: a}
	var added []profile.Requirement
	for _, group := range bySite(t, rs) {
		var attrs []emit.Attr
		for _, r := range group.rows {
			v, ok := r.Value(t.Unit.Unit)
			if !ok {
				problem = "the value of " + r.Name() + " cannot be written here"
				continue
			}
			attrs = append(attrs, emit.A(r.Name(), v))
			added = append(added, r)
		}
		if len(attrs) == 0 {
			continue
		}
		edits, err := t.add(group.site, t.Where(&rs[0]), attrs)
		if err != nil {
			problem, added = err.Error(), added[:len(added)-len(attrs)]
			continue
		}
		if fix.Conflict(x.Edits, edits) { // both break the same line: these wait for the next round
			added = added[:len(added)-len(attrs)]
			continue
		}
		x.Edits = append(x.Edits, edits...)
	}
	x.Title = addTitle(profile.RequirementNames(added))
	x.Breaks = breaks(added, t)
	return x, problem
}

// addTitle is the title of a fix that adds settings: their names if there are few,
// since the finding lists many.
func addTitle(names []string) string {
	if len(names) > 3 {
		return fmt.Sprintf("add %d settings", len(names))
	}
	return "add `" + strings.Join(names, "`, `") + "`"
}

// breaks is what the requirements may break, each thing once with those that may break
// it, or alone if all may.
func breaks(rs []profile.Requirement, t taker) string {
	var whats []string
	by := map[string][]string{}
	n := 0
	for _, r := range rs {
		what := t.risk(&r)
		if what == "" {
			continue
		}
		if by[what] == nil {
			whats = append(whats, what)
		}
		by[what] = append(by[what], r.Name())
		n++
	}
	if len(whats) == 1 && n == len(rs) && n > 1 {
		return whats[0]
	}
	for i, what := range whats {
		whats[i] = strings.Join(by[what], ", ") + ": " + what
	}
	return strings.Join(whats, "; ")
}

// siteRows are requirements that go to one place.
type siteRows struct {
	site nixos.Site
	rows []profile.Requirement
}

// bySite groups the requirements by the place that takes them.
func bySite(t taker, rs []profile.Requirement) []siteRows {
	var out []siteRows
	sites := map[string]nixos.Site{}
	for _, r := range rs {
		site, ok := sites[r.Section]
		if !ok {
			site = t.place(r.Section)
			sites[r.Section] = site
		}
		if r.IsToken() {
			if beside := profile.TokenSite(t.Unit.Unit); beside.Set != site.Set {
				site = beside
			}
		}
		i := slices.IndexFunc(out, func(g siteRows) bool {
			return g.site.Set == site.Set && g.site.Prefix == site.Prefix && g.rows[0].Section == r.Section
		})
		if i < 0 {
			out = append(out, siteRows{site: site})
			i = len(out) - 1
		}
		out[i].rows = append(out[i].rows, r)
	}
	return out
}
