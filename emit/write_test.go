//go:build unix

package emit

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// writeFile makes a file for a test and gives its path.
func writeFile(t testing.TB, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o640); err != nil {
		t.Fatal(err)
	}
	return path
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := writeFile(t, dir, "a.nix", "old")
	if err := os.Chmod(path, 0o620); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(dir, path, "old", "new"); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := readFile(t, path); got != "new" {
		t.Errorf("the file holds %q", got)
	}
	if before.Mode() != after.Mode() {
		t.Errorf("the mode was %v and is %v", before.Mode(), after.Mode())
	}
	onlyFiles(t, dir, "a.nix")
}

func onlyFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the directory holds %v, not %v", got, want)
	}
}

func TestWriteFileKeepsOwner(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir := t.TempDir()
	path := writeFile(t, dir, "a.nix", "old")
	if err := os.Chown(path, 1234, 4321); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(dir, path, "old", "new"); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if s := info.Sys().(*syscall.Stat_t); s.Uid != 1234 || s.Gid != 4321 {
		t.Errorf("the owner is %d:%d", s.Uid, s.Gid)
	}
}

func TestWriteFileUnchanged(t *testing.T) {
	dir := t.TempDir()
	path := writeFile(t, dir, "a.nix", "old")
	then := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(dir, path, "old", "old"); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || !info.ModTime().Equal(then.Truncate(0)) && info.ModTime().Sub(then).Abs() > time.Millisecond {
		t.Errorf("the file was touched: %v, %v", info.ModTime(), err)
	}
}

func TestWriteFileRefuses(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	outside := writeFile(t, elsewhere, "b.nix", "old")
	changed := writeFile(t, dir, "changed.nix", "other")
	longer := writeFile(t, dir, "longer.nix", "old, and more")
	readOnly := writeFile(t, dir, "readonly.nix", "old")
	if err := os.Chmod(readOnly, 0o444); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "out.nix")
	dangling := filepath.Join(dir, "dangling.nix")
	fifo := filepath.Join(dir, "fifo.nix")
	if err := errors.Join(os.Symlink(outside, link), os.Symlink("nothing", dangling), syscall.Mkfifo(fifo, 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path string
		want string
		is   error
	}{
		{changed, "has changed", ErrChanged},
		{longer, "has changed", ErrChanged},
		{readOnly, "permission denied", os.ErrPermission},
		{link, "is outside", nil},
		{outside, "is outside", nil},
		{dangling, "no such file", os.ErrNotExist},
		{fifo, "not a regular file", nil},
		{dir, "not a regular file", nil},
		{filepath.Join(dir, "missing.nix"), "no such file", os.ErrNotExist},
	} {
		err := WriteFile(dir, c.path, "old", "new")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.path, err)
		}
		if c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v is not %v", c.path, err, c.is)
		}
	}
	if got := readFile(t, outside); got != "old" {
		t.Errorf("the file outside holds %q", got)
	}
}

func TestWriteFileFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	real := writeFile(t, dir, "real.nix", "old")
	link := filepath.Join(dir, "link.nix")
	if err := os.Symlink("real.nix", link); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(dir, link, "old", "new"); err != nil {
		t.Fatal(err)
	}
	if got := readFile(t, real); got != "new" {
		t.Errorf("the file holds %q", got)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is no link any more: %v", err)
	}
	rootLink := filepath.Join(t.TempDir(), "root")
	if err := os.Symlink(dir, rootLink); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(rootLink, filepath.Join(rootLink, "link.nix"), "new", "newer"); err != nil {
		t.Error(err)
	}
}

func TestStrays(t *testing.T) {
	dir := t.TempDir()
	path := writeFile(t, dir, "a.nix", "old")
	writeFile(t, dir, ".a.nix.wardnix-17", "half")
	writeFile(t, dir, ".gone.nix.wardnix-17", "half")
	writeFile(t, dir, ".b.nix.wardnix-17", "half")
	writeFile(t, dir, "b.nix", "b")
	others := []string{".a.nix.wardnix-", ".a.nix.wardnix-x1", ".wardnix-1", "a.nix.wardnix-1"}
	for _, name := range others {
		writeFile(t, dir, name, "mine")
	}
	if err := WriteFile(dir, path, "old", "new"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, ".a.nix.wardnix-17")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("writing has left a stray file: %v", err)
	}
	if err := RemoveStrays(dir, dir); err != nil {
		t.Fatal(err)
	}
	onlyFiles(t, dir, ".a.nix.wardnix-", ".a.nix.wardnix-x1", ".wardnix-1", "a.nix", "a.nix.wardnix-1", "b.nix")
}

