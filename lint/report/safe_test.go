package report_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"wardnix/lint/report"
)

// What a person sees of hostile text, and that ordinary text stays as it is.
func TestSafe(t *testing.T) {
	for _, tt := range []struct{ in, line, lines string }{
		{"plain 😀 é 日本", "plain 😀 é 日本", "plain 😀 é 日本"},
		{"a\n\tb", `a\n\tb`, "a\n\tb"},
		{"\x1b[31m\x07\x7f\r", `\x1b[31m\x07\x7f\r`, `\x1b[31m\x07\x7f\r`},
		{"\u009b\u202e\u2066\u2028\ufeff", `\u009b\u202e\u2066\u2028\ufeff`, `\u009b\u202e\u2066\u2028\ufeff`},
		{"\xff\xc3", `\xff\xc3`, `\xff\xc3`},
		{"\U000e0041", `\U000e0041`, `\U000e0041`},
		{"::warning::x", `\u003a:warning::x`, `\u003a:warning::x`},
		{"a\n  ::warning file=x::y", `a\n  ::warning file=x::y`, "a\n  \\u003a:warning file=x::y"},
		{"::1 localhost", "::1 localhost", "::1 localhost"},
		{"see x::y::z", "see x::y::z", "see x::y::z"},
		{"a ##[group]b", `a #\u0023[group]b`, `a #\u0023[group]b`},
		{"##vso[task.x]y", `#\u0023vso[task.x]y`, `#\u0023vso[task.x]y`},
		{"##teamcity[x] ##VSO[y]", `#\u0023teamcity[x] #\u0023VSO[y]`, `#\u0023teamcity[x] #\u0023VSO[y]`},
		{"## a heading", "## a heading", "## a heading"},
		{"⚠️ ok", "⚠️ ok", "⚠️ ok"},
		{"\ufe0f:\ufe0f:a::", "\ufe0f\\u003a\ufe0f:a::", "\ufe0f\\u003a\ufe0f:a::"},
		{"#\ufe0f#vso[a]", "\\u0023\ufe0f#vso[a]", "\\u0023\ufe0f#vso[a]"},
		{"a\u034f\u3164\ufe01\U000e0100b", `a\u034f\u3164\ufe01\U000e0100b`, `a\u034f\u3164\ufe01\U000e0100b`},
	} {
		// A command begins with the second number sign as well as with the first.
		want := func(s string) string { return strings.ReplaceAll(s, `#\u0023`, `\u0023#`) }
		if got := report.Safe(tt.in).String(); got != want(tt.line) {
			t.Errorf("Safe(%q) = %q, not %q", tt.in, got, want(tt.line))
		}
		if got := report.SafeLines(tt.in).String(); got != want(tt.lines) {
			t.Errorf("SafeLines(%q) = %q, not %q", tt.in, got, want(tt.lines))
		}
	}
}

// Arguments are escaped whatever their type, and text that is safe is not escaped
// again.
func TestTextf(t *testing.T) {
	got := report.Textf("%s|%s|%v|%d|%q\n", "a\nb", report.Safe("\x1b"), []string{"\x07"}, 3, "\"").String()
	if want := `a\nb|\x1b|[\x07]|3|"\""` + "\n"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	// A command that only comes about where parts meet.
	if got := report.Textf("#%s %s", "#[x]", ":").String(); strings.Contains(got, "##[") {
		t.Errorf("%q", got)
	}
}

// The diff of ordinary text is as it was, newlines of any kind included.
func TestDiffStaysApplicable(t *testing.T) {
	const diff = "--- a.nix\n+++ a.nix\n@@ -1,2 +1,2 @@\n \ta = \"é\";\r\n-b = \"::1\";\n+b = \"::\";\n"
	if got := report.Diff(diff).String(); got != diff {
		t.Errorf("%q, not %q", got, diff)
	}
}

var runnerCommand = regexp.MustCompile(`(?m)^\s*::.*::|##\w*\[`)

func FuzzSafe(f *testing.F) {
	for _, s := range []string{"a", "\x1b]0;x\x07", "\xff", "::a::b", "\n ::a::", "##[x]", "###vso[x]", "\ufe0f:\ufe0f:a::", "#\ufe0f#[x]", "\u202e\u2029", "\U000e0001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, text := range []string{report.Safe(s).String(), report.SafeLines(s).String(), report.Diff(s).String(), report.Textf("%s%s", s, s).String()} {
			compared := strings.NewReplacer("\ufe0e", "", "\ufe0f", "").Replace(text)
			if !utf8.ValidString(text) || runnerCommand.MatchString(compared) {
				t.Fatalf("%q becomes %q", s, text)
			}
			for _, r := range strings.ReplaceAll(text, "\r\n", "\n") {
				if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)) {
					t.Fatalf("%q becomes %q", s, text)
				}
			}
		}
		var b bytes.Buffer
		if err := report.JSON(&b, s); err != nil {
			t.Fatal(err)
		}
		var back string
		if err := json.Unmarshal(b.Bytes(), &back); err != nil || back != strings.ToValidUTF8(s, "\uFFFD") && utf8.ValidString(s) {
			t.Fatalf("%q becomes %q, which is %q: %v", s, b.String(), back, err)
		}
	})
}
