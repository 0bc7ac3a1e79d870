package emit

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"syscall"
)

// keepAttributes gives the file at one path the extended attributes of another, such as
// its access control list. What others may not set, such as a label of SELinux, stays as
// the system chose it.
func keepAttributes(to, from string) error {
	names, err := attribute(func(b []byte) (int, error) { return syscall.Listxattr(from, b) })
	if err != nil {
		return err
	}
	for _, name := range strings.FieldsFunc(string(names), func(r rune) bool { return r == 0 }) {
		want, err := attribute(func(b []byte) (int, error) { return syscall.Getxattr(from, name, b) })
		if err != nil {
			return err
		}
		have, err := attribute(func(b []byte) (int, error) { return syscall.Getxattr(to, name, b) })
		if err == nil && have != nil && bytes.Equal(want, have) {
			continue
		}
		own := strings.HasPrefix(name, "user.") || name == "system.posix_acl_access"
		if err := syscall.Setxattr(to, name, want, 0); err != nil && own {
			return fmt.Errorf("cannot keep the attribute %s: %w", name, err)
		}
	}
	return nil
}

// attribute is what a call of the system fills, which says how much that is; nil if
// there is none.
func attribute(get func([]byte) (int, error)) ([]byte, error) {
	size, err := get(nil)
	if err == nil {
		b := make([]byte, size)
		if size, err = get(b); err == nil {
			return b[:size], nil
		}
	}
	if errors.Is(err, syscall.ENODATA) || errors.Is(err, syscall.ENOTSUP) {
		return nil, nil
	}
	return nil, err
}
