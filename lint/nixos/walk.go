package nixos

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"wardnix/lint/files"
)

// ignores are the .gitignore files that speak of a directory, outermost first.
type ignores []scopedFile

// maxIgnore is the size in bytes of the largest .gitignore that is read.
const maxIgnore = 1 << 20

// enter takes the .gitignore of a directory into account. The error is that of one that
// is too large, and is not read.
func (is ignores) enter(r *root, dir string) (ignores, error) {
	if r.noIgnores {
		return is, nil
	}
	switch text, err := files.ReadText(r.fsys, path.Join(dir, ".gitignore"), maxIgnore); {
	case err == nil:
		return append(slices.Clip(is), scopedFile{dir: dir, patterns: parseIgnore(text)}), nil
	case errors.Is(err, files.ErrTooLarge):
		return is, err
	}
	return is, nil
}

// ignored asks the .gitignore files from the innermost out.
func (is ignores) ignored(rel string, isDir bool) bool {
	for _, s := range slices.Backward(is) {
		below := path.Join(s.below, rel)
		if s.dir != "" && s.dir != "." {
			below = strings.TrimPrefix(rel, s.dir+"/")
		}
		if ignored, spoken := s.patterns.match(below, isDir); spoken {
			return ignored
		}
	}
	return false
}

// ignoresAbove are those that speak of the entries of the directories above rel, and
// whether none of them excludes one on the way.
func (r *root) ignoresAbove(rel string) (is ignores, seen bool) {
	if rel == "." {
		return r.ignore, true
	}
	in := r.known.ignores.of(path.Dir(rel), func() (in ignoresIn) {
		dir := path.Dir(rel)
		if in.ignores, in.seen = r.ignoresAbove(dir); in.seen && dir != "." && in.ignored(dir, true) {
			in.seen = false
		}
		if in.seen {
			in.ignores, _ = in.enter(r, dir)
		}
		return in
	})
	return in.ignores, in.seen
}

// ignoresIn are those that speak of the entries of a directory, unless they exclude it.
type ignoresIn struct {
	ignores
	seen bool
}

// rootFacts is what is known of a root, as hosts ask the same of it. A state of a project
// has facts of its own.
type rootFacts struct {
	ignores memo[ignoresIn]
	lists   memo[directoryList]
}

// A memo remembers what was made for a path.
type memo[T any] struct {
	mu    sync.Mutex
	known map[string]T
}

// of is what make returns for a path. It is called more than once only if several goroutines
// ask at once.
func (m *memo[T]) of(path string, make func() T) T {
	m.mu.Lock()
	value, ok := m.known[path]
	m.mu.Unlock()
	if ok {
		return value
	}
	value = make()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil {
		m.known = map[string]T{}
	}
	m.known[path] = value
	return value
}

// parents yields the directories above dir, from the root of the file system down.
func parents(dir string) func(func(string) bool) {
	return func(yield func(string) bool) {
		if dir == "." {
			return
		}
		if !yield(".") {
			return
		}
		for i := range dir {
			if dir[i] == '/' && !yield(dir[:i]) {
				return
			}
		}
	}
}

// A walker lists the *.nix files below a directory that no .gitignore excludes.
type walker struct {
	p     *Project
	r     *root
	asked bool
	limit int64        // of files, and of directories; 0 for none
	link  bool         // a link leads to the directory
	files atomic.Int64 // so far
	dirs  atomic.Int64
	skip  atomic.Int64 // what .gitignore excludes
	// excluded reports that the options exclude something.
	excluded atomic.Bool
}

// A listing is a directory, and what was found in it.
type listing struct {
	dir    string
	ignore ignores
	// tracked says that only what git tracks is read: the directory is ignored.
	tracked bool
	files   []wanted
	inner   []listing
	err     error
	unread  error // why its .gitignore is not read
}

