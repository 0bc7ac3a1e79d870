package workspace

import (
	"maps"
	"slices"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// A note is what editors need of a unit. It is there of units that were freed, too.
type note struct {
	*nixos.Unit
	files    []string
	whole    *unitfile.Unit
	scorable bool
	origins  []origin
	sets     map[nixast.Node]string // of nixos.Unit.Sets
	accounts accounts
}

// accounts are the users and the groups that a host declares, by "users" and "groups".
type accounts map[string][]string

func accountsOf(h *nixos.Host) accounts {
	all := accounts{}
	for _, option := range []string{"users", "groups"} {
		for _, o := range h.Option("users", option).Attrs() {
			if !o.IsPattern() {
				all[option] = append(all[option], o.Name())
			}
		}
	}
	return all
}

// An origin is where a setting of a unit is written.
type origin struct {
	section, key string
	binding      nixast.Node
}

// notes are those of the units of a part of a project.
type notes map[*nixos.Unit]*note

// noting notes the units of each part of a project.
var noting = &lint.Rule{Fact: func(part *unit.Part) any {
	all, declared := notes{}, map[*nixos.Host]accounts{}
	for _, u := range slices.Concat(part.Units, part.Confs) {
		if declared[u.Host] == nil {
			declared[u.Host] = accountsOf(u.Host)
		}
		all[u.Unit] = newNote(u.Unit, declared[u.Host])
		u.Forget()
	}
	return all
}}

func newNote(u *nixos.Unit, declared accounts) *note {
	n := &note{Unit: u, whole: u.Whole(), scorable: scorable(u), sets: u.Sets(), accounts: declared}
	for _, f := range u.Files() {
		n.files = append(n.files, f.Name)
	}
	for _, l := range u.Lines() {
		if l.IsWritten() {
			n.origins = append(n.origins, origin{l.Section, l.Key, l.Def.Binding})
		}
	}
	return n
}

// note is what is noted of a unit.
func (s *Snapshot) note(u *nixos.Unit) *note {
	if s.notes == nil {
		s.notes = notes{}
		for _, part := range s.cache.Facts(noting) {
			maps.Copy(s.notes, part.(notes))
		}
	}
	n := s.notes[u]
	if n == nil {
		n = newNote(u, accountsOf(u.Host))
		s.notes[u] = n
	}
	return n
}

// awake is a unit of some whose host is evaluated, or else is to be.
func (s *Snapshot) awake(units []*note) *note {
	i := max(slices.IndexFunc(units, func(n *note) bool { return !n.Host.IsFree() }), 0)
	s.latest = units[i].Host
	return units[i]
}

// visit calls do for each host, and frees it again if it was freed.
func (s *Snapshot) visit(do func(h *nixos.Host)) {
	for _, h := range s.workspace.Project.Hosts() {
		borrow(h, func() { do(h) })
	}
}

// borrow calls do, and frees a host again if it was freed.
func borrow(h *nixos.Host, do func()) {
	if h.IsFree() {
		defer h.Free()
	}
	do()
}
