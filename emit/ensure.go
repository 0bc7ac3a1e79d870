package emit

import (
	"fmt"
	"slices"

	"wardnix/nixast"
)

// Ensure defines attributes below set, each by its whole path, where nothing
// defines them yet. It goes down into the sets that are there, written nested
// or dotted (through parentheses, with, let, assert, and the right side of //),
// and creates missing parents dotted where the neighbors are dotted, nested
// where they are nested. It is an error if a path is defined already, and a
// [*Refusal] if it leads through a value that is not a set literal.
func (e *Editor) Ensure(set nixast.Node, where Where, attrs ...Attr) ([]Edit, error) {
	targets := map[nixast.Node][]Attr{}
	var inOrder []nixast.Node
	for _, a := range attrs {
		if len(a.Path) == 0 {
			return nil, fmt.Errorf("an attribute has no name")
		}
		target, rest, err := descend(set, a.Path)
		if err != nil {
			return nil, err
		}
		if targets[target] == nil {
			inOrder = append(inOrder, target)
		}
		a.Path = rest
		targets[target] = append(targets[target], a)
	}
	var edits []Edit
	for _, target := range inOrder {
		more, err := e.Insert(target, where, e.compose(target, targets[target])...)
		if err != nil {
			return nil, err
		}
		edits = append(edits, more...)
	}
	if _, err := ordered(edits, len(e.file.Src)); err != nil {
		return nil, err // two sets on one line were broken
	}
	return edits, nil
}

// descend follows path from set into the innermost set literal that is there,
// and gives that set with the rest of the path.
func descend(set nixast.Node, path []string) (nixast.Node, []string, error) {
	target, rest := set, path
	for entry := range set.Entries() {
		if inherits(entry, path[0]) {
			return set, path, refuse(entry, "%s is inherited", path[0])
		}
		if !beginsWith(entry, path[0]) {
			continue
		}
		keys := pathKeys(entry)
		n := common(keys, path)
		if n == len(path) {
			return set, path, fmt.Errorf("%s is defined already", dotted(path))
		}
		if n < len(keys) {
			continue
		}
		b, _ := entry.AsBinding()
		inner, ok := literalSet(b.Value())
		if !ok {
			return set, path, refuse(b.Value(), "the value of %s is not a set literal", dotted(keys))
		}
		t, r, err := descend(inner, path[n:])
		if err != nil {
			return set, path, err
		}
		if len(r) < len(rest) {
			target, rest = t, r
		}
	}
	return target, rest, nil
}

// literalSet is the set literal in which an attribute of the value n would be
// defined: n itself, or what is after with, let and assert, in
// parentheses, or right of //, which wins over the left.
func literalSet(n nixast.Node) (nixast.Node, bool) {
	for {
		switch n.Kind() {
		case nixast.AttrSet:
			return n, true
		case nixast.Paren:
			n = n.Inner()
		case nixast.With, nixast.Assert:
			n = n.Child(1)
		case nixast.Let:
			l, _ := n.AsLet()
			n = l.Body()
		case nixast.Binary:
			b, _ := n.AsBinary()
			if b.Op() != nixast.Update {
				return nixast.Node{}, false
			}
			n = b.Right()
		default:
			return nixast.Node{}, false
		}
	}
}

// compose gives attrs, which are to be put into set, the form that the file
// has for such paths: dotted, or nested sets.
func (e *Editor) compose(set nixast.Node, attrs []Attr) []Attr {
	var out []Attr
	for _, group := range groupByName(attrs) {
		shared := 0 // names that bindings of the set already begin with
		for entry := range set.Entries() {
			if beginsWith(entry, group[0].Path[0]) {
				shared = max(shared, common(pathKeys(entry), group[0].Path))
			}
		}
		if shared == 0 {
			out = append(out, e.nest(group, lastName(set))...)
			continue
		}
		prefix := group[0].Path[:shared]
		for _, a := range group {
			prefix = prefix[:common(prefix, a.Path)]
		}
		rest := withoutPrefix(group, len(prefix))
		for _, sub := range groupByName(rest) {
			for _, a := range e.nest(sub, prefix[len(prefix)-1]) {
				a.Path = slices.Concat(prefix, a.Path)
				out = append(out, a)
			}
		}
	}
	return out
}

// nest forms attributes that all begin with one name and are below parent.
func (e *Editor) nest(group []Attr, parent string) []Attr {
	if len(group) == 1 && len(group[0].Path) == 1 {
		return group
	}
	name := group[0].Path[0]
	var below []Attr
	for _, sub := range groupByName(withoutPrefix(group, 1)) {
		below = append(below, e.nest(sub, name)...)
	}
	if e.nests(name, parent, len(below)) {
		first := group[0]
		below[0].Blank = false
		return []Attr{{Path: []string{name}, Value: Attrs(below), Blank: first.Blank}}
	}
	for i := range below {
		below[i].Path = slices.Concat([]string{name}, below[i].Path)
	}
	return below
}

// nests reports whether a set called name, below parent and with count
// attributes, is written as name = { … };. The file's habit for that name
// says, then its habit below that parent, then that of the whole file.
func (e *Editor) nests(name, parent string, count int) bool {
	for _, v := range []vote{e.habits.name[name], e.habits.below[parent]} {
		if v.yes != v.no {
			return v.yes > v.no
		}
	}
	if e.style.Dotted {
		return false
	}
	return count > 1 || e.habits.nested > 0
}

// habits counts how often a name that has attributes is written with a set
// (yes) or dotted (no): by that name, and by the name that it is below.
type habits struct {
	name, below map[string]vote
	nested      int
}

func learnHabits(f *nixast.File) habits {
	h := habits{map[string]vote{}, map[string]vote{}, 0}
	for n := range f.Root().Descendants() {
		b, ok := n.AsBinding()
		if !ok {
			continue
		}
		keys := pathKeys(n)
		parent := ""
		if n.Parent().Kind() == nixast.AttrSet {
			parent = lastName(n.Parent())
		}
		for i, key := range keys {
			isSet := b.Value().Kind() == nixast.AttrSet && size(b.Value().Children()) > 0
			if i < len(keys)-1 || isSet {
				count(h.name, key, i == len(keys)-1)
				count(h.below, parent, i == len(keys)-1)
			}
			parent = key
		}
		if len(keys) == 1 && b.Value().Kind() == nixast.AttrSet {
			h.nested++
		}
	}
	return h
}

func count(votes map[string]vote, key string, yes bool) {
	v := votes[key]
	v.count(yes)
	votes[key] = v
}

// lastName is the name that the set literal set is the value of; "" if none.
func lastName(set nixast.Node) string {
	if keys := pathKeys(set.Parent()); len(keys) > 0 {
		return keys[len(keys)-1]
	}
	return ""
}

// groupByName parts attrs by the first name of their paths, in order.
func groupByName(attrs []Attr) [][]Attr {
	var groups [][]Attr
	for _, a := range attrs {
		i := slices.IndexFunc(groups, func(g []Attr) bool { return g[0].Path[0] == a.Path[0] })
		if i < 0 {
			groups = append(groups, []Attr{a})
		} else {
			groups[i] = append(groups[i], a)
		}
	}
	return groups
}

func withoutPrefix(attrs []Attr, n int) []Attr {
	out := slices.Clone(attrs)
	for i := range out {
		out[i].Path = out[i].Path[n:]
	}
	return out
}
