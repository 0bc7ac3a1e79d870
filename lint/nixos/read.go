package nixos

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"

	"wardnix/lint/files"
)

// A root is the folder of one project. Its files are read through fsys, which
// no path and no symbolic link can leave.
type root struct {
	dir    string // absolute slash path
	fsys   fs.FS
	whole  bool         // every file below belongs to the project
	ignore []scopedFile // the .gitignore files above dir, outermost first
}

// A scopedFile is a .gitignore and the folder it speaks of, relative to a root.
// Above the root, dir is empty and below is the path from the .gitignore's
// folder to the root.
type scopedFile struct {
	dir, below string
	patterns   ignoreFile
}

// A wanted file is one that is to be read.
type wanted struct {
	root  *root
	rel   string // path below the root
	asked bool
}

// rootMarkers are the names that make a folder the root of a project. The nearest
// folder with one of the first counts; one with a wardnix.toml only where there
// is none, since a project may have several.
var rootMarkers = [...][]string{{"flake.nix", ".git"}, {"wardnix.toml"}}

func newProject(opts Options) (*Project, error) {
	opts.MaxFileSize = cmp.Or(opts.MaxFileSize, DefaultMaxFileSize)
	opts.MaxContext = cmp.Or(opts.MaxContext, DefaultMaxContext)
	opts.Workers = cmp.Or(opts.Workers, runtime.GOMAXPROCS(0))
	base := path.Join("/", filepath.ToSlash(opts.Dir))
	if opts.FS == nil {
		dir, err := filepath.Abs(opts.Dir)
		if err != nil {
			return nil, fmt.Errorf("base folder: %w", err)
		}
		base = filepath.ToSlash(dir)
	}
	return &Project{opts: opts, base: base, files: map[string]*File{}}, nil
}

// abs is the absolute slash path of a path that a user named.
func (p *Project) abs(name string) string {
	name = filepath.ToSlash(name)
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(p.base, name)
}

// name is the path of an absolute path relative to the base folder.
func (p *Project) name(abs string) string {
	rel, err := filepath.Rel(filepath.FromSlash(p.base), filepath.FromSlash(abs))
	if err != nil {
		return abs
	}
	return filepath.ToSlash(rel)
}

// stat looks at an absolute path, following links.
func (p *Project) stat(abs string) (fs.FileInfo, error) {
	if p.opts.FS != nil {
		return fs.Stat(p.opts.FS, fsName(abs))
	}
	return os.Stat(filepath.FromSlash(abs))
}

// fsName is an absolute path as fs.FS wants it.
func fsName(abs string) string { return cmp.Or(strings.TrimPrefix(abs, "/"), ".") }

// overlay is the content that replaces the file at an absolute path.
func (p *Project) overlay(abs string) (string, bool) {
	for name, text := range p.opts.Overlay {
		if p.abs(name) == abs {
			return text, true
		}
	}
	return "", false
}

func (p *Project) problem(name string, err error) {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	p.problems = append(p.problems, Problem{Name: name, Err: err})
}

// find lists the files to read: those that paths lead to, and their context.
func (p *Project) find(ctx context.Context, paths []string) ([]wanted, error) {
	var found []wanted
	for _, name := range paths {
		abs := p.abs(name)
		_, overlaid := p.overlay(abs)
		info, err := p.stat(abs)
		isDir := err == nil && info.IsDir()
		if err != nil && !overlaid {
			p.problem(p.name(abs), err)
			continue
		}
		r, err := p.rootOf(abs, isDir)
		if err != nil {
			p.problem(p.name(abs), err)
			continue
		}
		rel := relTo(r.dir, abs)
		if !isDir {
			found = append(found, wanted{r, rel, true})
			continue
		}
		files, err := p.walk(ctx, r, rel, true, 0)
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			p.problem(p.name(abs), ErrNoNixFiles)
		}
		found = append(found, files...)
	}
	for _, r := range p.roots {
		if !r.whole {
			continue
		}
		context, err := p.walk(ctx, r, ".", false, len(found)+p.opts.MaxContext)
		if err != nil {
			return nil, err
		}
		if len(context) <= len(found)+p.opts.MaxContext {
			found = append(found, context...)
		}
	}
	return found, nil
}

// rootOf is the project that a path belongs to. A project inside another that
// is read already is part of that one.
func (p *Project) rootOf(abs string, isDir bool) (*root, error) {
	dir := abs
	if !isDir {
		dir = path.Dir(abs)
	}
	rootDir, whole := dir, false
	for _, markers := range rootMarkers {
		if d, ok := p.nearest(dir, markers); ok {
			rootDir, whole = d, true
			break
		}
	}
	for _, r := range p.roots {
		if r.whole && within(r.dir, rootDir) || r.dir == rootDir {
			return r, nil
		}
	}
	fsys, err := p.open(rootDir)
	if err != nil {
		return nil, err
	}
	r := &root{dir: rootDir, fsys: fsys, whole: whole, ignore: p.ignoreAbove(rootDir)}
	p.roots = append(p.roots, r)
	return r, nil
}

