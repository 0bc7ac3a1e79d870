package baseline

import (
	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/security"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// sharing lets other units of one text have the finding in common; nil if the
// requirements are no settings of a section, or a part of the unit cannot be seen.
func sharing(p *lint.Pass, t taker, rs []profile.Requirement) *lint.Sharing {
	u, section := t.Unit, sectionOf(rs)
	if section == "" || len(u.Partial) > 0 {
		return nil
	}
	risks := map[string]string{}
	for _, r := range rs {
		if r.Section == section && !r.IsToken() {
			risks[r.Name()] = u.RiskOf(&r)
		}
	}
	return &lint.Sharing{
		Sites: append([]nixos.Site{u.Site(section)}, u.SharedSites(section)...),
		Risks: risks,
		At: func(site nixos.Site, directives []string, risks map[string]string) lint.Finding { // hosts are freed by then
			t, rs := taker{u, t.score, &site, risks}, named(rs, directives)
			d := p.AtNode(site.Set).Place(u.Anchor(site))
			d.Units, d.Exposure = u.Self(), exposure(t, rs)
			return explained(d, t, rs)
		},
	}
}

// A taker is a unit that takes settings: at its own place, or at one that it shares
// with others.
type taker struct {
	*unit.Unit
	// score is the Scorer of the unit.
	score func([]profile.Requirement) (security.Exposure, bool)
	// shared is that place; nil for the unit's own.
	shared *nixos.Site
	// risks are what each setting may break in any of the units that share it.
	risks map[string]string
}

// place is where the settings of a section go.
func (t taker) place(section string) nixos.Site {
	if t.shared != nil {
		return *t.shared
	}
	return t.Site(section)
}

// risk is what a requirement may break.
func (t taker) risk(r *profile.Requirement) string {
	if t.shared != nil {
		return t.risks[r.Name()]
	}
	return t.RiskOf(r)
}

// add adds settings at a place.
func (t taker) add(at nixos.Site, where emit.Where, attrs []emit.Attr) ([]lint.FileEdit, error) {
	if t.shared != nil {
		return fix.AddForAll(at, where, attrs)
	}
	return fix.Add(at, where, attrs)
}
