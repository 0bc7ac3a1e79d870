package nixos

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"wardnix/lint/files"
	"wardnix/nixast"
)

// Options say how [Load] reads a project. The zero value reads from the
// operating system, relative to the working directory, and lets the project
// tell its own release.
type Options struct {
	// Dir is the folder that relative paths start from and that names are
	// told relative to; the working directory if it is empty. It may be
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
	// Exclude, if not nil, reports whether a file or folder, by its absolute
	// path with "/", is left out of the folders that are asked for. It is context
	// then. What is named itself is not left out.
	Exclude func(path string) bool
	// NoGitignore reads what .gitignore excludes, too.
	NoGitignore bool
	// Tracked, if not nil, reports whether git tracks the file, or a file in the
	// directory, at an absolute path with "/": it is then read though .gitignore
	// excludes it.
	Tracked func(path string) bool
	// MaxFileSize is the number of bytes above which a file is refused;
	// [DefaultMaxFileSize] if it is 0.
	MaxFileSize int64
	// MaxContext is the number of files that were not asked for above which
	// a project counts as a package collection: only those files of it are
	// read that an import leads to. [DefaultMaxContext] if it is 0.
	MaxContext int
	// Workers is the number of files read and parsed at a time;
	// GOMAXPROCS if it is 0.
	Workers int
}

const (
	// DefaultMaxFileSize is the size in bytes of the largest file read.
	DefaultMaxFileSize = 8 << 20
	// DefaultMaxContext is the number of context files read in full.
	DefaultMaxContext = 4000
)

// A Project is a set of Nix files that belong together: those that were asked
// for, and the ones around them that say what they mean.
//
// A Project may be used by several goroutines.
type Project struct {
	opts  Options
	base  string // absolute slash path that names are relative to
	roots []*root

	mu       sync.Mutex
	files    map[string]*File // by name and by the links that lead to them; nil: looked for and not there
	problems []Problem
	skipped  int

	once  sync.Once
	hosts []*Host
}

// A File is one Nix file of a project.
type File struct {
	// Name is the path relative to Options.Dir, with "/".
	Name string
	// Path is the absolute path, with "/".
	Path string
	// Asked tells that the file was named, or lies in a folder that was
	// named: findings in it are reported. The others are context.
	Asked bool
	// Tree is the parsed file; nil if Err is not.
	Tree *nixast.File
	// Err says why the file could not be read.
	Err error
}

// A Problem is something that kept [Load] from reading what was asked for.
type Problem struct {
	// Name is the path relative to Options.Dir, with "/".
	Name string
	// Err says in a few words what is wrong; it does not repeat the name.
	Err error
}

var (
	// ErrTooLarge is the error of a file above Options.MaxFileSize.
	ErrTooLarge = files.ErrTooLarge
	// ErrBinary is the error of a file that is not text.
	ErrBinary = errors.New("not a text file: decrypt it, or leave it out with --exclude")
	// ErrEncrypted is the error of a file that git-crypt or age has encrypted.
	ErrEncrypted = errors.New("the file is encrypted")
	// ErrNoNixFiles is the error of a folder without Nix files.
	ErrNoNixFiles = errors.New("no Nix files in this folder")
	// ErrOutside is the error of a path that leaves the project.
	ErrOutside = errors.New("path leaves the project")
)

// Load reads the projects around paths, which are files or folders; "." if
// there are none. A project is the nearest folder at or above a path that
// holds a flake.nix or a .git, or else a wardnix.toml; without such a folder,
// the named folder, or the folder of the named file, with what that file
// imports.
//
// Every *.nix file of a project is read that no .gitignore excludes; a file
// that is named is read in any case. Nothing outside the project is read, not
// even through a symbolic link.
//
// What cannot be read is told by [Project.Problems]; the error of Load is that
// of ctx, or of a base folder that cannot be determined.
func Load(ctx context.Context, opts Options, paths ...string) (*Project, error) {
	p, err := newProject(opts)
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	found, err := p.find(ctx, paths)
	if err != nil {
		return nil, err
	}
	if err := p.readAll(ctx, found); err != nil {
		return nil, err
	}
	return p, nil
}

// Files are the files that were asked for and the context read with them, by
// name.
func (p *Project) Files() []*File {
	p.mu.Lock()
	defer p.mu.Unlock()
	files := make([]*File, 0, len(p.files))
	for name, f := range p.files {
		if f != nil && f.Name == name {
			files = append(files, f)
		}
	}
	slices.SortFunc(files, func(a, b *File) int { return strings.Compare(a.Name, b.Name) })
	return files
}

// File is the file of that name, read if it was not yet; nil if the project
// has no such file.
func (p *Project) File(name string) *File {
	name = path.Clean(name)
	p.mu.Lock()
	f, known := p.files[name]
	p.mu.Unlock()
	if known {
		return f
	}
	return p.readLate(name)
}

// Problems are the paths that were asked for and could not be read, and the
// folders of the project that could not be listed, by name.
func (p *Project) Problems() []Problem { return p.problems }

// Skipped is the number of Nix files and directories below the requested paths
// that .gitignore excluded.
func (p *Project) Skipped() int { return p.skipped }

// With is the project with other contents for some of its files, by name. The
// other files are shared, not read again. It is how a project is looked at
// after a round of fixes.
func (p *Project) With(contents map[string]string) *Project {
	q := &Project{opts: p.opts, base: p.base, roots: p.roots, problems: p.problems, skipped: p.skipped}
	p.mu.Lock()
	q.files = make(map[string]*File, len(p.files))
	for name, f := range p.files {
		q.files[name] = f
	}
	p.mu.Unlock()
	for name, text := range contents {
		name = path.Clean(name)
		f := &File{Name: name, Path: path.Join(p.base, name), Asked: true}
		if old := q.files[name]; old != nil {
			f.Path, f.Asked = old.Path, old.Asked
		}
		f.parse(text)
		q.files[name] = f
	}
	for name, f := range q.files {
		if f != nil && f.Name != name {
			q.files[name] = q.files[f.Name]
		}
	}
	return q
}

// Hosts are the systems that the project describes, by name, and last the
// world of the files that belong to none: see [Host].
func (p *Project) Hosts() []*Host {
	p.once.Do(func() { p.hosts = findHosts(p) })
	return p.hosts
}

// parse fills in the tree, or the error of a text that is no Nix file. Whether the
// Nix that reads the project has pipe operators switched on is not told in it.
func (f *File) parse(text string) {
	switch {
	case slices.ContainsFunc(encryptedMarks[:], func(mark string) bool { return strings.HasPrefix(text, mark) }):
		f.Err = ErrEncrypted
		return
	case strings.IndexByte(text, 0) >= 0:
		f.Err = ErrBinary
		return
	}
	f.Tree = nixast.Parse(f.Name, text, nixast.Options{PipeOperators: true})
}

// encryptedMarks are what encrypted files begin with: those of git-crypt
// (commands.cpp) and of age (age-encryption.org/v1).
var encryptedMarks = [...]string{"\x00GITCRYPT\x00", "age-encryption.org/v1\n", "-----BEGIN AGE ENCRYPTED FILE-----"}
