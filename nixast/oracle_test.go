package nixast_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"wardnix/nixast"
	"wardnix/nixast/internal/oracle"
	"wardnix/nixast/testtool"
)

// nix finds the Nix of this machine.
func nix(tb testing.TB) *oracle.Nix {
	n, err := oracle.Find()
	if err != nil {
		testtool.Lack(tb, "no Nix to compare with: "+err.Error())
	}
	return n
}

// compare asks Nix about sources and reports what nixast sees differently.
func compare(tb testing.TB, n *oracle.Nix, sources []string) {
	tb.Helper()
	dir := tb.TempDir()
	files := make([]string, len(sources))
	for i, s := range sources {
		files[i] = filepath.Join(dir, fmt.Sprintf("%d.nix", i))
		if err := os.WriteFile(files[i], []byte(s), 0o666); err != nil {
			tb.Fatal(err)
		}
	}
	results, err := n.Parse(files)
	if err != nil {
		tb.Fatal(err)
	}
	options := nixast.CanonicalOptions{Dir: dir, Home: os.Getenv("HOME")}
	for i, want := range results {
		f := nixast.Parse(files[i], sources[i], nixast.Options{Dialect: n.Dialect})
		switch {
		case strings.Contains(want.Err, "memory exhausted") || strings.Contains(want.Err, "stack overflow"):
		case f.Accepts() && !want.Accepted:
			tb.Errorf("%q: Nix rejects it: %s", sources[i], want.Err)
		case !f.Accepts() && want.Accepted:
			tb.Errorf("%q: Nix accepts it, but: %s", sources[i], f.Diagnostics[0].Message)
		case want.Accepted:
			if got := strings.TrimSuffix(string(nixast.Canonical(f, options)), "\n"); got != want.Text {
				tb.Errorf("%q:\n got %q\nwant %q", sources[i], got, want.Text)
			}
		}
	}
}

