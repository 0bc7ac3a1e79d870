package emit_test

import (
	"strings"
	"testing"

	"wardnix/emit"
	"wardnix/nixast"
)

// textOf parses a file and finds its last string.
func textOf(t *testing.T, src string) nixast.Node {
	t.Helper()
	f := nixast.Parse("a.nix", src, nixast.Options{})
	var text nixast.Node
	for n := range f.Root().Descendants() {
		if k := n.Kind(); k == nixast.String || k == nixast.IndString {
			text = n
		}
	}
	if text.IsZero() || len(f.Diagnostics) > 0 {
		t.Fatalf("no string in %q", src)
	}
	return text
}

func TestAppendLines(t *testing.T) {
	for _, test := range []struct{ name, src, after, line, want string }{
		{"indented", "{ a = ''\n  [S]\n  A=1\n\n  [T]\n''; }", "A=", "B=2", "{ a = ''\n  [S]\n  A=1\n  B=2\n\n  [T]\n''; }"},
		{"no newline at the end", "{ a = ''\n  [S]\n  A=1''; }", "A=", "B=2", "{ a = ''\n  [S]\n  A=1\n  B=2''; }"},
		{"on one line", "{ a = ''[S]''; }", "S", "B=2", "{ a = ''[S]\nB=2''; }"},
		{"quotes", `{ a = "[S]\nA=1\n[T]"; }`, "A=", "B=2", `{ a = "[S]\nA=1\nB=2\n[T]"; }`},
		{"quotes, no newline at the end", `{ a = "[S]\nA=1"; }`, "A=", "B=2", `{ a = "[S]\nA=1\nB=2"; }`},
		{"quotes over lines", "{ a = \"[S]\nA=1\n[T]\"; }", "A=", "B=2", "{ a = \"[S]\nA=1\nB=2\n[T]\"; }"},
		{"an escaped backslash before n", `{ a = "A=\\nx\nC=3"; }`, "A=", "B=2", `{ a = "A=\\nx\nB=2\nC=3"; }`},
		{"CRLF", "{ a = ''\r\n  A=1\r\n''; }", "A=", "B=2", "{ a = ''\r\n  A=1\r\n  B=2\r\n''; }"},
		{"a line that goes on", "{ a = ''\n  A=1 \\\n    2\n  C=3\n''; }", "A=", "B=2", "{ a = ''\n  A=1 \\\n    2\n  B=2\n  C=3\n''; }"},
		{"an interpolation over lines", "{ a = ''\n  A=${toString {\n    b = 1;\n  }} x\n  C=3\n''; }", "A=", "B=2", "{ a = ''\n  A=${toString {\n    b = 1;\n  }} x\n  B=2\n  C=3\n''; }"},
		{"what has to be escaped", "{ a = ''\n  A=1\n''; }", "A=", "B=${x} ''y''", "{ a = ''\n  A=1\n  B=''${x} '''y'''\n''; }"},
		{"what has to be escaped in quotes", `{ a = "A=1"; }`, "A=", `B="${x}"`, `{ a = "A=1\nB=\"\${x}\""; }`},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := textOf(t, test.src)
			edits, err := emit.New(text.File()).AppendLines(text, strings.Index(test.src, test.after), test.line)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := emit.Apply(test.src, edits); err != nil || got != test.want {
				t.Errorf("got %q, %v\nwant %q", got, err, test.want)
			}
		})
	}
}

func TestMoveLine(t *testing.T) {
	for _, test := range []struct {
		name, src, from, to string
		headings            []string
		want                string
	}{
		{"up", "{ a = ''\n  A=1\n  B=2\n  M=${builtins.x}/m\n  C=3\n''; }", "M=", "A=", nil, "{ a = ''\n  A=1\n  M=${builtins.x}/m\n  B=2\n  C=3\n''; }"},
		{"down", `{ a = "M=${builtins.x}/m\nB=2\nC=3"; }`, "M=", "C=", nil, `{ a = "B=2\nC=3\nM=${builtins.x}/m"; }`},
		{"below a heading", "{ a = ''\n  M=1\n  B=2\n''; }", "M=", "B=", []string{"", "[T]"}, "{ a = ''\n  B=2\n\n  [T]\n  M=1\n''; }"},
		{"the last line, below a heading", "{ a = ''\n  B=2\n  M=1\n''; }", "M=", "M=", []string{"", "[T]"}, "{ a = ''\n  B=2\n\n  [T]\n  M=1\n''; }"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := textOf(t, test.src)
			edits, err := emit.New(text.File()).MoveLine(text, strings.Index(test.src, test.from), strings.Index(test.src, test.to), test.headings...)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := emit.Apply(test.src, edits); err != nil || got != test.want {
				t.Errorf("got %q, %v\nwant %q", got, err, test.want)
			}
		})
	}
}
