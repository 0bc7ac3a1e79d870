package nixast

import (
	"iter"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// show writes parts as one string, interpolations as their source.
func show(parts iter.Seq[Part]) []string {
	var s []string
	for p := range parts {
		if p.Node.IsZero() {
			s = append(s, p.Text)
		} else {
			s = append(s, p.Node.Text())
		}
	}
	return s
}

func TestParts(t *testing.T) {
	for _, tt := range []struct {
		name, src string
		want      []string
	}{
		{"text", `"abc"`, []string{"abc"}},
		{"nothing", `""`, nil},
		{"escapes", `"\n\r\t\\\"\${\q"`, []string{"\n\r\t\\\"${q"}},
		{"dollars", `"$ $$ $${a} $"`, []string{"$ $$ $${a} $"}},
		{"line ends", "\"a\r\nb\rc\"", []string{"a\nb\nc"}},
		{"interpolations", `"a${b}${c}d"`, []string{"a", "${b}", "${c}", "d"}},
		{"stripped", "''\n    a\n      b\n  ''", []string{"a\n  b\n"}},
		{"the least indented line counts", "''\n    a\n  b\n''", []string{"  a\nb\n"}},
		{"blank lines do not", "''\n    a\n\n   \n    b''", []string{"a\n\n\nb"}},
		{"tabs are text", "''\n\ta\n  b\n''", []string{"\ta\n  b\n"}},
		{"interpolations are text", "''\n  ${a}\n    b\n''", []string{"${a}", "\n  b\n"}},
		{"escapes are one part with the text", "''a ''${b} ''' ''\\n c''", []string{"a ${b} '' \n c"}},
		{"CR stays", "''\r\n  a\r\n''", []string{"\r\n  a\r\n"}},
		{"path", "./a/${b}/c", []string{"./a/", "${b}", "/c"}},
		{"home", "~/a", []string{"~/a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := show(Parse("", tt.src, Options{}).Expr().Parts())
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.src, diff)
			}
		})
	}
}

func TestAttrName(t *testing.T) {
	for src, want := range map[string]string{
		"a": "a", "or": "or", `"b c"`: "b c", `""`: "", `${"a"}`: "a", "${''a''}": "a", "${x:y}": "x:y", `${("a")}`: "a", `"\n"`: "\n",
	} {
		f := Parse("", "{ "+src+" = 1; }", Options{})
		for b := range f.Expr().Bindings() {
			for a := range b.Path().Attrs() {
				if got, ok := a.AttrName(); !ok || got != want {
					t.Errorf("%s: %q, %v, want %q", src, got, ok, want)
				}
			}
		}
	}
	for _, src := range []string{"${a}", `"${a}"`, `"${"a"}"`, `"a${b}"`, `${"${"a"}"}`, "${1}"} {
		f := Parse("", "with { }; { "+src+" = 1; }", Options{})
		for n := range f.Root().Descendants() {
			if b, ok := n.AsBinding(); ok {
				if got, ok := b.Path().Child(0).AttrName(); ok {
					t.Errorf("%s is dynamic, but has the name %q", src, got)
				}
			}
		}
	}
}

func TestQuote(t *testing.T) {
	for _, tt := range []struct{ value, attr, quoted, indented string }{
		{"a", "a", `"a"`, "''\n    a''"},
		{"a-b'", "a-b'", `"a-b'"`, "''\n    a-b''\\'''"},
		{"if", `"if"`, `"if"`, "''\n    if''"},
		{"", `""`, `""`, "''''"},
		{"a b", `"a b"`, `"a b"`, "''\n    a b''"},
		{"1", `"1"`, `"1"`, "''\n    1''"},
		{"${x} $$ $", `"\${x} $$ $"`, `"\${x} $$ $"`, "''\n    ''${x} $$ $''"},
		{"a\nb\n", `"a\nb\n"`, `"a\nb\n"`, "''\n    a\n    b\n  ''"},
		{"  a\n  b\n", `"  a\n  b\n"`, `"  a\n  b\n"`, "''\n    ''\\  a\n      b\n  ''"},
		{"\\ \" ''\n", `"\\ \" ''\n"`, `"\\ \" ''\n"`, "''\n    \\ \" '''\n  ''"},
	} {
		if got := QuoteAttr(tt.value); got != tt.attr {
			t.Errorf("QuoteAttr(%q) = %s, want %s", tt.value, got, tt.attr)
		}
		if got := QuoteString(tt.value); got != tt.quoted {
			t.Errorf("QuoteString(%q) = %s, want %s", tt.value, got, tt.quoted)
		}
		if got := QuoteIndented(tt.value, 2); got != tt.indented {
			t.Errorf("QuoteIndented(%q, 2) = %s, want %s", tt.value, got, tt.indented)
		}
	}
}

