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

	"wardnix/lint/files"
)

// A root is the directory of one project. Its files are read through fsys, which
// no path and no symbolic link can leave.
type root struct {
	dir    string       // absolute slash path
	under  fs.FS        // as it is on the disk
	fsys   fs.FS        // with the overlay
	whole  bool         // every file below belongs to the project
	found  bool         // every file below was asked for
	ignore []scopedFile // the .gitignore files above dir, outermost first
	lock   *lockFile
	// noIgnores says that .gitignore files count for nothing.
	noIgnores bool
	known     *rootFacts
}

// A scopedFile is a .gitignore and the directory it speaks of, relative to a root.
// Above the root, dir is empty and below is the path from the .gitignore's
// directory to the root.
type scopedFile struct {
	dir, below string
	patterns   ignoreFile
}

// A wanted file is one that is to be read.
type wanted struct {
	root  *root
	rel   string // path below the root
	asked bool
	link  bool // a link may lead to it
}

// rootMarkers are the names that make a directory the root of a project. The nearest
// directory with one of the first counts; one with a wardnix.toml only where there
// is none, since a project may have several.
var rootMarkers = [...][]string{{"flake.nix", ".git"}, {"wardnix.toml"}}

func newProject(opts Options) (*Project, error) {
	opts.MaxFileSize = cmp.Or(opts.MaxFileSize, defaultMaxFileSize)
	opts.MaxContext = cmp.Or(opts.MaxContext, defaultMaxContext)
	opts.Workers = cmp.Or(opts.Workers, runtime.GOMAXPROCS(0))
	opts.Exclude, opts.Tracked = oneAtATime(opts.Exclude), oneAtATime(opts.Tracked)
	base := path.Join("/", filepath.ToSlash(opts.Dir))
	if opts.FS == nil {
		dir, err := filepath.Abs(opts.Dir)
		if err != nil {
			return nil, fmt.Errorf("base directory: %w", err)
		}
		base = filepath.ToSlash(dir)
	}
	return &Project{opts: opts, base: base, overlay: map[string]string{}, files: map[string]*File{}}, nil
}

// oneAtATime is a question that several goroutines may ask; nil if ask is.
func oneAtATime(ask func(path string) bool) func(path string) bool {
	if ask == nil {
		return nil
	}
	var mu sync.Mutex
	return func(path string) bool {
		mu.Lock()
		defer mu.Unlock()
		return ask(path)
	}
}

// abs is the absolute slash path of a path that a user named.
func (p *Project) abs(name string) string {
	name = filepath.ToSlash(name)
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(p.base, name)
}

// name is the path of an absolute path relative to the base directory.
func (p *Project) name(abs string) string {
	rel, err := filepath.Rel(filepath.FromSlash(p.base), filepath.FromSlash(abs))
	if err != nil {
		return abs
	}
	return filepath.ToSlash(rel)
}

// clean is a name without detours: "../p/a.nix" is "a.nix" where p is the base.
func (p *Project) clean(name string) string {
	if name = path.Clean(name); p.comesBack(name) {
		return p.name(path.Join(p.base, name))
	}
	return name
}

// comesBack reports whether a clean name leads up from the base directory and then down the
// way it came, or up beyond the root. Every look at a file asks that of its name, so that
// most names that lead up are not joined and made relative again.
func (p *Project) comesBack(name string) bool {
	above := p.base
	for name == ".." || strings.HasPrefix(name, "../") {
		if above == "/" {
			return true
		}
		above, name = path.Dir(above), strings.TrimPrefix(name[len(".."):], "/")
	}
	left, _, _ := strings.Cut(strings.TrimPrefix(p.base[len(above):], "/"), "/")
	down, _, _ := strings.Cut(name, "/")
	return left != "" && left == down
}

