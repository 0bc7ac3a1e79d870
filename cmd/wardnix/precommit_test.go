//go:build e2e

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wardnix/lint/release"
)

// precommitPlace is a place with a repository of the hooks, tagged as the
// template names it, and a user's repository with a pre-commit configuration
// that takes the hooks.
func precommitPlace(t *testing.T, hooks ...string) *place {
	p := newPlace(t, "pre-commit", "git", "go")
	p.env = append(p.env,
		"PRE_COMMIT_HOME="+p.mkdir(t, "pre-commit"),
		// The hook's own module cache is filled from that of this project.
		"GOPROXY=file://"+filepath.ToSlash(filepath.Join(goEnv(t, "GOMODCACHE"), "cache/download")),
		"GOFLAGS=",
		"PATH="+p.mkdir(t, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"),
	)
	// The test itself is wardnix under that name: see TestMain.
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, p.path("bin/wardnix")); err != nil {
		t.Fatal(err)
	}
	p.run(t, "wardnix", 0, "git", "init", "-q")
	p.run(t, "wardnix", 0, "git", "add", "-f", ".")
	p.run(t, "wardnix", 0, "git", "commit", "-q", "-m", "The hooks")
	p.run(t, "wardnix", 0, "git", "tag", "v"+release.Version)

	p.mkdir(t, "user")
	p.run(t, "user", 0, "git", "init", "-q")
	config := strings.Replace(p.read(t, "wardnix/docs/template/default/.pre-commit-config.yaml"),
		release.Git(release.Repository), p.path("wardnix"), 1)
	const hook = "      - id: wardnix-fix\n"
	before, after, ok := strings.Cut(config, hook)
	if !ok {
		t.Fatalf("the template has another hook:\n%s", config)
	}
	for _, h := range hooks {
		before += strings.Replace(hook, "wardnix-fix", h, 1)
	}
	p.write(t, "user/.pre-commit-config.yaml", before+after)
	p.write(t, "user/wardnix.toml", lightToml)
	p.run(t, "user", 0, "git", "add", ".pre-commit-config.yaml", "wardnix.toml")
	p.run(t, "user", 0, "git", "commit", "-q", "-m", "Begin")
	return p
}

// The hooks as most have them: pre-commit builds wardnix, and git commit runs it.
func TestPreCommit(t *testing.T) {
	t.Parallel()
	p := precommitPlace(t, "wardnix", "wardnix-fix")
	p.run(t, "user", 0, "pre-commit", "install")
	p.write(t, "user/web.nix", softModule)
	p.run(t, "user", 0, "git", "add", "web.nix")

	out := p.run(t, "user", 1, "git", "commit", "-m", "Soft")
	for _, want := range []string{"warning[B001]", "hook id: wardnix\n- exit code: 1", "hook id: wardnix-fix\n- files were modified by this hook"} {
		if !strings.Contains(out, want) {
			t.Errorf("the commit that is blocked does not tell %q:\n%s", want, out)
		}
	}
	if got := p.read(t, "user/web.nix"); !strings.Contains(got, "LockPersonality = true;") {
		t.Errorf("not repaired:\n%s", got)
	}
	p.run(t, "user", 0, "git", "add", "web.nix")
	p.run(t, "user", 0, "git", "commit", "-m", "Hard")

	// What the settings exclude stays excluded, though pre-commit names it.
	generated := strings.ReplaceAll(softModule, "web", "api")
	p.write(t, "user/generated.nix", generated)
	p.run(t, "user", 0, "git", "add", ".")
	p.run(t, "user", 1, "git", "commit", "-m", "Generated")
	p.write(t, "user/generated.nix", generated)
	p.write(t, "user/wardnix.toml", "exclude = [\"generated.nix\"]\n")
	p.run(t, "user", 0, "git", "add", ".")
	p.run(t, "user", 0, "git", "commit", "-m", "Excluded")
	if got := p.read(t, "user/generated.nix"); got != generated {
		t.Errorf("excluded, and changed:\n%s", got)
	}
}

// pre-commit may give each run a part of the files, and several runs at a time.
// Each sees the whole project, reports its own files, and writes no other.
func TestPreCommitParts(t *testing.T) {
	t.Parallel()
	p := precommitPlace(t, "wardnix-system", "wardnix-fix-system")
	config := p.read(t, "user/.pre-commit-config.yaml")
	p.write(t, "user/.pre-commit-config.yaml", strings.ReplaceAll(config, "-system\n", "-system\n        require_serial: false\n"))

	// What a defines, b hardens, as wardnix itself would in one file.
	p.write(t, "user/web.nix", softModule)
	p.run(t, "user", 0, p.path("bin/wardnix"), "lint", "--write", "web.nix")
	hardened := p.read(t, "user/web.nix")
	hardening := strings.NewReplacer("      ExecStart = \"/run/current-system/sw/bin/web\";\n", "", "      User = \"web\";\n", "",
		"    wantedBy = [ \"multi-user.target\" ];\n", "").Replace(hardened)
	var a []string
	for i := range 12 {
		name := fmt.Sprintf("a%d.nix", i)
		p.write(t, "user/"+name, strings.ReplaceAll(softModule, "web", fmt.Sprint("web", i)))
		p.write(t, fmt.Sprintf("user/b%d.nix", i), strings.ReplaceAll(hardening, "web", fmt.Sprint("web", i)))
		a = append(a, name)
	}
	p.run(t, "user", 0, "git", "add", ".")
	p.run(t, "user", 0, append([]string{"pre-commit", "run", "--files"}, a...)...)
	p.run(t, "user", 0, "pre-commit", "run", "--all-files")

	// Without b, each a is reported and repaired, whatever runs at the same time.
	for i := range 12 {
		if err := os.Remove(p.path(fmt.Sprintf("user/b%d.nix", i))); err != nil {
			t.Fatal(err)
		}
	}
	p.run(t, "user", 0, "git", "add", ".")
	out := p.run(t, "user", 1, append([]string{"pre-commit", "run", "--files"}, a[:6]...)...)
	for i, name := range a {
		if told := strings.Contains(out, " --> "+name+":"); told != (i < 6) {
			t.Errorf("%s is told of: %v\n%s", name, told, out)
		}
		want := strings.ReplaceAll(softModule, "web", fmt.Sprint("web", i))
		if i < 6 {
			want = strings.ReplaceAll(hardened, "web", fmt.Sprint("web", i))
		}
		if got := p.read(t, "user/"+name); got != want {
			t.Errorf("%s is now\n%s", name, got)
		}
	}
}
