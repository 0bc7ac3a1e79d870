package nixast

import (
	"strings"
	"testing"
	"time"
)

// nestings are the constructs that nest: what stands before and behind the
// expression inside.
var nestings = []struct{ name, open, close string }{
	{"parenthesis", "(", ")"},
	{"list", "[", "]"},
	{"set", "{a=", ";}"},
	{"recursive set", "rec{a=", ";}"},
	{"dynamic attribute", "{${", "}=1;}"},
	{"old let", "let{a=", ";}"},
	{"let binding", "let a=", ";in 1"},
	{"let body", "let in ", ""},
	{"function", "a: ", ""},
	{"function of a set", "{a}:", ""},
	{"default of an argument", "{a?", "}:1"},
	{"call", "f(", ")"},
	{"selection", "(", ").a"},
	{"default of a selection", "{}.a or (", ")"},
	{"chain of defaults", "{}.a or ", "1"},
	{"path of a selection", "{}.${", "}"},
	{"attribute test", "{}?${", "}"},
	{"not", "!", ""},
	{"minus", "-", ""},
	{"update", "{}//", ""},
	{"concatenation of lists", "[]++", ""},
	{"implication", "true ->", ""},
	{"plus with parentheses", "1+(", ")"},
	{"condition", "if ", " then 1 else 1"},
	{"then", "if true then ", " else 1"},
	{"else", "if true then 1 else ", ""},
	{"with", "with{};", ""},
	{"subject of with", "with ", ";1"},
	{"assert", "assert true;", ""},
	{"string", `"${`, `}"`},
	{"indented string", "''${", "}''"},
	{"path", "./a${", "}"},
	{"inherit from", "{inherit(", ")a;}"},
	{"pipe", "1<|", ""},
}

func nested(n struct{ name, open, close string }, depth int) string {
	end := n.close
	if n.name == "chain of defaults" {
		end = ""
	}
	return "with{};" + strings.Repeat(n.open, depth) + "1" + strings.Repeat(end, depth)
}

// TestNesting nests every construct as deep as current Nix follows it in
// practice, and just deeper than the parser does; and some a million deep.
func TestNesting(t *testing.T) {
	options := Options{PipeOperators: true}
	tooDeep := func(t *testing.T, src string) {
		t.Helper()
		f := Parse("", src, options)
		if len(f.Diagnostics) != 1 || f.Diagnostics[0].Code != TooDeep {
			t.Errorf("too deep: %v", f.Diagnostics[:min(3, len(f.Diagnostics))])
		}
	}
	var p Parser
	for i, n := range nestings {
		t.Run(n.name, func(t *testing.T) {
			f := p.Parse("", nested(n, 10_000/slowdown), options)
			if len(f.Diagnostics) > 0 {
				t.Fatalf("10,000 deep: %v", f.Diagnostics[0])
			}
			Canonical(f, CanonicalOptions{})
			if i%(4*slowdown) == 0 {
				tooDeep(t, nested(n, MaxDepth+1))
			}
		})
	}
	for _, n := range nestings[:1+2/slowdown] {
		t.Run("a million times "+n.name, func(t *testing.T) { tooDeep(t, nested(n, 1_000_000)) })
	}
	t.Run("chain of operators", func(t *testing.T) { tooDeep(t, "1"+strings.Repeat("+1", MaxChain+1)) })
}

// TestLinear parses short patterns, repeated to 40 KB and to 400 KB. What takes
// quadratic time for one of them takes a hundred times as long then; the
// second is for machines that are busy with other things.
func TestLinear(t *testing.T) {
	patterns := []string{
		"a+", "a.", "a/", "a:", "a-", "a_", "+", "-", ".", "/", "a", "1", "1.", ".1", "a:b ", "a.b:", "_.",
		"<a", "<a/", "<", "~/", "~", "$", "${", "{", "}", "(", ")", "[", "]", "\"", "''", "'", "\"${", "''${",
		"/*", "*/", "#", "#\n", "\n", " ", "\r", ";", ",", "=", "==", "?", "@", "!", "|>", "<|", "||", "&&", "->", "//", "...",
		"a=1;", "{a=1;", "{a=", "a=1 ", "b=2\n", "{b=2\n", "inherit ", "inherit a ", "{inherit a", "inherit(", "let ", "let{", "in ", "let a=1\n",
		"if ", "then ", "else ", "if a then b elif ", "if a then elif ", "with ", "assert a;", "rec ", "rec{", "or ", "a or ", "a.or ",
		"{a,", "{a?", "{a}", "{a}:", "{a}@", "a@", "a@{", "{a}: {a=1}: ", "{a=1}:", "{a b}:", "[a,", "(a,", "(a;", "[a;", "[1 -", "[a ++ ", "a: ", "[a: ",
		"\\", "\"\\", "\x00", "\xff", "“", "'a' ", "é", "a.${b}.", "a.b=1;", "a.b.c={};", "{a.b={", "a={};", "''\n a", "\"\n", "./a/${b}/", "./a//",
		"{\na=1;\n}", "{\n a={\nb=1;\n", "x={\n", "\nx=", "x.y\n", "a=\n b=", "f\n a=", "/**/", "/**", "a b=", "(a)b=1;", ")}", "])", "({[",
	}
	for _, p := range patterns {
		short, long := parseTime(p, 40_000/slowdown), parseTime(p, 400_000/slowdown)
		if long > 30*short+time.Second {
			t.Errorf("%q: %v for 40 KB, %v for 400 KB", p, short, long)
		}
	}
}

// parseTime is how long it takes to parse the pattern repeated.
func parseTime(pattern string, size int) time.Duration {
	src := strings.Repeat(pattern, size/len(pattern))
	start := time.Now()
	Parse("", src, Options{})
	return time.Since(start)
}
