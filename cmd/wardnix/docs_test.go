package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/nixast/testtool"
)

// fence is a fenced block: its language, the name of the file that it is, if
// any, and its text.
var fence = regexp.MustCompile("(?ms)^```(\\w+)(?: (\\S+))?\n(.*?)^```$")

// tool is a program that a console block runs.
var tool = regexp.MustCompile(`(?m)^\$ (\w+)`)

// What the pages below docs show is true: a block with a file's name is that
// file, and what a console block shows is what its commands print, in the order
// of the page.
func TestDocsAreTrue(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages", err)
	}
	for _, page := range pages {
		t.Run(filepath.Base(page), func(t *testing.T) {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range tool.FindAllStringSubmatch(string(text), -1) {
				if testtool.Need(t, "sh"); m[1] != "wardnix" {
					testtool.Need(t, m[1])
				}
			}
			now := runPage(t, string(text))
			if *update {
				if err := os.WriteFile(page, []byte(now), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(text), now); diff != "" {
				t.Errorf("(-page +now)\n%s", diff)
			}
		})
	}
}

// runPage is the page with what its commands print now.
func runPage(t *testing.T, text string) string {
	dir := t.TempDir()
	return fence.ReplaceAllStringFunc(text, func(block string) string {
		m := fence.FindStringSubmatch(block)
		switch lang, name, body := m[1], m[2], m[3]; {
		case name != "":
			file := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(body), 0o644); err != nil {
				t.Fatal(err)
			}
		case lang == "console":
			return "```console\n" + runConsole(t, dir, body) + "```"
		}
		return block
	})
}

// runConsole runs the commands of a console block.
func runConsole(t *testing.T, dir, body string) string {
	var out strings.Builder
	for line := range strings.Lines(body) {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		out.WriteString(line + runCommand(t, dir, strings.TrimSpace(command)))
	}
	return out.String()
}

// plainCommand is a command of wardnix that needs no shell.
var plainCommand = regexp.MustCompile(`^wardnix ([\w ./=,-]+)$`)

// runCommand is what a command prints. One of wardnix alone runs in this process, which is
// cheaper.
func runCommand(t *testing.T, dir, command string) string {
	plain := plainCommand.FindStringSubmatch(command)
	if plain == nil {
		return shell(t, dir, command)
	}
	var out bytes.Buffer
	c := Command{Stdout: &out, Stderr: &out, Dir: dir, Env: func(string) (string, bool) { return "", false }}
	c.Main(strings.Fields(plain[1]))
	return out.String()
}

// shell is what a command prints. That wardnix exits with 1 is not a failure.
func shell(t *testing.T, dir, command string) string {
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "FORCE_COLOR=", "NO_COLOR=1")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil && strings.Contains(out.String(), "not found") {
		t.Fatalf("%s: %v: %s", command, err, out.String())
	}
	return out.String()
}

// Without git, --since says so.
func TestSinceNeedsGit(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.nix"), []byte("{ }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	var out bytes.Buffer
	c := Command{Stdout: &out, Stderr: &out, Dir: dir, Env: func(string) (string, bool) { return "", false }}
	if status := c.Main([]string{"lint", "--since", "HEAD", "a.nix"}); status != exitFailed || !strings.Contains(out.String(), "git is needed") {
		t.Errorf("%d: %s", status, out.String())
	}
}

// Without nix, an attribute of a flake says so.
func TestFlakeNeedsNix(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var out bytes.Buffer
	c := Command{Stdout: &out, Stderr: &out, Dir: t.TempDir(), Env: func(string) (string, bool) { return "", false }}
	for _, target := range []string{".#server", ".#nixosConfigurations"} {
		out.Reset()
		if status := c.Main([]string{"audit", target}); status != exitFailed || !strings.Contains(out.String(), "nix is needed") {
			t.Errorf("%s: %d: %s", target, status, out.String())
		}
	}
}
