package nixos

import (
	"errors"
	"io/fs"
	"path"

	"wardnix/lint/files"
	"wardnix/nixast/eval"
)

// maxEntries bounds the entries of a directory that is listed for an expression.
const maxEntries = 10_000

var errNotListed = errors.New("the directory is not listed")

// List gives what is in a directory of a project, as builtins.readDir does. What
// .gitignore excludes is not there: a flake does not see it, and in others
// it differs from machine to machine. The caller must not change it.
func (v *view) List(name string) (map[string]string, error) {
	v.noteListing(name)
	r, rel := v.now().place(name)
	if r == nil {
		return nil, errNotListed
	}
	l := r.known.lists.of(rel, func() (l directoryList) {
		l.types, l.err = r.list(rel)
		return l
	})
	return l.types, l.err
}

// A directoryList is what list gives.
type directoryList struct {
	types map[string]string
	err   error
}

// list lists a directory.
func (r *root) list(rel string) (map[string]string, error) {
	is, seen := r.ignoresAbove(rel)
	if !seen {
		return nil, errNotListed
	}
	entries, err := fs.ReadDir(r.fsys, rel)
	if err != nil {
		return nil, err
	}
	if len(entries) > maxEntries {
		return nil, errNotListed
	}
	is, _ = is.enter(r, rel)
	types := map[string]string{}
	for _, e := range entries {
		if e.Name() != ".git" && !is.ignored(path.Join(rel, e.Name()), e.IsDir()) {
			types[e.Name()] = typeOf(e)
		}
	}
	return types, nil
}

// maxRead is the size in bytes of the largest file that is read for an expression.
const maxRead = 256 << 10

var errNotRead = errors.New("the file is not read")

// Read gives the text of a file of a project, unless .gitignore excludes it, as in
// [view.List].
func (v *view) Read(name string) (string, error) {
	v.noteFile(v.now().clean(name))
	r, rel := v.now().place(name)
	if r == nil {
		return "", errNotRead
	}
	if is, seen := r.ignoresAbove(rel); !seen || is.ignored(rel, false) {
		return "", errNotRead
	}
	return files.ReadText(r.fsys, rel, maxRead)
}

// Exists reports whether there is something at a path of a project. That
// nothing is there is reported of a flake only, since that is all that Nix sees
// of it.
func (v *view) Exists(name string) eval.Truth {
	v.noteListing(name)
	p := v.now()
	r, rel := p.place(name)
	if r == nil {
		return eval.Maybe
	}
	is, seen := r.ignoresAbove(rel)
	if !seen {
		return eval.Maybe
	}
	info, err := fs.Stat(r.fsys, rel)
	switch {
	case err == nil && !is.ignored(rel, info.IsDir()):
		return eval.Yes
	case errors.Is(err, fs.ErrNotExist) && !is.ignored(rel, false) && !is.ignored(rel, true):
		v.noteFile(p.name(path.Join(r.dir, "flake.nix")))
		if _, err := fs.Stat(r.fsys, "flake.nix"); err == nil {
			return eval.No
		}
	}
	return eval.Maybe
}

// typeOf is what builtins.readDir calls an entry.
func typeOf(e fs.DirEntry) string {
	switch {
	case e.IsDir():
		return "directory"
	case e.Type().IsRegular():
		return "regular"
	case e.Type()&fs.ModeSymlink != 0:
		return "symlink"
	}
	return "unknown"
}

// place is where a path lies in the project that is read as a whole; nil if
// it is outside.
func (p *Project) place(name string) (*root, string) {
	abs := p.abs(name)
	for _, r := range p.roots {
		if r.whole && within(r.dir, abs) {
			return r, relTo(r.dir, abs)
		}
	}
	return nil, ""
}
