package nixos

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"wardnix/nixast/eval"
)

// A Host is a system that a project describes: an output nixosConfigurations.X
// of a flake, or a configuration.nix. The files that no such system leads to
// are a Host of their own, without a name, in which equal unit names meet and
// of whose options only what is set is known.
type Host struct {
	// Name is the host's name; empty for the rest of the project.
	Name string
	// Release is the NixOS release of the host.
	Release Release
	// Systemd is its systemd version.
	Systemd int
	// ReleaseKnown tells that the project, or an option, said so; otherwise
	// the newest release is assumed.
	ReleaseKnown bool
	// Files are the files that the host is made of, as far as they are in
	// the project, in the order of the module system.
	Files []*File
	// Unseen are the modules that cannot be read: of inputs, of computed
	// imports.
	Unseen []Reason
	// Units are the units that the host defines or changes, by scope and name.
	Units []*Unit
	// Confs are the configuration files of systemd that it writes, by scope and
	// name; one that several options write is there for each of them.
	Confs []*Unit

	project *Project
	world   *world
}

// Option is an option of the host by its path. It is never nil.
func (h *Host) Option(path ...string) *Option { return h.world.root.at(path...).option() }

// Evaluator is the evaluator that the values of the host belong to. It is for
// one goroutine at a time.
func (h *Host) Evaluator() *eval.Evaluator { return h.world.ev }

// findHosts reads the systems that a project describes, and puts the files that none of them uses into one more.
func findHosts(p *Project) []*Host {
	var hosts []*Host
	used := map[*File]bool{}
	for _, r := range p.roots {
		for _, system := range systemsOf(p, r) {
			h := newHost(p, r, system)
			h.finish()
			hosts = append(hosts, h)
			maps.Copy(used, system.imported)
		}
	}
	for _, h := range hosts {
		for _, f := range h.Files {
			used[f] = true
		}
	}
	// A file that hosts use may define units that none of them has.
	again := map[*File]bool{}
	for _, l := range leftovers(p, hosts) {
		if f := p.File(l.binding.File().Name); used[f] {
			again[f] = true
		}
	}
	rest := restOf(p, used, again)
	seen := newSeen(hosts)
	rest.Units = slices.DeleteFunc(rest.Units, seen.has)
	rest.Confs = slices.DeleteFunc(rest.Confs, seen.has)
	hosts = append(hosts, rest)
	rest.addLeftovers(leftovers(p, hosts))
	return hosts
}

func newHost(p *Project, r *root, system foundSystem) *Host {
	h := &Host{Name: system.name, project: p, world: system.world}
	h.setRelease(pinsOf(p, r), system.input)
	return h
}

// setRelease takes the release from the options, or else from the pins of the
// project.
func (h *Host) setRelease(pinned pins, input string) {
	opts := h.project.opts
	h.Release = opts.Release
	h.ReleaseKnown = !opts.Release.IsZero() || opts.Systemd != 0
	if h.Release.IsZero() {
		var ok bool
		if h.Release, ok = pinned.of(input); ok {
			h.ReleaseKnown = true
		} else {
			h.Release = newestRelease
		}
	}
	h.Systemd = cmp.Or(opts.Systemd, h.Release.Systemd())
}

// finish merges the modules of a host.
func (h *Host) finish() {
	h.Files = h.world.files()
	h.Unseen = h.world.unseen
	h.Units, h.Confs = h.world.units(h, Scope{}, 0)
	sortUnits(h.Units)
	sortUnits(h.Confs)
}

// files are the files of the modules of a world.
func (w *world) files() []*File {
	var files []*File
	for _, m := range w.modules {
		if m.file != nil && !slices.Contains(files, m.file) {
			files = append(files, m.file)
		}
	}
	return files
}

// restOf is the world of the files that no host uses, and of those that are to
// be looked at again.
func restOf(p *Project, used, again map[*File]bool) *Host {
	ev, _ := newEvaluator(p, stepsOfRest)
	w := newWorld(p, ev)
	w.loose = true
	var queue []pendingModule
	for _, f := range p.Files() {
		if f.Tree != nil && (!used[f] || again[f]) && path.Base(f.Name) != "flake.nix" {
			queue = append(queue, pendingModule{value: w.ev.File(f.Tree), file: f, whole: true})
		}
	}
	w.collect(queue)
	h := &Host{project: p, world: w}
	var pinned pins
	if len(p.roots) > 0 {
		pinned = pinsOf(p, p.roots[0])
	}
	h.setRelease(pinned, "")
	h.finish()
	h.Unseen = nil // files that are no modules
	return h
}

// A foundSystem is a system before its modules are merged.
type foundSystem struct {
	name  string
	input string // the input of the flake that its nixpkgs comes from
	world *world
	// imported are the files that were imported as expressions.
	imported map[*File]bool
}

// systemsOf finds the systems of a project: what its flake.nix outputs, else
// its configuration.nix.
func systemsOf(p *Project, r *root) []foundSystem {
	if f := p.File(p.name(path.Join(r.dir, "flake.nix"))); f != nil && f.Tree != nil {
		return flakeSystems(p, r, f)
	}
	for _, name := range []string{"configuration.nix", "nixos/configuration.nix"} {
		f := p.File(p.name(path.Join(r.dir, name)))
		if f == nil || f.Tree == nil {
			continue
		}
		ev, imported := newEvaluator(p, stepsOfHost)
		w := newWorld(p, ev)
		w.complete = true
		w.collect([]pendingModule{{value: w.ev.File(f.Tree), file: f, whole: true}})
		return []foundSystem{{name: path.Base(strings.TrimSuffix(f.Name, ".nix")), world: w, imported: imported}}
	}
	return nil
}
