package nixos

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/nixast/testtool"
)

// Each case is the text of a .gitignore, and paths with the answer; a trailing
// slash makes a path a directory.
var ignoreCases = []struct {
	name    string
	ignore  string
	ignored []string
	kept    []string
}{
	{"a name matches at any depth", "foo.nix", []string{"foo.nix", "a/foo.nix"}, []string{"foo.nix.nix", "afoo.nix"}},
	{"a leading slash anchors", "/foo.nix", []string{"foo.nix"}, []string{"a/foo.nix"}},
	{"a slash in the middle anchors", "a/foo.nix", []string{"a/foo.nix"}, []string{"b/a/foo.nix"}},
	{"a trailing slash is for directories only", "foo/", []string{"foo/"}, []string{"foo"}},
	{"a star stays inside a name", "a/*.nix", []string{"a/x.nix"}, []string{"a/b/x.nix"}},
	{"two stars in front", "**/x.nix", []string{"x.nix", "a/x.nix", "a/b/x.nix"}, []string{"a/xx.nix"}},
	{"two stars behind", "a/**", []string{"a/x", "a/b/c"}, []string{"a/", "a"}},
	{"two stars between", "a/**/z", []string{"a/z", "a/b/z", "a/b/c/z"}, []string{"b/a/z", "a/zz"}},
	{"other stars are one star", "a**z", []string{"az", "abcz", "d/abz"}, []string{"a/z"}},
	{"a question mark", "?.nix", []string{"a.nix"}, []string{".nix", "ab.nix"}},
	{"the last pattern wins", "*.nix\n!keep.nix\n", []string{"a.nix"}, []string{"keep.nix"}},
	{"and may ignore again", "*.nix\n!keep.nix\nkeep.nix", []string{"keep.nix"}, nil},
	{"classes", "[a-c]x", []string{"ax", "cx"}, []string{"dx", "x"}},
	{"negated classes", "[!a-c]x\n[^d]y", []string{"dx", "ay"}, []string{"ax", "dy"}},
	{"a bracket first in a class", "[]a]x", []string{"]x", "ax"}, []string{"bx"}},
	{"POSIX classes", "[[:digit:][:upper:]]x", []string{"1x", "Ax"}, []string{"ax"}},
	{"a class that is not closed", "[ab", nil, []string{"a", "[ab"}},
	{"a dash at the end of a class", "[a-]x", []string{"ax", "-x"}, []string{"bx"}},
	{"an escaped star", `\*.nix`, []string{"*.nix"}, []string{"a.nix"}},
	{"an escaped hash and exclamation mark", "\\#a\n\\!b", []string{"#a", "!b"}, []string{"a", "b"}},
	{"comments and blank lines", "# a\n\n   \na.nix   \n", []string{"a.nix"}, []string{"# a"}},
	{"a protected blank", `a\ `, []string{"a "}, []string{"a"}},
	{"braces mean nothing", "{a,b}", []string{"{a,b}"}, []string{"a", "b"}},
	{"a trailing backslash", `a\`, nil, []string{"a", `a\`}},
	{"line feeds of Windows", "a.nix\r\nb.nix\r\n", []string{"a.nix", "b.nix"}, nil},
}

func TestIgnore(t *testing.T) {
	for _, c := range ignoreCases {
		t.Run(c.name, func(t *testing.T) {
			patterns := parseIgnore(c.ignore)
			ignored := func(name string) bool {
				got, _ := patterns.match(strings.TrimSuffix(name, "/"), strings.HasSuffix(name, "/"))
				return got
			}
			for _, name := range c.ignored {
				if !ignored(name) {
					t.Errorf("%q is kept", name)
				}
			}
			for _, name := range c.kept {
				if ignored(name) {
					t.Errorf("%q is ignored", name)
				}
			}
		})
	}
}

// TestIgnoreAgainstGit asks git itself about every pattern and path of the
// table above, crossed.
func TestIgnoreAgainstGit(t *testing.T) {
	testtool.Need(t, "git")
	var names []string
	for _, c := range ignoreCases {
		for _, name := range append(c.ignored, c.kept...) {
			if !strings.HasSuffix(name, "/") { // git looks at the disk for directories
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	dir := t.TempDir()
	git(t, dir, "", "init", "-q")
	for _, c := range ignoreCases {
		t.Run(c.name, func(t *testing.T) {
			if err := os.WriteFile(filepath.Join(dir, ".gitignore"), []byte(c.ignore), 0o644); err != nil {
				t.Fatal(err)
			}
			out := git(t, dir, strings.Join(names, "\x00"), "check-ignore", "-z", "--stdin", "--no-index")
			want := append([]string{}, strings.FieldsFunc(out, func(r rune) bool { return r == 0 })...)
			patterns := parseIgnore(c.ignore)
			got := []string{}
			for _, name := range names {
				if ignoredInTree(patterns, name) {
					got = append(got, name)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("git (-) and wardnix (+) differ:\n%s", diff)
			}
		})
	}
}

// ignoredInTree tries the directories above a path first, as a walk does.
func ignoredInTree(patterns ignoreFile, name string) bool {
	for i := range name {
		if name[i] == '/' {
			if ignored, _ := patterns.match(name[:i], true); ignored {
				return true
			}
		}
	}
	ignored, _ := patterns.match(name, false)
	return ignored
}

func git(t *testing.T, dir, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("git %v: %v", args, err)
	}
	return string(out)
}

// Many stars must not take time without bound.
func TestIgnoreManyStars(t *testing.T) {
	pattern := strings.Repeat("a*", 2000) + "b"
	if wildmatch(pattern, strings.Repeat("a", 2000)) {
		t.Error("matched")
	}
}

func FuzzIgnore(f *testing.F) {
	for _, c := range ignoreCases {
		f.Add(c.ignore, "a/b.nix")
	}
	f.Fuzz(func(_ *testing.T, ignore, name string) {
		parseIgnore(ignore).match(name, false)
	})
}
