package nixast

import (
	"strings"
	"testing"
)

// checkTree reports what is wrong with the structure of f.
func checkTree(t *testing.T, f *File) {
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
		if !f.kind[i].IsNode() {
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

func FuzzTree(f *testing.F) {
	for _, s := range []string{
		"", "{ a = 1; }", "{ a, b ? 1, ... }@c: a", "let a = 1; in a.b or c", "''\n  a ${b} c\n''",
		"./a/${b}/c", "x:y", "{ inherit (a) b \"c\"; }", "if a then b else c", "rec { a.${b}.\"c\" = !d ? e; }",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		checkTree(t, Parse("f.nix", src, Options{}))
	})
}
