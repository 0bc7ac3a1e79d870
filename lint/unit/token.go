package unit

import (
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/unitfile"
	"wardnix/rules/profile"
)

// tokenPath is the standing of that row.
func tokenPath(u *nixos.Unit, whole *unitfile.Unit, r *profile.Requirement) Standing {
	if _, set, _ := effective(whole, "Service", "LoadCredential"); set {
		return Satisfied
	}
	if _, set, _ := effective(whole, "Service", "LoadCredentialEncrypted"); set {
		return Satisfied
	}
	token, ok := profile.ShownToken(u)
	if !ok {
		return Satisfied // not asked
	}
	o := optionFor(u, r)
	if !o.IsSet() {
		if slices.Contains(whole.Open, "Service") || len(o.Unseen) > 0 {
			return Unclear
		}
		return Missing
	}
	for _, l := range u.Lines() {
		switch {
		case l.Section != "Service" || l.Key != o.Name():
		case l.Unseen != "" || l.Shown == "":
			return Unclear
		case slices.ContainsFunc(strings.Fields(l.Shown), func(w string) bool { return strings.TrimLeft(w, "-+") == token }):
			return Satisfied
		}
	}
	return Weaker
}
