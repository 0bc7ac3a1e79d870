package gitrepo

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wardnix/nixast/testtool"
)

// programSettings are settings that name a program, in every way that a repository can
// have them.
const programSettings = `
[core]
	repositoryFormatVersion = 1
	fsmonitor = PROGRAM
	hooksPath = HOOKS
	pager = PROGRAM
[filter "a.b"]
	clean = PROGRAM
	smudge = PROGRAM
[filter "process"]
	process = PROGRAM
	required = true
[diff]
	external = PROGRAM
[diff "a.b"]
	command = PROGRAM
[diff "text"]
	textconv = PROGRAM
[gpg]
	program = PROGRAM
[log]
	showSignature = true
[alias]
	status = !PROGRAM
[remote "origin"]
	url = DIR
	uploadpack = PROGRAM
[extensions]
	partialClone = origin
`

// signed is a commit with a signature, of a tree.
const signed = `tree %s
author a <a@example.org> 1 +0000
committer a <a@example.org> 1 +0000
gpgsig -----BEGIN PGP SIGNATURE-----
 
 x
 -----END PGP SIGNATURE-----

signed
`

// In the neutral environment, git runs nothing that settings of a repository name,
// whichever file has them; without it, git does.
func TestNeutral(t *testing.T) {
	for _, where := range []string{".git/config", "included", ".git/config.worktree"} {
		t.Run(where, func(t *testing.T) {
			if where != "included" {
				testtool.Long(t)
			}
			r, trace := hostileRepo(t, where)
			environment, err := Neutral(r, &Repository{Top: repo(t).Top})
			if err != nil {
				t.Fatal(err)
			}
			t.Setenv("GIT_DIR", filepath.Join(r.Top, "none")) // which Neutral must drop
			commands := [][]string{{"status", "--porcelain"}, {"diff", "--quiet", "HEAD"}, {"ls-files", "-z"},
				{"diff", "HEAD", "a.nix"}, {"diff", "HEAD", "sub/deep/c.nix"}, {"diff", "--no-ext-diff", "HEAD", "sub/deep/cc.nix"},
				{"log", "-1", "--format=%ct", "HEAD"}, {"rev-list", "--count", "HEAD"}, {"archive", "HEAD"}, {"cat-file", "-p", "HEAD:lost.nix"},
				{"add", "a.nix"}, {"checkout", "sub"}}
			for _, args := range commands {
				cmd := exec.Command("git", args...)
				cmd.Dir, cmd.Env = r.Top, environment
				out, _ := cmd.CombinedOutput()
				if ran, err := os.ReadFile(trace); err == nil {
					t.Errorf("git %s runs %s: %s", args, ran, out)
					os.Remove(trace)
				}
			}
			cmd := exec.Command("git", "status")
			cmd.Dir, cmd.Env = r.Top, append(os.Environ(), "GIT_DIR=.git")
			if out, _ := cmd.CombinedOutput(); !exists(trace) {
				t.Errorf("git status runs nothing anyway: %s", out)
			}
		})
	}
}

// What the user sets for git stays set.
func TestNeutralKeepsSettings(t *testing.T) {
	r := repo(t)
	t.Setenv("GIT_CONFIG_COUNT", "1")
	t.Setenv("GIT_CONFIG_KEY_0", "core.sshCommand")
	t.Setenv("GIT_CONFIG_VALUE_0", "own")
	environment, err := Neutral(r)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"core.sshCommand": "own", "core.fsmonitor": "false"} {
		cmd := exec.Command("git", "config", key)
		cmd.Dir, cmd.Env = r.Top, environment
		if out, err := cmd.Output(); strings.TrimSpace(string(out)) != want {
			t.Errorf("%s is %q, not %q: %v", key, out, want, err)
		}
	}
}

// hostileRepo is a repository whose settings name a program that leaves a trace, in a
// file of its directory. It has a signed commit, changed files, and a missing object.
func hostileRepo(t *testing.T, where string) (r *Repository, trace string) {
	r = repo(t)
	dir := t.TempDir()
	program, trace := filepath.Join(dir, "program"), filepath.Join(dir, "RAN")
	script := fmt.Sprintf("#!/bin/sh\necho \"$0 $*\" >>%s\nexit 1\n", trace)
	write := func(name, text string) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(r.Top, name)
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(program, script)
	for _, hook := range []string{"post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc"} {
		write(filepath.Join(dir, "hooks", hook), script)
	}
	write("lost.nix", "{ lost = true; }\n")
	git(t, r, "add", ".")
	tree := strings.TrimSpace(git(t, r, "write-tree"))
	write("commit", fmt.Sprintf(signed, tree))
	git(t, r, "update-ref", "HEAD", strings.TrimSpace(git(t, r, "hash-object", "-t", "commit", "-w", "commit")))
	lost := strings.TrimSpace(git(t, r, "rev-parse", "HEAD:lost.nix"))
	if err := os.Remove(filepath.Join(r.Top, ".git/objects", lost[:2], lost[2:])); err != nil {
		t.Fatal(err)
	}
	write(".gitattributes", "a.nix filter=a.b\nsub/*.nix filter=process\nc.nix diff=a.b\ncc.nix diff=text\n")
	for _, name := range []string{"a.nix", "sub/b.nix", "sub/deep/c.nix", "sub/deep/cc.nix"} {
		write(name, "{ changed = true; }\n")
	}
	switch where {
	case "included":
		git(t, r, "config", "include.path", "../included")
	case ".git/config.worktree":
		git(t, r, "config", "extensions.worktreeConfig", "true")
	}
	old, _ := os.ReadFile(filepath.Join(r.Top, where))
	settings := strings.NewReplacer("PROGRAM", program, "HOOKS", filepath.Join(dir, "hooks"), "DIR", repo(t).Top).Replace(programSettings)
	write(where, string(old)+settings)
	return r, trace
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// A few objects make a commit of any number of files, which nobody can list.
func TestBlobsAreBounded(t *testing.T) {
	testtool.Long(t)
	r := repo(t)
	tree := strings.TrimSpace(git(t, r, "hash-object", "-w", "a.nix"))
	entry := "100644 blob"
	for range 12 { // 10^12 files
		var entries strings.Builder
		for i := range 10 {
			fmt.Fprintf(&entries, "%s %s\td%d\n", entry, tree, i)
		}
		cmd := exec.Command("git", "mktree")
		cmd.Dir, cmd.Stdin = r.Top, strings.NewReader(entries.String())
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		tree, entry = strings.TrimSpace(string(out)), "040000 tree"
	}
	if _, err := r.Blobs(tree); err == nil {
		t.Error("no error")
	}
}
