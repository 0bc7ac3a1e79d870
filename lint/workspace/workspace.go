// Package workspace is what every command of wardnix works with: a source (a
// project, text from standard input, unit files, an evaluated system) with the
// settings that apply to it, and what can be done with both.
package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"wardnix/lint"
	"wardnix/lint/config"
	"wardnix/lint/files"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/rules"
	"wardnix/rules/profile"
)

// Options say what to open, and what takes the place of settings.
type Options struct {
	// Dir is the directory that relative paths start from and that names of files
	// are relative to.
	Dir string
	// Paths are files and directories; the directory itself if there are none.
	Paths []string
	// Overlay has the contents of files by name, as [nixos.Options] has it.
	Overlay map[string]string
	// FS is read instead of the disk if it is not nil, as [nixos.Options] has it. Settings
	// and lists of known findings are not read from it.
	FS fs.FS
	// Config is the only file of settings that is read, if it is not ""; NoConfig
	// reads none.
	Config   string
	NoConfig bool
	// Flags take the place of settings.
	Flags config.Flags
	// Exclude are globs of what to leave out of directories, in addition to those
	// of the settings. ForceExclude leaves out excluded paths even if they are named.
	Exclude      []string
	ForceExclude bool
	// NoIgnores disregards comments that suppress findings, NoKnown lists of known
	// findings, and NoGitignore the files that say what git ignores.
	NoIgnores, NoKnown, NoGitignore bool
	// NoSilencing disregards everything in a project that keeps findings from being
	// reported: all of the above, and what settings leave out or lower.
	NoSilencing bool
	// Known is the list of known findings; "" means that of each project.
	Known string
	// Describe requests the commit of the report.
	Describe bool
	// Since reports only what changed since this revision; "" reports all.
	Since string
}

// Workspace is a source with its settings. It is for one goroutine at a time.
type Workspace struct {
	// Project is what was read; nil before [Workspace.Load].
	Project *nixos.Project
	// Main are the settings of the run as a whole.
	Main *config.File

	opts      Options
	base      string // Dir as an absolute path with "/"
	finder    *config.Finder
	catalog   []*lint.Rule
	baselines []*profile.Baseline // what units are compared with
	exclude   *config.File        // the globs of Options.Exclude
	under     map[*config.File]*config.File
	tracked   trackers
	leftOut   map[string]bool // vendored and hidden directories that hold Nix files
	excluded  map[string]bool // files of Nix, and directories that have some, that settings exclude
}

// Catalog are all rules, in order.
func Catalog() []*lint.Rule { return slices.Concat(rules.All(), lint.SourceRules()) }

// Open reads the settings and the baselines that they name, but not the source yet.
func Open(opts Options) (*Workspace, error) {
	base, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, err
	}
	w := &Workspace{opts: opts, base: filepath.ToSlash(base), under: map[*config.File]*config.File{}, tracked: trackers{}, leftOut: map[string]bool{}, excluded: map[string]bool{}, catalog: Catalog()}
	for _, glob := range opts.Exclude {
		if err := config.CheckGlob(glob); err != nil {
			return nil, fmt.Errorf("--exclude: %w", err)
		}
	}
	w.exclude = config.Excluding(w.base, opts.Exclude)
	if opts.NoSilencing {
		w.opts.NoIgnores, w.opts.NoKnown, w.opts.NoGitignore = true, true, true
	}
	w.finder = &config.Finder{
		Base: w.base, None: &config.File{},
		Vocabulary: config.Vocabulary{Rules: w.catalog, Classes: profile.ClassNames()},
	}
	if err := w.fix(); err != nil {
		return nil, err
	}
	if err := w.findMain(opts.Paths); err != nil {
		return nil, err
	}
	if w.baselines, err = w.readBaselines(w.Main.Baseline); err != nil {
		return nil, err
	}
	for _, list := range [][]string{opts.Flags.Select, opts.Flags.Ignore} {
		if _, err := lint.SelectRules(w.catalog, list, nil); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// fix settles the settings of all directories if options do that.
func (w *Workspace) fix() error {
	switch {
	case w.opts.NoConfig:
		w.finder.Fixed = w.finder.None
	case w.opts.Config != "":
		f, err := w.finder.Read(filepath.ToSlash(w.abs(w.opts.Config)))
		if err != nil {
			return err
		}
		f.Dir = w.base
		w.finder.Fixed = f
	}
	return nil
}

// findMain finds the settings that apply to the paths together.
func (w *Workspace) findMain(paths []string) error {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, p := range paths {
		dir := filepath.ToSlash(w.abs(p))
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			dir = path.Dir(dir)
		}
		f, err := w.settings(dir)
		if err != nil {
			return err
		}
		if w.Main == nil {
			w.Main = f
		}
	}
	return nil
}

// abs is the absolute path of one that is relative to the working directory.
func (w *Workspace) abs(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(filepath.FromSlash(w.base), name)
}

// settings are those of a directory, under the options.
func (w *Workspace) settings(dir string) (*config.File, error) {
	f, err := w.finder.For(dir)
	if err != nil {
		return nil, err
	}
	if w.under[f] == nil {
		g := f
		if w.opts.NoSilencing {
			g = f.WithoutSilencing()
		}
		w.under[f] = g.Under(w.opts.Flags)
	}
	return w.under[f], nil
}

// all are the settings of every directory that was looked at.
func (w *Workspace) all() []*config.File { return slices.Collect(maps.Values(w.under)) }

