package main

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/spf13/pflag"

	"wardnix/lint"
	"wardnix/lint/config"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/rules"
	"wardnix/rules/profile"
)

// target are the flags that say for what a configuration is meant.
type target struct{ systemd, release string }

func (t *target) flags(fs *pflag.FlagSet) {
	fs.StringVar(&t.systemd, "systemd-version", "", "judge by this `VERSION` of systemd, 252 to 262; else by that of the release")
	fs.StringVar(&t.release, "nixos-release", "", "judge by this `RELEASE` of NixOS, such as 25.11; else by what the project says")
}

// apply sets what the flags say in opts.
func (t *target) apply(opts *nixos.Options) error {
	if t.systemd != "" {
		v, err := directive.ParseVersion(t.systemd)
		if err != nil {
			return fmt.Errorf("--systemd-version: %w", err)
		}
		opts.Systemd = int(v)
	}
	if t.release != "" {
		r, err := nixos.ParseRelease(t.release)
		if err != nil {
			return fmt.Errorf("--nixos-release: %w", err)
		}
		opts.Release = r
	}
	return nil
}

// projectFlags are the flags of every command that reads projects: for what a
// configuration is meant, and where else that is written.
type projectFlags struct {
	target
	config   string
	noConfig bool
}

func (t *projectFlags) flags(fs *pflag.FlagSet) {
	t.target.flags(fs)
	fs.StringVar(&t.config, "config", "", "read the settings from this `FILE` and no other; its paths are relative to the working directory")
	fs.BoolVar(&t.noConfig, "no-config", false, "read no "+config.Name)
}

// workspace is what a command works with: settings, rules and the project.
type workspace struct {
	c      *Command
	finder *config.Finder
	given  config.Flags // by the command line
	// main are the settings of the run as a whole.
	main *config.File
	// exclude are the globs of --exclude.
	exclude *config.File
	// baselines are those that units are compared with, catalogue all rules.
	baselines []*profile.Baseline
	catalogue []*lint.Rule
	project   *nixos.Project

	under map[*config.File]*config.File
}

// open reads the settings for paths. given is what the command line says of
// rules; open adds the target.
func (t *projectFlags) open(c *Command, given config.Flags, paths []string) (*workspace, error) {
	var opts nixos.Options
	if err := t.apply(&opts); err != nil {
		return nil, err
	}
	given.SystemdVersion, given.NixOSRelease = opts.Systemd, opts.Release.String()
	base, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, err
	}
	s := &workspace{c: c, given: given, exclude: &config.File{Dir: filepath.ToSlash(base)}, under: map[*config.File]*config.File{}}
	s.finder = &config.Finder{
		Base: filepath.ToSlash(base), None: &config.File{},
		Vocabulary: config.Vocabulary{Rules: rules.All(), Classes: profile.ClassNames()},
	}
	if err := t.fix(s); err != nil {
		return nil, err
	}
	if err := s.findMain(paths); err != nil {
		return nil, err
	}
	return s, s.readBaselines()
}

// fix settles the settings of all folders where flags do that.
func (t *projectFlags) fix(s *workspace) error {
	switch {
	case t.noConfig && t.config != "":
		return fmt.Errorf("--config and --no-config exclude each other")
	case t.noConfig:
		s.finder.Fixed = s.finder.None
	case t.config != "":
		f, err := s.finder.Read(filepath.ToSlash(s.c.abs(t.config)))
		if err != nil {
			return err
		}
		f.Dir = s.finder.Base
		s.finder.Fixed = f
	}
	return nil
}

// findMain finds the settings that hold for the paths together.
func (s *workspace) findMain(paths []string) error {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, p := range paths {
		dir := filepath.ToSlash(s.abs(p))
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			dir = path.Dir(dir)
		}
		f, err := s.settings(dir)
		if err != nil {
			return err
		}
		if s.main == nil {
			s.main = f
		}
	}
	return nil
}

// abs is the absolute path of one that is relative to the working directory.
func (s *workspace) abs(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(filepath.FromSlash(s.finder.Base), name)
}

// settings are those of a folder, under the command line.
func (s *workspace) settings(dir string) (*config.File, error) {
	f, err := s.finder.For(dir)
	if err != nil {
		return nil, err
	}
	if s.under[f] == nil {
		s.under[f] = f.Under(s.given)
	}
	return s.under[f], nil
}

// settingsOf are those of a file of the project, which were looked at already.
func (s *workspace) settingsOf(f *nixast.File) *config.File {
	if file := s.project.File(f.Name); file != nil {
		if c, err := s.settings(path.Dir(file.Path)); err == nil {
			return c
		}
	}
	return s.main
}