// walk lists the files below dir, in order; whole is false if the options exclude some. It
// gives up once it has found more files or directories than limit, unless limit is 0: then
// whole is false, too.
func (p *Project) walk(ctx context.Context, r *root, dir string, asked bool, limit int) (found []wanted, whole bool) {
	w := &walker{p: p, r: r, asked: asked, limit: int64(limit)}
	w.link = dir != "." && p.real(r, path.Join(r.dir, dir)) != path.Join(r.dir, dir)
	is := ignores(r.ignore)
	for d := range parents(dir) {
		var err error
		if is, err = is.enter(r, d); err != nil && asked {
			p.problem(p.name(path.Join(r.dir, d, ".gitignore")), err)
		}
	}
	for level := []listing{{dir: dir, ignore: is}}; len(level) > 0; {
		each(p.opts.Workers, len(level), func(i int) {
			if ctx.Err() == nil && !w.full() {
				w.list(&level[i])
			}
		})
		if w.full() {
			return nil, false
		}
		var next []listing
		for _, l := range level {
			if l.err != nil {
				p.problem(p.name(path.Join(r.dir, l.dir)), l.err)
			}
			if l.unread != nil && asked {
				p.problem(p.name(path.Join(r.dir, l.dir, ".gitignore")), l.unread)
			}
			found, next = append(found, l.files...), append(next, l.inner...)
		}
		level = next
	}
	p.skipped += int(w.skip.Load())
	slices.SortFunc(found, func(a, b wanted) int { return strings.Compare(a.rel, b.rel) })
	return found, !w.excluded.Load()
}

func (w *walker) full() bool { return w.limit > 0 && max(w.files.Load(), w.dirs.Load()) > w.limit }

// list reads a directory.
func (w *walker) list(l *listing) {
	var entries []fs.DirEntry
	if entries, l.err = fs.ReadDir(w.r.fsys, l.dir); l.err != nil {
		return
	}
	for _, e := range entries {
		if e.IsDir() {
			w.dirs.Add(1)
		}
	}
	if w.full() {
		return
	}
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == ".gitignore" }) {
		l.ignore, l.unread = l.ignore.enter(w.r, l.dir)
	}
	for _, e := range entries {
		w.entry(l, path.Join(l.dir, e.Name()), e)
	}
	w.files.Add(int64(len(l.files)))
}

func (w *walker) entry(l *listing, rel string, e fs.DirEntry) {
	switch {
	case !e.IsDir() && path.Ext(e.Name()) != ".nix":
	case w.asked && w.p.opts.Exclude != nil && w.p.opts.Exclude(path.Join(w.r.dir, rel)):
		w.excluded.Store(true)
	case e.IsDir():
		if skip, tracked := w.skips(l, rel, e); !skip {
			l.inner = append(l.inner, listing{dir: rel, ignore: l.ignore, tracked: tracked})
		}
	case w.skipped(l, rel, e):
	case e.Type()&fs.ModeSymlink != 0 && !w.asked:
		// Context is read under its own name; a link is followed when an
		// import leads through it.
	case e.Type()&fs.ModeSymlink != 0:
		if info, err := fs.Stat(w.r.fsys, rel); err == nil && info.Mode().IsRegular() {
			l.files = append(l.files, wanted{w.r, rel, w.asked, true})
		}
	case e.Type().IsRegular():
		l.files = append(l.files, wanted{w.r, rel, w.asked, w.link})
	}
}

// skips reports whether an entry is left out because of its name or because
// .gitignore excludes it, and whether it is read only because git tracks it.
func (w *walker) skips(l *listing, rel string, e fs.DirEntry) (skip, tracked bool) {
	ignored := l.ignore.ignored(rel, e.IsDir())
	if !ignored && !l.tracked && !(e.IsDir() && HoldsNoSources(e.Name())) {
		return false, false
	}
	if w.p.opts.Tracked != nil && w.p.opts.Tracked(path.Join(w.r.dir, rel)) {
		return false, true
	}
	if ignored && w.asked {
		w.skip.Add(1)
	}
	return true, false
}

func (w *walker) skipped(l *listing, rel string, e fs.DirEntry) bool {
	skip, _ := w.skips(l, rel, e)
	return skip
}

// HoldsNoSources reports whether a name is that of a directory of version control or
// of direnv, which is never read.
func HoldsNoSources(name string) bool {
	switch name {
	case ".git", ".hg", ".jj", ".svn", ".direnv":
		return true
	}
	return false
}
