//go:build unix

package nixos

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
)

// ReadDir lists a directory. The files of an [os.Root] look at each entry once more;
// a duplicate of their descriptor does not, and leaves the root no more than they do.
func (r osRoot) ReadDir(name string) ([]fs.DirEntry, error) {
	f, err := r.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	fd, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	dir := os.NewFile(uintptr(fd), f.Name())
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}
