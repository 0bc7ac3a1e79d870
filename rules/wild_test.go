package rules_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"wardnix/lint"
	"wardnix/lint/linttest"
	"wardnix/rules"
	"wardnix/rules/profile"
)

// Mistakes that were in public modules and configurations, each rebuilt as a small
// file: all are found, and the fixes change them as their authors did in the
// end. The header of a case says where it was, and how it ended:
//
//	upstream: same           the fixes come to the file below upstream/
//	upstream: otherwise: …   they do not, and why; the file below upstream/ is theirs
//	upstream: open it was still there when last looked at
func TestWild(t *testing.T) {
	const pattern = "../testdata/wild/*.txtar"
	linttest.Run(t, pattern, lint.Linter{Rules: rules.All(), Baselines: profile.Builtin()[:2]}, *update)
	names, _ := filepath.Glob(pattern)
	for _, name := range names {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run("upstream/"+strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) { compareUpstream(t, a) })
	}
}

func compareUpstream(t *testing.T, a *txtar.Archive) {
	header := map[string]string{}
	for line := range strings.Lines(string(a.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		header[key] = strings.TrimSpace(value)
	}
	files := map[string]string{}
	for _, f := range a.Files {
		files[f.Name] = string(f.Data)
	}
	if header["trap"] == "" || header["seen"] == "" {
		t.Error("the header does not say which trap it is, and where it was")
	}
	if files["want"] == "" {
		t.Error("nothing is found")
	}
	theirs, ended := files["upstream/module.nix"]
	ours, fixed := files["unsafe/module.nix"]
	if !fixed {
		ours = files["module.nix"]
	}
	diff := cmp.Diff(strings.Fields(theirs), strings.Fields(ours))
	switch how, _, _ := strings.Cut(header["upstream"], ":"); {
	case how == "open" && !ended:
	case how == "same" && ended && diff != "":
		t.Errorf("the fixes do not come to what the authors did (-authors +fixes)\n%s", diff)
	case how == "same" && ended && fixed:
	case how == "otherwise" && ended && diff == "":
		t.Error("the fixes come to what the authors did; the header says otherwise")
	case how == "otherwise" && ended:
	default:
		t.Errorf("upstream: %q does not fit the files of the case", header["upstream"])
	}
}
