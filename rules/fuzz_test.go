package rules_test

import (
	"context"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"wardnix/lint"
	"wardnix/lint/linttest"
	"wardnix/lint/nixos"
	"wardnix/rules"
	"wardnix/rules/profile"
)

// FuzzRules lets all rules look at modules and repair them: they must not panic, and
// what they repair must parse as well as before.
func FuzzRules(f *testing.F) {
	for _, pattern := range []string{"../testdata/rules/*.txtar", "../testdata/wild/*.txtar"} {
		cases, err := filepath.Glob(pattern)
		if err != nil || len(cases) == 0 {
			f.Fatal("no cases", err)
		}
		for i, name := range cases {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				f.Fatal(err)
			}
			if testing.Short() && i%32 != 0 {
				continue
			}
			for _, file := range archive.Files {
				if filepath.Ext(file.Name) == ".nix" {
					f.Add(string(file.Data))
				}
			}
		}
	}
	all := lint.Linter{Rules: rules.All(), Baselines: profile.Builtin()}
	f.Fuzz(func(t *testing.T, text string) {
		project, err := nixos.Load(context.Background(), nixos.Options{FS: fstest.MapFS{}, Overlay: map[string]string{"a.nix": text}}, "a.nix")
		if err != nil {
			t.Skip(err)
		}
		r := linttest.Repair(t, &all, project, lint.Unsafe)
		for _, c := range r.Changes {
			if before, after := c.File.Tree, r.Project.File(c.File.Name).Tree; len(after.Diagnostics) > len(before.Diagnostics) {
				t.Errorf("%v", after.Diagnostics[0])
			}
		}
	})
}