// cases are inputs on which parsers of Nix are known to differ from Nix.
var cases = []string{
	// Lexing: the longest match wins.
	"with{};a->b", "1->2", "with{};a-1", "1-1", "with{};a.5", "1.2.3", "01.5", "00.5", "0.", "with{};1e3", "with{};0x1F", "with{};1.a",
	"with{};0.a", "with{};a...b", "with{};--a", "with{};[x:x]", "x:x", "_:1", "a_b:c", "a_b:1", "x':1", "x:''a''", "x:${y}", "x:[1]", "with{};x:/*c*/1",
	"with{};a/b", "1/2", "with{};a/ b", "with{};a /b", "with{};(a)/b", "with{};a//b", "with{};a ///b", "with{};-a/b", "with{};a+b/c", ".../a", "./a/", "./a//b", "./a/*c*/1",
	"./.", "../.", ".", "..", "/", "/.", "//", "with{};./${a}", "with{};./${a}//b", "with{};./a${b}c/d", "with{};./a${b}/", "with{};~/${a}", "~/a", "~/../a", "~root/a", "with{};~",
	"<a>", "<a/b>", "<a/>", "</a>", "< a >", "with{};a<b>c", "1 <2> 3", "with{};<a/${b}>", "with{};a<b", "with{};/${a}", "with{};a/${b}/c", "with{};x/y${\"/z\"}",
	// White space and comments.
	"", " ", "# c", "/* c */", "/**/1", "/*/1", "/*/*/1", "1 /* c", "1 # c", "# c\r1", "1\r\n", "\ufeff1", "1\f", "1\v", "1\u00a0", "1\x00garbage )(", "/* \x00 */1", "#\x00\n1", "[\x00]", "./a\x00",
	// Strings.
	`"$"`, `"$$"`, `with{};"$${a}"`, `with{};"$$${a}"`, `"\$`, `"$\{a}"`, `"$\"`, `"\${a}"`, "\"a\r\nb\rc\"", "\"\\\r\n\"", `"\n\r\t\q\\"`, `"é` + "\xff" + `"`, `"a"`, `"a" "b"`,
	`with{};"${a}${b}"`, `with{};"${"${a}"}"`, `"${"a"}"`, `"${}"`, `"${1`, `"`, `''`, `''''`, `'''`, `'''''`, `''''''`, `'''''''`, `''''''''`,
	"''a'''b''", `''a''\nb''`, `''a''\`, `''$$''`, `''$''`, `with{};''''${x}''`, `with{};'''${x}''`, `with{};''$${x}''`, `with{};''a$'${x}''`, `''a'b''`, `''a'$b''`, `'''''${x}''`,
	"''\n  a\n    b\n  ''", "''\n\ta\n\tb\n''", "''  \n  a\n b\n''", "''\n  a\n\n  b\n''", "''\n  a\n \n  b\n''", "''\r\n  a\r\n  b\r\n''", "''\n    \n  a''", "'' a\n   b\n  ''", "with{};''\n  ${a}\n  ${b}\n''",
	"with{};''\n   ${a}\n  b\n''", "with{};''\n  a${b}  \n  ''", "''\n  ''\\n  a\n   b\n''", "''   ''", "''\n\n''", "''\n   ''", "''a\n   ''", "''${\"a\"}''", "''${''b''}''", "with{};''${a}''", "''\n ${\"a\"}\n ''",
	// Attributes: what is static, what collides, what merges.
	"{ a = 1; a = 2; }", "{ a.b = 1; a.c = 2; }", "{ a.b = 1; a.b.c = 2; }", "{ a = { b = 1; }; a.c = 2; }", "{ a.c = 2; a = { b = 1; }; }", "{ a = { b = 1; }; a = { c = 2; }; }", "{ a = { x.y = 1; }; a = { x.z = 2; }; }",
	"{ a = { x.y = 1; }; a.x.z = 2; }", "{ a = rec { b = 1; c = b; }; a.d = b; }", "{ a.d = 1; a = rec { b = d; }; }", "{ a = ({ b = 1; }); a.c = 2; }", "{ a = { } // { }; a.c = 2; }", "{ a = x: x; a.b = 1; }",
	"{ a = let { body = 1; }; a.b = 1; }", "with{};{ inherit a; a = 1; }", "with{};{ a = 1; inherit a; }", "with{};{ inherit a a; }", "with{};{ inherit (b) a; inherit (c) a; }", "with{};{ inherit a; a.b = 1; }",
	"{ ${\"a\"} = 1; a = 2; }", "{ ${''a''} = 1; a = 2; }", "{ ${x:y} = 1; \"x:y\" = 2; }", "{ ${(\"a\")} = 1; a = 2; }", "{ \"${\"a\"}\" = 1; a = 2; }", "{ ${''${\"a\"}''} = 1; a = 2; }", "with{};{ ${a} = 1; ${a} = 2; }",
	"with{};{ ${a}.b = 1; ${a}.c = 2; }", "with{};{ a.${b} = 1; a.${b} = 2; }", "with{};let ${a} = 1; in 2", "with{};let a.${b} = 1; in 2", "with{};let { ${a} = 1; body = 2; }", "with{};{ inherit ${a}; }", "{ inherit \"a\"; }", "with{};{ inherit \"a\" or; }", "with{};{ inherit; inherit (a); }",
	"{ inherit (zz); }", "{ a = { ${b} = 1; }; }", "{ a = { c = 1; }; a = { ${zz} = 2; }; }", "with{};{ a = { inherit x; }; a = { inherit y; }; }", "with{};{ a = { inherit (x) y; }; a = { inherit (z) w; }; }", "{ a = rec { x = 1; inherit y; }; }", "{ or = 1; }", "{ if = 1; }", "{ \"if\" = 1; in' = 2; }", "{ a.or.b = 1; }",
	// Operators.
	"with{};a == b == c", "with{};a < b < c", "with{};a < b == c < d", "with{};a ? b ? c", "with{};a ? b.c or d", "with{};!a ? b", "with{};!a == b", "with{};a + !b + c", "with{};a * -b * c", "with{};-a.b", "with{};-a ? b", "with{};- -a", "with{};!!a", "with{};a -> b -> c", "with{};a // b // c", "with{};a ++ b * c",
	"with{};a - b - c", "with{};a <= b", "with{};a >= b", "with{};a > b", "with{};(a > b) c", "with{};(a <= b) c", "with{};(-a) b", "with{};<x> y", "with{};(a - b) c d", "with{};a |> b", "with{};a <| b", "with{};a || b && c",
	// "or".
	"or", "with{};a or", "with{};a or b", "with{};f a or b", "with{};[ a or b ]", "with{};a.b or c or d", "with{};a.b or c d", "with{};a.b or -1", "with{};a.or or or", "with{};a.b or c.d or e", "with{};(f a) or b", "{ or }: 1", "or: 1", "with{};a.b.c or", "with{};\"a\" or",
	// Functions.
	"a: a", "{ a }: a", "{ a, }: a", "{ , }: 1", "{ ... }: 1", "{ a, ... }: a", "{ a, ..., }: a", "{ ..., a }: a", "{ a ? 1, b ? a }: b", "a@{ b }: a", "{ b }@a: a", "a@{ b }@c: a", "{ a, a }: a", "a@{ a }: a", "{ }: 1", "{ } : 1", "{ a }", "{ a, b }", "with{};f x: x", "with{};[ x: x ]", "with{};a + x: x", "{ z, a, m ? z }: a",
	// Scope.
	"x", "let x = x; in x", "let inherit x; in x", "let x = 1; inherit x; in x", "rec { a = b; b = 1; }", "{ a = b; b = 1; }", "{ a ? b, b ? 1 }: a", "with x; y", "with { }; y", "(with { }; y) z", "let a = 1; in { inherit a; }", "__curPos", "builtins", "derivation", "fetchTree", "break", "__sub 1 2", "let { a = 1; body = a; }", "let { a = b; }", "x: y: x y", "rec { inherit a; }", "let a = 1; in rec { inherit a; b = a; }",
	// Numbers.
	"9223372036854775807", "9223372036854775808", "00000000000000000000001", "1.0e308", "1.0e309", "1.0e-307", "1.0e-310", "0.0e-999", "1.", ".5", "1.5e", "1.5e+", "1.e3", "123456.7", "1234567.0", "100000.0", "1000000.0", "2.5e-5", "1.0e-5",
	// The rest.
	"with{};{ b = \"p\"; a = \"${x}\"; c = ''${''${x}''}''; }",
	"if 1 then 2 else 3", "with{};if a then b else c d", "with{};if a then b", "assert 1; 2", "with{};f (assert a; b)", "with{};a b c", "with{};a (b c) d", "1 2", "{ }\n{ }", "let in 1", "let { } in 1", "let a = 1; in a b: b", "[ 1 -1 ]", "[ 1 2 ]", "[ (1) ]", "rec 1", "{ a = 1 }", "{ a; }", "with{};a.${b}.c", "with{};a.\"b\".c", "with{};a.\"b${c}\"", "with{};a.1", "with{};a.b.c ? d",
}

// TestOracle compares with Nix, in the short mode only what should be accepted.
func TestOracle(t *testing.T) {
	t.Parallel()
	n := nix(t)
	sources := append([]string{}, cases...)
	files, err := filepath.Glob("testdata/golden/*.nix")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, string(b))
	}
	if testing.Short() { // Nix needs a process for each source that it rejects
		sources = slices.DeleteFunc(sources, func(src string) bool {
			return !nixast.Parse("", src, nixast.Options{Dialect: n.Dialect}).Accepts()
		})
	}
	compare(t, n, sources)
}

// TestFacts compares with the verdicts and the texts of other versions of Nix,
// as recorded in the directory nix of the one that WARDNIX_FACTS names:
// cases/*.nix, cases/expected.tsv, cases-canon/.
func TestFacts(t *testing.T) {
	dir := testtool.Given(t, "WARDNIX_FACTS")
	dir = filepath.Join(dir, "nix")
	table, err := os.ReadFile(filepath.Join(dir, "cases/expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	columns := []struct {
		options nixast.Options
		texts   string
	}{
		{nixast.Options{Dialect: nixast.Nix28}, "2.8-normalised"},
		{nixast.Options{}, ""},
		{nixast.Options{PipeOperators: true}, "2.34"},
	}
	for _, line := range strings.Split(strings.TrimSpace(string(table)), "\n")[1:] {
		row := strings.Split(line, "\t")
		src, err := os.ReadFile(filepath.Join(dir, "cases", row[0]))
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range columns {
			f := nixast.Parse(row[0], string(src), c.options)
			if want := row[1+i] == "accept"; f.Accepts() != want && row[4] != "memory" {
				t.Errorf("%s, %+v: accepts %v", row[0], c.options, f.Accepts())
			}
			text, err := os.ReadFile(filepath.Join(dir, "cases-canon", c.texts, strings.TrimSuffix(row[0], ".nix")+".txt"))
			if c.texts == "" || err != nil || !f.Accepts() || row[0] == "path-dotdot.nix" {
				continue // path-dotdot leads out of the directory that the records name
			}
			if got := nixast.Canonical(f, nixast.CanonicalOptions{Dir: "/CASES", Home: "/HOME"}); string(got) != string(text) {
				t.Errorf("%s, %+v:\n got %s\nwant %s", row[0], c.options, got, text)
			}
		}
	}
}

// FuzzOracle compares with Nix, a batch at a time: one process for each input
// would be a thousand times slower than the parser. As Nix needs a process for
// each input that it rejects, most inputs are programs that the fuzzer's bytes
// choose, nearly all of which it accepts.
func FuzzOracle(f *testing.F) {
	n := nix(f)
	if fuzzing := flag.Lookup("test.fuzz").Value.String() != ""; fuzzing { // the other tests compare the same
		for _, c := range cases {
			f.Add([]byte("\x00" + c))
		}
		for i := range 50 {
			f.Add(pseudorandom(uint32(i), 200))
		}
	}
	var mu sync.Mutex
	var batch []string
	f.Fuzz(func(t *testing.T, choices []byte) {
		mu.Lock()
		defer mu.Unlock()
		if len(choices) == 0 || len(choices) > 4000 {
			return
		}
		src := string(choices[1:])
		if choices[0]%64 != 0 {
			src = program(choices[1:])
		}
		if batch = append(batch, src); len(batch) == 10 { // the fuzzer allows ten seconds, and Nix may reject them all
			compare(t, n, batch)
			batch = nil
		}
	})
}

// TestOracleGenerated compares programs that pseudorandom bytes choose.
func TestOracleGenerated(t *testing.T) {
	t.Parallel()
	n := nix(t)
	var sources []string
	for seed := range *generated {
		sources = append(sources, program(pseudorandom(uint32(seed), 300)))
	}
	compare(t, n, sources)
}

var generated = flag.Int("generated", 300, "how many programs to compare with Nix")

func program(choices []byte) string {
	g := generator{choices}
	return "with { };" + g.expr(5)
}

// pseudorandom bytes are the same for the same seed.
func pseudorandom(seed uint32, n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)}).Read(b)
	return b
}
