package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint"
)

var vocabulary = Vocabulary{
	Rules: []*lint.Rule{
		{Page: lint.Page{ID: "B001", Name: "baseline-missing", Severity: lint.Warning}},
		{Page: lint.Page{ID: "D001", Name: "unknown-directive", Severity: lint.Error}},
		{Page: lint.Page{ID: "D005", Name: "deprecated-directive", Severity: lint.Info}},
		{Page: lint.Page{ID: "U003", Name: "ignore-without-reason", Severity: lint.Info}},
	},
	Classes: []string{"web server", "database"},
}

func parsed(t *testing.T, text string) *File {
	t.Helper()
	f, err := parse("/p/wardnix.toml", "wardnix.toml", []byte(text), vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// What a configuration says about each rule: its severity, or "-".
func TestJudge(t *testing.T) {
	web := Subject{Path: "/p/hosts/a.nix", Unit: "web.service", Class: "web server"}
	for _, c := range []struct {
		name, text string
		at         Subject
		want       string // of B001, D001, D005 and U003
	}{
		{"nothing", "", web, "warning error - -"},
		{"select", `select = ["D"]`, web, "- error info -"},
		{"default and more", `select = ["default", "D005"]`, web, "warning error info -"},
		{"extend-select", `extend-select = ["D005"]`, web, "warning error info -"},
		{"ignore", `ignore = ["baseline-missing"]`, web, "- error - -"},
		{"severity selects", "[severity]\nD = \"warning\"\nD001 = \"info\"", web, "warning info warning -"},
		{"but not what is ignored", "ignore = [\"D\"]\n[severity]\nD = \"warning\"", web, "warning - - -"},
		{"reasons", "require-reasons = true", web, "warning error - warning"},
		{"path", "[path.\"hosts/**\"]\nignore = [\"D\"]", web, "warning - - -"},
		{"directory", "[path.hosts]\nselect = [\"D005\"]", web, "warning error info -"},
		{"another path", "[path.\"modules/**\"]\nignore = [\"D\"]", web, "warning error - -"},
		{"unit", "[unit.web]\nignore = [\"D\"]", web, "warning - - -"},
		{"unit wins over path", "[path.\"**\"]\nignore = [\"D\"]\n[unit.\"w*.service\"]\nselect = [\"D001\"]", web, "warning error - -"},
		{"a name wins over a glob", "[unit.web]\nseverity.D001 = \"info\"\n[unit.\"*\"]\nseverity.D001 = \"warning\"", web, "warning info - -"},
		{"class", "[class.\"web server\"]\nseverity.B = \"error\"", web, "error error - -"},
		{"no unit", "[unit.\"*\"]\nignore = [\"all\"]", Subject{Path: "/p/a.nix"}, "warning error - -"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := parsed(t, c.text)
			var got []string
			for _, r := range vocabulary.Rules {
				severity, wanted := f.Judge(r, r.Severity, c.at)
				if !wanted {
					got = append(got, "-")
					continue
				}
				got = append(got, severity.String())
				if !f.Mentions(r) {
					t.Errorf("%s is wanted and would not run", r)
				}
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("%q, not %q", s, c.want)
			}
		})
	}
}

func TestExcludes(t *testing.T) {
	f := parsed(t, `exclude = ["generated", "hosts/*/hardware.nix", "/top.nix"]`)
	for path, want := range map[string]bool{
		"/p/generated":              true,
		"/p/a/generated/b.nix":      true,
		"/p/hosts/a/hardware.nix":   true,
		"/p/hosts/a/b/hardware.nix": false,
		"/p/top.nix":                true,
		"/p/a/top.nix":              false,
		"/q/generated":              false,
	} {
		if got := f.Excludes(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestBaselineFor(t *testing.T) {
	f := parsed(t, "[class.database]\nbaseline = \"light\"\n[unit.\"db-*\"]\nbaseline = \"strict\"\n[unit.db-test]\nbaseline = \"none\"")
	type answer struct {
		baseline string
		unit     bool
	}
	for at, want := range map[Subject]answer{
		{Unit: "web.service"}:                          {"", false},
		{Unit: "x.service", Class: "database"}:         {"light", false},
		{Unit: "db-main.service", Class: "database"}:   {"strict", true},
		{Unit: "db-test.service", Class: "web server"}: {"none", true},
	} {
		baseline, unit := f.BaselineFor(at)
		if diff := cmp.Diff(want, answer{baseline, unit}, cmp.AllowUnexported(answer{})); diff != "" {
			t.Errorf("%v (-want +got)\n%s", at, diff)
		}
	}
}

// No configuration makes the reader panic, and what it takes can be shown and
// read again.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"select = [\"B\"]\n[severity]\nD001 = \"info\"", "[unit.\"a b\"]\nbaseline = \"x\"\nseverity = { B001 = \"error\" }",
		"[path.\"**\"]\nignore = [\"all\"]", "exclude = [\"[\"]", "selct = 1", "a.b.c = 2", "systemd-version = 99999999999999999999", "[[unit]]",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parse("/p/wardnix.toml", "wardnix.toml", []byte(text), vocabulary)
		if err != nil {
			return
		}
		var out strings.Builder
		if err := c.Show(&out, Used{Release: "25.11", Systemd: "258"}); err != nil {
			t.Fatal(err)
		}
		if _, err := parse("/p/wardnix.toml", "wardnix.toml", []byte(out.String()), vocabulary); err != nil {
			t.Errorf("what is shown cannot be read: %v\n%s\nof %q", err, out.String(), text)
		}
	})
}

// Suggestions are reported only if a setting names their rule, its family, or all.
func TestJudgeSuggestion(t *testing.T) {
	b001 := vocabulary.Rules[0]
	for _, c := range []struct {
		text string
		want bool
	}{
		{"", false},
		{`select = ["default"]`, false},
		{`extend-select = ["baseline-missing"]`, true},
		{`select = ["B"]`, true},
		{`select = ["all"]`, true},
		{"[severity]\nB001 = \"warning\"", true},
		{"[unit.web]\nselect = [\"B001\"]", true},
		{"[unit.web]\nselect = [\"default\"]", false},
		{"select = [\"B\"]\n[unit.web]\nignore = [\"B\"]", false},
	} {
		if _, got := parsed(t, c.text).Judge(b001, lint.Info, Subject{Unit: "web.service", Suggestion: true}); got != c.want {
			t.Errorf("%q: %t", c.text, got)
		}
	}
}

func TestFixes(t *testing.T) {
	for _, c := range []struct {
		text string
		want string // of B001, D001, D005 and U003: fixed or -
	}{
		{"", "fixed fixed fixed fixed"},
		{`fixable = ["D"]`, "- fixed fixed -"},
		{`unfixable = ["B001"]`, "- fixed fixed fixed"},
		{"fixable = [\"D\"]\nunfixable = [\"unknown-directive\"]", "- - fixed -"},
	} {
		var got []string
		for _, r := range vocabulary.Rules {
			word := "-"
			if parsed(t, c.text).Fixes(r) {
				word = "fixed"
			}
			got = append(got, word)
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%q (-want +got)\n%s", c.text, diff)
		}
	}
}
