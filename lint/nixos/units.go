package nixos

import (
	"cmp"
	"slices"
	"strings"

	"wardnix/lint/systemd/unitfile"
	"wardnix/nixast/eval"
)

// A manager is where the units of a service manager are set.
type manager struct {
	kind ScopeKind
	path []string
}

// managers are all of them.
var managers = [...]manager{
	{System, []string{"systemd"}},
	{User, []string{"systemd", "user"}},
	{Initrd, []string{"boot", "initrd", "systemd"}},
}

// A unitSet is an option that has the units of a type.
type unitSet struct{ option, unitType string }

// unitSets are the options that have the units of a type.
var unitSets = [...]unitSet{
	{"automounts", "automount"},
	{"mounts", "mount"},
	{"paths", "path"},
	{"services", "service"},
	{"slices", "slice"},
	{"sockets", "socket"},
	{"targets", "target"},
	{"timers", "timer"},
}

// HoldsUnits reports whether an option is one that holds units: systemd.services and
// its kin, systemd.units, and those of users and of stage 1
// (nixos/modules/system/boot/systemd.nix, NixOS 26.11).
func HoldsUnits(path []string) bool {
	return slices.ContainsFunc(managers[:], func(m manager) bool {
		n := len(m.path)
		return len(path) == n+1 && slices.Equal(path[:n], m.path) &&
			(path[n] == "units" || slices.ContainsFunc(unitSets[:], func(s unitSet) bool { return s.option == path[n] }))
	})
}

// units are the units that the modules of a world define, and the configuration
// files, with those of the worlds inside it.
func (w *world) units(h *Host, scope Scope, depth int) (units, confs []*Unit) {
	for _, m := range managers {
		at := w.root.at(m.path...)
		inner := scope
		if m.kind != System && scope.Kind == System {
			inner.Kind = m.kind
		}
		for _, set := range unitSets {
			w.extend(at.at(set.option))
			units = append(units, w.unitsOfType(h, inner, at.at(set.option), set.unitType)...)
		}
		units = append(units, w.textUnits(h, inner, m)...)
	}
	units = append(units, timersOf(units)...)
	if w.share.number == 0 {
		confs = w.confs(h, scope)
	}
	if depth < 4 {
		for _, child := range w.childWorlds(scope) {
			us, cs := child.world.units(h, child.scope, depth+1)
			units, confs = append(units, us...), append(confs, cs...)
		}
	}
	return units, confs
}

func (w *world) unitsOfType(h *Host, scope Scope, set *node, unitType string) []*Unit {
	if unitType == "mount" || unitType == "automount" {
		if w.share.number > 0 {
			return nil
		}
		return w.mounts(h, scope, set, unitType)
	}
	var units []*Unit
	for _, n := range set.children() {
		if !w.share.has(n.name) {
			continue
		}
		n.settle()
		if slices.ContainsFunc(n.defs, (*Def).own) {
			u := newUnit(h, scope, n, n.name+"."+unitType)
			if n.name == "" {
				u.Name, u.Pattern = modularName+u.Name, true
			}
			units = append(units, u)
		}
	}
	return units
}

// modularName replaces the name of a modular service. Its module calls its main
// unit "", which becomes the name that a system gives the service
// (nixos/modules/system/service/systemd/system.nix, NixOS 26.11).
const modularName = "${service}"

func newUnit(h *Host, scope Scope, n *node, name string) *Unit {
	n.settle()
	u := &Unit{identity: new(Identity), Name: name, Pattern: n.pattern, Scope: scope, Host: h}
	own := func(d *Def) *Def {
		if d.extends {
			return nil
		}
		return d
	}
	n.grow()
	n.assume = commonConditions(changed(n.defs, own))
	for _, c := range n.assume {
		u.when, _ = n.world.ev.And(u.when, c)
	}
	n.defs = changed(n.defs, func(d *Def) *Def {
		when, _ := simplify(n.world.ev, d.When, n.assume)
		return d.with(d.Value, when)
	})
	u.opt = n.option()
	u.opt.Defs = changed(u.opt.Defs, own)
	for _, kid := range n.children() {
		if scope.Kind != User && scope.Kind != HomeManager {
			break // home-manager has units of users only
		}
		if OwnSection(strings.ToLower(kid.name)) == kid.name || kid.name == "Unit" || kid.name == "Install" {
			u.Style = SectionStyle
		}
	}
	u.Partial = u.partial()
	return u
}

// commonConditions are the conditions that all definitions of a unit share.
// The result is not nil.
func commonConditions(defs []*Def) []*eval.Cond {
	common := []*eval.Cond{}
	for i, d := range defs {
		if d.Maybe != nil && i > 0 {
			continue
		}
		if i == 0 {
			common = append(common, conjuncts(d.When)...)
			continue
		}
		these := conjuncts(d.When)
		common = slices.DeleteFunc(common, func(c *eval.Cond) bool { return !slices.Contains(these, c) })
	}
	return common
}

// partial collects why settings of the unit may be unseen.
func (u *Unit) partial() []Reason {
	var reasons []Reason
	add := func(more []Reason) {
		for _, r := range more {
			if !slices.Contains(reasons, r) {
				reasons = append(reasons, r)
			}
		}
	}
	n := u.opt.node
	n.children()
	add(n.unseen)
	for _, section := range u.sections() {
		o := u.sectionInSight(section)
		if o == nil {
			continue
		}
		s := o.node
		s.children()
		add(s.unseen)
		for _, kid := range s.kids {
			if kid.pattern {
				add([]Reason{{Text: "the name of the setting `" + kid.name + "` is not known", Node: kid.raw[0].Binding}})
			}
		}
	}
	for _, d := range u.Dropped() {
		add([]Reason{{Text: "NixOS drops this " + d.Option + ", which mkDefault makes weaker than " + d.By, Node: d.Def.Binding}})
	}
	return reasons
}

