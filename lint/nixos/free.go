package nixos

import (
	"slices"

	"wardnix/nixast"
)

// Free frees what was evaluated of the host and its units: most of what a project takes in
// memory. It is evaluated again once it is needed, from the same files: results do not
// depend on whether a host was freed. It is for one goroutine at a time, as before.
func (h *Host) Free() {
	if h.again == nil || h.world == nil {
		return
	}
	h.used.spent = h.spent()
	h.world = nil
	for _, u := range slices.Concat(h.Units, h.Confs) {
		u.free()
	}
}

// IsFree reports whether the host is freed, so that what depends on its evaluation takes long.
func (h *Host) IsFree() bool { return h.world == nil }

// Size is about how many bytes the evaluation of the host takes; 0 if it is freed.
func (h *Host) Size() int {
	if h.IsFree() {
		return 0
	}
	return h.used.bytes
}

// evaluated is the world of the host, evaluated again if it was freed.
func (h *Host) evaluated() *world {
	if h.world == nil {
		fresh := h.again()
		h.world = fresh.world
		h.world.refill(h.Units, fresh.Units)
		h.world.refill(h.Confs, fresh.Confs)
	}
	return h.world
}

// refill gives units what was evaluated again of them, in the same order. Of a unit that is
// gone, since a file changed on the disk meanwhile, nothing but its name is known.
func (w *world) refill(units, fresh []*Unit) {
	for i, u := range units {
		if i >= len(fresh) || fresh[i].Name != u.Name || fresh[i].Scope != u.Scope {
			u.lose(w)
			continue
		}
		host, identity, written := u.Host, u.identity, u.written
		*u = *fresh[i]
		u.Host, u.identity, u.written = host, identity, written
	}
}

// lose leaves nothing known of a unit but where it was defined.
func (u *Unit) lose(w *world) {
	n := newNode(w, nil, u.Name)
	n.settling, n.expanding = done, done
	n.grow()
	n.unseen = []Reason{{Text: "a file changed meanwhile"}}
	u.Partial = n.unseen
	u.opt = &Option{Unseen: n.unseen, node: n}
	n.opt = u.opt
	for _, at := range u.written {
		if d := w.newDef(w.opaque(u.Name)); !at.lost {
			d.Binding, d.File = at.binding, w.view.of(at.binding)
			u.opt.Defs = append(u.opt.Defs, d)
		}
	}
}

// spent says why the evaluator of the host gave up; empty if it did not.
func (h *Host) spent() string {
	if h.world == nil {
		return h.used.spent
	}
	return h.world.ev.Budget().Spent()
}

// free frees what was evaluated of a unit.
func (u *Unit) free() {
	*u = Unit{
		identity: u.identity, Name: u.Name, Pattern: u.Pattern, Scope: u.Scope, Host: u.Host, Style: u.Style, Partial: u.Partial,
		conf: u.conf, file: u.file, dropin: u.dropin, written: u.writings(),
	}
}

// option is what the unit sets, evaluated again if the host was freed.
func (u *Unit) option() *Option {
	u.Host.evaluated()
	return u.opt
}

// Bindings are where the unit is defined: those of [Unit.Defs], of a unit that was freed,
// too.
func (u *Unit) Bindings() []nixast.Node {
	var all []nixast.Node
	for _, w := range u.writings() {
		if !w.lost {
			all = append(all, w.binding)
		}
	}
	return all
}

// A writing is a binding that defines a unit.
type writing struct {
	binding nixast.Node
	file    string // its name; empty for what comes from no file
	lost    bool   // it certainly loses to others
}

// writings are the bindings that define the unit, those that certainly lose to others
// included. They are known of a unit that was freed, too.
func (u *Unit) writings() []writing {
	if u.written == nil {
		u.written = make([]writing, 0, len(u.opt.Defs)+len(u.opt.Overridden))
		for i, defs := range [...][]*Def{u.opt.Defs, u.opt.Overridden} {
			for _, d := range defs {
				w := writing{binding: d.Binding, lost: i > 0}
				if d.File != nil {
					w.file = d.File.Name
				}
				u.written = append(u.written, w)
			}
		}
	}
	return u.written
}
