package nixos

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"wardnix/nixast"
)

// Options say how [Load] reads a project. The zero value reads from the
// operating system, relative to the working directory, and reads the release
// from the project.
type Options struct {
	// Dir is the directory that relative paths start from and that names are
	// relative to; the working directory if it is empty. It may be
	// relative itself.
	Dir string
	// FS is read instead of the operating system if it is not nil. Dir and
	// the paths are then paths inside it.
	FS fs.FS
	// Overlay holds the contents of files by name, relative to Dir. They
	// replace what is on the disk, and may be of files that are not there.
	Overlay map[string]string
	// Release is the NixOS release to assume for every host; the zero
	// Release reads it from the project.
	Release Release
	// Systemd is the systemd version to assume for every host; 0 takes that
	// of the release.
	Systemd int
	// Exclude, if not nil, reports whether a file or directory, by its absolute
	// path with "/", is left out of the directories that were requested. Then it is
	// context. What is named itself is not left out.
	Exclude func(path string) bool
	// NoGitignore reads what .gitignore excludes, too.
	NoGitignore bool
	// Tracked, if not nil, reports whether git tracks the file, or a file in the
	// directory, at an absolute path with "/": it is then read though .gitignore
	// excludes it.
	Tracked func(path string) bool
	// MaxFileSize is the number of bytes above which a file is refused;
	// [defaultMaxFileSize] if it is 0.
	MaxFileSize int64
	// MaxContext is the number of files, or directories, that were not asked for
	// above which a project counts as a package collection: only those files of it are
	// read that an import leads to. [defaultMaxContext] if it is 0.
	MaxContext int
	// Workers is the number of files read and parsed at a time;
	// GOMAXPROCS if it is 0.
	Workers int
	// Complete reports that the units of the project are all that there are, but for
	// those that are made without a unit file.
	Complete bool
}

const (
	// defaultMaxFileSize is the size in bytes of the largest file read.
	defaultMaxFileSize = 8 << 20
	// defaultMaxContext is the number of context files read in full.
	defaultMaxContext = 4000
)

// A Project is a set of Nix files that belong together: those that were asked
// for, and the ones around them that say what they mean.
//
// A Project may be used by several goroutines.
type Project struct {
	opts  Options
	base  string   // absolute slash path that names are relative to
	paths []string // that were asked for
	roots []*root
	// overlay holds the contents of files by absolute path, which replace what is on
	// the disk.
	overlay  map[string]string
	problems []Problem
	bytes    int // of the files that were found
	skipped  int
	large    bool // files that say nothing of modules are let go

	mu     sync.Mutex
	files  map[string]*File // by name and by the links that lead to them; nil: looked for and not there
	sorted []*File          // of files, by name; nil until they are needed

	hostsMu sync.Mutex
	census  *census                // once the hosts are evaluated
	older   *census                // of an earlier state
	since   changes                // and what changed since
	near    func(host string) bool // of Near; nil if all hosts are evaluated
	changed func(u *Unit) bool     // of Patched; nil if all units are evaluated
}

// A File is one Nix file of a project.
type File struct {
	// Name is the path relative to Options.Dir, with "/".
	Name string
	// Path is the absolute path, with "/".
	Path string
	// Reported reports that the file was named, or lies in a directory that was
	// named: findings in it are reported. The others are context.
	Reported bool
	// Tree is the parsed file; nil if Err is not, and for a file without mistakes
	// that says nothing of modules, which is let go in a large project.
	Tree *nixast.File
	// Err says why the file could not be read.
	Err error

	late  bool // an import led to it, and no search
	done  bool // it was looked at
	light bool // it says nothing of modules
	size  int  // of the source

	restoreOnce sync.Once
	restored    atomic.Pointer[File] // a light file with its tree

	candidatesOnce sync.Once
	leftovers      []leftover // of candidates
}

// A Problem is something that kept [Load] from reading what was asked for.
type Problem struct {
	// Name is the path relative to Options.Dir, with "/".
	Name string
	// Err says in a few words what is wrong; it does not repeat the name.
	Err error
}

var (
	// errBinary is the error of a file that is not text.
	errBinary = errors.New("not a text file: decrypt it, or leave it out with --exclude")
	// ErrEncrypted is the error of a file that git-crypt or age has encrypted.
	ErrEncrypted = errors.New("the file is encrypted")
	// ErrNoNixFiles is the error of a directory without Nix files.
	ErrNoNixFiles = errors.New("no Nix files in this directory")
	// errOutside is the error of a path that leaves the project.
	errOutside = errors.New("path leaves the project")
)

// Load reads the projects around paths, which are files or directories; "." if
// there are none. A project is the nearest directory at or above a path that
// holds a flake.nix or a .git, or else a wardnix.toml; without such a directory,
// the named directory, or the directory of the named file, with what that file
// imports.
//
// Every *.nix file of a project is read that no .gitignore excludes; a file
// that is named is read in any case. Nothing outside the project is read, not
// even through a symbolic link.
//
// [Project.Problems] lists what cannot be read; the error of Load is that
// of ctx, or of a base directory that cannot be determined.
func Load(ctx context.Context, opts Options, paths ...string) (*Project, error) {
	p, err := newProject(opts)
	if err != nil {
		return nil, err
	}
	if p.paths = paths; len(paths) == 0 {
		p.paths = []string{"."}
	}
	for name, text := range opts.Overlay {
		p.overlay[p.abs(name)] = text
	}
	return p, p.read(ctx, nil)
}

