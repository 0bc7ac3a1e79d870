package rules_test

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"wardnix/lint"
	"wardnix/lint/linttest"
	"wardnix/lint/nixos"
	"wardnix/nixast/testtool"
	"wardnix/rules"
	"wardnix/rules/profile"
)

// largeProjects are a project of many files that no host uses and those in the directories
// of WARDNIX_PROJECTS, by name, as the texts of their files.
func largeProjects(t *testing.T) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{"many files": {}}
	for i := range 300 {
		all["many files"][fmt.Sprintf("m%d.nix", i)] = fmt.Sprintf(`{ lib, config, ... }: {
			systemd.services.s%[1]d = { script = "x"; after = [ "s%[2]d.service" ]; serviceConfig.ProtectSystem = "ful"; };
			systemd.services."t@".script = lib.mkIf config.x%[1]d "x"; systemd.sockets.s%[1]d.wantedBy = [ "sockets.target" ];
		}`, i, i%7*40)
	}
	for _, dir := range filepath.SplitList(os.Getenv("WARDNIX_PROJECTS")) {
		texts := map[string]string{}
		err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() && (path.Ext(name) == ".nix" || path.Ext(name) == ".lock") {
				text, err := os.ReadFile(filepath.Join(dir, name))
				texts[name] = string(text)
				return err
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(dir)] = texts
	}
	return all
}

// cases are the cases of rules by name, as the texts of their files.
func cases(t *testing.T) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	names, err := filepath.Glob("../testdata/rules/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string]string{}
		for _, f := range archive.Files {
			if path.Ext(f.Name) == ".nix" && !strings.HasPrefix(f.Name, "safe/") && !strings.HasPrefix(f.Name, "unsafe/") {
				texts[f.Name] = string(f.Data)
			}
		}
		all[filepath.Base(name)] = texts
	}
	return all
}

func loadProject(t *testing.T, texts map[string]string) *nixos.Project {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range texts {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	p, err := nixos.Load(context.Background(), nixos.Options{FS: files})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// findings are the findings of all rules with their fixes, a line each.
func findings(t testing.TB, p *nixos.Project) []string {
	l := lint.Linter{Rules: rules.All(), Baselines: profile.Builtin()[:2]}
	var lines []string
	for _, f := range linttest.Lint(t, &l, p).Findings {
		line := fmt.Sprint(f.Rule.ID, " ", f.File.Name, f.Span, " ", f.Severity, " ", f.Message, " ", f.Units, f.About, f.Notes)
		for _, x := range f.Fixes {
			line += fmt.Sprint("; ", x.Title, x.Applicability, x.Breaks)
			for _, e := range x.Edits {
				line += fmt.Sprint(" ", e.File.Name, e.Edit)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// The same is found with 1, 2 and 16 workers: in large projects, as each case is tried
// with one and eight.
func TestWorkers(t *testing.T) {
	testtool.Long(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for name, texts := range largeProjects(t) {
		t.Run(name, func(t *testing.T) {
			runtime.GOMAXPROCS(1)
			want := findings(t, loadProject(t, texts))
			for _, workers := range []int{2, 16} {
				runtime.GOMAXPROCS(workers)
				if diff := cmp.Diff(want, findings(t, loadProject(t, texts))); diff != "" {
					t.Errorf("(-one +%d)\n%s", workers, diff)
				}
			}
		})
	}
}

// After edits, broken states included, the same is found as in a project that is read
// anew.
func TestEdits(t *testing.T) {
	all := largeProjects(t)
	maps.Copy(all, cases(t))
	for i, name := range slices.Sorted(maps.Keys(all)) {
		if testing.Short() && i%48 != 0 {
			continue
		}
		texts := all[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, 2))
			texts, p := maps.Clone(texts), loadProject(t, texts)
			names := slices.Sorted(maps.Keys(texts))
			for range 4 {
				at := names[random.IntN(len(names))]
				text := texts[at]
				from := random.IntN(len(text) + 1)
				to := min(from+random.IntN(30), len(text))
				texts[at] = text[:from] + [...]string{"", "x", ";", " # x\n", text[from:to] + text[from:to]}[random.IntN(5)] + text[to:]
				p = p.With(map[string]string{at: texts[at]})
				if diff := cmp.Diff(findings(t, loadProject(t, texts)), findings(t, p)); diff != "" {
					t.Fatalf("%s (-fresh +edited)\n%s", at, diff)
				}
			}
		})
	}
}
