//go:build e2e && unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	badModule  = "{ systemd.services.a.serviceConfig.ProtectSystem = \"Strict\"; }\n"
	goodModule = "{ systemd.services.a.serviceConfig.ProtectSystem = \"strict\"; }\n"
)

// A world is a directory of files and the program itself, to be run there in ways
// that a script cannot.
type world struct {
	t            *testing.T
	program, dir string
}

func newWorld(t *testing.T, files ...string) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{t: t, program: filepath.Join(dir, "wardnix"), dir: filepath.Join(dir, "project")}
	self, err := os.Executable() // is wardnix under that name: see TestMain
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, w.program); err != nil {
		t.Fatal(err)
	}
	w.write("flake.nix", "{ outputs = _: { }; }\n")
	for _, name := range files {
		w.write(name, badModule)
	}
	return w
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

func (w *world) write(name, text string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(w.path(name)), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(w.path(name), []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// holds checks what a file holds.
func (w *world) holds(name, want string) {
	w.t.Helper()
	got, err := os.ReadFile(w.path(name))
	if err != nil || string(got) != want {
		w.t.Errorf("%s holds %q, %v, not %q", name, got, err, want)
	}
}

// run runs a shell command in which $wardnix is the program, checks its exit
// status, and is what it prints on both outputs.
func (w *world) run(want int, command string) string {
	w.t.Helper()
	cmd := exec.Command("bash", "-c", command)
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(), "wardnix="+w.program, "NO_COLOR=1", "FORCE_COLOR=", "GIT_CONFIG_SYSTEM=/dev/null")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != want {
		w.t.Errorf("%s exits with %d, not %d:\n%s", command, got, want, out)
	}
	return string(out)
}

// says asks that text holds each of wants.
func says(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
}

// A name may be anything that the file system takes.
func TestNames(t *testing.T) {
	names := []string{"with space.nix", "new\nline.nix", "-dash.nix", "\x1b[31mred.nix", "ünïcode.nix", "$(touch x).nix", "a\\b.nix", "fold er/b.nix"}
	if runtime.GOOS == "linux" { // others refuse such names
		names = append(names, "latin-\xe9.nix", "latin-\xe9/c.nix")
	}
	w := newWorld(t, names...)
	out := w.run(1, "$wardnix lint")
	says(t, out, fmt.Sprintf("%d errors", len(names)), `--> "new\nline.nix":1:52`, `--> "\x1b[31mred.nix":1:52`, "--> with space.nix:1:52")
	if strings.Contains(out, "\x1b") {
		t.Errorf("the name of a file reaches the terminal as it is:\n%q", out)
	}
	w.run(1, "$wardnix lint --format json")
	says(t, w.run(2, "$wardnix lint -dash.nix"), "wardnix lint -- -dash.nix")
	w.run(1, "$wardnix lint -- -dash.nix")
	if _, err := exec.LookPath("git"); err == nil {
		w.run(0, "$wardnix lint --diff >../diff 2>/dev/null; git apply --check ../diff")
	}
	w.run(0, "$wardnix lint --write")
	for _, name := range names {
		w.holds(name, goodModule)
	}
}

// What leads nowhere, round in circles, or would never end is reported, and the
// rest is looked at.
func TestLinksAndPipes(t *testing.T) {
	w := newWorld(t, "a.nix")
	for link, to := range map[string]string{"one.nix": "two.nix", "two.nix": "one.nix", "self": ".", "up": "..", "sub/up": "../sub", "gone.nix": "nowhere"} {
		if err := os.MkdirAll(filepath.Dir(w.path(link)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, w.path(link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(w.path("pipe.nix"), 0o644); err != nil {
		t.Fatal(err)
	}
	says(t, w.run(1, "timeout 20 $wardnix lint"), "2 files: 1 error")
	out := w.run(2, "timeout 20 $wardnix lint one.nix pipe.nix a.nix")
	says(t, out, "too many levels of symbolic links\n --> one.nix\n", "not a regular file\n --> pipe.nix\n", "3 errors")
	if n := strings.Count(out, "pipe.nix"); n != 1 {
		t.Errorf("pipe.nix is reported %d times:\n%s", n, out)
	}
	w.run(0, "timeout 20 $wardnix lint --write a.nix")
	w.holds("a.nix", goodModule)
}

// What cannot be printed is not a success, whatever the command.
func TestFullOutput(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full")
	}
	w := newWorld(t, "a.nix")
	for _, command := range []string{
		"lint a.nix", "lint --format json a.nix", "lint --diff a.nix", "lint --show-settings", "lint - <a.nix", "lint --write - <a.nix",
		"score", "units", "units --render", "explain B001", "rules", "gen server", "parse --tree a.nix", "man",
		"completion bash", "--help", "lint --help", "--version",
	} {
		says(t, w.run(2, "$wardnix "+command+" >/dev/full"), "no space left on device")
	}
	// What is written to files does not hang on what is printed.
	w.run(2, "$wardnix lint --write >/dev/full")
	w.holds("a.nix", goodModule)
}

// Who starts wardnix may have closed what it reads or writes.
func TestClosed(t *testing.T) {
	w := newWorld(t, "a.nix")
	w.run(1, "$wardnix lint a.nix <&-")
	says(t, w.run(0, "$wardnix lint - <&-"), "the file is empty")
	w.run(0, "$wardnix lint --write a.nix <&- >&- 2>&-")
	w.holds("a.nix", goodModule)
	// Like any filter, it ends without a word when nobody reads on.
	if out := w.run(0, "$wardnix man | true; [[ ${PIPESTATUS[0]} = 141 || ${PIPESTATUS[0]} = 0 ]]"); out != "" {
		t.Errorf("it says %q", out)
	}
	w.write("a.nix", badModule)
	w.run(0, "$wardnix lint --write | true")
	w.holds("a.nix", goodModule)
}

// A run needs nothing of its user.
func TestBareEnvironment(t *testing.T) {
	w := newWorld(t, "a.nix")
	full := w.run(1, "$wardnix lint")
	if bare := w.run(1, "env -i $wardnix lint"); bare != full {
		t.Errorf("without an environment it prints\n%s\nnot\n%s", bare, full)
	}
	says(t, w.run(2, "mkdir .git; env -i $wardnix lint --since HEAD; e=$?; rmdir .git; exit $e"), "git is needed")
	w.run(0, "env -i HOME=/nowhere TMPDIR=/nowhere $wardnix lint --write")
	w.holds("a.nix", goodModule)
}

// In the store of Nix all files are of 1970, and a run in a build sees those.
func TestOldFiles(t *testing.T) {
	w := newWorld(t, "a.nix")
	w.write("good.nix", goodModule)
	old := time.Unix(1, 0)
	for _, name := range []string{"a.nix", "good.nix", "flake.nix", "."} {
		if err := os.Chtimes(w.path(name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	w.run(1, "$wardnix lint")
	w.run(0, "$wardnix lint --write")
	w.holds("a.nix", goodModule)
	if info, err := os.Stat(w.path("good.nix")); err != nil || !info.ModTime().Equal(old) {
		t.Errorf("a file with nothing to repair was touched: %v, %v", info.ModTime(), err)
	}
}

// A file that changes while wardnix works keeps the change, and wardnix begins
// again. The program that --verify runs is one that changes it.
func TestChangedMeanwhile(t *testing.T) {
	w := newWorld(t, "a.nix", "b.nix")
	tool := filepath.Join(filepath.Dir(w.program), "bin", "nix-instantiate")
	if err := os.MkdirAll(filepath.Dir(tool), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(tool, []byte("#!/bin/sh\ncat >/dev/null\necho '{ mine = true; }' >a.nix\nrm -f b.nix\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	says(t, w.run(0, "PATH="+filepath.Dir(tool)+":$PATH $wardnix lint --write --verify"), "nothing to report")
	w.holds("a.nix", "{ mine = true; }\n")
	if _, err := os.Stat(w.path("b.nix")); err == nil {
		t.Error("b.nix, which was removed, is back")
	}
}

// mounted mounts a small file system at dir, until the test ends. Only root may.
func mounted(t *testing.T, dir, options string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root mounts file systems")
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", options, "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("no file system can be mounted here: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
}

// On a full disk a file stays as it was, and nothing is left next to it.
func TestFullDisk(t *testing.T) {
	w := newWorld(t)
	mounted(t, w.dir, "size=64k")
	text := strings.Repeat("# text\n", 1000) + badModule
	w.write("a.nix", text)
	w.write("flake.nix", "{ outputs = _: { }; }\n")
	w.run(1, "cat /dev/zero >filler 2>/dev/null")
	says(t, w.run(2, "$wardnix lint --write"), "a.nix: not written: ", "no space left on device")
	w.holds("a.nix", text)
	entries, err := os.ReadDir(w.dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("left are %v, %v", entries, err)
	}
	says(t, w.run(2, "$wardnix known create"), "no space left on device")
	if err := os.Remove(w.path("filler")); err != nil {
		t.Fatal(err)
	}
	w.run(0, "$wardnix lint --write")
	w.holds("a.nix", strings.Replace(text, "Strict", "strict", 1))
}

// What cannot be written can be linted all the same.
func TestReadOnlyFileSystem(t *testing.T) {
	w := newWorld(t)
	mounted(t, w.dir, "size=64k")
	w.write("a.nix", badModule)
	w.run(0, "mount -o remount,ro .")
	w.run(1, "$wardnix lint")
	says(t, w.run(2, "$wardnix lint --write"), "a.nix: not written: ", "read-only file system")
	w.holds("a.nix", badModule)
	says(t, w.run(2, "$wardnix known create"), "read-only file system")
}

// What may not be read or written is reported, and the rest is done. Root may do
// everything, so it becomes somebody else.
func TestNotAllowed(t *testing.T) {
	program := built(t)
	dir, err := os.MkdirTemp("", "wardnix")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { makeWritable(dir); os.RemoveAll(dir) })
	w := &world{t: t, program: filepath.Join(dir, "wardnix"), dir: filepath.Join(dir, "project")}
	if err := os.Rename(program, w.program); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"open.nix", "unreadable.nix", "locked/b.nix", "unlisted/c.nix"} {
		w.write(name, badModule)
	}
	w.write("flake.nix", "{ outputs = _: { }; }\n")
	modes := map[string]os.FileMode{"unreadable.nix": 0, "locked": 0o555, "unlisted": 0}
	as := &syscall.SysProcAttr{}
	if os.Geteuid() == 0 {
		as.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
		if out, err := exec.Command("chown", "-R", "65534:65534", dir).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	for name, mode := range modes {
		if err := os.Chmod(w.path(name), mode); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(w.program, "lint", "--write")
	cmd.Dir, cmd.SysProcAttr = w.dir, as
	out, _ := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != exitFailed {
		t.Errorf("it exits with %d:\n%s", got, out)
	}
	says(t, string(out), "--> unreadable.nix\n", "locked/b.nix: not written: permission denied", "--> unlisted\n")
	for name := range modes {
		os.Chmod(w.path(name), 0o755)
	}
	w.holds("open.nix", goodModule)
	w.holds("locked/b.nix", badModule)
	w.holds("unreadable.nix", badModule)
}

// A file of many megabytes is read, or refused in words.
func TestHugeFiles(t *testing.T) {
	w := newWorld(t)
	w.write("large.nix", strings.Repeat("# text of a long file\n", 7<<20/22)+badModule)
	w.write("larger.nix", strings.Repeat("# text of a long file\n", 9<<20/22)+badModule)
	says(t, w.run(1, "$wardnix lint large.nix"), "large.nix:333638:52")
	says(t, w.run(2, "$wardnix lint"), "file is too large: the limit is 8 MiB\n --> larger.nix\n", "2 errors")
	w.run(0, "$wardnix lint --write large.nix")
}

// Ten times the files take about ten times the memory, and a bounded one. How
// much is taken before garbage is collected is a choice: see heapLimit.
func TestManyFiles(t *testing.T) {
	t.Parallel()
	program := built(t)
	run := func(files int) int64 {
		w := newWorld(t)
		for i := range files {
			w.write(fmt.Sprintf("d%d/s%d.nix", i%100, i), strings.Replace(badModule, ".a.", fmt.Sprintf(".s%d.", i), 1))
		}
		cmd := exec.Command(program, "lint")
		cmd.Dir = w.dir
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Run(); cmd.ProcessState.ExitCode() != exitFindings {
			t.Fatalf("%d files: %v", files, err)
		}
		says(t, out.String()[max(0, out.Len()-200):], fmt.Sprintf("%d errors", files))
		kilobytes := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
		if runtime.GOOS != "linux" {
			kilobytes /= 1024 // others count bytes
		}
		return kilobytes
	}
	some, memory := run(1000), run(10000)
	t.Logf("10,000 files take %d MB, and 1,000 files %d MB", memory>>10, some>>10)
	if memory > 15*some {
		t.Errorf("10,000 files take %d MB, and 1,000 files %d MB", memory>>10, some>>10)
	}
	if memory > 1<<20 {
		t.Errorf("10,000 files take %d MB", memory>>10)
	}
}