// Files are the files that were asked for and the context read with them, by
// name.
func (p *Project) Files() []*File {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sorted == nil {
		for name, f := range p.files {
			if f != nil && f.Name == name {
				p.sorted = append(p.sorted, f)
			}
		}
		slices.SortFunc(p.sorted, func(a, b *File) int { return strings.Compare(a.Name, b.Name) })
	}
	files := make([]*File, len(p.sorted))
	for i, f := range p.sorted {
		files[i] = f.latest()
	}
	return files
}

// File is the file of that name, read if it was not yet; nil if the project
// has no such file.
func (p *Project) File(name string) *File {
	f, known := p.known(name)
	if !known { // most names are clean
		name = p.clean(name)
		f, known = p.known(name)
	}
	if known {
		return f.latest()
	}
	return p.readLate(name)
}

// known is the file of a clean name, if it was looked for before.
func (p *Project) known(name string) (f *File, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f, known = p.files[name]
	return f, known
}

// withTree is [Project.File] for one whose tree is needed.
func (p *Project) withTree(name string) *File {
	f := p.File(name)
	if f == nil || !f.light || f.Tree != nil {
		return f
	}
	f.restoreOnce.Do(func() {
		full := &File{Name: f.Name, Path: f.Path, Reported: f.Reported, light: true}
		if text, err := p.text(f.Path); err == nil {
			full.parse(text)
		}
		f.restored.Store(full)
	})
	return f.latest()
}

// latest is the file with its tree, if that was let go and needed again.
func (f *File) latest() *File {
	if f == nil {
		return nil
	}
	if full := f.restored.Load(); full != nil {
		return full
	}
	return f
}

// Complete reports whether the units of the project are all that there are; see [Options].
func (p *Project) Complete() bool { return p.opts.Complete }

// size is the number of bytes of the sources that were found.
func (p *Project) size() int { return p.bytes }

// Problems are the paths that were asked for and could not be read, and the
// directories of the project that could not be listed, by name.
func (p *Project) Problems() []Problem { return p.problems }

// Skipped is the number of Nix files and directories below the requested paths
// that .gitignore excluded.
func (p *Project) Skipped() int { return p.skipped }

// Hosts are the systems that the project describes, by name, and last the
// world of the files that belong to none: see [Host]. They are evaluated once.
func (p *Project) Hosts() []*Host {
	p.hostsMu.Lock()
	defer p.hostsMu.Unlock()
	if p.census == nil {
		_ = p.count(context.Background(), func(int, *Host) {}) // it fails only when the context ends
	}
	return p.census.all()
}

// Visit calls visit for each of the hosts with its number, several side by side, and last
// for that of the files that belong to none. A host that is not evaluated yet is visited as
// soon as it is, so that it can be freed before others are: see [Host.Free]. visit must not
// use the project. The error is that of ctx.
func (p *Project) Visit(ctx context.Context, visit func(i int, h *Host)) error {
	p.hostsMu.Lock()
	defer p.hostsMu.Unlock()
	if p.census == nil {
		return p.count(ctx, visit)
	}
	all := p.census.all()
	each(p.opts.Workers, len(all), func(i int) { visit(i, all[i]) })
	return ctx.Err()
}

// count makes the census.
func (p *Project) count(ctx context.Context, visit func(i int, h *Host)) error {
	c := newCensus(ctx, p, p.older, p.since, visit)
	if err := ctx.Err(); err != nil {
		return err
	}
	p.census, p.older, p.since, p.changed = c, nil, nil, nil
	return nil
}

// parse fills in the tree, or the error of a text that is not a Nix file. Whether the
// Nix that reads the project has pipe operators switched on is not part of it.
func (f *File) parse(text string) {
	f.size, f.done = len(text), true
	switch {
	case slices.ContainsFunc(encryptedMarks[:], func(mark string) bool { return strings.HasPrefix(text, mark) }):
		f.Err = ErrEncrypted
		return
	case strings.IndexByte(text, 0) >= 0:
		f.Err = errBinary
		return
	}
	p := parsers.Get().(*nixast.Parser)
	defer parsers.Put(p)
	f.Tree = p.Parse(f.Name, text, nixast.Options{PipeOperators: true})
}

// parsers have working memory, which many files share.
var parsers = sync.Pool{New: func() any { return new(nixast.Parser) }}

// encryptedMarks are what encrypted files begin with: those of git-crypt
// (commands.cpp) and of age (age-encryption.org/v1).
var encryptedMarks = [...]string{"\x00GITCRYPT\x00", "age-encryption.org/v1\n", "-----BEGIN AGE ENCRYPTED FILE-----"}

// HidesHosts reports whether a flake of the project may have hosts that are not in sight:
// none is found, and a function from elsewhere makes the outputs.
func (p *Project) HidesHosts() bool {
	p.Hosts()
	return slices.ContainsFunc(p.census.scouts, func(s *scout) bool { return s.hides && len(s.found) == 0 })
}
