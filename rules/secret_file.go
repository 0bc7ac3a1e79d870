package rules

import (
	"fmt"
	"strings"

	"wardnix/lint"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// secretFromFile reports secrets that are read from a file while Nix evaluates.
func secretFromFile() *lint.Rule {
	return &lint.Rule{
		ID: "S001", Name: "secret-from-file", Since: "0.1.0", Severity: lint.Error,
		Title: "a secret is read from a file during evaluation, and ends up in the Nix store",
		Text: "`builtins.readFile` and `lib.fileContents`" + ` read when Nix evaluates, and what they give becomes text: of the unit,
of a script. Both lie in the Nix store, which every user and every service of the machine can read, and
which goes to every cache that the system is copied to. What is looked at are files that agenix or sops-nix
make, or that lie where secrets do, and those whose name, or the name of the variable or the option that
they are given to, is one of a secret.`,
		WhenNot: "Where the content is not secret in spite of its name.",
		Before: `{
  systemd.services.bot = {
    environment.BOT_TOKEN = builtins.readFile ./token;
    serviceConfig.ExecStart = "/run/current-system/sw/bin/bot";
  };
}
`,
		References: []string{"Nix manual, builtins.readFile", "Nix manual, Nix store: store objects are readable by all users",
			"systemd.exec(5), LoadCredential="},
		Check: func(p *lint.Pass) {
			eachText(p, func(t *unitText) { checkContents(p, t) })
		},
	}
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
	return "`" + oneLine(arg) + "`"
}

// secretInStore reports secrets whose file is copied to the store.
func secretInStore() *lint.Rule {
	return &lint.Rule{
		ID: "S003", Name: "secret-in-store", Since: "0.1.0", Severity: lint.Error,
		Title: "a file with a secret is copied to the Nix store",
		Text: "`\"${./token}\"`" + ` copies the file to the Nix store and gives the path of the copy, which has the mode 0444: every
user and service of the machine can read it, whoever ` + "`LoadCredential`" + ` then hands it to. A plain path in
` + "`environment`" + ` does the same; in ` + "`serviceConfig`" + ` it does not, see secret-in-project. Files are looked at whose name, or the
name that they are given to, is one of a secret; encrypted ones are left alone.`,
		WhenNot: "Where the content is not secret in spite of its name.",
		Before: `{
  systemd.services.bot.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/bot";
    LoadCredential = [ "token:${./token}" ];
  };
}
`,
		References: []string{"Nix manual, String interpolation: path", "systemd.exec(5), LoadCredential=",
			"nixos/lib/systemd-lib.nix, serviceToUnit: environment (NixOS 26.11)"},
		Check: func(p *lint.Pass) {
			eachText(p, func(t *unitText) { checkCopies(p, t) })
		},
	}
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

// secretInProject reports files that systemd is to read from the project itself.
func secretInProject() *lint.Rule {
	return &lint.Rule{
		ID: "S004", Name: "secret-in-project", Since: "0.1.0", Severity: lint.Warning,
		Title: "systemd is to read a file of the project, which is in the store or not there",
		Text: "`EnvironmentFile = ./bot.env`" + ` in ` + "`serviceConfig`" + ` is not copied: the unit gets the path at which the file lay when Nix
evaluated. With a flake that is a copy of the whole repository in the Nix store, which every user can read;
without, it is a folder of the machine that built the system, and on another machine nothing. The same
goes for ` + "`LoadCredential` with `toString ./file`" + `.`,
		WhenNot: "Where the system is built where it runs, from a folder that stays, without a flake.",
		Before: `{
  systemd.services.bot.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/bot";
    EnvironmentFile = ./bot.env;
  };
}
`,
		References: []string{"nixos/lib/systemd-lib.nix, attrsToSection: toString (NixOS 26.11)", "Nix manual, builtins.toString", "Nix manual, Flakes: the source is copied to the store"},
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