// stat looks at an absolute path, following links.
func (p *Project) stat(abs string) (fs.FileInfo, error) {
	if text, ok := p.overlay[abs]; ok {
		return textInfo{path.Base(abs), int64(len(text)), 0}, nil
	}
	if p.opts.FS != nil {
		return fs.Stat(p.opts.FS, fsName(abs))
	}
	return os.Stat(filepath.FromSlash(abs))
}

// fsName is an absolute path as fs.FS wants it.
func fsName(abs string) string { return cmp.Or(strings.TrimPrefix(abs, "/"), ".") }

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
		info, err := p.stat(abs)
		if err != nil {
			p.problem(p.name(abs), err)
			continue
		}
		isDir := info.IsDir()
		r, err := p.rootOf(abs, isDir)
		if err != nil {
			p.problem(p.name(abs), err)
			continue
		}
		rel := relTo(r.dir, abs)
		if !isDir {
			found = append(found, wanted{r, rel, true, true})
			continue
		}
		files, whole := p.walk(ctx, r, rel, true, 0)
		r.found = r.found || whole && rel == "."
		if len(files) == 0 {
			p.problem(p.name(abs), ErrNoNixFiles)
		}
		found = append(found, files...)
	}
	for _, r := range p.roots {
		if !r.whole || r.found || len(found) < p.opts.MaxContext && r.isNixpkgs() {
			continue
		}
		if context, ok := p.walk(ctx, r, ".", false, len(found)+p.opts.MaxContext); ok {
			found = append(found, context...)
		}
	}
	return found, ctx.Err()
}

// isNixpkgs reports whether a root is a checkout of nixpkgs, which a file of NixOS shows:
// its directories need not be counted to know that it is a package collection.
func (r *root) isNixpkgs() bool {
	_, err := fs.Stat(r.fsys, "nixos/modules/module-list.nix")
	return err == nil
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
	under, err := p.open(rootDir)
	if err != nil {
		return nil, err
	}
	r := &root{dir: rootDir, under: under, fsys: p.layer(rootDir, under), whole: whole, lock: &lockFile{}, noIgnores: p.opts.NoGitignore, known: &rootFacts{}}
	if !r.noIgnores {
		r.ignore = p.ignoreAbove(rootDir)
	}
	p.roots = append(p.roots, r)
	return r, nil
}

// nearest is the directory at or above dir that holds a file of one of the names.
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
	return files.OpenRoot(filepath.FromSlash(dir))
}

// within reports whether an absolute path is dir or lies below it.
func within(dir, abs string) bool {
	return abs == dir || strings.HasPrefix(abs, strings.TrimSuffix(dir, "/")+"/")
}

// relTo is an absolute path relative to a directory that it lies in.
func relTo(dir, abs string) string {
	return cmp.Or(strings.TrimPrefix(strings.TrimPrefix(abs, dir), "/"), ".")
}

// ignoreAbove reads the .gitignore files of the directories above a root, up to
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
	dir := path.Dir(abs)
	fsys, err := p.open(dir)
	if err != nil {
		return "", err
	}
	return files.ReadText(p.layer(dir, fsys), path.Base(abs), 1<<20)
}

// read finds the files of the project, and reads and parses those that are not in
// old. The error is that of ctx.
func (p *Project) read(ctx context.Context, old map[string]*File) error {
	wanted, err := p.find(ctx, p.paths)
	if err != nil {
		return err
	}
	p.files = p.named(wanted, old)
	p.large = len(p.files) > manyFiles
	var fresh []*File
	for name, f := range p.files {
		if !f.done && f.Name == name {
			fresh = append(fresh, f)
		}
	}
	slices.SortFunc(fresh, func(a, b *File) int { return strings.Compare(a.Name, b.Name) })
	each(p.opts.Workers, len(fresh), func(i int) {
		if ctx.Err() == nil {
			p.readFile(fresh[i])
		}
	})
	for name, f := range p.files {
		if f.late || f.Name != name {
			continue
		}
		p.bytes += f.size
		if f.Err != nil && f.Reported {
			p.problem(f.Name, f.Err)
		}
	}
	slices.SortStableFunc(p.problems, func(a, b Problem) int { return strings.Compare(a.Name, b.Name) })
	return ctx.Err()
}

