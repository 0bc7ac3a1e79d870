//go:build e2e

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wardnix/nixast/testtool"
)

// A place is where a test runs the programs that host wardnix: a separate
// directory, and an environment that reaches nothing else of the user.
type place struct {
	dir string
	env []string
}

// newPlace is a place with a copy of this project in the directory wardnix, or the
// test is skipped where one of tools is missing; where CI is set, it fails.
func newPlace(t *testing.T, tools ...string) *place {
	t.Helper()
	testtool.Need(t, tools...)
	p := &place{dir: t.TempDir()}
	t.Cleanup(func() { makeWritable(p.dir) })
	p.env = append(os.Environ(),
		"HOME="+p.mkdir(t, "home"),
		"XDG_CACHE_HOME="+p.mkdir(t, "cache"),
		"GOCACHE="+goEnv(t, "GOCACHE"), // what was built is not built again
		"GOTOOLCHAIN=local",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org",
		"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org",
		"FORCE_COLOR=", "NO_COLOR=1",
	)
	for _, name := range []string{".pre-commit-hooks.yaml", "flake.nix", "flake.lock", "go.mod", "go.sum",
		"package.nix", "module.nix", "cmd", "docs", "emit", "lint", "nixast", "rules"} {
		p.copy(t, filepath.Join("../..", name), filepath.Join("wardnix", name))
	}
	return p
}

func (p *place) path(name string) string { return filepath.Join(p.dir, name) }

func (p *place) mkdir(t *testing.T, name string) string {
	t.Helper()
	if err := os.MkdirAll(p.path(name), 0o755); err != nil {
		t.Fatal(err)
	}
	return p.path(name)
}

// copy copies a file or a directory to name in the place.
func (p *place) copy(t *testing.T, from, name string) {
	t.Helper()
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	if info.IsDir() {
		if err := os.CopyFS(p.path(name), os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	p.write(t, name, string(text))
}

func (p *place) write(t *testing.T, name, text string) {
	t.Helper()
	p.mkdir(t, filepath.Dir(name))
	if err := os.WriteFile(p.path(name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (p *place) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(p.path(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rel is an absolute directory as [place.run] wants it.
func (p *place) rel(t *testing.T, dir string) string {
	t.Helper()
	name, err := filepath.Rel(p.dir, dir)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// run runs a command in the directory name of the place, checks its exit status
// and is what it prints, standard error last.
func (p *place) run(t *testing.T, name string, want int, command ...string) string {
	t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir, cmd.Env = p.path(name), p.env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		t.Fatalf("%s exits with %d, not %d\n%s%s", strings.Join(command, " "), got, want, &stdout, &stderr)
	}
	return stdout.String() + stderr.String()
}

// goEnv is a setting of go.
func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// makeWritable lets what Nix and go write-protect be removed.
func makeWritable(dir string) {
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			os.Chmod(path, 0o755)
		}
		return nil
	})
}

// lightToml are settings by which light is required of every service.
const lightToml = "baseline = [\"light\"]\n"

// A module with a service that the light baseline has safe fixes for.
const softModule = `{
  systemd.services.web = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig = {
      ExecStart = "/run/current-system/sw/bin/web";
      DynamicUser = true;
    };
  };
}
`
