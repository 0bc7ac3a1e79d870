//go:build e2e && unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fleet is a directory of modules, each of which has something to fix.
type fleet struct {
	dir      string
	old, new []string // by number
}

func newFleet(t *testing.T, files int) *fleet {
	t.Helper()
	f := &fleet{dir: t.TempDir()}
	for i := range files {
		text := fmt.Sprintf("# service %d\n{\n  systemd.services.s%d.serviceConfig = {\n%s    ProtectSystem = \"Strict\";\n  };\n}\n",
			i, i, strings.Repeat("    # text\n", 1+i%400))
		f.old = append(f.old, text)
		f.new = append(f.new, strings.Replace(text, "Strict", "strict", 1))
	}
	if err := os.WriteFile(filepath.Join(f.dir, "flake.nix"), []byte("{ outputs = _: { }; }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for i := range files {
		if err := os.MkdirAll(filepath.Dir(f.path(i)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	f.restore(t)
	return f
}

func (f *fleet) path(i int) string {
	return filepath.Join(f.dir, fmt.Sprintf("d%d", i%7), fmt.Sprintf("s%d.nix", i))
}

// restore makes every file old.
func (f *fleet) restore(t *testing.T) {
	t.Helper()
	for i, text := range f.old {
		if err := os.WriteFile(f.path(i), []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
}

// fixed counts the files that are new; every other one must be old, and all must
// have kept their mode.
func (f *fleet) fixed(t *testing.T) int {
	t.Helper()
	n := 0
	for i := range f.old {
		text, err := os.ReadFile(f.path(i))
		if err != nil {
			t.Fatal(err)
		}
		switch string(text) {
		case f.new[i]:
			n++
		case f.old[i]:
		default:
			t.Fatalf("%s is neither old nor new:\n%.400q", f.path(i), text)
		}
		if info, err := os.Stat(f.path(i)); err != nil || info.Mode().Perm() != 0o640 {
			t.Fatalf("%s: the mode is %v, %v", f.path(i), info.Mode(), err)
		}
	}
	return n
}

// others are the files that have no business there.
func (f *fleet) others(t *testing.T) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(f.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(path) != ".nix" {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// awaitWrite waits until a run has fixed a file, or has ended.
func (f *fleet) awaitWrite(file int, ended <-chan struct{}) {
	for {
		if text, err := os.ReadFile(f.path(file)); err == nil && string(text) == f.new[file] {
			return
		}
		select {
		case <-ended:
			return
		case <-time.After(time.Millisecond):
		}
	}
}

func (f *fleet) lint(program string) *exec.Cmd {
	cmd := exec.Command(program, "lint", "--write")
	cmd.Dir = f.dir
	return cmd
}

// built is the program itself.
func built(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "wardnix")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// A run that is killed at any moment leaves each file old or new, and the next
// one clears up after it.
func TestKilled(t *testing.T) {
	t.Parallel()
	program := built(t)
	f := newFleet(t, 1000)
	if out, err := f.lint(program).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := f.fixed(t); got != len(f.new) {
		t.Fatalf("a run fixes %d files of %d", got, len(f.new))
	}
	amid, strays := 0, 0
	for range 4 {
		f.restore(t)
		cmd := f.lint(program)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			cmd.Wait()
			close(ended)
		}()
		f.awaitWrite(rand.IntN(len(f.new)/2), ended)
		if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		<-ended
		if n := f.fixed(t); n > 0 && n < len(f.new) {
			amid++
		}
		strays += len(f.others(t))
	}
	if amid == 0 {
		t.Error("no run was killed while it wrote")
	}
	t.Logf("%d of 4 runs were killed while they wrote, and left %d temporary files", amid, strays)
	if out, err := f.lint(program).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := f.fixed(t); got != len(f.new) {
		t.Errorf("the last run fixes %d files of %d", got, len(f.new))
	}
	if names := f.others(t); len(names) > 0 {
		t.Errorf("the last run leaves %q", names)
	}
}

// What a killed run left next to a file that needs no fix any more goes with the
// next run that writes, and a user's files stay.
func TestStraysOfKilledRuns(t *testing.T) {
	t.Parallel()
	program := built(t)
	f := newFleet(t, 7)
	if out, err := f.lint(program).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	kept := filepath.Join(f.dir, "d0", ".s0.nix.swp")
	for _, name := range []string{kept, filepath.Join(f.dir, "d0", ".s0.nix.wardnix-123"), filepath.Join(f.dir, "d1", ".gone.nix.wardnix-4")} {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command(program, "lint", f.dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if names := f.others(t); len(names) != 3 {
		t.Errorf("a run that writes nothing leaves %q", names)
	}
	if out, err := f.lint(program).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if names := f.others(t); len(names) != 1 || names[0] != kept {
		t.Errorf("left are %q, not %q", names, kept)
	}
}

// Several runs at once bring every file to its new state, and all of them succeed.
func TestRunsRace(t *testing.T) {
	t.Parallel()
	program := built(t)
	f := newFleet(t, 300)
	for round := range 3 {
		f.restore(t)
		var out [3]bytes.Buffer
		var runs [3]*exec.Cmd
		for i := range runs {
			runs[i] = f.lint(program)
			runs[i].Stderr = &out[i]
			if err := runs[i].Start(); err != nil {
				t.Fatal(err)
			}
		}
		for i, run := range runs {
			if err := run.Wait(); err != nil || out[i].Len() > 0 {
				t.Errorf("round %d, run %d: %v: %s", round, i, err, out[i].String())
			}
		}
		if got := f.fixed(t); got != len(f.new) {
			t.Errorf("round %d: %d files of %d are fixed", round, got, len(f.new))
		}
		if names := f.others(t); len(names) > 0 {
			t.Errorf("round %d: %q is left", round, names)
		}
	}
}
