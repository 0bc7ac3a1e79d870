package nixos

import (
	"slices"
	"strings"

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
	lines := u.Lines()
	out.Assignments = make([]unitfile.Assignment, 0, len(lines))
	for i := 0; i < len(lines); i++ {
		l, number := &lines[i], i+1
		switch {
		case l.Key == "" && l.Section == "":
			for _, section := range u.sections() {
				open(section)
			}
		case l.Key == "":
			open(l.Section)
		default:
			line := unitfile.Line{Key: l.Key, Text: l.Text, Unknown: !l.Known || l.When != nil || l.Unseen != ""}
			for ; !line.Unknown && unitfile.Continues(line.Text) && joins(lines[i+1:], l.Section); i++ {
				next := lines[i+1]
				line.Text = strings.TrimSuffix(line.Text, `\`) + " " + next.Key + "=" + next.Text
				line.Unknown = !next.Known
			}
			from := len(out.Assignments)
			out.Assignments = unitfile.AppendLine(out.Assignments, l.Section, line)
			for j := range out.Assignments[from:] {
				out.Assignments[from+j].Line = number
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

// joins reports whether systemd joins the first of the lines to one of the section that
// ends in a backslash. NixOS writes an empty line after the last one of a section.
func joins(lines []Line, section string) bool {
	return len(lines) > 0 && lines[0].Section == section && lines[0].Key != "" && lines[0].When == nil && lines[0].Unseen == ""
}

// Whole is the unit as the machine has it: as [Unit.Systemd], on top of
// systemd's own unit of that name where the project only overrides it.
func (u *Unit) Whole() *unitfile.Unit {
	whole := u.Systemd()
	if up, ok := unitfile.Upstream(u.Name, u.Host.Version()); ok && u.IsOverride() {
		whole.Assignments = append(slices.Clone(up.Assignments), whole.Assignments...)
		if len(u.Partial) == 0 {
			whole.Open = nil // what is not in sight is systemd's own unit
		}
	}
	return whole
}
