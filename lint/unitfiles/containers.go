package unitfiles

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
)

// confDirs are the directories that have a file for each NixOS container: the second one if
// system.stateVersion is before 22.05 (nixos/modules/virtualisation/nixos-containers.nix,
// NixOS 26.11).
var confDirs = []string{"nixos-containers", "containers"}

// maxContainers bounds the containers of a system, together with those in them.
const maxContainers = 256

// systemPath is what the file of a container sets to its system.
const systemPath = "SYSTEM_PATH="

var (
	errContainers = errors.New("it is a container inside of itself, or there are too many")
	errNoUnits    = errors.New("there are no units in its system")
)

// profile is the system of a container whose file names none, such as one that nixos-container
// made or that is updated from a flake.
func profile(name string) string { return "/nix/var/nix/profiles/per-container/" + name + "/system" }

// pathIn is the system that the file of a container names; "" if it names none.
func pathIn(conf string) string {
	for line := range strings.Lines(conf) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), systemPath); ok {
			return name
		}
	}
	return ""
}

// addContainer notes the system of a container, with its units under its name.
func (s *System) addContainer(name string, its *System) {
	s.Containers = append(s.Containers, its.inContainer(name))
	for _, inner := range its.Containers {
		s.Containers = append(s.Containers, inner.inContainer(name))
	}
	its.Containers = nil
}

// inContainer moves a system into a container.
func (s *System) inContainer(name string) *System {
	s.Container = path.Join(name, s.Container)
	for _, u := range s.Units {
		u.Scope.Container = s.Container
	}
	return s
}

// A nest is a system around others, which are read where it is.
type nest struct {
	tree
	around []string // the resolved paths of the system, and of those that it is in
	left   *int     // how many further containers are read
}

// addContainers reads the systems of the containers of a built system. They are looked up as
// its own files are: nothing outside of the tree is read.
func (n nest) addContainers(ctx context.Context, sys *System) error {
	for _, dir := range confDirs {
		dir = path.Join(n.around[len(n.around)-1], "etc", dir)
		found, err := n.resolve(dir)
		if err != nil {
			continue
		}
		list, _ := os.ReadDir(n.real(found))
		for _, entry := range list {
			name, isConf := strings.CutSuffix(entry.Name(), ".conf")
			if !isConf || !validConf(entry.Name()) {
				continue
			}
			conf := path.Join(dir, entry.Name())
			if err := n.addContainer(ctx, sys, name, conf); err != nil {
				sys.Missing = append(sys.Missing, Missing{What: conf, Why: err.Error()})
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

// addContainer reads the system of a container that a file describes.
func (n nest) addContainer(ctx context.Context, sys *System, name, conf string) error {
	text, _, err := n.read(conf)
	if err != nil {
		return err
	}
	at := pathIn(text)
	if at == "" {
		if path.Base(path.Dir(conf)) != confDirs[0] {
			return nil // it may be a file of podman
		}
		at = profile(name)
	}
	place, err := n.resolve(at)
	switch {
	case err != nil:
		return fmt.Errorf("its system cannot be read: %w", err)
	case *n.left == 0 || slices.Contains(n.around, place):
		return errContainers
	}
	*n.left--
	inner := nest{n.tree, append(slices.Clone(n.around), place), n.left}
	its, found, err := inner.system(ctx)
	if err == nil && !found {
		err = errNoUnits
	}
	if err == nil {
		sys.addContainer(name, its)
	}
	return err
}

// containersOf reads the systems of the containers of an evaluated system: those that the
// derivations of their files come from.
func (e *evaluated) containersOf(etc *derivation) error {
	confs := etc.inputs(func(name string) bool { return strings.HasPrefix(name, "etc-") && strings.HasSuffix(name, ".conf") })
	for _, base := range confs {
		conf, err := e.store.read(base)
		if err != nil {
			continue // nothing says that it is the file of a container
		}
		its := pathIn(conf.attr("text"))
		if its == "" {
			continue
		}
		name := strings.TrimSuffix(strings.TrimPrefix(derivationName(base), "etc-"), ".conf")
		for _, dir := range confDirs {
			name = strings.TrimPrefix(name, dir+"-")
		}
		if err := e.containerOf(conf, name, its); err != nil {
			return err
		}
	}
	return nil
}

// containerOf reads the system at a path, which is an output of an input of the file of a container.
func (e *evaluated) containerOf(conf *derivation, name, at string) error {
	for _, base := range conf.inputs(func(name string) bool { return strings.HasPrefix(name, "nixos-system-") }) {
		d, ok := e.read(base)
		if !ok || d.output() != at {
			continue
		}
		if *e.left == 0 || slices.Contains(e.around, base) {
			e.miss(name, errContainers.Error())
			return nil
		}
		*e.left--
		inner := &evaluated{ctx: e.ctx, store: e.store, around: append(slices.Clone(e.around), base), left: e.left}
		its, err := inner.system(d)
		switch {
		case e.ctx.Err() != nil:
			return e.ctx.Err()
		case err != nil:
			e.miss(name, err.Error())
		default:
			e.sys.addContainer(name, its)
		}
		return nil
	}
	e.miss(name, "the derivation of its system is not in the store")
	return nil
}
