package emit

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"wardnix/lint/files"
)

// ErrChanged is the error of [WriteFile] for a file that does not have what
// its caller read from it.
var ErrChanged = errors.New("the file has changed since it was read")

// strayMark is between the name of a file and a random number in the names
// of temporary files: ".a.nix.wardnix-123".
const strayMark = ".wardnix-"

// WriteFile replaces the content of the file path, which must be old, by new.
//
// It writes a temporary file next to it and renames that, so that at any moment
// the file is either old or new, and keeps mode, owner and, on Linux, extended
// attributes such as access control lists. A symbolic link is followed to the file
// itself if that lies inside the directory root. Nothing is done when old equals new.
// Hard links are not kept.
//
// The error is [ErrChanged] if the file holds neither old nor new; others are of
// a file that is not regular, not writable or outside root. Two processes that
// write the same file through WriteFile do so one after the other, and the
// later one gets ErrChanged unless both write the same (on Windows, which has no flock,
// they may not see each other). Temporary files of a process that was killed are removed by the
// next write to the same file, and by [RemoveStrays].
func WriteFile(root, path, old, new string) error {
	if old == new {
		return nil
	}
	return replaceFile(root, path, old, new)
}

func replaceFile(root, path, old, new string) error {
	real, err := resolve(root, path)
	if err != nil {
		return err
	}
	f, info, err := openLocked(real)
	if err != nil {
		return err
	}
	defer f.Close()
	now, err := io.ReadAll(io.LimitReader(f, int64(max(len(old), len(new)))+1))
	switch {
	case err != nil:
		return err
	case string(now) == new: // another process wrote the same
		return nil
	case string(now) != old:
		return ErrChanged
	}
	if err := removeStraysOf(real); err != nil {
		return err
	}
	return renameOver(real, info, new)
}

// resolve follows symbolic links and requires that the file they lead to lies
// inside root.
func resolve(root, path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	if real, err = filepath.Abs(real); err != nil {
		return "", err
	}
	if root, err = filepath.EvalSymlinks(root); err != nil {
		return "", err
	}
	if root, err = filepath.Abs(root); err != nil {
		return "", err
	}
	rel, err := filepath.Rel(root, real)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("%s is outside %s", real, root)
	}
	return real, nil
}

// openLocked opens the regular file path for reading, with a lock that other
// processes in WriteFile respect. While it waits for the lock the file may be
// replaced by another one; the lock is then taken again on that one.
func openLocked(path string) (*os.File, os.FileInfo, error) {
	for {
		before, err := os.Lstat(path)
		if err != nil {
			return nil, nil, err
		}
		if !before.Mode().IsRegular() {
			return nil, nil, errors.New("not a regular file")
		}
		if before.Mode().Perm()&0o222 == 0 {
			return nil, nil, os.ErrPermission // root, too, leaves a read-only file alone
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return nil, nil, err
		}
		if err := lock(f); err != nil {
			f.Close()
			return nil, nil, err
		}
		held, err := f.Stat()
		if err != nil {
			f.Close()
			return nil, nil, err
		}
		if now, err := os.Lstat(path); err == nil && os.SameFile(held, now) && held.Mode().IsRegular() {
			return f, held, nil
		}
		f.Close()
	}
}

// renameOver writes content to a temporary file and renames it to path. The
// library renameio does the same but cannot name its temporary files so that
// they can be distinguished from a user's.
func renameOver(path string, like os.FileInfo, content string) (err error) {
	tmp, err := createTemp(path, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
		}
	}()
	if err := keepOwner(tmp, like); err != nil {
		return err
	}
	if err := tmp.Chmod(like.Mode()); err != nil {
		return err
	}
	if err := keepAttributes(tmp.Name(), path); err != nil {
		return err
	}
	if err := fill(tmp, content); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// createTemp creates a temporary file for the file path. The mode is as for
// [os.OpenFile].
func createTemp(path string, mode os.FileMode) (*os.File, error) {
	for {
		name := fmt.Sprintf(".%s%s%d", filepath.Base(path), strayMark, rand.Uint32())
		f, err := os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if !errors.Is(err, os.ErrExist) {
			return f, err
		}
	}
}

// fill writes a temporary file and closes it.
func fill(tmp *os.File, content string) error {
	_, err := tmp.WriteString(content)
	if err == nil {
		err = tmp.Sync()
	}
	return errors.Join(err, tmp.Close())
}

// removeStraysOf removes temporary files made for path. Its lock must be held:
// who makes them has it.
func removeStraysOf(path string) error {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strayTarget(e.Name()) == filepath.Base(path) && e.Type().IsRegular() {
			if err := os.Remove(filepath.Join(filepath.Dir(path), e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// WriteNew writes a file that may not be there yet, as a whole or not at all. It gets
// the mode of the file that it replaces, or that of every new file. A link is replaced
// and not followed. What is not a file, such as a device, a named pipe with a reader or
// a name in /dev, is written to as it is.
func WriteNew(path string, content []byte) error {
	info, err := os.Lstat(path)
	special := err == nil && info.Mode()&(os.ModeDevice|os.ModeNamedPipe) != 0
	if special || strings.HasPrefix(path, "/dev/") {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|files.NoWait, 0)
		if err != nil {
			return err
		}
		_, err = f.Write(content)
		return errors.Join(err, f.Close())
	}
	tmp, err := createTemp(path, 0o666)
	if err != nil {
		return err
	}
	if info != nil && info.Mode().IsRegular() {
		err = tmp.Chmod(info.Mode())
	}
	if err = errors.Join(err, fill(tmp, string(content))); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

// RemoveStrays removes from a directory inside root the temporary files that killed
// processes left there. Those of running ones are left alone, and so is a directory
// that a link leads out of root to.
func RemoveStrays(root, dir string) error {
	dir, err := resolve(root, dir)
	if err != nil {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		target := strayTarget(e.Name())
		if target == "" || !e.Type().IsRegular() {
			continue
		}
		stray := filepath.Join(dir, e.Name())
		f, _, err := openLocked(filepath.Join(dir, target))
		if err == nil {
			err = os.Remove(stray)
			f.Close()
		} else if errors.Is(err, os.ErrNotExist) {
			err = os.Remove(stray)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove the temporary file %s: %w", stray, err)
		}
	}
	return nil
}

// strayTarget is the name of the file for which the temporary file name was
// made; "" if name is not that of a temporary file.
func strayTarget(name string) string {
	hidden, ok := strings.CutPrefix(name, ".")
	at := strings.LastIndex(hidden, strayMark)
	if !ok || at <= 0 {
		return ""
	}
	digits := hidden[at+len(strayMark):]
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return hidden[:at]
}
