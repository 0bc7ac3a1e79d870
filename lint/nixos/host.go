package nixos

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"wardnix/lint/systemd/directive"
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
	// ReleaseKnown reports that the project, or an option, said so; otherwise
	// the newest release is assumed.
	ReleaseKnown bool
	// Unstable reports that the host is pinned to a revision of the unstable branch
	// that was heading for Release: what changes in that release may be missing.
	Unstable bool
	// Locked is when that revision was made; the zero Time if that is not known.
	Locked time.Time
	// Files are the files that the host is made of, as far as they are in
	// the project, in the order of the module system.
	Files []*File
	// Unseen are the modules that cannot be read: of inputs, of computed
	// imports.
	Unseen []Reason
	// Units are the units that the host defines or changes, by scope and name. Those of
	// the files without a system have Hosts like this one but with other evaluators: of
	// another unit, rules about units ask only for its name and lines.
	Units []*Unit
	// Confs are the configuration files of systemd that it writes, by scope and
	// name; one that several options write is there for each of them.
	Confs []*Unit

	view       *view
	world      *world       // nil if it is freed
	again      func() *Host // evaluates it again; nil if it cannot be freed
	used       taken
	group      *group
	others     []*Host // the hosts of units that are evaluated elsewhere
	unfinished *Reason
}

// taken is what the evaluation of a host took.
type taken struct {
	steps, bytes int
	spent        string // why it was not finished; empty if it was
}

// Option is an option of the host by its path. It is never nil.
func (h *Host) Option(path ...string) *Option { return h.evaluated().root.at(path...).option() }

// Unfinished says why the host was not evaluated as a whole, since that takes too
// long or too much memory; nil if it was. What is not computed is unknown.
func (h *Host) Unfinished() *Reason {
	if spent := h.spent(); h.unfinished == nil && spent != "" {
		return &Reason{Text: spent}
	}
	for _, other := range h.others {
		if reason := other.Unfinished(); h.unfinished == nil && reason != nil {
			return reason
		}
	}
	return h.unfinished
}

// Evaluator is the evaluator that the options of the host belong to, and the values of
// the units whose Host it is. It is for one goroutine at a time.
func (h *Host) Evaluator() *eval.Evaluator { return h.evaluated().ev }

// Forget frees what is known of options that nothing sets, until it is required again.
func (h *Host) Forget() {
	if h.world != nil {
		h.world.root.forget()
	}
}

// group is the identity of hosts with evaluators for the same goroutine.
type group struct{ _ byte }

// SameGroup reports whether the units of two hosts are those of one system or, for files
// that no system leads to, evaluated together. Their evaluators are for the same goroutine,
// and their conditions may be combined.
func (h *Host) SameGroup(other *Host) bool { return h.group == other.group }

// views are what was read for the host.
func (h *Host) views() iter.Seq[*view] {
	return func(yield func(*view) bool) {
		for i := -1; i < len(h.others); i++ {
			of := h
			if i >= 0 {
				of = h.others[i]
			}
			if !yield(of.view) {
				return
			}
		}
	}
}

// concern reports whether changes concern the host.
func (h *Host) concern(c changes) bool {
	for v := range h.views() {
		if v.concern(c) {
			return true
		}
	}
	return false
}

// move lets what is still to be read come from a later state of the project.
func (h *Host) move(p *Project) {
	for v := range h.views() {
		v.move(p)
	}
}

// newHost is a host without its units.
func newHost(name string, w *world, pinned pins, input string) *Host {
	h := &Host{Name: name, view: w.view, world: w, group: new(group)}
	h.setRelease(w.view.now().opts, pinned, input)
	return h
}

// setRelease takes the release from the options, or else from the pins of the
// project.
func (h *Host) setRelease(opts Options, pinned pins, input string) {
	h.Release = opts.Release
	h.ReleaseKnown = !opts.Release.IsZero() || opts.Systemd != 0
	if h.Release.IsZero() {
		if pin, ok := pinned.of(input); ok {
			h.Release, h.Unstable, h.Locked, h.ReleaseKnown = pin.Release, pin.unstable, pin.locked, true
		} else {
			h.Release = newestRelease
		}
	}
	h.Systemd = cmp.Or(opts.Systemd, h.Release.Systemd())
}

// finish merges the modules of a host, and derives the text of its units.
func (h *Host) finish() {
	h.ReleaseKnown = h.ReleaseKnown || h.isNewest()
	h.Files = h.world.files()
	h.Unseen = h.world.unseen
	h.Units, h.Confs = h.world.units(h, Scope{}, 0)
	sortUnits(h.Units)
	sortUnits(h.Confs)
	for _, u := range slices.Concat(h.Units, h.Confs) {
		u.Lines()
	}
	h.world.configs = nil // rules look up few values
	budget := h.world.ev.Budget()
	h.used.steps, h.used.bytes = budget.Used()
	budget.Outlive()
}

// isNewest reports whether every system.stateVersion is the newest release: no host is
// older than the release that it was installed with.
func (h *Host) isNewest() bool {
	defs := h.Option("system", "stateVersion").Defs
	return len(defs) > 0 && !slices.ContainsFunc(defs, func(d *Def) bool {
		s := d.ev.String(d.Value)
		if s == nil {
			return true
		}
		text, known := s.Text()
		return !known || text != newestRelease.String()
	})
}

// files are the files of the modules of a world.
func (w *world) files() []*File {
	var files []*File
	seen := map[*File]bool{nil: true}
	for _, m := range w.modules {
		if !seen[m.file] {
			seen[m.file] = true
			files = append(files, m.file)
		}
	}
	return files
}

// SystemdInitrd reports whether systemd runs stage 1 of the host.
func (h *Host) SystemdInitrd() eval.Truth {
	enable := h.Option("boot", "initrd", "systemd", "enable")
	switch {
	case enable.IsSet() || len(enable.Unseen) > 0 || len(h.Unseen) > 0:
		return enable.Bool()
	case !h.ReleaseKnown:
		return eval.Maybe
	case h.Release.Before(Release{Year: 26, Month: 5}):
		return eval.No
	}
	return eval.Yes
}

// Version is the systemd that the host is judged by: Systemd, or the nearest
// version whose facts are known.
func (h *Host) Version() directive.Version { return directive.Version(h.Systemd).Clamp() }
