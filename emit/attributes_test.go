//go:build linux

package emit

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A file keeps its extended attributes, for instance who else may read it.
func TestWriteFileKeepsAttributes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.nix")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"user.wardnix": "x", "user.empty": ""}
	for name, value := range want {
		if err := syscall.Setxattr(path, name, []byte(value), 0); err != nil {
			t.Skipf("the file system of %s has no extended attributes: %v", dir, err)
		}
	}
	if err := WriteFile(dir, path, "old", "new"); err != nil {
		t.Fatal(err)
	}
	for name, value := range want {
		got := make([]byte, 10)
		n, err := syscall.Getxattr(path, name, got)
		if err != nil || string(got[:n]) != value {
			t.Errorf("%s is %q, not %q: %v", name, got[:max(n, 0)], value, err)
		}
	}
}
