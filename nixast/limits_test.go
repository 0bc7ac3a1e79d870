package nixast

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"wardnix/nixast/testtool"
)

// nestings are the constructs that nest: what is before and after the
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
// practice, and some deeper than the parser follows.
func TestNesting(t *testing.T) {
	testtool.Long(t)
	options := Options{PipeOperators: true}
	depth := 10_000
	if slowdown > 1 {
		depth = 1_000
	}
	var p Parser
	for _, n := range nestings {
		t.Run(n.name, func(t *testing.T) {
			f := p.Parse("", nested(n, depth), options)
			if len(f.Diagnostics) > 0 {
				t.Fatalf("%d deep: %v", depth, f.Diagnostics[0])
			}
			Canonical(f, CanonicalOptions{})
		})
	}
	beyond := map[string]string{"chain of operators": "1" + strings.Repeat("+1", maxChain+1)}
	for i, n := range nestings {
		if i == 0 || slowdown == 1 && i%8 == 0 {
			beyond[n.name] = nested(n, maxDepth+1)
		}
	}
	for name, src := range beyond {
		t.Run("beyond/"+name, func(t *testing.T) {
			f := p.Parse("", src, options)
			if len(f.Diagnostics) != 1 || f.Diagnostics[0].Code != TooDeep {
				t.Errorf("diagnostics are %v", f.Diagnostics)
			}
		})
	}
}

// patterns are repeated to make long files.
var patterns = []string{
	"a+", "a.", "a/", "a:", "a-", "a_", "+", "-", ".", "/", "a", "1", "1.", ".1", "a:b ", "a.b:", "_.",
	"<a", "<a/", "<", "~/", "~", "$", "${", "{", "}", "(", ")", "[", "]", "\"", "''", "'", "\"${", "''${",
	"/*", "*/", "#", "#\n", "\n", " ", "\r", ";", ",", "=", "==", "?", "@", "!", "|>", "<|", "||", "&&", "->", "//", "...",
	"a=1;", "{a=1;", "{a=", "a=1 ", "b=2\n", "{b=2\n", "inherit ", "inherit a ", "{inherit a", "inherit(", "let ", "let{", "in ", "let a=1\n",
	"if ", "then ", "else ", "if a then b elif ", "if a then elif ", "with ", "assert a;", "rec ", "rec{", "or ", "a or ", "a.or ",
	"{a,", "{a?", "{a}", "{a}:", "{a}@", "a@", "a@{", "{a}: {a=1}: ", "{a=1}:", "{a b}:", "[a,", "(a,", "(a;", "[a;", "[1 -", "[a ++ ", "a: ", "[a: ",
	"\\", "\"\\", "\x00", "\xff", "“", "'a' ", "é", "a.${b}.", "a.b=1;", "a.b.c={};", "{a.b={", "a={};", "''\n a", "\"\n", "./a/${b}/", "./a//",
	"{\na=1;\n}", "{\n a={\nb=1;\n", "x={\n", "\nx=", "x.y\n", "a=\n b=", "f\n a=", "/**/", "/**", "a b=", "(a)b=1;", ")}", "])", "({[",
}

