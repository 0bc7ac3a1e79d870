//go:build e2e

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wardnix/nixast/testtool"
)

// before and after are a file in a repository and what became of it: --since has
// to report the second.
const (
	before = "{ systemd.services.web.serviceConfig.ProtectSystem = true; }\n"
	after  = "{ systemd.services.web.serviceConfig.ProtectSystem = \"Strict\"; }\n"
)

// hostileSettings are settings of git that name a program to run.
const hostileSettings = `
[core]
	fsmonitor = %[1]s
	hooksPath = %[2]s
	pager = %[1]s
	editor = %[1]s
	askPass = %[1]s
	sshCommand = %[1]s
	gitProxy = %[1]s
	alternateRefsCommand = %[1]s
[filter "canary"]
	clean = %[1]s
	smudge = %[1]s
	process = %[1]s
	required = true
[diff]
	external = %[1]s
[diff "canary"]
	command = %[1]s
	textconv = %[1]s
[merge "canary"]
	driver = %[1]s
[pager]
	rev-parse = %[1]s
	ls-tree = %[1]s
	cat-file = %[1]s
[alias]
	rev-parse = !%[1]s
	merge-base = !%[1]s
	ls-tree = !%[1]s
	cat-file = !%[1]s
[credential]
	helper = !%[1]s
[gpg]
	program = %[1]s
[uploadpack]
	packObjectsHook = %[1]s
[trace2]
	normalTarget = %[3]s
[extensions]
	partialClone = origin
[remote "origin"]
	url = ext::%[1]s
	promisor = true
	partialclonefilter = blob:none
	uploadpack = %[1]s
	proxy = %[1]s
`

// hostile is a directory with a program that leaves a trace when it is run.
type hostile struct{ dir, program, trace string }

func newHostile(t *testing.T) hostile {
	t.Helper()
	testtool.Need(t, "git")
	h := hostile{dir: t.TempDir()}
	h.program, h.trace = filepath.Join(h.dir, "canary"), filepath.Join(h.dir, "RAN")
	h.write(t, "canary", fmt.Sprintf("#!/bin/sh\necho \"$0 $*\" >>%s\ncat\n", h.trace))
	for _, hook := range []string{"post-index-change", "reference-transaction", "post-checkout", "fsmonitor-watchman"} {
		h.write(t, "hooks/"+hook, fmt.Sprintf("#!/bin/sh\necho \"$0 $*\" >>%s\n", h.trace))
	}
	return h
}

// write writes a file below the directory, which can be executed.
func (h hostile) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// settings are hostileSettings that name the program.
func (h hostile) settings() string {
	return fmt.Sprintf(hostileSettings, h.program, filepath.Join(h.dir, "hooks"), h.trace)
}

// git runs git itself, as the attacker and with no settings of the user.
func (h hostile) git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.org"}, args...)...)
	cmd.Dir = filepath.Join(h.dir, dir)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// commit makes a repository whose only commit is before.
func (h hostile) commit(t *testing.T, dir string) {
	t.Helper()
	h.write(t, dir+"/flake.nix", "{ outputs = _: { }; }\n")
	h.write(t, dir+"/x.nix", before)
	h.write(t, dir+"/.gitattributes", "*.nix filter=canary diff=canary merge=canary\n")
	h.git(t, dir, "init", "-q")
	h.git(t, dir, "add", ".")
	h.git(t, dir, "commit", "-q", "-m", "first")
	h.write(t, dir+"/x.nix", after)
}

// lintSince lints a path with --since HEAD.
func (h hostile) lintSince(t *testing.T, path string) (status int, out string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := &Command{Dir: h.dir, Env: os.LookupEnv, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr}
	status = c.Main([]string{"lint", "--since", "HEAD", path})
	return status, stdout.String() + stderr.String()
}

// ran fails the test where the program was run.
func (h hostile) ran(t *testing.T) {
	t.Helper()
	if trace, err := os.ReadFile(h.trace); err == nil {
		t.Errorf("git ran a command of the checked repository:\n%s", trace)
	}
}

