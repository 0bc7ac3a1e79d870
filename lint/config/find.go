package config

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// maxSize is the size in bytes of the largest configuration read.
const maxSize = 1 << 20

// Finder finds the configuration of each folder. It reads each file once. It is
// for one goroutine at a time.
type Finder struct {
	// Base is the absolute folder that names are told relative to.
	Base string
	// Vocabulary is what configurations may speak of.
	Vocabulary Vocabulary
	// None is used where there is no configuration.
	None *File
	// Fixed, if not nil, is used for every folder.
	Fixed *File

	folders map[string]*File
	errs    map[string]error
}

// For is the configuration of a folder: the nearest wardnix.toml in it or above
// it, up to the folder that holds the .git of the repository. The error is that
// of a file that cannot be read, or joins an [Error] for each mistake.
func (f *Finder) For(dir string) (*File, error) {
	if f.Fixed != nil {
		return f.Fixed, nil
	}
	if found, ok := f.folders[dir]; ok {
		return found, f.errs[dir]
	}
	found, err := f.look(dir)
	if f.folders == nil {
		f.folders, f.errs = map[string]*File{}, map[string]error{}
	}
	f.folders[dir], f.errs[dir] = found, err
	return found, err
}

func (f *Finder) look(dir string) (*File, error) {
	c, err := f.Read(path.Join(dir, Name))
	switch {
	case err == nil || !errors.Is(err, fs.ErrNotExist):
		return c, err
	case exists(path.Join(dir, ".git")) || dir == path.Dir(dir):
		return f.None, nil
	}
	return f.For(path.Dir(dir))
}

// Read reads the configuration at an absolute path.
func (f *Finder) Read(abs string) (*File, error) {
	name := abs
	if rel, err := filepath.Rel(filepath.FromSlash(f.Base), filepath.FromSlash(abs)); err == nil {
		name = filepath.ToSlash(rel)
	}
	info, err := os.Stat(filepath.FromSlash(abs))
	switch {
	case err != nil:
		return nil, &named{name, err}
	case info.IsDir():
		return nil, &Error{Name: name, Message: "is a folder"}
	case info.Size() > maxSize:
		return nil, &Error{Name: name, Message: "is too large for a configuration"}
	}
	text, err := os.ReadFile(filepath.FromSlash(abs))
	if err != nil {
		return nil, &named{name, err}
	}
	return Parse(abs, name, text, f.Vocabulary)
}

// named is an error of the file system, told with the name that users know.
type named struct {
	name string
	err  error
}

func (n *named) Error() string {
	var p *fs.PathError
	if errors.As(n.err, &p) {
		return n.name + ": " + p.Err.Error()
	}
	return n.name + ": " + n.err.Error()
}

func (n *named) Unwrap() error { return n.err }

func exists(name string) bool {
	_, err := os.Lstat(filepath.FromSlash(name))
	return err == nil
}
