package nixast

import (
	"slices"
	"strings"
	"testing"
)

// checkTree reports what is wrong with the structure of f.
func checkTree(t *testing.T, f *File) {
	t.Helper()
	checkTokens(t, f)
	if f.kind[0] != Root || int(f.node[0].next) != len(f.node) {
		t.Fatalf("root is not the whole tree: %+v of %d nodes", f.node[0], len(f.node))
	}
	for i, n := range f.node {
		if n.end < n.first || int(n.next) > len(f.node) || int(n.next) <= i {
			t.Fatalf("node %d: bad ranges %+v", i, n)
		}
		if n.first < n.end && (f.tokKind[n.first].IsTrivia() || f.tokKind[n.end-1].IsTrivia()) {
			t.Errorf("node %d (%d) begins or ends with trivia in %q", i, f.kind[i], f.Src)
		}
		if f.kind[i] < Root {
			t.Errorf("node %d has kind %d", i, f.kind[i])
		}
		at := n.first
		for c := uint32(i) + 1; c < n.next; c = f.node[c].next {
			d := f.node[c]
			if d.parent != uint32(i) || d.first < at || d.end > n.end {
				t.Fatalf("node %d (%d) %+v does not fit into %d (%d) %+v in %q", c, f.kind[c], d, i, f.kind[i], n, f.Src)
			}
			at = d.end
		}
	}
	for _, d := range f.Diagnostics {
		if d.Message == "" || d.Span.Start < 0 || d.Span.End > len(f.Src) || d.Span.End < d.Span.Start {
			t.Errorf("bad diagnostic %+v", d)
		}
	}
}

// checkTokens reports if the tokens of f do not tile its source.
func checkTokens(t *testing.T, f *File) {
	t.Helper()
	var b strings.Builder
	last := Token{}
	for tok := range f.Tokens() {
		b.WriteString(tok.Text())
		last = tok
	}
	if b.String() != f.Src {
		t.Errorf("tokens do not tile the source: %q for %q", b.String(), f.Src)
	}
	if last.Kind() != EOF {
		t.Errorf("last token is %d, want EOF", last.Kind())
	}
}

// seeds are sources that begin fuzzing.
var seeds = []string{
	"", "{ a = 1; }", "{ a, b ? 1, ... }@c: a", "let a = 1; in a.b or c", "''\n  a ${b} c\n''",
	"./a/${b}/c", "x:y", "{ inherit (a) b \"c\"; }", "if a then b else c", "rec { a.${b}.\"c\" = !d ? e; }",
	"{\n  a = {\n    b = \"c${d}\";\n  };\n  e = [ 1 2 ];\n}\n", "{ a = { b = 1; }; a.c = 2; }", "a |> b", "<a> ~/b # c\n/* d */",
}

// FuzzTree checks that tokens tile the source, that nodes lie in each other,
// and that a parser which is used again gives the same as a new one.
func FuzzTree(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, false)
	}
	var p Parser
	f.Fuzz(func(t *testing.T, src string, old bool) {
		o := Options{PipeOperators: true}
		if old {
			o = Options{Dialect: Nix28}
		}
		file := Parse("f.nix", src, o)
		checkTree(t, file)
		checkDiagnostics(t, file)
		again := p.Parse("f.nix", src, o)
		if string(DumpTree(file)) != string(DumpTree(again)) || !slices.EqualFunc(file.Diagnostics, again.Diagnostics, sameDiagnostic) {
			t.Errorf("another parse of %q gives another tree", src)
		}
		if file.Accepts() {
			Canonical(file, CanonicalOptions{})
		}
	})
}

func sameDiagnostic(a, b Diagnostic) bool { return a.Span == b.Span && a.Message == b.Message }

// checkDiagnostics checks that a tree has gaps if and only if syntax errors are
// reported, and that those come in order.
func checkDiagnostics(t *testing.T, f *File) {
	t.Helper()
	broken := slices.Contains(f.kind, Error) || slices.Contains(f.kind, Missing)
	told := slices.ContainsFunc(f.Diagnostics, func(d Diagnostic) bool {
		return d.Code == SyntaxError || d.Code == TooDeep
	})
	if broken && !told {
		t.Errorf("%q: the tree has gaps, but no syntax error is told", f.Src)
	}
	if !slices.IsSortedFunc(f.Diagnostics, func(a, b Diagnostic) int { return a.Span.Start - b.Span.Start }) {
		t.Errorf("%q: diagnostics are not in order: %v", f.Src, f.Diagnostics)
	}
}

// FuzzRecovery takes a token out of a set of bindings, or puts one into it,
// and checks what recovery is for: the bindings before the mistake keep their
// nodes, and the mistake is reported.
func FuzzRecovery(f *testing.F) {
	for _, s := range []string{";", "}", "{", "(", "]", "=", "\"", "''", "${", "in", "or", ",", ":", "/*", "a", "1.", "../"} {
		f.Add(s, uint16(3), false)
		f.Add(s, uint16(7), true)
	}
	const before = "{\n  a = 1;\n  b.c = \"x\";\n"
	const middle = "  d = f (g [ 1 2 ]) \"s${h}t\";\n  i = { j = if k then l else { m = ''n''; }; };\n"
	const after = "  o = let p = 1; in p;\n}\n"
	f.Fuzz(func(t *testing.T, insert string, at uint16, remove bool) {
		i := len(before) + int(at)%len(middle)
		all := before + middle + after
		src := all[:i] + insert + all[i:]
		if remove {
			src = all[:i] + insert + all[i+1:]
		}
		file := Parse("f.nix", src, Options{})
		checkTree(t, file)
		checkDiagnostics(t, file)
		if !strings.HasPrefix(string(DumpTree(file)), "Root 1:1-") {
			t.Fatal("no root")
		}
		var paths []string
		for b := range file.Expr().Bindings() {
			paths = append(paths, b.Text())
		}
		if strings.ContainsAny(insert, "\x00") {
			return
		}
		if len(paths) < 2 || paths[0] != "a = 1;" || paths[1] != "b.c = \"x\";" {
			if file.Expr().Kind() == AttrSet {
				t.Errorf("%q: the bindings before the mistake are %q", src, paths)
			}
		}
	})
}
