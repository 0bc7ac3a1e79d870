package secret

import (
	"wardnix/lint"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// SecretInProject reports files of the project itself that systemd reads.
var SecretInProject = &lint.Rule{Page: lint.ReadPage(pages, "secret-in-project"), Unit: checkInProject}

func checkInProject(p *lint.Pass, u *unit.Unit) {
	for t := range textsOf(u) {
		if t.Key != "EnvironmentFile" && t.Key != "LoadCredential" {
			continue
		}
		if file, ok := projectFile(t.Value); ok && !encrypted(file) {
			t.at(p, nixast.Node{}).
				Note("the unit contains the path that `%s` had during evaluation: with a flake, a copy in the store that every user can read; without one, a path that may not exist on the machine", file).
				Help(instead).
				Reportf("`%s` reads a file of the project", t.Key)
		}
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
