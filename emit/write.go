package emit

// WriteFile replaces the content of the file path, which must be old, by new.
//
// It writes a temporary file beside it and renames that, so that at any moment
// the file is either old or new, and keeps mode and owner. A symbolic link is
// followed to the file itself if that lies inside the folder root. Nothing is
// done when old equals new.
//
// The error is [ErrChanged] if the file does not hold old; others tell of a
// file that is not regular, not writable or outside root. Two processes that
// write the same file through WriteFile do so one after the other, and the
// later one gets ErrChanged. Temporary files of a process that was killed are
// removed by the next write to the same file, and by [RemoveStrays].
func WriteFile(root, path, old, new string) error { return errNotWritten }

// RemoveStrays removes from the folder dir the temporary files that killed
// processes left there.
func RemoveStrays(dir string) error { return errNotWritten }