// FuzzQuote writes strings as literals and reads them back.
func FuzzQuote(f *testing.F) {
	for _, s := range []string{"a", "'", "''", "'''${", "$${", "\n  a\n b", "  ", "\n   ", "a'\r\n", "\x00'\x00", " \n\t\n  x", "$''", "'\n'", "''$", "\\${"} {
		f.Add(s, 2)
	}
	f.Fuzz(func(t *testing.T, s string, indent int) {
		indent = int(uint(indent) % 9)
		for _, quoted := range []string{QuoteString(s), QuoteIndented(s, indent)} {
			file := Parse("", quoted, Options{})
			got, ok := file.Expr().StringValue()
			if !ok || got != s || !file.Accepts() {
				t.Errorf("%q as %q is %q, %v, %v", s, quoted, got, ok, file.Diagnostics)
			}
		}
		path := Parse("", "{ "+QuoteAttr(s)+" = 1; }", Options{})
		for b := range path.Expr().Bindings() {
			if got, ok := b.Path().Child(0).AttrName(); !ok || got != s {
				t.Errorf("%q as an attribute is %q, %v", s, got, ok)
			}
		}
	})
}

func TestPosition(t *testing.T) {
	src := "a\r\nbé\r𝄞c\n\n"
	f := Parse("", src, Options{})
	want := []Position{
		{0, 1, 1, 1, 1},  // a
		{1, 1, 2, 2, 2},  // CR
		{3, 2, 1, 1, 1},  // b
		{4, 2, 2, 2, 2},  // é
		{6, 2, 4, 3, 3},  // CR
		{7, 3, 1, 1, 1},  // 𝄞
		{11, 3, 5, 2, 3}, // c
		{12, 3, 6, 3, 4}, // LF
		{13, 4, 1, 1, 1},
		{14, 5, 1, 1, 1},
	}
	for _, w := range want {
		if got := f.Position(w.Offset); got != w {
			t.Errorf("Position(%d) = %+v, want %+v", w.Offset, got, w)
		}
		for unit, column := range map[Unit]int{Bytes: w.Byte, Runes: w.Column, UTF16Units: w.UTF16} {
			if got, ok := f.Offset(w.Line, column, unit); !ok || got != w.Offset {
				t.Errorf("Offset(%d, %d, %d) = %d, %v, want %d", w.Line, column, unit, got, ok, w.Offset)
			}
		}
	}
	if _, ok := f.Offset(6, 1, Bytes); ok {
		t.Error("there is no line 6")
	}
	if _, ok := f.Offset(1, 9, Runes); ok {
		t.Error("line 1 has no column 9")
	}
}

func TestComments(t *testing.T) {
	src := `# the file

# far away

# first
/* second */
{
  # above
  a = 1; # behind a
  b = 2; /* behind b */ c = 3; # behind c
  # above d

  d = [ # in the list
    1 # one
    2
  ]; # behind d
}
`
	f := Parse("", src, Options{})
	texts := func(ts []Token) string {
		var s []string
		for _, tok := range ts {
			s = append(s, tok.Text())
		}
		return strings.Join(s, "|")
	}
	if got, want := texts(f.Expr().CommentsAbove()), "# first|/* second */"; got != want {
		t.Errorf("above the set: %q, want %q", got, want)
	}
	want := map[string][3]string{
		"a": {"# above", "# behind a", ""},
		"b": {"", "", ""},
		"c": {"", "# behind c", ""},
		"d": {"", "# behind d", "# in the list|# one"},
	}
	for b := range f.Expr().Bindings() {
		got := [3]string{texts(b.CommentsAbove()), b.CommentAfter().Text(), texts(b.CommentsInside())}
		if w := want[b.Path().Text()]; got != w {
			t.Errorf("%s: %q, want %q", b.Path().Text(), got, w)
		}
	}
}
