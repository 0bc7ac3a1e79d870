package rendering

import (
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
)

// TildeAlone reports "~" where a reset was meant.
var TildeAlone = &lint.Rule{Page: lint.ReadPage(pages, "tilde-alone"), Unit: checkTildeAlone}

// fullFirst is the first version of systemd in which a capability set that "~" has
// made full stays full when names follow.
const fullFirst directive.Version = 259

func checkTildeAlone(p *lint.Pass, u *unit.Unit) {
	for d, k := range u.LinesByDirective() {
		l, ok := u.LeadingTilde(d, k)
		if !ok {
			continue
		}
		plain, known := afterTilde(k, l)
		if !known || d.KindIn(u.Version) == directive.KindCapabilities &&
			(d.Name != "CapabilityBoundingSet" || len(plain) == 0 || u.Version < fullFirst || !u.Host.ReleaseKnown) {
			continue
		}
		switch {
		case len(plain) > 0:
			p.AtLine(u, l).
				Note("it begins a deny list that denies nothing, so what follows has no effect: %s", few(plain)).
				Fix(fix.Replace(u, u.WrittenAt(l), "", "replace with `\"\"`",
					"the service, if it uses what the following lines do not allow")...).
				Reportf("`~` does not reset %s", d.Name)
		case len(k.Lines) == 1 && k.Section == "Service":
			p.AtLine(u, l).
				Note("without names it denies nothing, so everything is allowed").
				Reportf("`%s=~` restricts nothing", d.Name)
		}
	}
}

// afterTilde are the lines without "~"; false if others may follow or come first.
func afterTilde(k *unit.DirectiveLines, tilde nixos.Line) (plain []string, known bool) {
	for _, l := range k.Lines {
		if !l.Certain() || l.Text == "" && l.Def != tilde.Def {
			return nil, false
		}
		if l.Text != "" && l.Text[0] != '~' {
			plain = append(plain, l.Text)
		}
	}
	return plain, true
}
