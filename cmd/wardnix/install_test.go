//go:build e2e && unix

package main

import (
	"os"
	"strings"
	"testing"
)

// With git and Go alone, what the README and the recipes say installs wardnix from a
// clone, and blocks a bad commit.
func TestInstallFromClone(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "git", "go", "sh", "xargs")
	p.env = append(p.env, "GOFLAGS=-trimpath", "GOPROXY=off", "GOMODCACHE="+goEnv(t, "GOMODCACHE"), "GOBIN="+p.mkdir(t, "bin"),
		"PATH="+p.path("bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	p.run(t, "wardnix", 0, "sh", "-c", "git init -q && git add -f . && git commit -q -m Source")
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var steps []string
	for line := range strings.Lines(string(readme)) {
		if strings.HasPrefix(line, "git clone ") || strings.HasPrefix(line, "go install ") {
			steps = append(steps, strings.ReplaceAll(line, "/opt/wardnix", p.path("clone")))
		}
	}
	if len(steps) != 2 {
		t.Fatalf("the README installs by %q", steps)
	}
	p.run(t, "wardnix", 0, "sh", "-ec", strings.Join(steps, ""))

	p.run(t, "home", 0, "git", "init", "-q", p.path("user"))
	p.write(t, "user/.git/hooks/pre-commit", recipes(t)[".git/hooks/pre-commit"])
	p.write(t, "user/web.nix", badModule)
	p.run(t, "user", 0, "sh", "-c", "chmod +x .git/hooks/pre-commit && git add .")
	says(t, p.run(t, "user", 1, "git", "commit", "-m", "Bad"), "error[D002]", "web.nix:1:52")
	p.run(t, "user", 0, p.path("bin/wardnix"), "lint", "--write")
	p.run(t, "user", 0, "git", "commit", "-q", "-a", "-m", "Good")
}