// readBaselines reads the baselines that the settings name, and makes the rules.
func (s *workspace) readBaselines() error {
	dir := s.main.Dir
	if s.given.Baseline != nil || dir == "" {
		dir = s.c.Dir
	}
	all, err := profile.Baselines(dir, s.main.Baseline)
	if err != nil {
		if s.given.Baseline == nil {
			err = s.main.Errorf([]string{"baseline"}, "%v", err)
		}
		return err
	}
	assigned := s.main.UnitBaselines()
	for _, name := range slices.Sorted(maps.Keys(assigned)) {
		if all, err = profile.Assign(all, s.main.Dir, []string{name}, s.baselineOf); err != nil {
			return s.main.Errorf(assigned[name], "%v", err)
		}
	}
	s.baselines, s.catalogue = all, rules.All()
	return nil
}

func (s *workspace) baselineOf(u *nixos.Unit) profile.Assignment {
	name, unit := s.main.BaselineFor(config.Subject{Unit: u.Name, Class: unit.ClassOf(u)})
	return profile.Assignment{Baseline: name, Unit: unit}
}

// load reads the project. overlay is as in [nixos.Options].
func (s *workspace) load(overlay map[string]string, paths []string) error {
	opts := nixos.Options{Dir: s.c.Dir, Overlay: overlay, Systemd: s.main.SystemdVersion, Exclude: s.excludes}
	if s.main.NixOSRelease != "" {
		r, err := nixos.ParseRelease(s.main.NixOSRelease)
		if err != nil {
			return err
		}
		opts.Release = r
	}
	var err error
	if s.project, err = nixos.Load(context.Background(), opts, paths...); err != nil {
		return err
	}
	return s.checkNested()
}

// checkNested looks at the settings of all files that were asked for.
func (s *workspace) checkNested() error {
	for _, f := range s.project.Files() {
		if !f.Asked {
			continue
		}
		c, err := s.settings(path.Dir(f.Path))
		if err != nil {
			return err
		}
		if err := c.Disagrees(s.main); err != nil {
			return err
		}
	}
	return nil
}

// excludes reports whether the settings or --exclude leave a path out. Where the
// settings cannot be read, that is told once the files are known.
func (s *workspace) excludes(abs string) bool {
	c, err := s.settings(path.Dir(abs))
	return s.exclude.Excludes(abs) || err == nil && c.Excludes(abs)
}

// keep are the paths that are not excluded.
func (s *workspace) keep(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(p string) bool {
		return s.excludes(filepath.ToSlash(s.abs(p)))
	})
}

// linter is the linter that the settings ask for.
func (s *workspace) linter() *lint.Linter {
	l := &lint.Linter{Catalogue: s.catalogue, Baselines: s.baselines, Binding: func(f *nixast.File, r *lint.Rule) bool { return s.settingsOf(f).Binding(r) }}
	for _, r := range s.catalogue {
		if s.main.Mentions(r) || slices.ContainsFunc(slices.Collect(maps.Values(s.under)), func(c *config.File) bool { return c.Mentions(r) }) {
			l.Rules = append(l.Rules, r)
		}
	}
	classes := s.classes()
	l.Filters = append(l.Filters, func(found []lint.Finding) []lint.Finding { return s.judge(found, classes) })
	return l
}

// classes are the classes of the units, by name, if settings ask for them.
func (s *workspace) classes() map[string]string {
	out := map[string]string{}
	if !slices.ContainsFunc(slices.Collect(maps.Values(s.under)), (*config.File).UsesClasses) {
		return out
	}
	for _, h := range s.project.Hosts() {
		for _, u := range h.Units {
			if c := unit.ClassOf(u); c != "" {
				out[u.Name] = c
			}
		}
	}
	return out
}

// judge applies the settings to findings.
func (s *workspace) judge(found []lint.Finding, classes map[string]string) []lint.Finding {
	var out []lint.Finding
	for _, f := range found {
		at := config.Subject{Unit: f.Unit(), Class: classes[f.Unit()]}
		if file := s.project.File(f.File.Name); file != nil {
			at.Path = file.Path
		}
		severity, wanted := s.settingsOf(f.File).Judge(f.Rule, f.Severity, at)
		if wanted {
			f.Severity = severity
			out = append(out, f)
		}
	}
	return out
}

// writeNew writes a file as a whole or not at all.
func writeNew(name string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".wardnix-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if syncErr := f.Sync(); err == nil {
		err = syncErr
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(f.Name(), fs.FileMode(0o644))
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