func TestSinceRunsNothing(t *testing.T) {
	appendTo := func(t *testing.T, h hostile, name, text string) {
		old, err := os.ReadFile(filepath.Join(h.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		h.write(t, name, string(old)+text)
	}
	tests := []struct {
		name string
		set  func(t *testing.T, h hostile)
	}{
		{"settings", func(t *testing.T, h hostile) { appendTo(t, h, "repo/.git/config", h.settings()) }},
		{"included settings", func(t *testing.T, h hostile) {
			h.write(t, "repo/evil", h.settings())
			appendTo(t, h, "repo/.git/config", "[include]\n\tpath = ../evil\n[includeIf \"gitdir:**\"]\n\tpath = ../evil\n")
		}},
		{"settings of the working tree", func(t *testing.T, h hostile) {
			appendTo(t, h, "repo/.git/config", "[extensions]\n\tworktreeConfig = true\n")
			h.write(t, "repo/.git/config.worktree", h.settings())
		}},
		{"attributes", func(t *testing.T, h hostile) {
			appendTo(t, h, "repo/.git/config", h.settings())
			h.write(t, "repo/.git/info/attributes", "* filter=canary diff=canary\n")
		}},
		{"hooks", func(t *testing.T, h hostile) {
			for _, hook := range []string{"post-index-change", "reference-transaction", "post-checkout"} {
				h.write(t, "repo/.git/hooks/"+hook, fmt.Sprintf("#!/bin/sh\necho %s >>%s\n", hook, h.trace))
			}
		}},
		{"variables", func(t *testing.T, h hostile) {
			for _, v := range []string{"GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_EDITOR", "GIT_ASKPASS", "GIT_SSH_COMMAND", "GIT_SSH", "GIT_PROXY_COMMAND"} {
				t.Setenv(v, h.program)
			}
			t.Setenv("GIT_EXEC_PATH", filepath.Join(h.dir, "hooks"))
			t.Setenv("GIT_CONFIG_COUNT", "1")
			t.Setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
			t.Setenv("GIT_CONFIG_VALUE_0", h.program)
		}},
		{"another repository named by a variable", func(t *testing.T, h hostile) {
			h.commit(t, "other")
			appendTo(t, h, "other/.git/config", h.settings())
			h.git(t, "other", "-c", "filter.canary.required=false", "-c", "filter.canary.process=", "-c", "filter.canary.clean=", "-c", "core.hooksPath="+os.DevNull, "-c", "core.fsmonitor=", "-c", "core.alternateRefsCommand=", "commit", "-q", "-a", "-m", "after")
			os.Remove(h.trace)
			t.Setenv("GIT_DIR", filepath.Join(h.dir, "other/.git"))
			t.Setenv("GIT_OBJECT_DIRECTORY", filepath.Join(h.dir, "other/.git/objects"))
		}},
		{"replaced object", func(t *testing.T, h hostile) {
			blob := func(name string) string { return strings.TrimSpace(h.git(t, "repo", "rev-parse", name)) }
			fresh := strings.TrimSpace(h.git(t, "repo", "hash-object", "-w", "--no-filters", "x.nix"))
			h.git(t, "repo", "replace", blob("HEAD:x.nix"), fresh)
		}},
		{"replaced commit", func(t *testing.T, h hostile) {
			old := strings.TrimSpace(h.git(t, "repo", "rev-parse", "HEAD"))
			h.git(t, "repo", "commit", "-q", "-a", "-m", "second")
			fresh := strings.TrimSpace(h.git(t, "repo", "rev-parse", "HEAD"))
			h.git(t, "repo", "reset", "-q", "--soft", old)
			h.git(t, "repo", "replace", old, fresh)
		}},
		{"borrowed objects", func(t *testing.T, h hostile) {
			h.commit(t, "other")
			appendTo(t, h, "other/.git/config", h.settings())
			h.write(t, "repo/.git/objects/info/alternates", filepath.Join(h.dir, "other/.git/objects")+"\n")
			h.write(t, "repo/.git/objects/info/http-alternates", "ext::"+h.program+"\n")
			t.Setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", filepath.Join(h.dir, "other/.git/objects"))
		}},
		{"submodule", func(t *testing.T, h hostile) {
			// The directory is a submodule of a repository whose settings are hostile, and so are its own.
			if err := os.Rename(filepath.Join(h.dir, "repo/.git"), filepath.Join(h.dir, "modules")); err != nil {
				t.Fatal(err)
			}
			h.write(t, "repo/.git", "gitdir: ../modules\n")
			appendTo(t, h, "modules/config", "[core]\n\tworktree = ../repo\n[submodule \"x\"]\n\tupdate = !"+h.program+"\n"+h.settings())
			h.write(t, ".git/config", h.settings())
		}},
		{"grafted history", func(t *testing.T, h hostile) { h.write(t, "repo/.git/info/grafts", strings.Repeat("0", 40)+"\n") }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := newHostile(t)
			h.commit(t, "repo")
			test.set(t, h)
			status, out := h.lintSince(t, "repo")
			h.ran(t)
			if status != exitFindings || !strings.Contains(out, "D002") {
				t.Errorf("exit status %d, want %d and the finding:\n%s", status, exitFindings, out)
			}
		})
	}
}

// Files of a bare repository can be part of a commit. They are no repository of
// their own.
func TestSinceIgnoresEmbeddedBareRepositories(t *testing.T) {
	for _, path := range []string{"repo/evil/x.nix", "repo/evil"} {
		h := newHostile(t)
		h.commit(t, "repo")
		h.commit(t, "evil")
		h.write(t, "repo/evil/flake.nix", "{ outputs = _: { }; }\n")
		for _, part := range []string{"objects", "refs", "HEAD", "index"} {
			from := filepath.Join(h.dir, "evil/.git", part)
			if err := os.Rename(from, filepath.Join(h.dir, "repo/evil", part)); err != nil {
				t.Fatal(err)
			}
		}
		h.write(t, "repo/evil/config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n"+h.settings())
		h.write(t, "repo/evil/.gitattributes", "* filter=canary diff=canary\n")
		h.write(t, "repo/evil/x.nix", after)
		status, out := h.lintSince(t, path)
		h.ran(t)
		if status != exitFindings || !strings.Contains(out, "D002") {
			t.Errorf("%s: exit status %d, want %d and the finding:\n%s", path, status, exitFindings, out)
		}
	}
}

// An object that is missing from a partial clone is not fetched: its remote may
// be a command.
func TestSinceFetchesNothing(t *testing.T) {
	h := newHostile(t)
	h.commit(t, "repo")
	blob := strings.TrimSpace(h.git(t, "repo", "rev-parse", "HEAD:x.nix"))
	if err := os.Remove(filepath.Join(h.dir, "repo/.git/objects", blob[:2], blob[2:])); err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile(filepath.Join(h.dir, "repo/.git/config"))
	if err != nil {
		t.Fatal(err)
	}
	h.write(t, "repo/.git/config", string(config)+h.settings())
	for _, url := range []string{"ext::" + h.program, "ssh://example.invalid/x", "file://" + h.dir + "/repo", "canary://x"} {
		h.git(t, "repo", "config", "remote.origin.url", url)
		status, out := h.lintSince(t, "repo")
		h.ran(t)
		if status != exitFindings || !strings.Contains(out, "D002") {
			t.Errorf("%s: exit status %d, want %d and the finding:\n%s", url, status, exitFindings, out)
		}
	}
}
