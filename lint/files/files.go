// Package files reads files that a stranger may have made: regular files only,
// bounded in size, without waiting for a named pipe or a device.
package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// The sizes in bytes of the largest file of each kind that is read.
const (
	MaxSettings = 64 << 10 // wardnix.toml
	MaxModule   = 8 << 20  // Nix files and baselines
	MaxList     = 16 << 20 // lists of known findings, lock files, git indexes
)

var (
	// ErrTooLarge is the error of a file above the limit.
	ErrTooLarge = errors.New("file is too large")
	// ErrNotRegular is the error of a directory, a device, a socket or a named pipe.
	ErrNotRegular = errors.New("not a regular file")
	// ErrOutside is the error of a path that leaves the directory it must lie in.
	ErrOutside = errors.New("path leaves the project")
)

// Read reads the regular file at an absolute path, of at most limit bytes. Links are
// followed as by [Resolve].
func Read(path string, limit int64) (string, error) {
	real, err := Resolve(path)
	if err != nil {
		return "", err
	}
	return ReadPlain(real, limit)
}

// ReadPlain is [Read] for a path whose links were followed already.
func ReadPlain(path string, limit int64) (string, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|NoWait, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return readFrom(f, limit)
}

// Store is the directory of what Nix built, where links of every project may lead.
const Store = "/nix/store"

// Resolve is the path that links lead an absolute path to. A link of a project that
// leads neither within the project nor to the store is not followed, even if a user
// names it: the error is then [ErrOutside].
func Resolve(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	top := Project(filepath.Dir(path))
	if top != "" && !within(top, real) && !within(Store, real) {
		return "", &fs.PathError{Op: "open", Path: path, Err: ErrOutside}
	}
	return real, nil
}

// Project is the nearest directory at or above an absolute one that has a .git or a
// flake.nix, without links; "" if none has.
func Project(dir string) string {
	for ; ; dir = filepath.Dir(dir) {
		for _, marker := range []string{".git", "flake.nix"} {
			if _, err := os.Lstat(filepath.Join(dir, marker)); err != nil {
				continue
			}
			if real, err := filepath.EvalSymlinks(dir); err == nil {
				return real
			}
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// within reports whether an absolute path is a directory or lies below it, by name.
func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// ReadIn reads the regular file name below a directory, of at most limit bytes.
// Neither an absolute path, nor "..", nor a link leads out of the directory: the
// error is then [ErrOutside].
func ReadIn(dir, name string, limit int64) (string, error) {
	if filepath.IsAbs(name) || !filepath.IsLocal(name) {
		return "", ErrOutside
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	f, err := root.OpenFile(name, os.O_RDONLY|NoWait, 0)
	if err != nil {
		if strings.Contains(err.Error(), "escapes") {
			return "", ErrOutside // package os exports no such error
		}
		return "", err
	}
	defer f.Close()
	return readFrom(f, limit)
}

// buffers are what files are read through.
var buffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// readFrom reads an open regular file of at most limit bytes.
func readFrom(f fs.File, limit int64) (string, error) {
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	return readAll(f, info.Mode().IsRegular(), info.Size(), limit)
}

// readAll reads a regular file of at most limit bytes. The size is bounded whatever the
// file system says it is.
func readAll(f io.Reader, regular bool, size, limit int64) (string, error) {
	switch {
	case !regular:
		return "", ErrNotRegular
	case size > limit:
		return "", tooLarge(limit)
	}
	var text strings.Builder
	text.Grow(int(size))
	buf := buffers.Get().(*[64 << 10]byte)
	defer buffers.Put(buf)
	if _, err := io.CopyBuffer(&text, io.LimitReader(f, limit+1), buf[:]); err != nil {
		return "", err
	}
	if int64(text.Len()) > limit {
		return "", tooLarge(limit)
	}
	return text.String(), nil
}

func tooLarge(limit int64) error {
	switch {
	case limit < 1<<10:
		return fmt.Errorf("%w: the limit is %d bytes", ErrTooLarge, limit)
	case limit < 1<<20:
		return fmt.Errorf("%w: the limit is %d KiB", ErrTooLarge, limit>>10)
	}
	return fmt.Errorf("%w: the limit is %d MiB", ErrTooLarge, limit>>20)
}
