//go:build unix

package files

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is not a regular file within the limit and the directory is refused, and
// nothing blocks.
func TestReadIn(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	dir := filepath.Join(base, "project")
	for name, text := range map[string]string{"project/sub/a.toml": "a", "project/big": strings.Repeat("x", 11), "secret": "s"} {
		file := filepath.Join(base, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	links := map[string]string{"inside": "sub/a.toml", "out": "../secret", "zero": "/dev/zero", "around": "../project/sub/a.toml"}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	makePipe(t, filepath.Join(dir, "pipe"))
	for _, c := range []struct {
		name, text string
		err        error
	}{
		{name: "sub/a.toml", text: "a"},
		{name: "inside", text: "a"},
		{name: "sub/../sub/a.toml", text: "a"},
		{name: "big", err: ErrTooLarge},
		{name: "sub", err: ErrNotRegular},
		{name: "pipe", err: ErrNotRegular},
		{name: "out", err: ErrOutside},
		{name: "zero", err: ErrOutside},
		{name: "around", err: ErrOutside},
		{name: "../secret", err: ErrOutside},
		{name: filepath.Join(base, "secret"), err: ErrOutside},
		{name: "none", err: os.ErrNotExist},
	} {
		text, err := ReadIn(dir, c.name, 10)
		if text != c.text || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %v, not %q, %v", c.name, text, err, c.text, c.err)
		}
	}
}

// A link of a project leads nowhere but within the project and to the store; elsewhere,
// links are followed.
func TestResolve(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	for _, name := range []string{"git/.git/HEAD", "git/sub/a", "flake/flake.nix", "plain/a", "secret/a"} {
		file := filepath.Join(base, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("a"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{
		"git/sub/in": "a", "git/sub/up": "../sub/a", "git/out": "../secret/a", "git/dir": "../secret", "git/twice": "sub/../out",
		"git/zero": "/dev/zero", "git/loop": "loop", "flake/out": "../secret/a", "plain/out": "../secret/a", "to": "git",
	} {
		if err := os.Symlink(target, filepath.Join(base, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"git/sub/a": "git/sub/a", "git/sub/in": "git/sub/a", "git/sub/up": "git/sub/a", "to/sub/in": "git/sub/a", "plain/out": "secret/a",
		"git/out": "", "git/dir/a": "", "git/twice": "", "git/zero": "", "git/loop": "", "flake/out": "", "to/out": "", "git/none": "",
	} {
		real, err := Resolve(filepath.Join(base, name))
		rel, _ := filepath.Rel(base, real)
		if want == "" && err == nil || want != "" && (err != nil || rel != want) {
			t.Errorf("%s: %s, %v, not %q", name, real, err, want)
		}
	}
}

// Devices without an end are no regular
func TestRead(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	makePipe(t, pipe)
	for _, name := range []string{os.DevNull, "/dev/zero", pipe, t.TempDir()} {
		if _, err := Read(name, 10); !errors.Is(err, ErrNotRegular) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
