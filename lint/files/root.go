package files

import (
	"io/fs"
	"os"
	"slices"
	"strings"
)

// A Root is the file system below a directory. No name and no link leads out of it, as
// with [os.Root]. Other than with [os.Root.FS], names need not be UTF-8, and who opens a
// named pipe is not kept waiting.
type Root struct {
	root *os.Root
	dir  *os.File // the directory itself, for openBelow
}

// OpenRoot opens the directory at a path.
func OpenRoot(path string) (*Root, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	dir, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	return &Root{root, dir}, nil
}

// Open opens a file or a directory.
func (r *Root) Open(name string) (fs.File, error) {
	f, err := r.root.OpenFile(name, os.O_RDONLY|NoWait, 0)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Stat follows links.
func (r *Root) Stat(name string) (fs.FileInfo, error) { return r.root.Stat(name) }

// ReadDir lists a directory.
func (r *Root) ReadDir(name string) ([]fs.DirEntry, error) {
	dir, err := r.openDir(name)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

// ReadText reads a regular file of at most limit bytes below a directory.
func ReadText(dir fs.FS, name string, limit int64) (string, error) {
	if r, ok := dir.(*Root); ok {
		if text, done, err := r.readBelow(name, limit); done {
			return text, err
		}
	}
	f, err := dir.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return readFrom(f, limit)
}
