package config

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"wardnix/lint/files"
)

// Finder finds the configuration of each directory. It reads each file once. It is
// for one goroutine at a time.
type Finder struct {
	// Base is the absolute directory that names are relative to.
	Base string
	// Vocabulary is what configurations may speak of.
	Vocabulary Vocabulary
	// None is used where there is no configuration.
	None *File
	// Fixed, if not nil, is used for every directory.
	Fixed *File

	directories map[string]*File
	errs        map[string]error
}

// For is the configuration of a directory: the nearest wardnix.toml in it or above
// it, up to the directory that has the .git of the repository. The error is that
// of a file that cannot be read, or joins an [Error] for each mistake.
func (f *Finder) For(dir string) (*File, error) {
	if f.Fixed != nil {
		return f.Fixed, nil
	}
	if found, ok := f.directories[dir]; ok {
		return found, f.errs[dir]
	}
	found, err := f.look(dir)
	if f.directories == nil {
		f.directories, f.errs = map[string]*File{}, map[string]error{}
	}
	f.directories[dir], f.errs[dir] = found, err
	return found, err
}

func (f *Finder) look(dir string) (*File, error) {
	name := path.Join(dir, Name)
	if _, err := os.Lstat(filepath.FromSlash(name)); !errors.Is(err, fs.ErrNotExist) { // most directories have none
		c, err := f.read(name, func(abs string) (string, error) {
			root := root(dir)
			return files.ReadIn(filepath.FromSlash(root), relTo(root, abs), files.MaxSettings)
		})
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return c, err
		}
	}
	if exists(path.Join(dir, ".git")) || dir == path.Dir(dir) {
		return f.None, nil
	}
	return f.For(path.Dir(dir))
}

// root is the directory that a directory's project ends at: the nearest one at or
// above it with a .git, else the directory itself. Files that a project's settings
// name lie below it.
func root(dir string) string {
	for d := dir; ; d = path.Dir(d) {
		if exists(path.Join(d, ".git")) {
			return d
		}
		if d == path.Dir(d) {
			return dir
		}
	}
}

func relTo(dir, abs string) string {
	return strings.TrimPrefix(strings.TrimPrefix(abs, strings.TrimSuffix(dir, "/")), "/")
}

// Named reads a file that a setting names: one of the project, at a path
// relative to the file of the settings. At most limit bytes are read.
func (f *File) Named(name string, limit int64) (string, error) {
	if path.IsAbs(filepath.ToSlash(name)) {
		return "", files.ErrOutside
	}
	root := root(f.Dir)
	abs := path.Join(f.Dir, filepath.ToSlash(name))
	if abs != root && !strings.HasPrefix(abs, strings.TrimSuffix(root, "/")+"/") {
		return "", files.ErrOutside
	}
	return files.ReadIn(filepath.FromSlash(root), relTo(root, abs), limit)
}

// Read reads the configuration at an absolute path, wherever it is.
func (f *Finder) Read(abs string) (*File, error) {
	return f.read(abs, func(abs string) (string, error) { return files.Read(filepath.FromSlash(abs), files.MaxSettings) })
}

func (f *Finder) read(abs string, read func(string) (string, error)) (*File, error) {
	name := abs
	if rel, err := filepath.Rel(filepath.FromSlash(f.Base), filepath.FromSlash(abs)); err == nil {
		name = filepath.ToSlash(rel)
	}
	text, err := read(abs)
	if err != nil {
		return nil, &named{name, err}
	}
	return parse(abs, name, []byte(text), f.Vocabulary)
}

// named is an error of the file system, with the name that users know.
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