// hostile are files of about n bytes whose mistakes, names or lines are many.
var hostile = map[string]func(n int) string{
	"attributes":      func(n int) string { return "{" + strings.Repeat("a=1;", n/4) + "}" },
	"sets that merge": func(n int) string { return "{" + strings.Repeat("a={b=1;};", n/9) + "}" },
	"let bindings":    func(n int) string { return "let " + strings.Repeat("a=1;", n/4) + "in 1" },
	"formals":         func(n int) string { return "{" + strings.Repeat("a,", n/2) + "}:1" },
	"inherits":        func(n int) string { return "with{};{" + strings.Repeat("inherit a;", n/10) + "}" },
	"inherited names": func(n int) string { return "with{};{inherit" + strings.Repeat(" a", n/2) + ";}" },
	"names": func(n int) string {
		return "{" + lines(n/8, func(i int) string { return fmt.Sprintf("a%d=1;", i) }) + "}"
	},
	"comparisons":     func(n int) string { return "a" + strings.Repeat("==a", n/3) },
	"variables":       func(n int) string { return strings.Repeat("a ", n/2) },
	"sets in sets":    func(n int) string { return repeatAround("{a.b=1;a=", "1", ";a.c=1;}", n/17) },
	"merged at depth": func(n int) string { d := repeatAround("{a=", "1", ";}", n/10); return "{a=" + d + ";a=" + d + ";}" },
	"bindings below a long line": func(n int) string {
		return "/*" + strings.Repeat("x", n/2) + "*/{\n" + strings.Repeat("a=1;\n", n/10)
	},
	"stray semicolons below a long line": func(n int) string {
		return "/*" + strings.Repeat("x", n/2) + "*/{a={\n" + strings.Repeat(";\n", n/4)
	},
	"lets without in": func(n int) string { return strings.Repeat("let a b;\n", n/9) },
	"formals in sets": func(n int) string { return repeatAround("{a b}:{c={d e}:", "1", ";}", n/17) },
	"open strings":    func(n int) string { return "{" + strings.Repeat("a=\"b;\n", n/7|1) },
	"comments":        func(n int) string { return "[" + strings.Repeat("/* */if ", n/8) },
}

func lines(n int, line func(int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(line(i))
	}
	return b.String()
}

func repeatAround(open, inside, end string, n int) string {
	return strings.Repeat(open, n) + inside + strings.Repeat(end, n)
}

// TestLinear doubles the size of files and compares what parsing them takes: the
// tokens and bytes that lexer and parser look at, and the memory.
func TestLinear(t *testing.T) {
	testtool.Long(t)
	check := func(name string, source func(n int) string) {
		const n = 8_000
		steps, memory := parseCost(source(n))
		steps2, memory2 := parseCost(source(2 * n))
		if steps2 > 5*steps/2+n || steps2 > 16*n {
			t.Errorf("%q: %d steps for %d bytes, %d for twice as many", name, steps, n, steps2)
		}
		if memory2 > 5*memory/2+16*n || memory2 > 1500*n {
			t.Errorf("%q: %d bytes of memory for %d bytes, %d for twice as many", name, memory, n, memory2)
		}
	}
	for _, p := range patterns {
		check(p, func(n int) string { return strings.Repeat(p, n/len(p)) })
	}
	for name, source := range hostile {
		check(name, source)
	}
}

// parseCost is what parsing src takes.
func parseCost(src string) (steps int, memory uint64) {
	var p Parser
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f := p.Parse("", src, Options{})
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(f)
	return p.p.steps + p.lexed, after.TotalAlloc - before.TotalAlloc
}

// TestManyMistakes checks how many diagnostics are kept, and that the last
// counts the rest.
func TestManyMistakes(t *testing.T) {
	for _, tt := range []struct {
		src  string
		last string
	}{
		{strings.Repeat("a ", 1000), "980 more undefined variables"},
		{"{" + strings.Repeat("a = 1; ", 1000) + "}", "979 more duplicate attributes"},
		{"{ " + strings.Repeat("a, ", 1000) + "}: 1", "979 more duplicate attributes"},
		{"1" + strings.Repeat(" == 1", 1000), "979 more syntax errors"},
		{strings.Repeat("a ", 20), "undefined variable 'a'"},
	} {
		f := Parse("", tt.src, Options{})
		last := f.Diagnostics[len(f.Diagnostics)-1]
		if last.Message != tt.last || len(f.Diagnostics)-min(1, last.Omitted) != maxPerCode {
			t.Errorf("%.20s…: %d diagnostics, the last %q; want %q", tt.src, len(f.Diagnostics), last.Message, tt.last)
		}
		if got := len(f.Diagnostics) + max(0, last.Omitted-1); f.Mistakes() != got {
			t.Errorf("%.20s…: %d mistakes, want %d", tt.src, f.Mistakes(), got)
		}
	}
}
