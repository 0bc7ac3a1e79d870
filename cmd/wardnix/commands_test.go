package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"wardnix/nixast/testtool"
)

// documents are the pages that users read.
func documents(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{}
	for _, name := range append(names, "../../README.md", "../../CONTRIBUTING.md", "../../SECURITY.md") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		pages[strings.TrimPrefix(name, "../../")] = string(text)
	}
	return pages
}

// notRun are the commands of blocks of sh that the test below does not run, by how they
// begin, with the reason.
var notRun = map[string]string{
	"go test ":                       "it is this test",
	"go build -o running ":           "the harness needs machines of its own; .ci/run runs it",
	"./running ":                     "as above",
	"git clone ":                     "TestInstallFromClone runs it",
	"go install -C /opt/wardnix ":    "as above",
	"nix ":                           "TestFlake runs the flake with the real Nix",
	"wardnix audit --compare \"git+": "it needs two branches of a flake; the console blocks compare systems",
}

// Every command of a block of sh runs, and finds something at most. Those of console
// blocks are run by the tests of the pages.
func TestShellBlocks(t *testing.T) {
	testtool.Long(t)
	testtool.Need(t, "sh", "go")
	bin := t.TempDir()
	self, err := os.Executable() // is wardnix under that name: see TestMain
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(bin, "wardnix")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	for name, text := range documents(t) {
		for _, m := range fence.FindAllStringSubmatch(text, -1) {
			if m[1] != "sh" || m[2] != "" {
				continue
			}
			for line := range strings.Lines(m[3]) {
				runShellLine(t, name, strings.TrimSpace(line))
			}
		}
	}
}

func runShellLine(t *testing.T, page, line string) {
	if line == "" || line[0] == '#' {
		return
	}
	for prefix := range notRun {
		if strings.HasPrefix(line, prefix) {
			return
		}
	}
	dir := "../.."
	if strings.HasPrefix(line, "wardnix ") {
		dir = t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a.nix"), []byte("{ systemd.services.a.serviceConfig.ExecStart = \"/bin/a\"; }\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out := shell(t, dir, "{ "+strings.Split(line, "#")[0]+"; } >/dev/null 2>&1; echo $?"); strings.TrimSpace(out) != "0" && strings.TrimSpace(out) != "1" {
		t.Errorf("%s: %s exits with %s", page, line, out)
	}
}

// inlineCommand is a command of wardnix within a line of text.
var inlineCommand = regexp.MustCompile("`wardnix ([a-z]+)((?: [^`\n]*)?)`")

// longFlag is a flag within a command.
var longFlag = regexp.MustCompile(`(?:^|[ \[])--([a-z][a-z-]*)`)

// Every command within a line names a command of wardnix, with flags that it has.
func TestInlineCommands(t *testing.T) {
	for name, text := range documents(t) {
		for _, m := range inlineCommand.FindAllStringSubmatch(text, -1) {
			v, ok := findVerb(m[1])
			if !ok {
				if m[1] != "help" { // which lists the commands
					t.Errorf("%s: %s: there is no such command", name, m[0])
				}
				continue
			}
			for _, flag := range longFlag.FindAllStringSubmatch(m[2], -1) {
				if flag[1] != "help" && flagSet(v).Lookup(flag[1]) == nil {
					t.Errorf("%s: %s: there is no flag --%s", name, m[0], flag[1])
				}
			}
		}
	}
}
