package lint

import (
	"strconv"
	"strings"
	"testing"

	"wardnix/nixast"
)

// governed tells, for a file with one ignore, which of the words A to F in it
// are governed; or what is wrong with the ignore.
func governed(t *testing.T, src string) string {
	t.Helper()
	f := nixast.Parse("a.nix", src, nixast.Options{})
	found := ignoresOf(f)
	if len(found) != 1 {
		t.Fatalf("%d ignores in\n%s", len(found), src)
	}
	if found[0].problem != "" {
		return found[0].problem
	}
	var out []string
	for _, name := range []string{"A", "B", "C", "D", "E", "F"} {
		if at := strings.Index(src, name+" "); at >= 0 && found[0].governsPlace(at) {
			out = append(out, name)
		}
	}
	return strings.Join(out, " ")
}

func TestGoverns(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"above", "{\n  # wardnix: ignore[X]\n  A = { B = 1; };\n  C = 1;\n}", "A B"},
		{"above, with a blank line", "{\n  # wardnix: ignore[X]\n\n  A = 1;\n  B = 1;\n}", "A"},
		{"above other comments", "{\n  # wardnix: ignore[X]\n  # why\n  A = 1;\n  B = 1;\n}", "A"},
		{"above an inherit", "{\n  # wardnix: ignore[X]\n  inherit A ;\n  B = 1;\n}", "A"},
		{"above an element", "[\n  A \n  # wardnix: ignore[X]\n  (B c)\n  D \n]", "B"},
		{"above a let", "let\n  # wardnix: ignore[X]\n  A = 1;\n  B = 1;\nin 1", "A"},
		{"behind", "{\n  A = 1;\n  B = 1; # wardnix: ignore[X]\n  C = 1;\n}", "B"},
		{"behind two", "{\n  A = 1; B = 1; # wardnix: ignore[X]\n  C = 1;\n}", "A B"},
		{"behind the start", "{\n  A = { # wardnix: ignore[X]\n    B = 1;\n  };\n  C = 1;\n}", "A B"},
		{"behind the end", "{\n  A = {\n    B = 1;\n  }; # wardnix: ignore[X]\n  C = 1;\n}", "A B"},
		{"in a block comment", "{\n  A = 1; /* wardnix: ignore[X] why */\n  B = 1;\n}", "A"},
		{"the file", "# about it\n# wardnix: ignore-file[X]\n{ A = 1; }", "A"},
		{"without a line end", "{\n  A = 1;\n} # wardnix: ignore[X]", ""},
		{"CR LF", "{\r\n  # wardnix: ignore[X] why\r\n  A = 1;\r\n  B = 1;\r\n}", "A"},
		{"above nothing", "{\n  A = 1;\n  # wardnix: ignore[X]\n}", "it stands above no binding and no list element, and so governs nothing"},
		{"above the file", "# wardnix: ignore[X]\n{ A = 1; }", "it stands above no binding and no list element, and so governs nothing; ignore-file governs the whole file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := governed(t, c.src); got != c.want {
				t.Errorf("governs %q, not %q:\n%s", got, c.want, c.src)
			}
		})
	}
}

func TestReadIgnore(t *testing.T) {
	for _, c := range []struct{ comment, rules, reason, problem string }{
		{"# wardnix: ignore[B001] a reason", "B001", "a reason", ""},
		{"#wardnix:ignore[B001,  D002 ]", "B001 D002", "", ""},
		{"/* wardnix: ignore [B001] why [so] */", "B001", "why [so]", ""},
		{"# wardnix: ignore", "", "", "the rules to ignore stand in brackets: ignore[B001] and the reason"},
		{"# wardnix: ignore[B001", "", "", "the rules to ignore stand in brackets: ignore[B001] and the reason"},
		{"# wardnix: ignore[]", "", "", "a rule is missing between the brackets"},
		{"# wardnix: disable[B001]", "", "", `the word behind wardnix: is ignore or ignore-file, not "disable"`},
	} {
		src := c.comment + "\n{ }"
		found := ignoresOf(nixast.Parse("a.nix", src, nixast.Options{}))
		if len(found) != 1 {
			t.Fatalf("%q: %d ignores", c.comment, len(found))
		}
		i := found[0]
		var rules []string
		for _, r := range i.rules {
			rules = append(rules, r.name)
			if src[r.span.Start:r.span.End] != r.name {
				t.Errorf("%q: %q is said to stand where %q does", c.comment, r.name, src[r.span.Start:r.span.End])
			}
		}
		problem := i.problem
		if strings.HasPrefix(problem, "it stands above") {
			problem = ""
		}
		if problem != c.problem || c.problem == "" && (strings.Join(rules, " ") != c.rules || i.reason != c.reason) {
			t.Errorf("%q is %q %q %q", c.comment, rules, i.reason, i.problem)
		}
	}
	for _, comment := range []string{"# see wardnix: ignore[B001]", "# wardnix is good", "/*\nwardnix: ignore[B001]\n*/", "/**/"} {
		if found := ignoresOf(nixast.Parse("a.nix", comment+"\n{ }", nixast.Options{})); len(found) > 0 && !strings.Contains(comment, "\n") {
			t.Errorf("%q is no ignore", comment)
		}
	}
}

// Many comments take time in proportion.
func BenchmarkIgnores(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		f := nixast.Parse("a.nix", "{\n"+strings.Repeat("# wardnix: ignore[X]\n", n)+strings.Repeat("a.b = 1; # wardnix: ignore[X]\n", n)+"}", nixast.Options{})
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				ignoresOf(f)
			}
		})
	}
}

// Whatever a file holds, comments that ignore are read without a panic, and what
// they name and govern lies in the file.
func FuzzIgnores(f *testing.F) {
	for _, s := range []string{
		"{\n  # wardnix: ignore[X, y] why\n  A = [ # wardnix: ignore[X]\n  1 ];\n}", "# wardnix: ignore-file[X", "/*wardnix:*/", "{ a = 1; /* wardnix: ignore[X] */ }",
		"[ a # wardnix: ignore [X]\r b ]", "x # wardnix: ignore[,]",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		tree := nixast.Parse("a.nix", src, nixast.Options{})
		for _, i := range ignoresOf(tree) {
			for _, r := range i.rules {
				if src[r.span.Start:r.span.End] != r.name {
					t.Errorf("%q stands elsewhere", r.name)
				}
			}
			for _, s := range i.governs {
				if s.Start < 0 || s.End > len(src)+1 || s.Start > s.End {
					t.Errorf("%v is governed in %d bytes", s, len(src))
				}
			}
			removeComment(tree, i.comment)
		}
	})
}
