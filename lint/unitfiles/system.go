package unitfiles

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"wardnix/lint/files"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
)

// System is what was read of a target.
type System struct {
	// Name is the name of the system, or the path of a directory.
	Name string
	// Units are those of every scope, sorted by scope and name.
	Units []*Unit
	// Missing is what belongs to the system and could not be read.
	Missing []Missing
	// SystemdVersion is the release of systemd that the system has, 0 where it is
	// not known.
	SystemdVersion int
	// Complete reports that Units are all that the managers have, but for those that
	// generators make: the system is one of NixOS, and nothing of it is missing.
	Complete bool
	// NixOSRelease is the release of NixOS, such as "25.11"; empty where it is not
	// known.
	NixOSRelease string
	// Container is the name of the NixOS container that the system is of, as [Scope] has it;
	// Containers are those of the system, and those in them.
	Container  string
	Containers []*System
}

// inSight reports whether nothing but what systemd ignores could not be read.
func (s *System) inSight() bool {
	return !slices.ContainsFunc(s.Missing, func(m Missing) bool { return m.Cause != Ignored })
}

// Scope is where a unit is.
type Scope struct {
	Manager Manager
	// Container is the name of the NixOS container, after those of the containers that it is
	// in and "/"; "" on the host.
	Container string
}

// String is the name of the manager, or of the container.
func (s Scope) String() string {
	if s.Container != "" {
		return "container " + s.Container
	}
	return s.Manager.String()
}

// Compare orders scopes.
func (s Scope) Compare(other Scope) int {
	return cmp.Or(strings.Compare(s.Container, other.Container), cmp.Compare(s.Manager, other.Manager))
}

// Manager is the kind of the service manager that a unit belongs to.
type Manager int

// The managers: of the system, of a user, and of the system in stage 1.
const (
	SystemManager Manager = iota
	UserManager
	InitrdManager
)

func (m Manager) String() string { return [...]string{"system", "user", "initrd"}[m] }

// Unit is a unit with the files that make it.
type Unit struct {
	// Name is the name of the unit file, such as "nginx.service"; a template has
	// its "@".
	Name  string
	Scope Scope
	// Files are the unit file and then its drop-ins, in the order in which systemd
	// reads them. A masked unit has none.
	Files []File
	// Dropin reports that the unit file itself is missing, so that all Files are
	// drop-ins.
	Dropin bool
	Masked bool
	// Aliases are the other names of the unit, sorted.
	Aliases []string
	// WantedBy are the units that have a link to it in their directories of wants,
	// requirements or units to uphold, sorted.
	WantedBy []string
	// Missing are the files of the unit that could not be read.
	Missing []Missing
}

// File is a unit file or a drop-in.
type File struct {
	// Path is where systemd finds the file, in the store or below the root of
	// the system.
	Path string
	Text string
	// Table reports that the file itself was not at hand: Text is what is known of
	// the unit that systemd brings, as far as its sandbox and its loading go.
	Table bool
}

// Missing is something that could not be read.
type Missing struct {
	// What is a path, or the name of a package; Why is the reason, in words.
	What, Why string
	Cause     Cause
}

// Cause says why something could not be read.
type Cause uint8

const (
	// Elsewhere is the cause of what may exist where it was not looked for, such as in a
	// package that is not in the store.
	Elsewhere Cause = iota
	// Ignored is the cause of what systemd does not read either, such as a link that leads
	// nowhere.
	Ignored
	// Unreadable is the cause of what exists, and may be read by systemd.
	Unreadable
)

// InPart reports whether files of the unit may exist that were not read.
func (u *Unit) InPart() bool {
	return u.Dropin || slices.ContainsFunc(u.Missing, func(m Missing) bool { return m.Cause != Ignored })
}

// Merged returns the unit as the manager sees it. Where files of it are missing,
// directives that no file names may nevertheless be set: its sections are then
// open.
func (u *Unit) Merged() *unitfile.Unit { return u.Merge(u.Parse()) }

// Parse parses the files of the unit.
func (u *Unit) Parse() []*unitfile.File {
	parsed := make([]*unitfile.File, len(u.Files))
	for i, f := range u.Files {
		parsed[i] = unitfile.Parse(f.Path, []byte(f.Text))
	}
	return parsed
}

// Merge is [Unit.Merged] for the files as [Unit.Parse] returned them.
func (u *Unit) Merge(parsed []*unitfile.File) *unitfile.Unit {
	if u.Masked {
		return &unitfile.Unit{Name: u.Name}
	}
	if u.Dropin || len(parsed) == 0 {
		parsed = slices.Insert(slices.Clone(parsed), 0, unitfile.Parse(u.Name, nil))
	}
	merged := unitfile.NewUnit(u.Name, parsed[0], parsed[1:]...)
	if u.InPart() {
		merged.Open = directive.Sections()
	}
	return merged
}

// Open reads a target: the .drv of a system, of its etc, of its units or of one
// unit; a built system or a link to it; the root of an image; a directory of unit
// files; or one unit file, with its drop-ins. The error is that of a target of which
// nothing can be read; whatever else could not be read is in System.Missing.
//
// Of instances of a template only those that have files of their own are units.
func Open(ctx context.Context, target string) (*System, error) {
	file, err := filepath.Abs(target)
	if err != nil {
		return nil, err
	}
	real, err := resolveTarget(file)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(real)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return openDirectory(ctx, real)
	case filepath.Ext(real) == ".drv":
		return openDerivation(ctx, real)
	}
	return openFile(file)
}

// resolveTarget follows the links of a path as [files.Resolve] does, and also those
// that lead to a store that is somewhere else.
func resolveTarget(file string) (string, error) {
	real, err := files.Resolve(file)
	if errors.Is(err, files.ErrOutside) {
		elsewhere, failed := filepath.EvalSymlinks(file)
		if t, _ := placeOf(elsewhere); failed == nil && t.within != "" {
			return elsewhere, nil
		}
	}
	return real, err
}

// openFile reads a unit file and the drop-ins next to it.
func openFile(file string) (*System, error) {
	u, err := ReadFile(file, "")
	if err != nil {
		return nil, err
	}
	return &System{Name: file, Units: []*Unit{u}}, nil
}

// ReadFile reads a unit file and the drop-ins next to it, as if its directory were the
// whole load path. Links lead nowhere but within a directory, which is that of the
// project of the file if it is "", and to the store.
func ReadFile(file, within string) (*Unit, error) {
	name := filepath.Base(file)
	if !ValidUnit(name) {
		return nil, fmt.Errorf("%s: %q is not a unit name", file, name)
	}
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return nil, err
	}
	if within == "" {
		within = files.Project(dir)
	}
	t := newTree("/", filepath.ToSlash(within), false)
	inside := filepath.ToSlash(dir)
	f := newDirectory()
	e := t.entry(path.Join(inside, name), []string{inside})
	if e.kind == link {
		e = t.file(path.Join(inside, name))
	}
	if e.kind == absent {
		return nil, fmt.Errorf("%s: %s", file, e.why)
	}
	f.units[name] = e
	_, kind := cutType(name)
	for _, d := range append(dropinDirs(name), kind+".d") {
		t.dropins(f, path.Join(inside, d))
	}
	units, _ := assemble(SystemManager, false, f)
	return units[0], nil
}