// nearest is the folder at or above dir that holds a file of one of the names.
func (p *Project) nearest(dir string, names []string) (string, bool) {
	for d := dir; ; d = path.Dir(d) {
		if slices.ContainsFunc(names, func(name string) bool {
			_, err := p.stat(path.Join(d, name))
			return err == nil
		}) {
			return d, true
		}
		if d == path.Dir(d) {
			return "", false
		}
	}
}

func (p *Project) open(dir string) (fs.FS, error) {
	if p.opts.FS != nil {
		return fs.Sub(p.opts.FS, fsName(dir))
	}
	r, err := os.OpenRoot(filepath.FromSlash(dir))
	if err != nil {
		return nil, err
	}
	return osRoot{r}, nil
}

// osRoot is the file system below a folder. Other than with [os.Root.FS], names
// need not be UTF-8, and who opens a named pipe is not kept waiting.
type osRoot struct{ root *os.Root }

func (r osRoot) Open(name string) (fs.File, error) {
	f, err := r.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (r osRoot) Stat(name string) (fs.FileInfo, error) { return r.root.Stat(name) }

// within reports whether an absolute path is dir or lies below it.
func within(dir, abs string) bool {
	return abs == dir || strings.HasPrefix(abs, strings.TrimSuffix(dir, "/")+"/")
}

// relTo is an absolute path relative to a folder that it lies in.
func relTo(dir, abs string) string {
	return cmp.Or(strings.TrimPrefix(strings.TrimPrefix(abs, dir), "/"), ".")
}

// ignoreAbove reads the .gitignore files of the folders above a root, up to
// the root of the git repository.
func (p *Project) ignoreAbove(rootDir string) []scopedFile {
	var above []scopedFile
	for d := rootDir; ; d = path.Dir(d) {
		if d != rootDir {
			if text, err := p.readSmall(path.Join(d, ".gitignore")); err == nil {
				above = append(above, scopedFile{below: relTo(d, rootDir), patterns: parseIgnore(text)})
			}
		}
		if _, err := p.stat(path.Join(d, ".git")); err == nil {
			slices.Reverse(above)
			return above
		}
		if d == path.Dir(d) {
			return nil // not in a git repository
		}
	}
}

func (p *Project) readSmall(abs string) (string, error) {
	fsys, err := p.open(path.Dir(abs))
	if err != nil {
		return "", err
	}
	return readText(fsys, path.Base(abs), 1<<20)
}

// readText reads a regular file of at most limit bytes.
func readText(fsys fs.FS, name string, limit int64) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return files.ReadFrom(f, limit)
}

// walk lists the *.nix files below dir that no .gitignore excludes, in order.
// It gives up once it has found more than limit, unless limit is 0.
func (p *Project) walk(ctx context.Context, r *root, dir string, asked bool, limit int) ([]wanted, error) {
	w := walker{p: p, r: r, ctx: ctx, asked: asked, limit: limit}
	w.ignore = slices.Clone(r.ignore)
	for d := range parents(dir) {
		w.enter(d)
	}
	w.folder(dir)
	return w.found, ctx.Err()
}

// parents yields the folders above dir, from the root of the file system down.
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

type walker struct {
	p      *Project
	r      *root
	ctx    context.Context
	asked  bool
	limit  int
	ignore []scopedFile
	// tracked says that only what git tracks is read: the directory is ignored.
	tracked bool
	found   []wanted
}

// enter takes the .gitignore of a folder into account.
func (w *walker) enter(dir string) {
	text, err := readText(w.r.fsys, path.Join(dir, ".gitignore"), 1<<20)
	if err == nil {
		w.ignore = append(w.ignore, scopedFile{dir: dir, patterns: parseIgnore(text)})
	}
}

func (w *walker) folder(dir string) {
	if w.ctx.Err() != nil || w.full() {
		return
	}
	entries, err := fs.ReadDir(w.r.fsys, dir)
	if err != nil {
		w.p.problem(w.p.name(path.Join(w.r.dir, dir)), err)
		return
	}
	before := len(w.ignore)
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == ".gitignore" }) {
		w.enter(dir)
	}
	for _, e := range entries {
		if w.full() {
			break
		}
		w.entry(path.Join(dir, e.Name()), e)
	}
	w.ignore = w.ignore[:before]
}

func (w *walker) full() bool { return w.limit > 0 && len(w.found) > w.limit }

