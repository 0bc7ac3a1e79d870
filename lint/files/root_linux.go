package files

import (
	"io"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// openBelow opens a file in one system call. An [os.Root] opens every directory on the
// way to it, and what it opens costs further calls. It is false if the system cannot do
// it, which is Linux before 5.6, or does not: the Root knows the error.
func (r *Root) openBelow(name string, flags uint64) (descriptor, bool) {
	fd, err := unix.Openat2(int(r.dir.Fd()), name, &unix.OpenHow{
		Flags:   flags | unix.O_RDONLY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS,
	})
	runtime.KeepAlive(r)
	return descriptor(fd), err == nil
}

func (r *Root) openDir(name string) (*os.File, error) {
	if fd, ok := r.openBelow(name, unix.O_DIRECTORY); ok {
		return os.NewFile(uintptr(fd), name), nil
	}
	return r.root.Open(name)
}

// readBelow reads a file; done is false if openBelow is.
func (r *Root) readBelow(name string, limit int64) (text string, done bool, err error) {
	fd, ok := r.openBelow(name, unix.O_NONBLOCK)
	if !ok {
		return "", false, nil
	}
	defer func() { _ = unix.Close(int(fd)) }()
	var info unix.Stat_t
	if err := unix.Fstat(int(fd), &info); err != nil {
		return "", true, os.NewSyscallError("fstat", err)
	}
	text, err = readAll(fd, info.Mode&unix.S_IFMT == unix.S_IFREG, info.Size, limit)
	return text, true, err
}

// A descriptor is an open file as the system knows it.
type descriptor int

func (fd descriptor) Read(p []byte) (int, error) {
	for {
		n, err := unix.Read(int(fd), p)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return 0, os.NewSyscallError("read", err)
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}
