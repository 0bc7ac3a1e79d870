package report_test

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint"
	"wardnix/lint/report"
	"wardnix/nixast"
)

var rule = &lint.Rule{Page: lint.Page{ID: "T001", Name: "some-rule", Severity: lint.Warning}}

func at(f *nixast.File, text string) nixast.Span {
	i := strings.Index(f.Src, text)
	return nixast.Span{Start: i, End: i + len(text)}
}

// writeText writes the report for people.
func writeText(w io.Writer, s report.Style, r *lint.Result) error {
	full, err := report.FindFormat("full")
	if err != nil {
		return err
	}
	return full.Write(w, &report.Report{Result: r, Style: s})
}

// The caret is under the place, whatever comes before it on the line.
func TestSnippet(t *testing.T) {
	for _, tt := range []struct{ name, src, mark, want string }{
		{"plain", "{ a = 1; }", "1", "1 | { a = 1; }\n  |       ^\n"},
		{"tabs", "{\n\ta = 12;\n}", "12", "2 |     a = 12;\n  |         ^^\n"},
		{"wide characters", "{ a = \"日本\"; b = 1; }", "1", "1 | { a = \"日本\"; b = 1; }\n  |                   ^\n"},
		{"combining characters", "{ a = \"e\u0301\"; b = 1; }", "1", "1 | { a = \"e\u0301\"; b = 1; }\n  |                ^\n"},
		{"several lines", "{ a = [\n 1\n]; }", "[\n 1\n]", "1 | { a = [\n  |       ^\n"},
		{"CRLF", "{\r\n  a = 1;\r\n}", "1", "2 |   a = 1;\n  |       ^\n"},
		{"control characters", "{ a = \"\x1b[31m\"; b = 1; }", "1; }", "1 | { a = \"\\x1b[31m\"; b = 1; }\n  |                       ^^^^\n"},
		{"a long line", "{ a = \"" + strings.Repeat("x", 300) + "\"; b = 1; c = \"" + strings.Repeat("y", 300) + "\"; }", "1",
			"1 | …" + strings.Repeat("x", 73) + "\"; b = 1; c = \"" + strings.Repeat("y", 112) + "…\n  | " + strings.Repeat(" ", 81) + "^\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := nixast.Parse("a.nix", tt.src, nixast.Options{})
			var b strings.Builder
			r := &lint.Result{Files: 1, Findings: []lint.Finding{{Rule: rule, Severity: lint.Warning, Message: "m", File: f, Span: at(f, tt.mark)}}}
			if err := writeText(&b, report.Style{}, r); err != nil {
				t.Fatal(err)
			}
			_, got, _ := strings.Cut(b.String(), "  |\n")
			got, _, _ = strings.Cut(got, "\n  = help: ")
			if diff := cmp.Diff(tt.want, got+"\n"); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Of many findings of a rule in a file the first ones are printed, and the number of the
// others.
func TestManyAlike(t *testing.T) {
	f := nixast.Parse("a.nix", strings.Repeat("a ", 25), nixast.Options{})
	r := &lint.Result{Files: 1}
	for i := range 25 {
		r.Findings = append(r.Findings, lint.Finding{Rule: rule, Severity: lint.Warning, Message: "m", File: f, Span: nixast.Span{Start: 2 * i, End: 2*i + 1}})
	}
	var b strings.Builder
	if err := writeText(&b, report.Style{}, r); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "warning[T001]: m\n"); n != 20 {
		t.Errorf("%d findings are printed, want 20", n)
	}
	if want := "warning[T001]: 5 more findings in a.nix (`--format concise` prints all)\n\n1 file: 25 warnings\n"; !strings.HasSuffix(b.String(), want) {
		t.Errorf("the report ends otherwise than with %q:\n%s", want, b.String()[max(0, b.Len()-200):])
	}
}

func TestSummary(t *testing.T) {
	f := nixast.Parse("a.nix", "{ }", nixast.Options{})
	one := func(s lint.Severity, fixes ...lint.Fix) lint.Finding {
		return lint.Finding{Rule: rule, Severity: s, Message: "m", File: f, Fixes: fixes}
	}
	safe, unsafe := lint.Fix{Applicability: lint.Safe}, lint.Fix{Applicability: lint.Unsafe}
	for _, tt := range []struct {
		r    lint.Result
		want string
	}{
		{lint.Result{Files: 1}, "1 file: nothing to report"},
		{lint.Result{Files: 2, Fixed: make([]lint.Finding, 3)}, "2 files: nothing remains; 3 fixed"},
		{lint.Result{Files: 2, Findings: []lint.Finding{one(lint.Error, safe), one(lint.Warning, safe, unsafe), one(lint.Warning, unsafe), one(lint.Info)}},
			"2 files: 1 error, 2 warnings, 1 info; [*] 2 fixable with --write; 1 with --write --unsafe"},
	} {
		var b strings.Builder
		if err := writeText(&b, report.Style{}, &tt.r); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(b.String()), "\n")
		if got := lines[len(lines)-1]; got != tt.want {
			t.Errorf("%q, not %q", got, tt.want)
		}
	}
}
