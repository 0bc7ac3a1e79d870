package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/rules"
)

// What is written for a new rule compiles, and the tests of the rules say once what
// is missing. It is written to a copy, and compiled as an overlay of the module, so
// that only what changed is compiled.
func TestNewRule(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the tests of the rules")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"rules", "testdata"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	written, err := write(dir, rules.All(), "D099", "some-name")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"rules/directive/some_name.go", "rules/directive/some-name.md", "testdata/rules/D099-some-name.txtar", "rules/catalog.go"}
	if diff := cmp.Diff(want, written); diff != "" {
		t.Errorf("(-want +written)\n%s", diff)
	}
	overlay := map[string]map[string]string{"Replace": {}}
	for _, name := range written {
		overlay["Replace"][filepath.Join(root, name)] = filepath.Join(dir, name)
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "rules.test")
	build := exec.Command("go", "test", "-c", "-o", binary, "-overlay", filepath.Join(dir, "overlay.json"), "./rules")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("it does not compile: %s", out)
	}
	test := exec.Command(binary, "-test.run", "TestRulesAreComplete|TestCases/D|TestEachRule")
	test.Dir = filepath.Join(dir, "rules")
	out, err := test.CombinedOutput()
	if err == nil || strings.Count(string(out), "_test.go:") != 1 || !strings.Contains(string(out), "rules/directive/some-name.md is not written: replace each TODO") {
		t.Errorf("one message about the page that is not written is expected, not\n%s", out)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct{ id, name, want string }{
		{"D17", "some-name", `invalid ID "D17" (expected a letter and three digits, such as D017)`},
		{"D099", "Some_name", `invalid name "Some_name" (expected words in lower case with hyphens, such as unknown-directive)`},
		{"D001", "some-name", "there is already a rule unknown-directive (D001)"},
		{"D099", "unknown-directive", "there is already a rule unknown-directive (D001)"},
		{"Q001", "some-name", "no family of rules has the letter Q"},
	} {
		written, err := write("../..", rules.All(), c.id, c.name)
		if err == nil || err.Error() != c.want || len(written) > 0 {
			t.Errorf("%s %s: %v, %v, not %s", c.id, c.name, written, err, c.want)
		}
	}
}
