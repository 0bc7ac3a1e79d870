package release

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the pages")

// pages are the files that say from where wardnix is taken, or which version it is.
var pages = []string{
	"README.md", "docs/recipes.md", "docs/template/default/.pre-commit-config.yaml", "docs/template/default/flake.nix",
	"docs/template/flake-parts/flake.nix", "docs/template/vscode/package.json", "package.nix",
}

// local are the forms that take wardnix from a clone.
var local = regexp.MustCompile(`repo: /|git\+file:|uses: \./|git clone \.|not published`)

// Every page says what this package says.
func TestPages(t *testing.T) {
	for _, name := range pages {
		text, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		want := fill(string(text), Repository, Version)
		if *update {
			if err := os.WriteFile("../../"+name, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(want, string(text)); diff != "" {
			t.Errorf("%s is not up to date; go test ./lint/release -update writes it (-release +page)\n%s", name, diff)
		}
	}
}

// A published wardnix is in every page, and a page can be filled again: publishing is
// one line.
func TestFill(t *testing.T) {
	for _, name := range pages {
		text, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		published := fill(string(text), "someone/wardnix", "9.8.7")
		if local.MatchString(published) || regexp.MustCompile(`\bv?`+regexp.QuoteMeta(Version)+`\b`).MatchString(published) {
			t.Errorf("%s still has the clone or the version:\n%s", name, published)
		}
		if again := fill(published, Repository, Version); fill(string(text), Repository, Version) != again {
			t.Errorf("%s is not what it was:\n%s", name, cmp.Diff(string(text), again))
		}
	}
	for _, c := range [][2]string{
		{"repo: /opt/wardnix", "repo: https://github.com/o/wardnix"},
		{`url = "git+file:///opt/wardnix"`, `url = "github:o/wardnix"`},
		{"nix run git+file:///opt/wardnix -- lint", "nix run github:o/wardnix -- lint"},
		{"- uses: ./wardnix", "- uses: o/wardnix@v1.2.3"},
		{"rev: v0.0.1", "rev: v1.2.3"},
		{"uses: actions/checkout@v5", "uses: actions/checkout@v5"},
	} {
		if got := fill(c[0], "o/wardnix", "1.2.3"); got != c[1] {
			t.Errorf("%q becomes %q, not %q", c[0], got, c[1])
		}
	}
}

// The changelog has a section with a date for this version.
func TestChangelog(t *testing.T) {
	text, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	heading, _, _ := strings.Cut(Section(string(text), Version), "\n")
	if !regexp.MustCompile(`^## ` + regexp.QuoteMeta(Version) + ` - \d{4}-\d\d-\d\d$`).MatchString(heading) {
		t.Errorf("the changelog begins the version with %q", heading)
	}
}

// The section of a release is what is below its heading.
func TestSection(t *testing.T) {
	const text = "# Changelog\n\n## Unreleased\n\n- c\n\n## 0.2.0 - 2026-01-02\n\n- b\n\n## 0.1.0 - 2025-01-02\n\n- a\n"
	for version, want := range map[string]string{
		"0.2.0": "## 0.2.0 - 2026-01-02\n\n- b\n",
		"0.1.0": "## 0.1.0 - 2025-01-02\n\n- a\n",
		"0.3.0": "## 0.3.0 - unreleased\n\n- c\n",
	} {
		if got := Section(text, version); got != want {
			t.Errorf("%s: %q", version, got)
		}
	}
}