func (w *walker) entry(rel string, e fs.DirEntry) {
	switch {
	case w.asked && w.p.opts.Exclude != nil && w.p.opts.Exclude(path.Join(w.r.dir, rel)):
	case e.IsDir():
		if skip, tracked := w.skips(rel, e); !skip {
			before := w.tracked
			w.tracked = tracked
			w.folder(rel)
			w.tracked = before
		}
	case path.Ext(e.Name()) != ".nix":
	case w.skipped(rel, e):
	case e.Type()&fs.ModeSymlink != 0 && !w.asked:
		// Context is read under its own name; a link is followed when an
		// import leads through it.
	case e.Type()&fs.ModeSymlink != 0:
		if info, err := fs.Stat(w.r.fsys, rel); err == nil && info.Mode().IsRegular() {
			w.found = append(w.found, wanted{w.r, rel, w.asked})
		}
	case e.Type().IsRegular():
		w.found = append(w.found, wanted{w.r, rel, w.asked})
	}
}

// skips reports whether an entry is left out because of its name or because
// .gitignore excludes it, and whether it is read only because git tracks it.
func (w *walker) skips(rel string, e fs.DirEntry) (skip, tracked bool) {
	ignored := w.ignored(rel, e.IsDir())
	if !ignored && !w.tracked && !(e.IsDir() && skippedFolder(e.Name())) {
		return false, false
	}
	if w.p.opts.Tracked != nil && w.p.opts.Tracked(path.Join(w.r.dir, rel)) {
		return false, true
	}
	if ignored && w.asked {
		w.p.skipped++
	}
	return true, false
}

func (w *walker) skipped(rel string, e fs.DirEntry) bool {
	skip, _ := w.skips(rel, e)
	return skip
}

// skippedFolder names the folders that hold no sources of a project: those of
// version control and direnv.
func skippedFolder(name string) bool {
	switch name {
	case ".git", ".hg", ".jj", ".svn", ".direnv":
		return true
	}
	return false
}

// ignored asks the .gitignore files from the innermost out.
func (w *walker) ignored(rel string, isDir bool) bool {
	if w.p.opts.NoGitignore {
		return false
	}
	for i := len(w.ignore) - 1; i >= 0; i-- {
		s := w.ignore[i]
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

// readAll reads and parses the wanted files. A file that is wanted twice is
// read once, and was asked for if either says so.
func (p *Project) readAll(ctx context.Context, all []wanted) error {
	var files []*File
	roots := map[*File]*root{}
	for _, w := range all {
		abs := path.Join(w.root.dir, w.rel)
		real := p.real(w.root, abs)
		name := p.name(real)
		f := p.files[name]
		if f == nil {
			f = &File{Name: name, Path: real}
			p.files[name] = f
			files = append(files, f)
			roots[f] = w.root
		}
		p.files[p.name(abs)] = f
		f.Asked = f.Asked || w.asked
	}
	work := make(chan *File)
	var wg sync.WaitGroup
	for range min(p.opts.Workers, max(len(files), 1)) {
		wg.Go(func() {
			for f := range work {
				p.read(f, roots[f])
			}
		})
	}
	for _, f := range files {
		if ctx.Err() != nil {
			break
		}
		work <- f
	}
	close(work)
	wg.Wait()
	for _, f := range files {
		if f.Err != nil && f.Asked {
			p.problem(f.Name, f.Err)
		}
	}
	slices.SortStableFunc(p.problems, func(a, b Problem) int { return strings.Compare(a.Name, b.Name) })
	return ctx.Err()
}

// real is the path that a path of a root leads to by links, if that lies in the root,
// too: links within a project are one file. Others stay as they are, to be refused
// when they are read.
func (p *Project) real(r *root, abs string) string {
	if p.opts.FS != nil {
		return abs
	}
	if _, overlaid := p.overlay(abs); overlaid {
		return abs
	}
	top, err := filepath.EvalSymlinks(filepath.FromSlash(r.dir))
	if err != nil {
		return abs
	}
	real, err := filepath.EvalSymlinks(filepath.FromSlash(abs))
	if err != nil || !within(filepath.ToSlash(top), filepath.ToSlash(real)) {
		return abs
	}
	return path.Join(r.dir, relTo(filepath.ToSlash(top), filepath.ToSlash(real)))
}

func (p *Project) read(f *File, r *root) {
	text, overlaid := p.overlay(f.Path)
	if !overlaid {
		text, f.Err = readText(r.fsys, relTo(r.dir, f.Path), p.opts.MaxFileSize)
		if f.Err != nil {
			return
		}
	}
	f.parse(text)
}

// readLate reads a file that an import leads to and that was not among the
// files found by looking.
func (p *Project) readLate(name string) *File {
	abs := path.Join(p.base, name)
	f := &File{Name: name, Path: abs}
	var in *root
	for _, r := range p.roots {
		if within(r.dir, abs) {
			in = r
		}
	}
	if in != nil {
		f.Path = p.real(in, abs)
		f.Name = p.name(f.Path)
		p.mu.Lock()
		old := p.files[f.Name]
		p.mu.Unlock()
		if old == nil {
			p.read(f, in)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if old, known := p.files[name]; known {
		return old
	}
	if old := p.files[f.Name]; old != nil {
		f = old
	}
	if f.Tree == nil {
		f = nil
	} else {
		p.files[f.Name] = f
	}
	p.files[name] = f
	return f
}
