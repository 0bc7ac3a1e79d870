package baseline

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// BaselineMissing reports, once a unit, what a baseline asks for and nothing
// sets.
var BaselineMissing = &lint.Rule{
	Page: lint.ReadPage(pages, "baseline-missing"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			for _, b := range p.Baselines {
				reportMissing(p, u, b)
			}
		})
	},
}

func reportMissing(p *lint.Pass, u *unit.Unit, b *profile.Baseline) {
	var rs []profile.Requirement
	standings := u.Standings(b)
	for i, r := range u.Asked(b) {
		if standings[i] == unit.Missing && !u.Misspelt(&r) {
			rs = append(rs, r)
		}
	}
	if len(rs) > 0 {
		f := missingFinding(p, u, b, rs)
		f.Suggestion = suggests(u, b, rs)
		p.Report(f)
	}
}

// missingFinding is the finding about requirements that nothing meets.
func missingFinding(p *lint.Pass, u *unit.Unit, b *profile.Baseline, rs []profile.Requirement) lint.Finding {
	section := rs[0].Section
	for _, r := range rs {
		if r.Section != "" {
			section = r.Section
		}
	}
	file, span := u.Anchor(u.Site(section))
	problem := missingProblem(b, rs, func(r *profile.Requirement) string { return r.Text(u.Unit) })
	f := lint.Finding{
		Message: u.Name + " " + problem, Problem: problem,
		File: file, Span: span, Units: u.Self(), About: u.About(profile.Names(rs)...),
	}
	f.Notes = lint.ExplainRequirements("missing", rs, func(r *profile.Requirement) string { return r.Name() + " = " + r.Text(u.Unit) + ";" })
	if e := u.Exposure(rs); e != "" {
		f.Notes = append(f.Notes, lint.Note{Label: "exposure", Text: e})
	}
	f.Fixes, f.Notes = missingFixes(u, rs, f.Notes)
	f.Only = func(directives []string) lint.Finding {
		return missingFinding(p, u, b, slices.DeleteFunc(slices.Clone(rs), func(r profile.Requirement) bool {
			return !slices.Contains(directives, r.Name())
		}))
	}
	return f
}

func missingProblem(b *profile.Baseline, rs []profile.Requirement, text func(*profile.Requirement) string) string {
	if len(rs) == 1 {
		return fmt.Sprintf("does not set %s; the %s baseline asks for %s", rs[0].Name(), b.Name, text(&rs[0]))
	}
	return fmt.Sprintf("does not set %d things that the %s baseline asks for: %s",
		len(rs), b.Name, strings.Join(profile.Names(rs), ", "))
}

// missingFixes are a fix for the rows that are safe to add and one for those
// that are not. A row that cannot be written becomes a note.
func missingFixes(u *unit.Unit, rs []profile.Requirement, notes []lint.Note) ([]lint.Fix, []lint.Note) {
	if len(u.Partial) > 0 && rs[0].Baseline.Applies != nil {
		return nil, append(notes, lint.Note{Label: "note",
			Text: "not fixed automatically: a part of the unit cannot be seen: " + u.Partial[0].Text})
	}
	var fixes []lint.Fix
	for _, a := range []lint.Applicability{lint.Safe, lint.Unsafe} {
		group := slices.DeleteFunc(slices.Clone(rs), func(r profile.Requirement) bool { return lint.Unless(u.RiskOf(&r)) != a })
		if len(group) == 0 {
			continue
		}
		x, problem := addRows(u, group, a)
		if problem != "" {
			notes = append(notes, lint.Note{Label: "note", Text: "not fixed automatically: " + problem})
		}
		if len(x.Edits) > 0 {
			fixes = append(fixes, x)
		}
	}
	return fixes, notes
}

// addRows makes one fix that adds the rows, each to its section. The problem
// tells what of them could not be added.
func addRows(u *unit.Unit, rs []profile.Requirement, a lint.Applicability) (x lint.Fix, problem string) {
	x = lint.Fix{Applicability: a}
	var added []profile.Requirement
	for _, group := range bySite(u, rs) {
		var attrs []emit.Attr
		for _, r := range group.rows {
			v, ok := r.Value(u.Unit)
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
		edits, err := fix.Add(group.site, u.Where(&rs[0]), attrs)
		if err != nil {
			problem, added = err.Error(), added[:len(added)-len(attrs)]
			continue
		}
		x.Edits = append(x.Edits, edits...)
	}
	x.Title = "add " + strings.Join(profile.Names(added), ", ")
	x.Breaks = breaks(added, u)
	return x, problem
}

// breaks is what the rows may break, each thing told once with the rows that
// may break it, or alone where all may.
func breaks(rs []profile.Requirement, u *unit.Unit) string {
	var whats []string
	by := map[string][]string{}
	n := 0
	for _, r := range rs {
		what := u.RiskOf(&r)
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

// siteRows are rows that go to one place.
type siteRows struct {
	site nixos.Site
	rows []profile.Requirement
}

// bySite sorts the rows by the place that takes them.
func bySite(u *unit.Unit, rs []profile.Requirement) []siteRows {
	var out []siteRows
	sites := map[string]nixos.Site{}
	for _, r := range rs {
		site, ok := sites[r.Section]
		if !ok {
			site = u.Site(r.Section)
			sites[r.Section] = site
		}
		if r.IsToken() {
			if beside := profile.TokenSite(u.Unit); beside.Set != site.Set {
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
