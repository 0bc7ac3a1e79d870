package secret

import (
	"fmt"
	"strings"

	"wardnix/lint"
	"wardnix/nixast"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// SecretFromFile reports secrets that are read from a file while Nix evaluates.
var SecretFromFile = &lint.Rule{
	Page: lint.ReadPage(pages, "secret-from-file"),
	Check: func(p *lint.Pass) {
		eachText(p, func(t *unitText) { checkContents(p, t) })
	},
}

func checkContents(p *lint.Pass, t *unitText) {
	end := 0 // of what comes before the piece
	for _, piece := range t.pieces() {
		u, before := piece.Unknown, t.shown()[:end]
		if u == nil {
			end += len(piece.Text)
			continue
		}
		if u.Sort == eval.FileContent && (secretive(t.nameBefore(before)) && !encrypted(u.File) || u.File != "" && (secretFile(u.File) || runtimePath.MatchString(u.File)) ||
			secretOption.MatchString(u.Label)) {
			t.report(p, lint.Finding{
				Message: fmt.Sprintf("the content of %s becomes a part of %s, which lies in the world-readable Nix store", contentOf(u), t.key),
			}, piece.Node)
		}
		end += len(unknownMark)
	}
}

// encrypted reports whether a file is, by its name, of no use without a key.
func encrypted(name string) bool {
	for _, suffix := range []string{".age", ".gpg", ".pgp", ".asc", ".enc", ".cred", ".pub"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

func contentOf(u *eval.Unknown) string {
	if u.File != "" {
		return "`" + u.File + "`"
	}
	_, arg, _ := strings.Cut(u.Label, " ")
	return "`" + profile.OneLine(arg) + "`"
}

// SecretInStore reports secrets whose file is copied to the store.
var SecretInStore = &lint.Rule{
	Page: lint.ReadPage(pages, "secret-in-store"),
	Check: func(p *lint.Pass) {
		eachText(p, func(t *unitText) { checkCopies(p, t) })
	},
}

func checkCopies(p *lint.Pass, t *unitText) {
	if path, ok := t.value.(*eval.Path); ok && t.key == "Environment" && path.Source {
		if name, known := path.Text(); known && holdsSecret(t, name, t.name) {
			reportCopy(p, t, name, nixast.Node{})
		}
		return
	}
	end := 0 // of what comes before the piece
	for _, piece := range t.pieces() {
		u, before := piece.Unknown, t.shown()[:end]
		if u == nil {
			end += len(piece.Text)
			continue
		}
		if u.Sort == eval.StorePath && u.File != "" && holdsSecret(t, u.File, t.nameBefore(before)) {
			reportCopy(p, t, u.File, piece.Node)
		}
		end += len(unknownMark)
	}
}

// holdsSecret reports whether a file holds a secret, by its name or by what it is
// given to.
func holdsSecret(t *unitText, file, given string) bool {
	if encrypted(file) || t.key == "LoadCredentialEncrypted" {
		return false
	}
	return secretFile(file) || strings.HasPrefix(t.key, "LoadCredential") && secretive(given) ||
		t.key == "EnvironmentFile" && strings.HasSuffix(file, ".env")
}

func reportCopy(p *lint.Pass, t *unitText, file string, at nixast.Node) {
	t.report(p, lint.Finding{
		Message: fmt.Sprintf("%s copies `%s` to the Nix store, where every user can read it", t.key, file),
	}, at)
}

// SecretInProject reports files that systemd is to read from the project itself.
var SecretInProject = &lint.Rule{
	Page: lint.ReadPage(pages, "secret-in-project"),
	Check: func(p *lint.Pass) {
		eachText(p, func(t *unitText) {
			if t.key != "EnvironmentFile" && t.key != "LoadCredential" {
				return
			}
			if file, ok := projectFile(t.value); ok && !encrypted(file) {
				t.report(p, lint.Finding{
					Message: fmt.Sprintf("%s reads `%s` from where the project lay when Nix evaluated: a world-readable copy in the store with a flake, else a path that the machine may not have", t.key, file),
				}, nixast.Node{})
			}
		})
	},
}

// projectFile is the file of the project that a value names without a copy.
func projectFile(v eval.Value) (string, bool) {
	switch v := v.(type) {
	case *eval.Path:
		text, ok := v.Text()
		return text, ok && v.Source
	case *eval.String:
		for _, piece := range v.Pieces {
			if piece.Unknown != nil && piece.Unknown.Sort == eval.SourcePath && piece.Unknown.File != "" {
				return piece.Unknown.File, true
			}
		}
	}
	return "", false
}