// TestWriteFileRace has many writers add to one file; none of the additions
// may be lost, and a reader sees only whole states.
func TestWriteFileRace(t *testing.T) {
	dir := t.TempDir()
	path := writeFile(t, dir, "a.nix", "")
	var done atomic.Bool
	var reader, writers sync.WaitGroup
	reader.Go(func() {
		for !done.Load() {
			data, err := os.ReadFile(path)
			if text := string(data); err != nil || text != "" && !strings.HasSuffix(text, "\n") || strings.Count(text, "line ") != strings.Count(text, "\n") {
				t.Errorf("a reader saw %q, %v", text, err)
				return
			}
		}
	})
	each := 20
	if testing.Short() {
		each = 5
	}
	for writer := range 4 {
		writers.Go(func() {
			for n := range each {
				for {
					old := readFile(t, path)
					err := WriteFile(dir, path, old, fmt.Sprintf("%sline %d of %d\n", old, n, writer))
					if err == nil {
						break
					}
					if !errors.Is(err, ErrChanged) {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	writers.Wait()
	done.Store(true)
	reader.Wait()
	if got := strings.Count(readFile(t, path), "\n"); got != 4*each {
		t.Errorf("%d lines of %d are there", got, 4*each)
	}
	onlyFiles(t, dir, "a.nix")
}

const (
	killedOld = "{ a = 1; }\n"
	killFiles = 1000
)

// killedNew is long enough to be written in several steps.
func killedNew() string { return strings.Repeat("{ a = 2; }\n", 4000) }

// TestKilledWriter kills a process that writes a thousand files, at random
// moments. Each file must be old or new, and the next run must leave no
// temporary file.
func TestKilledWriter(t *testing.T) {
	if dir := os.Getenv("EMIT_TEST_WRITE"); dir != "" {
		writeAll(dir)
		os.Exit(0)
	}
	t.Parallel()
	dir := t.TempDir()
	for i := range killFiles {
		writeFile(t, dir, fmt.Sprintf("%d.nix", i), killedOld)
	}
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	killed, strays := 0, 0
	rounds := 25
	if testing.Short() {
		rounds = 2
	}
	for range rounds {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWriter$")
		cmd.Env = append(os.Environ(), "EMIT_TEST_WRITE="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		bufio.NewReader(out).ReadByte() // it has begun
		time.Sleep(time.Duration(rng.IntN(60000)) * time.Microsecond)
		cmd.Process.Kill()
		if cmd.Wait() != nil {
			killed++
		}
		strays += len(strayNames(t, dir))
	}
	newOnes := 0
	for i := range killFiles {
		switch readFile(t, filepath.Join(dir, fmt.Sprintf("%d.nix", i))) {
		case killedOld:
		case killedNew():
			newOnes++
		default:
			t.Errorf("%d.nix is neither old nor new", i)
		}
	}
	t.Logf("killed %d writers, %d of %d files are new, %d temporary files were left", killed, newOnes, killFiles, strays)
	if killed == 0 {
		t.Error("no writer was killed")
	}
	if err := RemoveStrays(dir, dir); err != nil {
		t.Fatal(err)
	}
	if left := strayNames(t, dir); len(left) > 0 {
		t.Errorf("the next run leaves %v", left)
	}
}

func writeAll(dir string) {
	fmt.Println("go")
	for i := range killFiles {
		path := filepath.Join(dir, fmt.Sprintf("%d.nix", i))
		// Errors are those of files that an earlier writer has brought up to date.
		_ = WriteFile(dir, path, killedOld, killedNew())
	}
}

func strayNames(t *testing.T, dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if strayTarget(e.Name()) != "" {
			names = append(names, e.Name())
		}
	}
	return names
}
