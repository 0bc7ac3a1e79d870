package nixos

import (
	"cmp"
	"slices"
	"strings"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// A node is a place in the tree of a world's options. Its parts are computed in phases,
// each when it is first required.
type node struct {
	world  *world
	parent *node
	name   string
	// pattern reports that name is written as in Nix, "foo-${n}", for any number of
	// nodes.
	pattern bool
	assume  []*eval.Cond // set on the node of a unit: what is assumed below it

	raw []rawDef // the definitions as they are written

	several bool // one of the kids is a pattern

	discharging phase
	plain       []rawDef // without mkMerge, mkIf, mkForce and other properties

	settling phase
	defs     []rawDef // those that may count, in merge order
	lost     []rawDef // those that certainly do not

	expanding phase
	kids      []*node // by name
	names     map[string]*node
	absent    map[string]*node // those that nothing sets, once all kids are known
	unseen    []Reason         // why there may be other kids
	opt       *Option
	attrs     []*Option // of Option.Attrs, once all kids are known
}

// A phase is the state of a part of a node that is computed when it is first required.
// What depends on itself meets a phase that is running, and finds what there is so far.
type phase uint8

const (
	due phase = iota
	running
	done
)

// run computes the part, unless that is done or running.
func (p *phase) run(compute func()) {
	if *p != due {
		return
	}
	*p = running
	compute()
	*p = done
}

// discharged are the definitions of n without properties.
func (n *node) discharged() []rawDef {
	n.discharging.run(n.discharge)
	return n.plain
}

func (n *node) discharge() {
	outer := n.world.discharges
	for _, d := range n.raw {
		n.world.discharges = 0
		n.plain = append(n.plain, n.world.discharge(d, 0)...)
	}
	if n.isSubmodule() {
		n.plain = n.modules(n.plain)
	}
	n.world.discharges = outer
}

// About what things take in memory, in bytes.
const (
	moduleSize = 500
	nodeSize   = 400
	defSize    = 240 // a definition, or a line
)

// draw takes a step and a number of bytes from the budget of the host; false if it
// is used up.
func (w *world) draw(bytes int) bool { return w.ev.Budget().Draw(1, bytes) }

// settle decides which definitions may count: conditions are looked at, and
// of different priorities the strongest counts if its condition is true.
func (n *node) settle() { n.settling.run(n.weigh) }

func (n *node) weigh() {
	var defs []rawDef
	for _, d := range n.discharged() {
		if n.resolve(&d) {
			defs = append(defs, d)
		}
	}
	n.defs = n.filterPriorities(defs)
	slices.SortStableFunc(n.defs, func(a, b rawDef) int {
		return cmp.Compare(cmp.Or(a.order, orderPlain), cmp.Or(b.order, orderPlain))
	})
	if n.isSubmodule() {
		slices.Reverse(n.defs)
	}
}

// isSubmodule reports whether n is an element of an option whose elements are
// submodules. Their definitions are merged from the last to the first: seen
// with NixOS 20.09 and 26.11.
func (n *node) isSubmodule() bool {
	if n.parent == nil || n.parent.parent == nil {
		return false
	}
	set, above := n.parent.name, n.parent.parent.name
	switch above {
	case "systemd", "user":
		return slices.ContainsFunc(unitSets[:], func(s unitSet) bool { return s.option == set })
	case "users":
		return set == "users" || set == "groups"
	}
	return false
}

// resolve looks at the conditions of a definition; false if one is false.
func (n *node) resolve(d *rawDef) bool {
	ev := n.world.ev
	for _, c := range d.conds {
		truth, when := ev.Truth(c)
		if truth == eval.No {
			return false
		}
		if truth == eval.Maybe {
			if d.when, truth = ev.And(d.when, when); truth == eval.No {
				return false
			}
		}
	}
	d.conds = nil
	when, truth := simplify(ev, d.when, n.assumed())
	d.when = when
	return truth != eval.No
}

func (n *node) assumed() []*eval.Cond {
	for p := n.parent; p != nil; p = p.parent {
		if p.assume != nil {
			return p.assume
		}
	}
	return nil
}

// children are the nodes below n, by name.
func (n *node) children() []*node {
	n.expanding.run(n.expandAll)
	return n.kids
}

func (n *node) expandAll() {
	defs := n.discharged()
	option := n.isOption()
	if option {
		n.settle()
		defs = n.defs
	}
	n.names = map[string]*node{}
	for _, d := range defs {
		if n.world.draw(defSize) {
			n.expand(d, option)
		}
	}
	slices.SortFunc(n.kids, func(a, b *node) int { return strings.Compare(a.name, b.name) })
}

func (n *node) expand(d rawDef, option bool) {
	set, ok := n.world.ev.Force(d.value).(*eval.Attrs)
	if !ok {
		if u, ok := n.world.ev.Force(d.value).(*eval.Unknown); ok && u.Failure == eval.NoFailure {
			n.unseen = append(n.unseen, *reasonOf(u))
		}
		return
	}
	if n.world.propertyOf(set) != "" { // where NixOS does not look for one
		n.unseen = append(n.unseen, Reason{Text: "NixOS does not look into " + firstWord(set.Origin()) + " here", Node: set.Origin()})
		return
	}
	if option {
		d.priority = 0
	}
	for _, a := range set.All() {
		if slices.Contains(d.skip, a.Name) {
			continue
		}
		if !n.world.draw(defSize) {
			break
		}
		kid := n.named(a.Name, false)
		kid.raw = append(kid.raw, n.world.attrDefs(a, d)...)
	}
	for _, r := range set.Rest() {
		if r.Name == nil {
			why := *cmp.Or(reasonOf(r.Open), &Reason{Text: "not known as a whole"})
			why.Node = cmp.Or(why.Node, r.Site, d.site)
			n.unseen = append(n.unseen, why)
			continue
		}
		kid := n.named(r.Name.Pattern(), true)
		kid.raw = append(kid.raw, n.world.attrDefs(eval.Attr{Defs: []eval.Def{{When: r.When, Value: r.Value, Site: r.Site}}}, d)...)
	}
}

// firstWord is the name of the function in a call, for messages.
func firstWord(n nixast.Node) string {
	for n.Kind() == nixast.Apply {
		n = n.Child(0)
	}
	return "`" + n.Text() + "`"
}

func (n *node) named(name string, pattern bool) *node {
	kid := n.names[name]
	if kid == nil {
		n.world.draw(nodeSize)
		n.several = n.several || pattern
		kid = &node{world: n.world, parent: n, name: name, pattern: pattern}
		n.names[name] = kid
		n.kids = append(n.kids, kid)
	}
	return kid
}

// at is the node below n at a path; one without definitions if nothing in
// sight sets it.
func (n *node) at(path ...string) *node {
	for _, name := range path {
		kid := n.below(name)
		if kid == nil {
			kid = n.without(name)
		}
		n = kid
	}
	return n
}

// below is the node of a name that something in sight sets; nil for others.
func (n *node) below(name string) *node {
	n.children()
	return n.names[name]
}

// without is the node of a name that nothing in sight sets.
func (n *node) without(name string) *node {
	if kid := n.absent[name]; kid != nil {
		return kid
	}
	kid := &node{world: n.world, parent: n, name: name, expanding: done}
	if n.expanding == done {
		if n.absent == nil {
			n.absent = map[string]*node{}
		}
		n.absent[name] = kid
	}
	return kid
}

// complete reports whether the way to a path can be walked now: not while one
// of the nodes on it is being computed.
func (n *node) complete(path []string) bool {
	for _, name := range path {
		if n.expanding == running || n.discharging == running || n.settling == running && n.isOption() {
			return false
		}
		if n = n.below(name); n == nil {
			return true
		}
	}
	return n.discharging != running && n.settling != running
}

func (n *node) path() []string {
	depth := 0
	for p := n; p.parent != nil; p = p.parent {
		depth++
	}
	path := make([]string, depth)
	for p := n; p.parent != nil; p = p.parent {
		depth--
		path[depth] = p.name
	}
	return path
}

// isOption reports whether the set at n is the value of an option of NixOS,
// so that mkForce around it drops other definitions of the whole set. Above
// the options it only makes those inside stronger.
func (n *node) isOption() bool {
	path := n.path()
	if len(path) > 2 && path[0] == "boot" && path[1] == "initrd" && path[2] == "systemd" {
		path = path[2:]
	}
	if len(path) > 1 && path[0] == "systemd" && path[1] == "user" {
		path = path[1:]
	}
	if len(path) < 2 {
		return false
	}
	switch path[0] {
	case "systemd", "user":
		return path[1] != "settings" && path[1] != "network" || len(path) > 2
	case "users", "containers", "specialisation":
		return true
	case "boot":
		return len(path) > 2 && path[1] == "kernel"
	case "microvm", "home-manager":
		return true
	}
	return false
}
