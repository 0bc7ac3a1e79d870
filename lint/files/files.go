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
	// errNotRegular is the error of a directory, a device, a socket or a named pipe.
	errNotRegular = errors.New("not a regular file")
	// ErrOutside is the error of a path that leaves the directory it must lie in.
	ErrOutside = errors.New("path leaves the project")
)

// Read reads the regular file at a path of at most limit bytes. Links are
// followed.
func Read(path string, limit int64) (string, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|NoWait, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return ReadFrom(f, limit)
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
	return ReadFrom(f, limit)
}

// ReadFrom reads an open regular file of at most limit bytes. The size is
// bounded whatever the file system says it is.
func ReadFrom(f fs.File, limit int64) (string, error) {
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", errNotRegular
	}
	if info.Size() > limit {
		return "", tooLarge(limit)
	}
	var text strings.Builder
	text.Grow(int(info.Size()))
	buf := make([]byte, max(info.Size()+1, 512))
	if _, err := io.CopyBuffer(&text, io.LimitReader(f, limit+1), buf); err != nil {
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
