package lint

import (
	"strconv"
	"strings"
	"testing"

	"wardnix/nixast"
)

// covered is, for a file with one suppression, which of the words A to F in it
// are covered; or the problem of the suppression.
func covered(t *testing.T, src string) string {
	t.Helper()
	f := nixast.Parse("a.nix", src, nixast.Options{})
	found := suppressionsOf(f)
	if len(found) != 1 {
		t.Fatalf("%d suppressions in\n%s", len(found), src)
	}
	if found[0].Problem != "" {
		return found[0].Problem
	}
	var out []string
	for _, name := range []string{"A", "B", "C", "D", "E", "F"} {
		if at := strings.Index(src, name+" "); at >= 0 && found[0].Covers(at) {
			out = append(out, name)
		}
	}
	return strings.Join(out, " ")
}

func TestCovers(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"above", "{\n  # wardnix: ignore[X]\n  A = { B = 1; };\n  C = 1;\n}", "A B"},
		{"above, with a blank line", "{\n  # wardnix: ignore[X]\n\n  A = 1;\n  B = 1;\n}", "A"},
		{"above other comments", "{\n  # wardnix: ignore[X]\n  # why\n  A = 1;\n  B = 1;\n}", "A"},
		{"above an inherit", "{\n  # wardnix: ignore[X]\n  inherit A ;\n  B = 1;\n}", "A"},
		{"above an element", "[\n  A \n  # wardnix: ignore[X]\n  (B c)\n  D \n]", "B"},
		{"above a let", "let\n  # wardnix: ignore[X]\n  A = 1;\n  B = 1;\nin 1", "A"},
		{"after", "{\n  A = 1;\n  B = 1; # wardnix: ignore[X]\n  C = 1;\n}", "B"},
		{"after two", "{\n  A = 1; B = 1; # wardnix: ignore[X]\n  C = 1;\n}", "A B"},
		{"after the start", "{\n  A = { # wardnix: ignore[X]\n    B = 1;\n  };\n  C = 1;\n}", "A B"},
		{"after the end", "{\n  A = {\n    B = 1;\n  }; # wardnix: ignore[X]\n  C = 1;\n}", "A B"},
		{"in a block comment", "{\n  A = 1; /* wardnix: ignore[X] why */\n  B = 1;\n}", "A"},
		{"the file", "# about it\n# wardnix: ignore-file[X]\n{ A = 1; }", "A"},
		{"without a line end", "{\n  A = 1;\n} # wardnix: ignore[X]", ""},
		{"CR LF", "{\r\n  # wardnix: ignore[X] why\r\n  A = 1;\r\n  B = 1;\r\n}", "A"},
		{"above nothing", "{\n  A = 1;\n  # wardnix: ignore[X]\n}", "no binding or list element follows it"},
		{"above the file", "# wardnix: ignore[X]\n{ A = 1; }", "no binding or list element follows it; for the whole file, use ignore-file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := covered(t, c.src); got != c.want {
				t.Errorf("covers %q, not %q:\n%s", got, c.want, c.src)
			}
		})
	}
}

func TestReadSuppression(t *testing.T) {
	for _, c := range []struct{ comment, rules, reason, problem string }{
		{"# wardnix: ignore[B001] a reason", "B001", "a reason", ""},
		{"#wardnix:ignore[B001,  D002 ]", "B001 D002", "", ""},
		{"/* wardnix: ignore [B001] why [so] */", "B001", "why [so]", ""},
		{"# wardnix: ignore", "", "", "no rules in brackets (expected ignore[RULE] and the reason)"},
		{"# wardnix: ignore[B001", "", "", "no rules in brackets (expected ignore[RULE] and the reason)"},
		{"# wardnix: ignore[]", "", "", "a rule is missing between the brackets"},
		{"# wardnix: disable[B001]", "", "", `unknown word "disable" (expected ignore or ignore-file)`},
	} {
		src := c.comment + "\n{ }"
		found := suppressionsOf(nixast.Parse("a.nix", src, nixast.Options{}))
		if len(found) != 1 {
			t.Fatalf("%q: %d suppressions", c.comment, len(found))
		}
		i := found[0]
		var rules []string
		for _, r := range i.Rules {
			rules = append(rules, r.Name)
			if src[r.Span.Start:r.Span.End] != r.Name {
				t.Errorf("%q: %q is said to be where %q is", c.comment, r.Name, src[r.Span.Start:r.Span.End])
			}
		}
		problem := i.Problem
		if strings.HasPrefix(problem, "no binding") {
			problem = ""
		}
		if problem != c.problem || c.problem == "" && (strings.Join(rules, " ") != c.rules || i.Reason != c.reason) {
			t.Errorf("%q is %q %q %q", c.comment, rules, i.Reason, i.Problem)
		}
	}
	for _, comment := range []string{"# see wardnix: ignore[B001]", "# wardnix is good", "/*\nwardnix: ignore[B001]\n*/", "/**/"} {
		if found := suppressionsOf(nixast.Parse("a.nix", comment+"\n{ }", nixast.Options{})); len(found) > 0 && !strings.Contains(comment, "\n") {
			t.Errorf("%q is no suppression", comment)
		}
	}
}

// Many comments take time in proportion.
func BenchmarkSuppressions(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		f := nixast.Parse("a.nix", "{\n"+strings.Repeat("# wardnix: ignore[X]\n", n)+strings.Repeat("a.b = 1; # wardnix: ignore[X]\n", n)+"}", nixast.Options{})
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				suppressionsOf(f)
			}
		})
	}
}

// Whatever a file holds, suppressions are read without a panic, and what they
// name and cover lies in the file.
func FuzzSuppressions(f *testing.F) {
	for _, s := range []string{
		"{\n  # wardnix: ignore[X, y] why\n  A = [ # wardnix: ignore[X]\n  1 ];\n}", "# wardnix: ignore-file[X", "/*wardnix:*/", "{ a = 1; /* wardnix: ignore[X] */ }",
		"[ a # wardnix: ignore [X]\r b ]", "x # wardnix: ignore[,]",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		tree := nixast.Parse("a.nix", src, nixast.Options{})
		for _, i := range suppressionsOf(tree) {
			for _, r := range i.Rules {
				if src[r.Span.Start:r.Span.End] != r.Name {
					t.Errorf("%q stands elsewhere", r.Name)
				}
			}
			for _, s := range i.covered {
				if s.Start < 0 || s.End > len(src)+1 || s.Start > s.End {
					t.Errorf("%v is covered in %d bytes", s, len(src))
				}
			}
			removeComment(tree, i.Comment)
		}
	})
}
