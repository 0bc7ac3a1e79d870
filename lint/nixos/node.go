package nixos

import (
	"cmp"
	"slices"
	"strings"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// A node is a place in the tree of a world's options, filled in when it is
// asked for.
type node struct {
	world  *world
	parent *node
	name   string
	// pattern tells that name is written as in Nix, "foo-${n}", and stands
	// for any number of nodes.
	pattern bool
	assume  []*eval.Cond // set on the node of a unit: what is taken to hold below it

	raw []rawDef // the definitions as they are written

	several bool // one of the kids is a pattern

	hasPlain, hasDefs, hasKids bool
	inPlain, inDefs, inKids    bool

	plain  []rawDef // without mkMerge, mkIf, mkForce and the like
	defs   []rawDef // those that may count, in merge order
	lost   []rawDef // those that certainly do not
	kids   []*node  // by name
	names  map[string]*node
	absent map[string]*node // those that were asked for and that nothing sets, once all kids are known
	unseen []Reason         // why there may be other kids
	opt    *Option
	attrs  []*Option // of Option.Attrs, once all kids are known
}

// A rawDef is a definition on its way down the tree.
type rawDef struct {
	value    *eval.Thunk
	skip     []string      // attributes that are no options, at the top of a module
	conds    []*eval.Thunk // conditions of mkIf around it, not yet looked at
	when     *eval.Cond    // the conditions that were
	priority int           // of the mkOverride around it; 0 if there is none
	order    int           // of the mkOrder around it; 0 if there is none
	wrapper  nixast.Node   // the call that gave priority or order
	misfit   nixast.Node   // a mkIf, mkMerge or mkOverride where none is looked at
	site     nixast.Node   // where it is written
	maybe    *Reason       // why it may not be there
	mod      *module
	// extends tells that a submodule makes it, for all elements of a set: see
	// [world.extend]. It has no site, as nothing else must be said there.
	extends bool
}

// own reports whether the definition is made where the element itself is.
func (d rawDef) own() bool { return !d.extends }

// attrDefs are the definitions of an attribute in a set that outer defines.
func (w *world) attrDefs(a eval.Attr, outer rawDef) []rawDef {
	var found []rawDef
	var earlier *eval.Cond
	var truth eval.Truth
	var maybe *Reason
	for _, d := range a.Defs {
		inner := outer
		inner.value, inner.skip = d.Value, nil
		inner.wrapper, inner.order, inner.misfit = nixast.Node{}, 0, nixast.Node{}
		if !d.Site.IsZero() && !outer.extends {
			inner.site = d.Site
		}
		when, t := w.ev.And(earlier, d.When)
		if t != eval.No {
			when, t = w.ev.And(outer.when, when)
		}
		if t != eval.No && d.Value != nil {
			inner.when = when
			inner.maybe = cmp.Or(maybe, reasonOf(d.Open), outer.maybe)
			found = append(found, inner)
		}
		switch {
		case d.Open != nil || d.Name != nil:
			maybe = cmp.Or(maybe, reasonOf(d.Open), &Reason{Text: "another attribute of the set may have this name", Node: d.Site})
		case d.When == nil:
			return found
		default:
			if earlier, truth = w.ev.And(earlier, w.ev.Not(d.When)); truth == eval.No {
				return found
			}
		}
	}
	return found
}

func reasonOf(u *eval.Unknown) *Reason {
	if u == nil {
		return nil
	}
	return &Reason{Text: cmp.Or(u.Reason, "not known"), Node: cmp.Or(u.At, u.Origin())}
}

// Bounds for mkIf, mkMerge and the like around one definition.
const (
	maxNesting    = 32
	maxDischarges = 2_000
)

// discharge takes mkMerge, mkIf, mkOverride and mkOrder off a definition, and
// gives one for each value that is left.
func (w *world) discharge(d rawDef, depth int) []rawDef {
	if w.discharges++; depth > maxNesting || w.discharges > maxDischarges || !w.draw(defSize) {
		d.maybe = &Reason{Text: "mkIf and mkMerge are nested too deep", Node: d.site}
		return []rawDef{d}
	}
	var out []rawDef
	var earlier *eval.Cond
	var truth eval.Truth
	for _, c := range w.ev.Cases(d.value) {
		one := d
		one.value = c.Value
		when, t := w.ev.And(earlier, c.When)
		if t != eval.No {
			one.when, t = w.ev.And(d.when, when)
		}
		if t != eval.No {
			out = append(out, w.dischargeOne(one, depth)...)
		}
		if c.When == nil {
			break
		}
		if earlier, truth = w.ev.And(earlier, w.ev.Not(c.When)); truth == eval.No {
			break
		}
	}
	return out
}

func (w *world) dischargeOne(d rawDef, depth int) []rawDef {
	set, _ := w.ev.Force(d.value).(*eval.Attrs)
	kind := w.propertyOf(set)
	if kind == "" {
		return []rawDef{d}
	}
	member := func(name string) *eval.Thunk { return w.ev.Value(set.Lookup(name)) }
	if d.priority != 0 && !d.wrapper.IsZero() && kind != "order" || d.order != 0 {
		d.misfit = set.Origin() // NixOS looks for these outside mkOverride and mkOrder only
		return []rawDef{d}
	}
	switch kind {
	case "if":
		d.conds = append(slices.Clip(d.conds), member("condition"))
		d.value = member("content")
		return w.discharge(d, depth+1)
	case "merge":
		return w.dischargeMerge(d, member("contents"), depth)
	}
	number, ok := w.ev.Force(member("priority")).(*eval.Int)
	if !ok {
		d.maybe = &Reason{Text: "its priority is not known", Node: set.Origin()}
		number = &eval.Int{V: PriorityPlain}
	}
	if kind == "override" {
		d.priority = int(number.V)
	} else {
		d.order = int(number.V)
	}
	d.value, d.wrapper = member("content"), set.Origin()
	return w.discharge(d, depth+1)
}

func (w *world) dischargeMerge(d rawDef, contents *eval.Thunk, depth int) []rawDef {
	list := w.ev.List(contents)
	if list == nil {
		d.value = contents
		return []rawDef{d}
	}
	var out []rawDef
	for _, item := range list.Items {
		one := d
		one.value = item.Value
		when, t := w.ev.And(d.when, item.When)
		if t == eval.No {
			continue
		}
		one.when = when
		if item.Many {
			one.maybe = &Reason{Text: "the list of mkMerge is not known as a whole", Node: list.Origin()}
		}
		out = append(out, w.discharge(one, depth+1)...)
	}
	return out
}

// propertyOf is the _type of what mkIf and the like make: "if", "merge",
// "override" or "order"; empty for other sets.
func (w *world) propertyOf(set *eval.Attrs) string {
	if set == nil {
		return ""
	}
	a := set.Lookup("_type")
	if !certain(a) {
		return ""
	}
	s := w.ev.String(w.ev.Value(a))
	if s == nil {
		return ""
	}
	text, _ := s.Text()
	switch text {
	case "if", "merge", "override", "order":
		return text
	}
	return ""
}

func certain(a eval.Attr) bool { return len(a.Defs) > 0 && a.Certain() }

func (n *node) discharged() []rawDef {
	if n.hasPlain || n.inPlain {
		return n.plain
	}
	n.inPlain = true
	outer := n.world.discharges
	for _, d := range n.raw {
		n.world.discharges = 0
		n.plain = append(n.plain, n.world.discharge(d, 0)...)
	}
	if n.isSubmodule() {
		n.plain = n.modules(n.plain)
	}
	n.world.discharges = outer
	n.inPlain, n.hasPlain = false, true
	return n.plain
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
// of different priorities the strongest counts where its condition holds.
func (n *node) settle() {
	if n.hasDefs || n.inDefs {
		return
	}
	n.inDefs = true
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
	n.inDefs, n.hasDefs = false, true
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

// filterPriorities keeps the definitions of the strongest priority, and of the
// weaker ones those that count where none of the stronger does.
func (n *node) filterPriorities(defs []rawDef) []rawDef {
	strength := func(d rawDef) int { return cmp.Or(d.priority, PriorityPlain) }
	var levels []int
	for _, d := range defs {
		levels = append(levels, strength(d))
	}
	slices.Sort(levels)
	levels = slices.Compact(levels)
	if len(levels) < 2 {
		return defs
	}
	ev := n.world.ev
	alive := make([]bool, len(defs))
	var rest *eval.Cond // that none of the stronger levels counts
	truth := eval.Maybe
	var maybe *Reason
	for _, level := range levels {
		next, possible := rest, truth != eval.No
		for i := range defs {
			if strength(defs[i]) != level {
				continue
			}
			var t eval.Truth
			when := defs[i].when
			if defs[i].when, t = ev.And(when, rest); truth == eval.No || t == eval.No {
				defs[i].when = when
				continue
			}
			alive[i] = true
			switch {
			case defs[i].maybe != nil:
				maybe = defs[i].maybe
			case when == nil:
				possible = false
			default:
				if next, t = ev.And(next, ev.Not(when)); t == eval.No {
					possible = false
				}
			}
		}
		for i := range defs {
			if maybe != nil && strength(defs[i]) > level && defs[i].maybe == nil {
				defs[i].maybe = maybe
			}
		}
		rest = next
		if !possible {
			truth = eval.No
		}
	}
	var kept []rawDef
	for i, d := range defs {
		if alive[i] {
			kept = append(kept, d)
		} else {
			n.lost = append(n.lost, d)
		}
	}
	return kept
}

// simplify is c where all of assumed holds; nil with Yes if it then always
// holds, nil with No if it never does.
func simplify(ev *eval.Evaluator, c *eval.Cond, assumed []*eval.Cond) (*eval.Cond, eval.Truth) {
	if c == nil {
		return nil, eval.Yes
	}
	if slices.Contains(assumed, c) {
		return nil, eval.Yes
	}
	switch c.Op {
	case eval.Not:
		switch inner, t := simplify(ev, c.Args[0], assumed); t {
		case eval.Yes:
			return nil, eval.No
		case eval.No:
			return nil, eval.Yes
		default:
			return ev.Not(inner), eval.Maybe
		}
	case eval.And:
		a, ta := simplify(ev, c.Args[0], assumed)
		b, tb := simplify(ev, c.Args[1], assumed)
		if ta == eval.No || tb == eval.No {
			return nil, eval.No
		}
		return ev.And(a, b)
	case eval.Or:
		a, ta := simplify(ev, c.Args[0], assumed)
		b, tb := simplify(ev, c.Args[1], assumed)
		switch {
		case ta == eval.Yes || tb == eval.Yes:
			return nil, eval.Yes
		case ta == eval.No:
			return b, tb
		case tb == eval.No:
			return a, ta
		}
	}
	return c, eval.Maybe
}

// conjuncts are the conditions that all hold if c does.
func conjuncts(c *eval.Cond) []*eval.Cond {
	switch {
	case c == nil:
		return nil
	case c.Op == eval.And:
		return append(conjuncts(c.Args[0]), conjuncts(c.Args[1])...)
	}
	return []*eval.Cond{c}
}

// children are the nodes below n, by name.
func (n *node) children() []*node {
	if n.hasKids || n.inKids {
		return n.kids
	}
	n.inKids = true
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
	n.inKids, n.hasKids = false, true
	return n.kids
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
	kid := &node{world: n.world, parent: n, name: name, hasKids: true}
	if n.hasKids {
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
		if n.inKids || n.inPlain || n.inDefs && n.isOption() {
			return false
		}
		if n = n.below(name); n == nil {
			return true
		}
	}
	return !n.inPlain && !n.inDefs
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
