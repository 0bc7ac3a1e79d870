package gitrepo

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"

	"wardnix/lint/files"
)

// Tracked are the paths that git tracks in a repository, with "/" and relative to
// its top, and the directories that have them.
type Tracked map[string]bool

var errIndex = errors.New("the git index is not understood")

// Tracked reads the index of the repository, without running anything. It is nil
// if there is none yet.
func (r *Repository) Tracked() (Tracked, error) {
	text, err := files.Read(filepath.Join(r.gitDir(), "index"), files.MaxList)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return parseIndex(text)
}

// gitDir is the directory that has the index: in a linked worktree or a submodule,
// .git is a file that names it (gitrepository-layout(5)).
func (r *Repository) gitDir() string {
	dir := filepath.Join(r.Top, ".git")
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real // git makes no link of that name for others
	}
	text, err := files.Read(dir, 4<<10)
	if err != nil {
		return dir // a directory
	}
	to, ok := strings.CutPrefix(strings.TrimSpace(text), "gitdir: ")
	switch {
	case !ok:
		return dir
	case filepath.IsAbs(to):
		return to
	}
	return filepath.Join(r.Top, to)
}

// What precedes the path of an entry (gitformat-index(5)).
const (
	headerSize = 12
	statSize   = 40
	flagExtend = 0x4000
	nameMask   = 0xfff
)

// parseIndex reads versions 2 to 4 of an index. The names of objects are SHA-1 or
// SHA-256, which nothing in the file says: the entries fit only one of them.
func parseIndex(text string) (Tracked, error) {
	if len(text) < headerSize || text[:4] != "DIRC" {
		return nil, errIndex
	}
	for _, hash := range []int{sha1.Size, sha256.Size} {
		if t, err := parseEntries(text, hash); err == nil {
			return t, nil
		}
	}
	return nil, errIndex
}

func parseEntries(text string, hash int) (Tracked, error) {
	number := func(at int) uint32 { return binary.BigEndian.Uint32([]byte(text[at : at+4])) }
	version, count := number(4), number(8)
	if version < 2 || version > 4 {
		return nil, errIndex
	}
	t, at, last := Tracked{}, headerSize, ""
	for range count {
		start := at
		if at += statSize + hash + 2; at > len(text) {
			return nil, errIndex
		}
		flags := binary.BigEndian.Uint16([]byte(text[at-2 : at]))
		if flags&flagExtend != 0 {
			at += 2
		}
		if version == 4 {
			strip, size := varint(text, at)
			if size == 0 || strip > len(last) {
				return nil, errIndex
			}
			at, last = at+size, last[:len(last)-strip]
		} else {
			last = ""
		}
		if at > len(text) {
			return nil, errIndex
		}
		end := strings.IndexByte(text[at:], 0)
		if end < 0 {
			return nil, errIndex
		}
		last += text[at : at+end]
		if n := int(flags & nameMask); last == "" || n != min(len(last), nameMask) {
			return nil, errIndex
		}
		if at += end + 1; version < 4 {
			at = start + (at-start+7)/8*8 // entries are padded with one to eight NULs
		}
		t.add(last)
	}
	return t, nil
}

// varint reads the number that version 4 has in front of a path; the size is 0 if
// there is none (decode_varint in varint.c of git).
func varint(text string, at int) (n, size int) {
	for i := at; i < len(text) && i-at < 4; i++ {
		c := int(text[i])
		n += c & 0x7f
		if c < 0x80 {
			return n, i - at + 1
		}
		n = (n + 1) << 7
	}
	return 0, 0
}

func (t Tracked) add(name string) {
	for n := strings.TrimSuffix(name, "/"); n != "." && n != "/" && !t[n]; n = path.Dir(n) {
		t[n] = true
	}
}
