package gitrepo

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/nixast/testtool"
)

// repo is a repository with some files, as git itself makes it.
func repo(t *testing.T, init ...string) *Repository {
	t.Helper()
	testtool.Need(t, "git")
	r := &Repository{Top: t.TempDir()}
	git(t, r, append([]string{"init", "-q"}, init...)...)
	for _, name := range []string{"a.nix", "sub/b.nix", "sub/deep/c.nix", "sub/deep/cc.nix", "ignored/d.nix", strings.Repeat("long/", 30) + "e.nix", strings.Repeat("n", 250) + ".nix"} {
		file := filepath.Join(r.Top, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("{ }\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func git(t *testing.T, r *Repository, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = r.Top
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return string(out)
}

// Every version of an index, with either kind of object names, lists what git
// ls-files does, and the directories above.
func TestTracked(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sha1", "sha256"} {
		for _, version := range []int{2, 3, 4} {
			t.Run(fmt.Sprintf("%s, version %d", format, version), func(t *testing.T) {
				if format != "sha1" {
					testtool.Long(t)
				}
				t.Parallel()
				r := repo(t, "--object-format="+format)
				if tracked, err := r.Tracked(); tracked != nil || err != nil {
					t.Errorf("without an index: %v, %v", tracked, err)
				}
				git(t, r, "add", ".")
				git(t, r, "rm", "-q", "--cached", "ignored/d.nix")
				if version == 3 { // is chosen by git for entries with such a mark
					git(t, r, "rm", "-q", "--cached", "a.nix")
					git(t, r, "add", "-N", "a.nix")
				}
				git(t, r, "update-index", fmt.Sprintf("--index-version=%d", max(version, 2)))
				tracked, err := r.Tracked()
				if err != nil {
					t.Fatal(err)
				}
				want := Tracked{}
				for name := range strings.SplitSeq(strings.TrimSuffix(git(t, r, "ls-files", "-z"), "\x00"), "\x00") {
					want.add(name)
				}
				if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(tracked))); diff != "" {
					t.Errorf("(-git +Tracked)\n%s", diff)
				}
				if tracked["ignored"] || !tracked["sub"] {
					t.Errorf("directories: %v", tracked)
				}
			})
		}
	}
}

// A linked worktree has its index elsewhere.
func TestTrackedInWorktree(t *testing.T) {
	t.Parallel()
	r := repo(t)
	git(t, r, "add", "a.nix")
	git(t, r, "commit", "-q", "-m", "a")
	tree := filepath.Join(t.TempDir(), "tree")
	git(t, r, "worktree", "add", "-q", tree)
	tracked, err := (&Repository{Top: tree}).Tracked()
	if err != nil || !tracked["a.nix"] {
		t.Errorf("%v, %v", tracked, err)
	}
}

// An index that nobody understands is an error and no panic.
func FuzzParseIndex(f *testing.F) {
	header := "DIRC\x00\x00\x00\x02\x00\x00\x00\x01"
	entry := strings.Repeat("\x00", 40+20) + "\x00\x05a.nix\x00\x00\x00"
	for _, text := range []string{"", "DIRC", header, header + entry, "DIRC\x00\x00\x00\x04\xff\xff\xff\xff" + entry} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tracked, err := parseIndex(text)
		if (tracked == nil) != (err != nil) {
			t.Fatalf("%v, %v", tracked, err)
		}
		for name := range tracked {
			if name == "" || strings.HasSuffix(name, "/") {
				t.Fatalf("%q", name)
			}
		}
	})
}