// timersOf are the timers that NixOS makes for the services that have a
// startAt (nixos/modules/system/boot/systemd.nix).
func timersOf(units []*Unit) []*Unit {
	type key struct {
		name  string
		scope Scope
	}
	known := map[key]*Unit{}
	for _, u := range slices.Backward(units) {
		known[key{u.Name, u.Scope}] = u // the first counts
	}
	var timers []*Unit
	for _, u := range units {
		if u.Type() != "service" || u.Style != NixOSStyle {
			continue
		}
		startAt := u.Option("startAt")
		if !startAt.IsSet() {
			continue
		}
		name := u.BaseName() + ".timer"
		if timer := known[key{name, u.Scope}]; timer != nil {
			timer.derivedFrom = startAt
			continue
		}
		n := newNode(u.opt.node.world, nil, "")
		n.settling, n.expanding = done, done
		n.grow()
		n.assume = u.opt.node.assume
		timers = append(timers, &Unit{
			identity: new(Identity),
			Name:     name, Pattern: u.Pattern, Scope: u.Scope, Host: u.Host, when: u.when,
			opt:         &Option{Path: u.opt.Path, Defs: u.opt.Defs, node: n},
			derivedFrom: startAt,
		})
	}
	return timers
}

// mounts are the units of systemd.mounts and systemd.automounts, which are lists
// whose elements are named after their mount point; in the initrd as well.
func (w *world) mounts(h *Host, scope Scope, set *node, unitType string) []*Unit {
	var units []*Unit
	for _, e := range set.option().List() {
		if e.Value == nil || e.Def == nil {
			continue
		}
		def := w.newDef(e.Value)
		def.When, def.Binding = e.When, e.Def.Binding
		if origin := w.ev.Force(e.Value).Origin(); !origin.IsZero() {
			def.Binding = origin
		}
		if e.Unseen != "" {
			def.Maybe = &Reason{Text: e.Unseen, Node: def.Binding}
		}
		n := newNode(w, set, "…", def)
		where, ok := n.at("where").option().Text()
		if ok {
			n.name, ok = pathName(h, where)
		}
		if !ok {
			n.name, n.pattern = "${where}", true
		}
		n.settle()
		if len(n.defs) > 0 {
			units = append(units, newUnit(h, scope, n, n.name+"."+unitType))
		}
	}
	return units
}

// pathName is the name that NixOS gives to the unit of a path (escapeSystemdPath in
// nixos/lib/utils.nix). Before 26.11 it kept components that are a dot; ok is false if
// the release is not known, and the name depends on it.
func pathName(h *Host, path string) (name string, ok bool) {
	dotted := strings.Contains(path+"/", "/./")
	if !dotted || h.ReleaseKnown && !h.Release.Before(Release{26, 11}) {
		return unitfile.PathName(path), true
	}
	if !h.ReleaseKnown {
		return "", false
	}
	kept := strings.Split(strings.Trim(path, "/"), "/")
	for i, part := range kept {
		if kept[i] = "."; part != "." {
			kept[i] = unitfile.PathName(part)
		}
	}
	return strings.Join(kept, "-"), true
}

// A childWorld is a system inside another.
type childWorld struct {
	world *world
	scope Scope
}

// nests are the options that hold whole systems, by name.
var nests = [...]struct {
	kind     ScopeKind
	path     []string
	inner    []string
	inherits bool // the system has the modules of the outer one too
}{
	{Container, []string{"containers"}, []string{"config"}, false},
	{MicroVM, []string{"microvm", "vms"}, []string{"config"}, false},
	{TestNode, []string{"nodes"}, nil, false},
	{HomeManager, []string{"home-manager", "users"}, nil, false},
	{Specialisation, []string{"specialisation"}, []string{"configuration"}, true},
}

func (w *world) childWorlds(outer Scope) []childWorld {
	var found []childWorld
	for _, nest := range nests {
		for _, n := range w.root.childrenAt(nest.path...) {
			if !w.share.has(n.name) {
				continue
			}
			config := n.at(nest.inner...)
			config.settle()
			if len(config.defs) == 0 {
				continue
			}
			child := newWorld(w.view, w.ev)
			child.extra, child.open, child.complete = w.extra, w.open, w.complete && !nest.inherits && nest.kind != TestNode
			var queue []pendingModule
			for _, d := range config.defs {
				file := (*File)(nil)
				if d.mod != nil {
					file = d.mod.file
				}
				queue = append(queue, pendingModule{value: d.Value, file: file, when: d.When, importer: d.mod})
			}
			child.collect(queue)
			found = append(found, childWorld{child, Scope{nest.kind, joinScope(outer, n.name)}})
		}
	}
	return found
}

func joinScope(outer Scope, name string) string {
	if outer.Name == "" {
		return name
	}
	return outer.Name + "/" + name
}

// sortUnits puts units in the order in which they are reported.
func sortUnits(units []*Unit) {
	slices.SortStableFunc(units, func(a, b *Unit) int {
		return cmp.Or(
			cmp.Compare(a.Scope.Kind, b.Scope.Kind),
			strings.Compare(a.Scope.Name, b.Scope.Name),
			strings.Compare(a.Name, b.Name),
		)
	})
}
