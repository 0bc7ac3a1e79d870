package secret

import (
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// SecretFromFile reports secrets that are read from a file while Nix evaluates.
var SecretFromFile = &lint.Rule{Page: lint.ReadPage(pages, "secret-from-file"), Unit: checkFromFile}

func checkFromFile(p *lint.Pass, u *unit.Unit) {
	for t := range textsOf(u) {
		checkContents(p, t)
	}
}

func checkContents(p *lint.Pass, t unitText) {
	end := 0 // of what comes before the piece
	for _, piece := range t.Pieces() {
		u, before := piece.Unknown, t.String()[:end]
		if u == nil {
			end += len(piece.Text)
			continue
		}
		if u.Sort == eval.FileContent && (secretive(t.nameBefore(before)) && !encrypted(u.File) || u.File != "" && (secretFile(u.File) || runtimePath.MatchString(u.File)) ||
			secretOption.MatchString(u.Label)) {
			t.at(p, piece.Node).Note("the content of %s becomes a part of the unit, which every user can read", contentOf(u)).Help(instead).
				Reportf("a secret is read into the Nix store by `%s`", t.Key)
		}
		end += len(unit.UnknownText)
	}
}

func contentOf(u *eval.Unknown) string {
	if u.File != "" {
		return "`" + u.File + "`"
	}
	_, arg, _ := strings.Cut(u.Label, " ")
	return "`" + profile.OneLine(arg) + "`"
}
