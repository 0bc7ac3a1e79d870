package directive

import (
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
)

// SpecifierOfRoot reports specifiers that expand to the user of the service manager
// in units that run as another user.
var SpecifierOfRoot = &lint.Rule{Page: lint.ReadPage(pages, "specifier-of-root"), Unit: checkSpecifierOfRoot}

// ofRoot are the user specifiers of system units by what they expand to
// (systemd.unit(5), SPECIFIERS).
var ofRoot = map[string]string{
	"%u": "`root`", "%U": "root's user ID 0", "%g": "the group `root`", "%G": "root's group ID 0", "%h": "root's home directory /root",
	"%s": "root's shell",
}

func checkSpecifierOfRoot(p *lint.Pass, u *unit.Unit) {
	if u.OfUser() || u.Scope.Kind == nixos.Initrd || !u.RunsAs().Ordinary() {
		return
	}
	for d, k := range u.LinesByDirective() {
		for _, l := range k.Lines {
			text, ok := u.PlainText(l)
			if !ok || !l.IsWritten() || !d.Specifiers {
				continue
			}
			if s := userSpecifier(text); s != "" {
				p.AtLine(u, l).
					Note("the service manager expands it for its own user, whatever `User=` is").
					Reportf("`%s` in `%s` expands to %s", s, l.Key, ofRoot[s])
			}
		}
	}
}

// userSpecifier is the first user specifier of a text.
func userSpecifier(text string) string {
	for i := 0; i+1 < len(text); i++ {
		if text[i] != '%' {
			continue
		}
		if s := text[i : i+2]; ofRoot[s] != "" {
			return s
		}
		i++
	}
	return ""
}
