package directive

import (
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/unit"
)

// TrailingBackslash reports values that end in a backslash, with which systemd joins
// the next line of the unit file to the value.
var TrailingBackslash = &lint.Rule{
	Page: lint.ReadPage(pages, "trailing-backslash"), Unit: checkTrailingBackslash, Conf: checkTrailingBackslash,
}

func checkTrailingBackslash(p *lint.Pass, u *unit.Unit) {
	if u.Style == nixos.TextStyle {
		return // the author of the text wrote the next line, too
	}
	lines := u.Lines()
	for i, l := range lines {
		text, ok := u.PlainText(l)
		if !ok || l.When != nil || l.Unseen != "" || !l.IsWritten() || !unitfile.Continues(text) {
			continue
		}
		// NixOS writes an empty line after the last one of a section.
		if i+1 == len(lines) || lines[i+1].Section != l.Section || lines[i+1].When != nil || lines[i+1].Unseen != "" {
			continue
		}
		d := p.AtLine(u, l)
		if u.Complete() {
			d.Concerns(u.About(lines[i+1].Key)...).Note("systemd joins the next line to it, so `%s` is not set", lines[i+1].Key)
		} else {
			d.Note("systemd joins the next line of the unit file to it")
		}
		if l.Known {
			meant := strings.TrimRight(strings.TrimSuffix(l.Text, `\`), " \t")
			d.Fix(fix.Replace(u, u.WrittenAt(l), meant, "remove the backslash", "")...)
		}
		d.Reportf("`%s` ends in a backslash", l.Key)
	}
}