// named are the wanted files by name, those that are as in old shared. A file that is
// wanted twice is read once, and was asked for if either says so.
func (p *Project) named(all []wanted, old map[string]*File) map[string]*File {
	asked := map[string]bool{}
	links := map[string]string{}
	files := map[string]*File{}
	for _, w := range all {
		abs := path.Join(w.root.dir, w.rel)
		name := p.name(abs)
		if w.link {
			abs = p.real(w.root, abs)
			links[name] = p.name(abs)
			name = links[name]
		}
		asked[name] = asked[name] || w.asked
		if files[name] == nil {
			files[name] = &File{Name: name, Path: abs}
		}
	}
	for name, f := range files {
		f.Reported = asked[name]
		if was := old[name]; was != nil && was.Reported == f.Reported && !was.late {
			files[name] = was
		} else if was != nil {
			f.Tree, f.Err, f.size, f.done, f.light = was.Tree, was.Err, was.size, was.done, was.light
		}
	}
	for name, was := range old {
		switch {
		case was == nil || files[name] != nil || was.Name != name:
		case was.late:
			files[name] = was
		default: // what an import leads to, perhaps
			files[name] = &File{Name: name, Path: was.Path, Tree: was.Tree, Err: was.Err, size: was.size, done: was.done, light: was.light, late: true}
		}
	}
	for link, name := range links {
		files[link] = files[name]
	}
	return files
}

// text is the content of the file at an absolute path, if a root has it.
func (p *Project) text(abs string) (string, error) {
	r := p.rootAt(abs)
	if r == nil {
		return "", errOutside
	}
	return files.ReadText(r.fsys, relTo(r.dir, abs), p.opts.MaxFileSize)
}

// manyFiles is how many files a project has at most whose trees are all kept.
var manyFiles = 1000

// readFile reads and parses a file that was found. Of one that says nothing of modules
// only the mistakes matter, if it was asked for.
func (p *Project) readFile(f *File) {
	text, err := p.text(f.Path)
	if f.done, f.Err = true, err; err != nil {
		return
	}
	_, given := p.overlay[f.Path]
	mayBeLight := p.large && !given
	f.light = mayBeLight && !concernsModules(text, nil)
	if f.size = len(text); f.light && !f.Reported {
		return
	}
	f.parse(text)
	f.light = f.light || mayBeLight && f.Tree != nil && !concernsModules(text, f.Tree)
	if f.light && f.Tree != nil && len(f.Tree.Diagnostics) == 0 {
		f.Tree = nil
	}
}

// rootAt is the root that an absolute path lies in; nil if there is none.
func (p *Project) rootAt(abs string) *root {
	var in *root
	for _, r := range p.roots {
		if within(r.dir, abs) {
			in = r
		}
	}
	return in
}

// real is the path that a path of a root leads to by links, if that lies in the root,
// too: links within a project are one file. Others stay as they are, to be refused
// when they are read.
func (p *Project) real(r *root, abs string) string {
	if _, overlaid := p.overlay[abs]; overlaid || p.opts.FS != nil {
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

// readLate reads a file that an import leads to and that was not among the
// files found by looking.
func (p *Project) readLate(name string) *File {
	f := &File{Name: name, Path: path.Join(p.base, name), late: true}
	if r := p.rootAt(f.Path); r != nil {
		f.Path = p.real(r, f.Path)
		f.Name = p.name(f.Path)
		p.mu.Lock()
		old := p.files[f.Name]
		p.mu.Unlock()
		if text, err := p.text(f.Path); old == nil && err == nil {
			f.parse(text)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if old, known := p.files[name]; known {
		return old.latest()
	}
	if old := p.files[f.Name]; old != nil {
		f = old
	} else if f.Tree == nil {
		f = nil
	} else {
		p.files[f.Name], p.sorted = f, nil
	}
	p.files[name] = f
	return f.latest()
}
