package unitfiles

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// loadPaths are the directories that the managers of a system look in, strongest
// first, without those of a run (systemd.unit(5)).
var loadPaths = map[Manager][]string{
	SystemManager: {
		"/etc/systemd/system.control", "/run/systemd/system.control", "/etc/systemd/system", "/etc/systemd/system.attached",
		"/run/systemd/system", "/run/systemd/system.attached", "/usr/local/lib/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system",
	},
	UserManager: {
		"/etc/systemd/user", "/run/systemd/user", "/usr/local/share/systemd/user", "/usr/share/systemd/user",
		"/usr/local/lib/systemd/user", "/usr/lib/systemd/user",
	},
}

// openDirectory reads a built system, the root of an image, or a directory of unit
// files.
func openDirectory(ctx context.Context, dir string) (*System, error) {
	t, prefix := placeOf(dir)
	left := maxContainers
	n := nest{t, []string{prefix}, &left}
	sys, found, err := n.system(ctx)
	if t.within == "" {
		sys.Name = filepath.Base(dir)
	}
	if err != nil || found {
		return sys, err
	}
	return sys, sys.openUnits(dir, t, prefix)
}

// system reads a built system or the root of an image, with its containers; found is false if
// there are no units.
func (n nest) system(ctx context.Context) (sys *System, found bool, err error) {
	prefix := n.around[len(n.around)-1]
	sys = &System{Name: packageName(prefix)}
	if systemd, err := n.resolve(path.Join(prefix, "systemd")); err == nil {
		sys.SystemdVersion = systemdVersion(systemd)
	}
	if text, ok, err := n.read(path.Join(prefix, "nixos-version")); ok && err == nil {
		sys.NixOSRelease = release(strings.TrimSpace(text), sys.Name)
	}
	for _, m := range []Manager{SystemManager, UserManager} {
		if err := ctx.Err(); err != nil {
			return sys, false, err
		}
		var dirs []string
		for _, d := range loadPaths[m] {
			if d = path.Join(prefix, d); n.isDir(d) {
				dirs = append(dirs, d)
			}
		}
		found = found || len(dirs) > 0
		n.whole = n.whole || found
		sys.read(n.tree, m, dirs, false)
	}
	if !found {
		return sys, false, nil
	}
	sys.Complete = sys.NixOSRelease != "" && sys.inSight()
	return sys, true, n.addContainers(ctx, sys)
}

// read reads the directories of a load path and puts their units together.
func (s *System) read(t tree, m Manager, dirs []string, partial bool) []*directory {
	var directories []*directory
	for _, d := range dirs {
		f, err := t.directory(d, dirs)
		if err != nil {
			s.Missing = append(s.Missing, Missing{d, err.Error(), Unreadable})
			continue
		}
		directories = append(directories, f)
	}
	units, missing := assemble(m, partial, directories...)
	s.Units = append(s.Units, units...)
	s.Missing = append(s.Missing, missing...)
	return directories
}

// openUnits reads one directory of unit files. Where it is one of the load path of a
// root, the other directories give what belongs to its units.
func (s *System) openUnits(dir string, t tree, inside string) error {
	s.Name = dir
	m, dirs, partial := SystemManager, []string{inside}, true
	slash := filepath.ToSlash(dir)
	if path.Base(slash) == "user" {
		m = UserManager
	}
	at := 0
	for _, d := range loadPaths[m] {
		root, ok := strings.CutSuffix(slash, d)
		if !ok || t.within != "" {
			continue
		}
		t, partial, dirs = newTree(filepath.FromSlash(root+"/"), "", true), false, nil
		for _, other := range loadPaths[m] {
			if other == d {
				at = len(dirs)
			}
			if t.isDir(other) {
				dirs = append(dirs, other)
			}
		}
		break
	}
	directories := s.read(t, m, dirs, partial)
	if len(directories) != len(dirs) {
		return fmt.Errorf("%s: %s", s.Missing[0].What, s.Missing[0].Why)
	}
	named := directories[at]
	s.Units = slices.DeleteFunc(s.Units, func(u *Unit) bool { return !named.has(u) })
	if len(s.Units) == 0 && len(s.Missing) == 0 {
		return fmt.Errorf("%s: there are no units in it", dir)
	}
	return nil
}

// has reports whether a directory holds something of a unit under its own names.
func (f *directory) has(u *Unit) bool {
	for _, name := range append([]string{u.Name}, u.Aliases...) {
		if _, ok := f.units[name]; ok || len(f.dropins[name+".d"]) > 0 {
			return true
		}
		if template, instance, _ := cutInstance(name); instance != "" {
			if _, ok := f.units[template]; ok {
				return true
			}
		}
	}
	return false
}

// placeOf reports how paths below a directory are to be read: in a store, as if its
// root were that of the machine and only within the store; elsewhere, as if the
// directory were the root.
func placeOf(dir string) (t tree, prefix string) {
	slash := filepath.ToSlash(dir)
	parts := strings.Split(slash, "/")
	for i := len(parts) - 1; i > 0; i-- {
		if storeName.MatchString(parts[i]) {
			root, within := storeRoot(filepath.FromSlash(strings.Join(parts[:i], "/")))
			return newTree(root, within, true), path.Join(within, path.Join(parts[i:]...))
		}
	}
	return newTree(dir, "", false), "/"
}

// storeRoot takes the directory of a store apart: one at ROOT/nix/store is that of the
// root, any other has its place from "/".
func storeRoot(dir string) (root, within string) {
	slash := filepath.ToSlash(dir)
	if root, ok := strings.CutSuffix(slash, "/nix/store"); ok {
		return filepath.FromSlash(root + "/"), "/nix/store"
	}
	return "/", slash
}
