package linttest_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/linttest"
	"wardnix/lint/unit"
)

var update = flag.Bool("update", false, "rewrite the cases to what the rule does now")

// openMask reports services whose files anybody may change, and replaces the mask.
func openMask(replace func(u *unit.Unit, mask unit.Setting) []lint.Fix) lint.Linter {
	return lint.Linter{Rules: []*lint.Rule{{
		Page: lint.Page{ID: "X001", Name: "open-mask", Severity: lint.Warning, Fixes: true},
		Unit: func(p *lint.Pass, u *unit.Unit) {
			if mask, ok := u.Is("UMask", "0000"); ok {
				p.At(u, mask).Fix(replace(u, mask)...).Reportf("UMask=%s removes no permission", mask.Text)
			}
		},
	}}}
}

func TestCases(t *testing.T) {
	linttest.Run(t, "testdata/*.txtar", openMask(func(u *unit.Unit, mask unit.Setting) []lint.Fix {
		return fix.ReplaceSetting(u, mask, "0077", "")
	}), *update)
}

// What a rule must not do fails its cases, whatever they expect.
func TestBrokenRules(t *testing.T) {
	files := map[string]string{"a.nix": "{ systemd.services.web.serviceConfig = {\n  UMask = \"0000\"; # shared\n}; }\n"}
	edit := func(mask unit.Setting, start, end int, text string) []lint.Fix {
		f, at := mask.Def.ValuePlace()
		return []lint.Fix{{Title: "edit", Applicability: lint.Safe, Edits: lint.EditsIn(f, []emit.Edit{{Start: at.Start + start, End: at.End + end, New: text}})}}
	}
	for _, c := range []struct {
		name  string
		fixes func(*unit.Unit, unit.Setting) []lint.Fix
		want  string
	}{
		{"a fix that keeps its word", func(_ *unit.Unit, mask unit.Setting) []lint.Fix { return edit(mask, 0, 0, `"0077"`) }, ""},
		{"a fix with a syntax error", func(_ *unit.Unit, mask unit.Setting) []lint.Fix { return edit(mask, 0, 0, `"0077`) }, "a fix was dropped"},
		{"a fix that loses a comment", func(_ *unit.Unit, mask unit.Setting) []lint.Fix { return edit(mask, 0, len("; # shared"), `"0077";`) }, "a fix was dropped"},
		{"a fix that changes another setting", func(_ *unit.Unit, mask unit.Setting) []lint.Fix {
			return edit(mask, 0, 0, `"0077"; User = "web"`)
		}, "a fix was dropped"},
		{"a fix that repairs nothing", func(_ *unit.Unit, mask unit.Setting) []lint.Fix { return edit(mask, 0, 0, `("0000")`) }, "undo each other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &recorder{TB: t}
			linttest.Case{Files: files}.Try(r, openMask(c.fixes))
			if got := strings.Join(r.errors, "\n"); !strings.Contains(got, c.want) || c.want == "" && got != "" {
				t.Errorf("the errors are %q, not %q", got, c.want)
			}
		})
	}
}

// A recorder keeps the errors of a test that is expected to fail.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
