//go:build unix

package emit

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestWriteNew(t *testing.T) {
	write := func(t *testing.T, name, text string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(t *testing.T, name, text string, mode os.FileMode) {
		t.Helper()
		got, err := os.ReadFile(name)
		info, failed := os.Lstat(name)
		if err != nil || failed != nil || string(got) != text || info.Mode() != mode {
			t.Errorf("%s: %q with %v, not %q with %v: %v", name, got, info.Mode(), text, mode, err)
		}
	}
	for name, test := range map[string]func(t *testing.T, path string){
		"a new file": func(t *testing.T, path string) {
			old := syscall.Umask(0o027)
			defer syscall.Umask(old)
			if err := WriteNew(path, []byte("new")); err != nil {
				t.Fatal(err)
			}
			expect(t, path, "new", 0o640)
		},
		"a file": func(t *testing.T, path string) {
			write(t, path, "old", 0o604)
			if err := WriteNew(path, []byte("new")); err != nil {
				t.Fatal(err)
			}
			expect(t, path, "new", 0o604)
		},
		"a link is not followed": func(t *testing.T, path string) {
			write(t, path+".other", "old", 0o600)
			if err := os.Symlink(path+".other", path); err != nil {
				t.Fatal(err)
			}
			if err := WriteNew(path, []byte("new")); err != nil {
				t.Fatal(err)
			}
			expect(t, path+".other", "old", 0o600)
			if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
				t.Errorf("%v, %v", info, err)
			}
		},
		"a pipe stays one": func(t *testing.T, path string) {
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := WriteNew(path, []byte("new")); err == nil {
				t.Error("no error for a pipe that nobody reads")
			}
			reader, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer reader.Close()
			if err := WriteNew(path, []byte("new")); err != nil {
				t.Fatal(err)
			}
			text := make([]byte, 10)
			if n, err := reader.Read(text); string(text[:n]) != "new" {
				t.Errorf("%q, %v", text[:n], err)
			}
			if info, err := os.Lstat(path); err != nil || info.Mode().Type() != os.ModeNamedPipe {
				t.Errorf("%v, %v", info, err)
			}
		},
		"a directory stays one": func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := WriteNew(path, []byte("new")); err == nil {
				t.Error("no error")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			test(t, filepath.Join(dir, "f"))
			if left := strayNames(t, dir); len(left) > 0 {
				t.Errorf("it leaves %v", left)
			}
		})
	}
}
