package secret

import (
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// SecretInStore reports secrets whose file is copied to the store.
var SecretInStore = &lint.Rule{Page: lint.ReadPage(pages, "secret-in-store"), Unit: checkInStore}

func checkInStore(p *lint.Pass, u *unit.Unit) {
	for t := range textsOf(u) {
		checkCopies(p, t)
	}
}

func checkCopies(p *lint.Pass, t unitText) {
	if path, ok := t.Value.(*eval.Path); ok && t.Key == "Environment" && path.Source {
		if name, known := path.Text(); known && holdsSecret(t, name, t.Variable) {
			reportCopy(p, t, name, nixast.Node{})
		}
		return
	}
	end := 0 // of what comes before the piece
	for _, piece := range t.Pieces() {
		u, before := piece.Unknown, t.String()[:end]
		if u == nil {
			end += len(piece.Text)
			continue
		}
		if u.Sort == eval.StorePath && u.File != "" && holdsSecret(t, u.File, t.nameBefore(before)) {
			reportCopy(p, t, u.File, piece.Node)
		}
		end += len(unit.UnknownText)
	}
}

// holdsSecret reports whether a file has a secret, by its name or by what it is
// given to.
func holdsSecret(t unitText, file, given string) bool {
	if encrypted(file) || t.Key == "LoadCredentialEncrypted" {
		return false
	}
	return secretFile(file) || strings.HasPrefix(t.Key, "LoadCredential") && secretive(given) ||
		t.Key == "EnvironmentFile" && strings.HasSuffix(file, ".env")
}

func reportCopy(p *lint.Pass, t unitText, file string, at nixast.Node) {
	t.at(p, at).Note("`%s` becomes a file of the store, which every user can read", file).Help(instead).
		Reportf("a file with a secret is copied to the Nix store by `%s`", t.Key)
}
