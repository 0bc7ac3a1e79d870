package nixos

import (
	"slices"

	"wardnix/lint/systemd"
)

// Systemd is the unit as lint/systemd judges it: what is not known is Unknown,
// and a section in which settings may be unseen is open.
func (u *Unit) Systemd() *systemd.Unit {
	out := &systemd.Unit{Name: u.Name}
	open := func(section string) {
		if !slices.Contains(out.Open, section) {
			out.Open = append(out.Open, section)
		}
	}
	for _, l := range u.Lines() {
		switch {
		case l.Key == "" && l.Section == "":
			for _, section := range sectionsOf(u.Type()) {
				open(section)
			}
		case l.Key == "":
			open(l.Section)
		default:
			line := systemd.Line{Key: l.Key, Text: l.Text, Unknown: !l.Known || l.When != nil || l.Unseen != ""}
			out.Assignments = append(out.Assignments, systemd.Assignments(l.Section, []systemd.Line{line})...)
		}
	}
	if u.IsOverride() || len(u.Partial) > 0 {
		for _, section := range sectionsOf(u.Type()) {
			open(section)
		}
	}
	return out
}