// settingsOf are those of a file of the project, which were looked at already.
func (w *Workspace) settingsOf(f *nixast.File) *config.File {
	if file := w.fileOf(f); file != nil {
		if c, err := w.settings(path.Dir(file.Path)); err == nil {
			return c
		}
	}
	return w.Main
}

// fileOf is the file of the project that a tree is of; nil for one of no project.
func (w *Workspace) fileOf(f *nixast.File) *nixos.File {
	if w.Project == nil || path.Ext(f.Name) != ".nix" {
		return nil
	}
	return w.Project.File(f.Name)
}

// readBaselines reads what units are compared with, if these baselines are named: a
// name is that of a built-in one or, as the settings and options have it, a path.
func (w *Workspace) readBaselines(names []string) ([]*profile.Baseline, error) {
	byCommand := func(name string) (string, error) { return files.Read(w.abs(name), files.MaxModule) }
	bySettings := func(name string) (string, error) { return w.Main.Named(name, files.MaxModule) }
	if w.opts.Config != "" { // the command line names the file that names it
		bySettings = byCommand
	}
	read := bySettings
	if w.opts.Flags.Baseline != nil {
		read = byCommand
	}
	all, err := profile.Baselines(read, names)
	if err != nil {
		if w.opts.Flags.Baseline == nil {
			err = w.Main.Errorf([]string{"baseline"}, "%v", err)
		}
		return nil, err
	}
	assigned := w.Main.UnitBaselines()
	for _, name := range slices.Sorted(maps.Keys(assigned)) {
		if all, err = profile.Assign(all, bySettings, []string{name}, w.baselineOf); err != nil {
			return nil, w.Main.Errorf(assigned[name], "%v", err)
		}
	}
	return all, nil
}

func (w *Workspace) baselineOf(u *nixos.Unit) profile.Assignment {
	name, forUnit := w.Main.BaselineFor(config.Subject{Unit: u.Name, Class: unit.ClassOf(u)})
	return profile.Assignment{Baseline: name, Unit: forUnit}
}

// ErrNothing is the error of [Workspace.Load] if every path is excluded.
var ErrNothing = errors.New("every path is excluded")

// Load reads the project.
func (w *Workspace) Load(ctx context.Context) error {
	paths := w.opts.Paths
	if w.opts.ForceExclude && len(paths) > 0 {
		paths = slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return w.excludes(filepath.ToSlash(w.abs(p))) || w.isVendored(p) })
		if len(paths) == 0 {
			return ErrNothing
		}
	}
	opts := nixos.Options{
		Dir: w.opts.Dir, FS: w.opts.FS, Overlay: w.opts.Overlay, Systemd: w.Main.SystemdVersion, Exclude: w.leavesOut,
		NoGitignore: w.opts.NoGitignore, Tracked: w.tracked.tracks,
	}
	release, err := w.release()
	if err != nil {
		return err
	}
	opts.Release = release
	if w.Project, err = nixos.Load(ctx, opts, paths...); err != nil {
		return err
	}
	return w.checkNested()
}

// release is the one that the settings name; else the zero one.
func (w *Workspace) release() (nixos.Release, error) {
	if w.Main.NixOSRelease == "" {
		return nixos.Release{}, nil
	}
	return nixos.ParseRelease(w.Main.NixOSRelease)
}

// checkNested looks at the settings of all files that were requested.
func (w *Workspace) checkNested() error {
	checked := map[*config.File]bool{}
	for _, f := range w.Project.Files() {
		if !f.Reported {
			continue
		}
		c, err := w.settings(path.Dir(f.Path))
		if err != nil {
			return err
		}
		if checked[c] {
			continue
		}
		if err := c.Disagrees(w.Main); err != nil {
			return err
		}
		checked[c] = true
	}
	return nil
}

// excludes reports whether the settings or Options.Exclude leave a path out. If the
// settings cannot be read, that is reported once the files are known.
func (w *Workspace) excludes(abs string) bool {
	c, err := w.settings(path.Dir(abs))
	return w.exclude.Excludes(abs) || err == nil && c.Excludes(abs)
}

// Used are the release and the systemd version that all hosts of the project have.
func (w *Workspace) Used() config.Used {
	var used config.Used
	for i, h := range w.Project.Hosts() {
		one := config.Used{Systemd: fmt.Sprint(h.Systemd)}
		if h.ReleaseKnown {
			one.Release = h.Release.String()
		}
		if i == 0 {
			used = one
			continue
		}
		if one.Release != used.Release {
			used.Release = ""
		}
		if one.Systemd != used.Systemd {
			used.Systemd = ""
		}
	}
	return used
}

// TooOld are the releases of hosts whose systemd is older than the oldest that
// wardnix has tables of, a line each.
func (w *Workspace) TooOld() []string {
	var lines []string
	for _, h := range w.Project.Hosts() {
		came := h.Release.Systemd()
		if !h.ReleaseKnown || w.Main.SystemdVersion != 0 || came >= int(directive.Oldest) {
			continue
		}
		line := fmt.Sprintf("NixOS %s has systemd %d; units are judged by systemd %s, the oldest that wardnix knows", h.Release, came, directive.Oldest)
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// named adds the name of a file, as users know it, to an error of the file system.
func (w *Workspace) named(file string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("%s: %w", w.shown(file), err)
}

// shown is the path of a file from the working directory.
func (w *Workspace) shown(file string) string {
	if rel, err := filepath.Rel(filepath.FromSlash(w.base), w.abs(file)); err == nil {
		return filepath.ToSlash(rel)
	}
	return file
}
