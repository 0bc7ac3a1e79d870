package report_test

import (
	"strings"
	"testing"

	"wardnix/lint"
	"wardnix/lint/report"
	"wardnix/nixast"
)

// Notes are broken for a narrow terminal, and names of files lead to the files.
func TestTerminal(t *testing.T) {
	f := nixast.Parse("a b.nix", "{ a = 1; }", nixast.Options{})
	r := &lint.Result{Files: 1, Findings: []lint.Finding{{
		Rule: rule, Severity: lint.Warning, Message: "m", File: f, Span: at(f, "1"),
		Notes: []lint.Note{{Label: lint.LabelNote, Text: "one two three four five `six seven eight` nine\n  as it stands, however long that may be\nA = true;  # a comment of some length, which goes above"}},
	}}}
	var b strings.Builder
	if err := writeText(&b, report.Style{Width: 40, Links: "/src"}, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"  = note: one two three four five\n          `six seven eight` nine\n            as it stands, however long that may be\n" +
			"          # a comment of some length,\n          # which goes above\n          A = true;\n",
		"\x1b]8;;file:///src/a%20b.nix\x1b\\a b.nix:1:7\x1b]8;;\x1b\\\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%q", want, b.String())
		}
	}
}
