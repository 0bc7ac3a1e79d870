package nixos

import (
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// A layered is a file system with other texts for some of its files.
type layered struct {
	fs.FS
	texts map[string]string
}

// layer puts the overlay of a project over the file system of a directory.
func (p *Project) layer(dir string, under fs.FS) fs.FS {
	texts := map[string]string{}
	for abs, text := range p.overlay {
		if within(dir, abs) {
			texts[relTo(dir, abs)] = text
		}
	}
	if len(texts) == 0 {
		return under
	}
	return layered{under, texts}
}

// Open opens a file, or a directory as it is underneath: see ReadDir.
func (l layered) Open(name string) (fs.File, error) {
	text, ok := l.texts[name]
	if !ok {
		return l.FS.Open(name)
	}
	return &textFile{textInfo{path.Base(name), int64(len(text)), 0}, strings.NewReader(text)}, nil
}

// Stat follows links, as fs.Stat does.
func (l layered) Stat(name string) (fs.FileInfo, error) {
	text, ok := l.texts[name]
	if !ok {
		info, err := fs.Stat(l.FS, name)
		if err != nil && len(l.entries(name)) > 0 {
			return textInfo{path.Base(name), 0, fs.ModeDir}, nil
		}
		return info, err
	}
	return textInfo{path.Base(name), int64(len(text)), 0}, nil
}

// ReadDir is the directory with what the texts add.
func (l layered) ReadDir(name string) ([]fs.DirEntry, error) {
	found, err := fs.ReadDir(l.FS, name)
	over := l.entries(name)
	if err != nil && len(over) == 0 {
		return nil, err
	}
	found = slices.DeleteFunc(slices.Clone(found), func(e fs.DirEntry) bool {
		_, ok := l.texts[path.Join(name, e.Name())]
		return ok || over[e.Name()] != nil
	})
	for _, e := range over {
		found = append(found, e)
	}
	slices.SortFunc(found, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return found, nil
}

// entries are the entries of a directory that the texts make.
func (l layered) entries(dir string) map[string]fs.DirEntry {
	over := map[string]fs.DirEntry{}
	for name, text := range l.texts {
		if !within(dir, name) && dir != "." || name == dir {
			continue
		}
		first, _, isDir := strings.Cut(relTo(dir, name), "/")
		info := textInfo{name: first}
		if dir == "." {
			first, _, isDir = strings.Cut(name, "/")
			info.name = first
		}
		if isDir {
			info.mode = fs.ModeDir
		} else {
			info.size = int64(len(text))
		}
		over[first] = fs.FileInfoToDirEntry(info)
	}
	return over
}

// A textFile is an open file of the overlay.
type textFile struct {
	info textInfo
	io.Reader
}

func (f *textFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *textFile) Close() error               { return nil }

// textInfo describes a file of the overlay, or a directory with one.
type textInfo struct {
	name string
	size int64
	mode fs.FileMode
}

func (i textInfo) Name() string       { return i.name }
func (i textInfo) Size() int64        { return i.size }
func (i textInfo) Mode() fs.FileMode  { return i.mode }
func (i textInfo) ModTime() time.Time { return time.Time{} }
func (i textInfo) IsDir() bool        { return i.mode.IsDir() }
func (i textInfo) Sys() any           { return nil }
