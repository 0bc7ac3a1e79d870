package rules_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"wardnix/lint"
	"wardnix/lint/linttest"
	"wardnix/rules"
	"wardnix/rules/profile"
)

var update = flag.Bool("update", false, "rewrite the golden files to what the rules do now")

func TestMain(m *testing.M) {
	flag.Parse()
	debug.SetGCPercent(400) // as the program does: what is loaded here is small
	os.Exit(m.Run())
}

func TestCases(t *testing.T) {
	linttest.Run(t, "../testdata/rules/B*.txtar", lint.Linter{Rules: rules.All(), Baselines: profile.Builtin()}, *update)
	// Without the baselines for any service, which have something to say of
	// nearly every unit.
	linttest.Run(t, "../testdata/rules/[^B]*.txtar", lint.Linter{Rules: rules.All(), Baselines: profile.Builtin()[:2]}, *update)
	for _, name := range []string{"strict", "proven"} {
		named, err := profile.Baselines(nil, []string{name})
		if err != nil {
			t.Fatal(err)
		}
		linttest.Run(t, "../testdata/rules/"+name+"/*.txtar", lint.Linter{Rules: rules.All(), Baselines: named}, *update)
	}
}

// Every rule says everything about itself, and its example is true.
func TestRulesAreComplete(t *testing.T) {
	all := rules.All()
	id, name := regexp.MustCompile(`^[A-Z]\d{3}$`), regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`)
	seen := map[string]bool{}
	for _, r := range all {
		t.Run(r.Name, func(t *testing.T) {
			if file := pageOf(t, r); strings.Contains(r.Title, "TODO") {
				t.Fatalf("%s is not written: replace each TODO in it, and in the files of %s beside it", file, r)
			}
			if !id.MatchString(r.ID) || !name.MatchString(r.Name) || seen[r.ID] || seen[r.Name] {
				t.Errorf("%q and %q are no good as ID and name", r.ID, r.Name)
			}
			seen[r.ID], seen[r.Name] = true, true
			if r.Since == "" || r.Severity == 0 || r.Title == "" || r.Text == "" || r.Before == "" || len(r.References) == 0 {
				t.Errorf("a field is empty: %+v", r)
			}
			example(t, r, lint.Linter{Rules: all, Baselines: profile.Builtin()})
		})
	}
	if !slices.IsSortedFunc(all, func(a, b *lint.Rule) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("the catalog is not sorted by ID")
	}
}

// pageOf is the file of a rule's page, from the root of the module.
func pageOf(t *testing.T, r *lint.Rule) string {
	found, err := filepath.Glob("*/" + r.Name + ".md")
	if err != nil || len(found) != 1 {
		t.Fatalf("%s has %d pages (%v)", r, len(found), err)
	}
	return filepath.ToSlash(filepath.Join("rules", found[0]))
}

// example runs a rule's Before and After.
func example(t *testing.T, r *lint.Rule, all lint.Linter) {
	c := linttest.Case{Files: map[string]string{"example.nix": r.Before}, Options: r.Options, Select: []string{r.ID}}
	out := c.Try(t, all)
	if len(out.Findings) == 0 {
		t.Error("Before has no finding")
	}
	if r.After == "" {
		return
	}
	after := out.Safe["example.nix"]
	if after == "" {
		after = out.Unsafe["example.nix"]
	}
	if after != r.After {
		t.Errorf("Before becomes\n%s", after)
	}
	c.Files["example.nix"] = r.After
	if out := c.Try(t, all); len(out.Findings) > 0 {
		t.Errorf("After still has findings: %q", out.Findings)
	}
}
