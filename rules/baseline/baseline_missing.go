package baseline

import (
	"wardnix/lint"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// BaselineMissing reports, once a unit and baseline, the settings that a baseline
// requires and nothing sets.
var BaselineMissing = &lint.Rule{Page: lint.ReadPage(pages, "baseline-missing"), Unit: checkMissing}

func checkMissing(p *lint.Pass, u *unit.Unit) {
	for _, b := range p.Baselines {
		if rs := missing(u, b); len(rs) > 0 {
			p.Report(missingFinding(p, u, rs, suggests(u, b, rs)))
		}
	}
}

// missing are the requirements of a baseline that nothing sets in a unit.
func missing(u *unit.Unit, b *profile.Baseline) []profile.Requirement {
	var rs []profile.Requirement
	standings := u.Standings(b)
	for i, r := range u.Requirements(b) {
		if standings[i] == unit.Missing && !u.Misspelled(&r) {
			rs = append(rs, r)
		}
	}
	return rs
}

// missingFinding is the finding about requirements that nothing meets.
func missingFinding(p *lint.Pass, u *unit.Unit, rs []profile.Requirement, suggestion bool) lint.Finding {
	t := taker{Unit: u, score: u.Scorer()}
	d := p.AtUnit(u, profile.RequirementNames(rs)...).Place(u.Anchor(t.place(sectionOf(rs)))).Narrow(func(directives []string) lint.Finding {
		return missingFinding(p, u, named(rs, directives), suggestion)
	})
	d.Suggestion, d.Exposure = suggestion, exposure(t, rs)
	if !suggestion || !p.Brief() {
		d.Sharing = sharing(p, t, rs)
		return explained(d, t, rs)
	}
	whole := *d
	d.Full = func() lint.Finding {
		one := whole
		return explained(&one, t, rs)
	}
	return titled(d, u, rs)
}
