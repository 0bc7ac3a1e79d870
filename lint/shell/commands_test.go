package shell_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint/shell"
)

// shown are the commands of a script, a line each: "?" marks one that may not run,
// "!" one that may fail.
func shown(script string) []string {
	var out []string
	for _, c := range shell.Commands(script) {
		mark := ""
		if c.Conditional {
			mark += "?"
		}
		if c.Tolerated {
			mark += "!"
		}
		out = append(out, mark+strings.Join(c.Words, "|"))
	}
	return out
}

func TestCommands(t *testing.T) {
	for _, test := range []struct {
		name, script string
		want         []string
	}{
		{"lines and semicolons", "a b; c\nd & e", []string{"a|b", "c", "d", "e"}},
		{"quotes", `a "b c" 'd "e"' f\ g "h\"i" ''`, []string{`a|b c|d "e"|f g|h"i|`}},
		{"joined lines", "a \\\n  b", []string{"a|b"}},
		{"comments", "# a\nb # c\nd#e", []string{"b", "d#e"}},
		{"expansions stay", `a $x "${y}/z" "$(b "c")" ` + "`d e`", []string{`a|$x|${y}/z|$(b "c")|` + "`d e`"}},
		{"assignments", "A=1 B='x y' c; D=2; e=(f g) h", []string{"c", "h"}},
		{"redirections", "a >b 2>&1 <c; >d e; f &>/dev/null", []string{"a", "e", "f"}},
		{"pipes", "a | b |& c", []string{"a", "b", "c"}},
		{"and", "a && b && c; d", []string{"a", "?b", "?c", "d"}},
		{"and after preparations", "cd x && mkdir y && a && b", []string{"cd|x", "mkdir|y", "a", "?b"}},
		{"or", "a || b; c", []string{"!a", "?b", "c"}},
		{"negation", "! a; b", []string{"!a", "b"}},
		{"if", "if a; then b; elif c; then d; else e; fi; f", []string{"!a", "?b", "?!c", "?d", "?e", "f"}},
		{"while", "while a; do b; done; c", []string{"!a", "?b", "c"}},
		{"for", "for i in a b; do c $i; done\nd", []string{"?c|$i", "d"}},
		{"case", "case $x in a|b) c;; (d) e\n;;\n*) f; esac; g", []string{"?c", "?e", "?f", "g"}},
		{"groups", "{ a; } || b; (c; d) && e", []string{"!a", "?b", "c", "d", "?e"}},
		{"function", "f() { a; }\nfunction g { b; }\nf", []string{"?a", "?b", "f"}},
		{"test", "[[ -e x && a < b ]] && c; [ -e y ] && d", []string{"?![[", "?c", "[|-e|y|]", "?d"}},
		{"here-documents", "a <<EOF b\nc\nEOF\nd <<-'X'\n  e\n  X\nf <<< g", []string{"a|b", "d", "f"}},
		{"exec ends it", "a\nexec b\nc", []string{"a", "exec|b"}},
		{"exec of redirections does not", "exec 3>&1\na", []string{"exec", "a"}},
		{"exit under a condition does not", "if a; then exit; fi; b", []string{"!a", "?exit", "b"}},
		{"process substitution", "a <(b c) d", []string{"a|<(b c)|d"}},
		{"an open quote ends the reading", "a; b 'c", []string{"a"}},
		{"an odd end ends the reading", "a; fi; b", []string{"a"}},
		{"arithmetic ends the reading", "a; ((x++)); b", []string{"a"}},
		{"nothing", " \n# a", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, shown(test.script)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestInput(t *testing.T) {
	script := "cat >a <<EOF\n#!/bin/sh\nb\nEOF\ncat <<'X' | tee c\nd\nX\ne\n"
	var got []string
	for _, c := range shell.Commands(script) {
		got = append(got, strings.Join(c.Words, " ")+": "+c.Input)
	}
	want := []string{"cat: #!/bin/sh\nb\n", "cat: ", "tee c: d\n", "e: "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func ExampleCommands() {
	for _, c := range shell.Commands("if test -e x; then modprobe dummy; fi; exec server --port=80") {
		fmt.Println(c.Words, c.Conditional)
	}
	// Output:
	// [test -e x] false
	// [modprobe dummy] true
	// [exec server --port=80] false
}

// FuzzCommands tries that reading ends, and that places are inside the script.
func FuzzCommands(f *testing.F) {
	for _, script := range []string{"a && b", "if a; then b; fi", "case x in a) b;; esac", "a <<E\nb\nE\n", "a \"$(b 'c')\"", "x=(a b) c", "! { a; }", "f() { a; }"} {
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script string) {
		for _, c := range shell.Commands(script) {
			if len(c.Words) == 0 || c.Start < 0 || c.End < c.Start || c.End > len(script) {
				t.Fatalf("%q: %+v", script, c)
			}
		}
	})
}

func TestWrites(t *testing.T) {
	for script, want := range map[string][]string{
		"a > /etc/x 2>&1":              {"/etc/x"},
		"a >>/etc/x 2>>$log":           {"/etc/x", "$log"},
		"a &> /dev/null < /etc/in":     {"/dev/null"},
		"a >| 'b c' <<EOF\nx > y\nEOF": {"b c"},
		"a >&2":                        nil,
		"a \">\" b":                    nil,
	} {
		got := shell.Commands(script)
		if len(got) != 1 {
			t.Fatalf("%q: %d commands", script, len(got))
		}
		if diff := cmp.Diff(want, got[0].Writes); diff != "" {
			t.Errorf("%q (-want +got)\n%s", script, diff)
		}
	}
}
