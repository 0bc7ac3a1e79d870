//go:build unix

package gitrepo

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A git that waits for a named pipe is stopped.
func TestGitIsStopped(t *testing.T) {
	defer func(was time.Duration) { patience = was }(patience)
	patience = 100 * time.Millisecond
	for _, name := range []string{"config", "HEAD", "packed-refs"} {
		r := repo(t)
		git(t, r, "add", "a.nix")
		git(t, r, "commit", "-q", "-m", "a")
		file := filepath.Join(r.Top, ".git", name)
		os.Remove(file)
		if err := syscall.Mkfifo(file, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Base("HEAD"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
