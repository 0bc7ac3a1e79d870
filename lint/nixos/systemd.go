package nixos

import (
	"slices"

	"wardnix/lint/systemd/unitfile"
)

// Systemd is the unit as lint/systemd judges it: what is not known is Unknown,
// and a section in which settings may be unseen is open. The Line of an
// assignment is the number of the line in [Unit.Lines] that it comes from, from 1.
func (u *Unit) Systemd() *unitfile.Unit {
	out := &unitfile.Unit{Name: u.Name}
	open := func(section string) {
		if !slices.Contains(out.Open, section) {
			out.Open = append(out.Open, section)
		}
	}
	for i, l := range u.Lines() {
		switch {
		case l.Key == "" && l.Section == "":
			for _, section := range u.sections() {
				open(section)
			}
		case l.Key == "":
			open(l.Section)
		default:
			line := unitfile.Line{Key: l.Key, Text: l.Text, Unknown: !l.Known || l.When != nil || l.Unseen != ""}
			for _, a := range unitfile.Assignments(l.Section, []unitfile.Line{line}) {
				a.Line = i + 1
				out.Assignments = append(out.Assignments, a)
			}
		}
	}
	if u.IsOverride() || len(u.Partial) > 0 {
		for _, section := range u.sections() {
			open(section)
		}
	}
	return out
}
