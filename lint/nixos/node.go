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
	several bool // one of the kids is a pattern

	discharging, settling, expanding phase

	opt    *Option
	absent map[string]*node // the nodes below that nothing sets, once all kids are known
	*contents
}

// contents are what is set at a node and below it.
type contents struct {
	raw   []*Def // the definitions as they are written
	plain []*Def // without mkMerge, mkIf, mkForce and other properties
	defs  []*Def // those that may count, in merge order
	*branch
}

// branch is what few nodes have: most are leaves. A node without kids is given one of its
// own by [node.grow] before it is written to.
type branch struct {
	assume []*eval.Cond // set on the node of a unit: what is assumed below it
	lost   []*Def       // the definitions that certainly do not count

	kids   []*node          // by name
	names  map[string]*node // the same, while they are many and not known as a whole
	unseen []Reason         // why there may be other kids
	attrs  []*Option        // of Option.Attrs, once all kids are known
}

// nothing is what is set at nodes that nothing sets, of which there are many.
var nothing = contents{branch: &leaf}

// leaf is the branch that nodes share until they grow.
var leaf branch

// grow gives a node a branch of its own, to be written to.
func (n *node) grow() {
	if n.branch == &leaf {
		n.branch = new(branch)
	}
}

func newNode(w *world, parent *node, name string, defs ...*Def) *node {
	one := &struct { // most have one definition
		node
		own contents
		def [1]*Def
	}{node: node{world: w, parent: parent, name: name}, own: contents{raw: defs, branch: &leaf}}
	one.contents = &one.own
	if len(defs) == 0 {
		one.raw = one.def[:0]
	}
	return &one.node
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
func (n *node) discharged() []*Def {
	n.discharging.run(n.discharge)
	return n.plain
}

func (n *node) discharge() {
	outer := n.world.discharges
	for _, d := range n.raw {
		n.world.discharges = 0
		n.plain = n.world.discharge(n.plain, d, 0)
	}
	if n.isSubmodule() || n.parent == n.world.root && slices.Contains(n.world.freeform, n.name) {
		n.plain = n.modules(n.plain)
	}
	if slices.Equal(n.plain, n.raw) {
		n.plain = n.raw
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
	defs := n.filterPriorities(changed(n.discharged(), n.resolved))
	byOrder := func(a, b *Def) int { return cmp.Compare(a.Order, b.Order) }
	if !slices.IsSortedFunc(defs, byOrder) {
		defs = slices.Clone(defs)
		slices.SortStableFunc(defs, byOrder)
	}
	if len(defs) > 1 && n.isSubmodule() {
		defs = slices.Clone(defs)
		slices.Reverse(defs)
	}
	n.defs = defs
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

// resolved is a definition with what its conditions come to; nil if one is false.
func (n *node) resolved(d *Def) *Def {
	ev := n.world.ev
	when, truth := d.conds.and(ev, d.When)
	if truth != eval.No {
		when, truth = simplify(ev, when, n.assumed())
	}
	if truth == eval.No {
		return nil
	}
	if d.conds == nil {
		return d.with(d.Value, when)
	}
	one := *d
	one.When, one.conds = when, nil
	return &one
}

// and is a condition together with those of the guard, from the outermost on.
func (g *guard) and(ev *eval.Evaluator, when *eval.Cond) (*eval.Cond, eval.Truth) {
	if g == nil {
		return when, eval.Maybe
	}
	when, truth := g.outer.and(ev, when)
	if truth == eval.No {
		return nil, eval.No
	}
	truth, cond := ev.Truth(g.cond)
	if truth == eval.Maybe {
		when, truth = ev.And(when, cond)
	}
	return when, truth
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
	for _, d := range defs {
		if n.world.draw(defSize) {
			n.expand(d, option)
		}
	}
	if n.branch != &leaf {
		slices.SortFunc(n.kids, func(a, b *node) int { return strings.Compare(a.name, b.name) })
		n.names = nil
	}
}

func (n *node) expand(d *Def, option bool) {
	set, ok := n.world.ev.Force(d.Value).(*eval.Attrs)
	if !ok {
		if u, ok := n.world.ev.Force(d.Value).(*eval.Unknown); ok && u.Failure == eval.NoFailure {
			n.lacks(*reasonOf(u))
		}
		return
	}
	if n.world.propertyOf(set) != "" { // where NixOS does not look for one
		n.lacks(Reason{Text: "NixOS does not look into " + firstWord(set.Origin()) + " here", Node: set.Origin()})
		return
	}
	if option && d.Priority != PriorityPlain {
		plain := *d
		plain.Priority = PriorityPlain
		d = &plain
	}
	for _, a := range set.All() {
		if d.top && slices.Contains(moduleKeys[:], a.Name) {
			continue
		}
		if !n.world.draw(defSize) {
			break
		}
		kid := n.named(a.Name, false)
		kid.raw = n.world.attrDefs(kid.raw, a, d)
	}
	for _, r := range set.Rest() {
		if r.Name == nil {
			why := *cmp.Or(reasonOf(r.Open), &Reason{Text: "not known as a whole"})
			why.Node = cmp.Or(why.Node, r.Site, d.Binding)
			n.lacks(why)
			continue
		}
		kid := n.named(r.Name.Pattern(), true)
		kid.raw = n.world.attrDefs(kid.raw, eval.Attr{Defs: []eval.Def{{When: r.When, Value: r.Value, Site: r.Site}}}, d)
	}
}

// lacks notes why there may be other nodes below n.
func (n *node) lacks(why ...Reason) {
	if len(why) > 0 {
		n.grow()
		n.unseen = append(n.unseen, why...)
	}
}

// firstWord is the name of the function in a call, for messages.
func firstWord(n nixast.Node) string {
	for n.Kind() == nixast.Apply {
		n = n.Child(0)
	}
	return "`" + n.Text() + "`"
}

// named is the kid of a name, which is made if it is new.
func (n *node) named(name string, pattern bool) *node {
	kid := n.kid(name)
	if kid == nil {
		n.world.draw(nodeSize)
		n.several = n.several || pattern
		kid = newNode(n.world, n, name)
		kid.pattern = pattern
		n.grow()
		n.kids = append(n.kids, kid)
		if n.names != nil {
			n.names[name] = kid
		}
	}
	return kid
}

// fewKids is up to how many kids are looked through one by one.
const fewKids = 16

// kid is the kid of a name, of those that are known so far; nil if there is none.
func (n *node) kid(name string) *node {
	switch {
	case n.expanding == done:
		return n.found(name)
	case len(n.kids) <= fewKids:
		for _, kid := range n.kids {
			if kid.name == name {
				return kid
			}
		}
		return nil
	case n.names == nil:
		n.names = make(map[string]*node, 2*len(n.kids))
		for _, kid := range n.kids {
			n.names[kid.name] = kid
		}
	}
	return n.names[name]
}

// found is the kid of a name, once all are known and sorted.
func (n *node) found(name string) *node {
	from, to := 0, len(n.kids)
	for from < to {
		if middle := (from + to) / 2; n.kids[middle].name < name {
			from = middle + 1
		} else {
			to = middle
		}
	}
	if from < len(n.kids) && n.kids[from].name == name {
		return n.kids[from]
	}
	return nil
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
	return n.kid(name)
}

// without is the node of a name that nothing in sight sets.
func (n *node) without(name string) *node {
	if kid := n.absent[name]; kid != nil {
		return kid
	}
	kid := &node{world: n.world, parent: n, name: name, discharging: done, settling: done, expanding: done, contents: &nothing}
	if n.expanding == done {
		if n.absent == nil {
			n.absent = map[string]*node{}
		}
		n.absent[name] = kid
	}
	return kid
}

// forget frees what is known of the options below n that nothing sets.
func (n *node) forget() {
	n.absent = nil
	for _, kid := range n.kids {
		kid.forget()
	}
}

// find is the node below n at a path that something in sight sets; nil for others.
func (n *node) find(path ...string) *node {
	for _, name := range path {
		if n = n.below(name); n == nil {
			return nil
		}
	}
	return n
}

// childrenAt are the nodes below the one at a path below n.
func (n *node) childrenAt(path ...string) []*node {
	if n = n.find(path...); n == nil {
		return nil
	}
	return n.children()
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

func (n *node) path() []string { return n.pathIn(nil) }

// pathIn is the path of n in the memory of buf, if that is large enough.
func (n *node) pathIn(buf []string) []string {
	depth := 0
	for p := n; p.parent != nil; p = p.parent {
		depth++
	}
	path := slices.Grow(buf[:0], depth)[:depth]
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
	var few [8]string
	path := n.pathIn(few[:])
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
