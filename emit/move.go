package emit

import (
	"errors"
	"slices"

	"wardnix/nixast"
)

// Move puts entry, a binding, into set (its own or another one) at the place
// that where tells, re-indented. Comments that belong to it alone go along; one
// that heads a group of several stays. It refuses if a variable in the entry
// would get another meaning there.
func (e *Editor) Move(entry, set nixast.Node, where Where) ([]Edit, error) {
	if err := errors.Join(e.editable(entry), e.editable(set)); err != nil {
		return nil, err
	}
	from, i, err := boxOf(entry)
	if err != nil {
		return nil, err
	}
	if entry.Kind() != nixast.BindingNode || set.Kind() == nixast.List {
		return nil, errNoEntry
	}
	to := from
	if set != from.node {
		if to, err = newBox(set); err != nil {
			return nil, err
		}
		if err := errors.Join(undefined(set, []Attr{{Path: pathKeys(entry)}}), sameMeaning(entry, set)); err != nil {
			return nil, err
		}
	}
	s := &from.slots[i]
	if !s.own || !s.last {
		return nil, refuse(entry, "other text stands on its lines")
	}
	if where.After == entry {
		return nil, nil
	}
	start := from.start(i)
	a := Attr{Path: s.path}
	if len(s.remarks) > 0 || start < lineStart(e.file.Src, s.span.Start) {
		a.Comment = "moves along" // keeps it off lines that others share
	}
	o := newOrder(to)
	if to == from {
		o = slices.Delete(o, i, i+1)
	}
	edits, err := e.write(to, o.place(a, where, to.foot), func(_ Attr, indent string) (string, error) {
		return e.moved(nixast.Span{Start: start, End: s.tail}, indent), nil
	})
	if err != nil {
		return nil, err
	}
	return append(edits, e.removeLines(from, i, i, start)), nil
}

// start is where the lines of slot i begin, with the comments above it that
// belong to it alone.
func (b *box) start(i int) int {
	if from, to := b.group(i); to-from == 1 {
		return b.slots[i].lead
	}
	return lineStart(b.node.File().Src, b.slots[i].span.Start)
}

// moved is the text of whole lines with another indentation.
func (e *Editor) moved(lines nixast.Span, indent string) string {
	src := e.file.Src
	old := indentAt(src, lines.Start)
	lines.Start += len(old)
	return indent + reindentSpan(e.file, lines, old, indent)
}

// sameMeaning refuses if a variable read in entry would mean something else in
// set.
func sameMeaning(entry, set nixast.Node) error {
	var scopes []nixast.Node
	outside := func(n, other nixast.Node) {
		for a := range n.Ancestors() {
			if !a.Span().Contains(other.Span().Start) || a.Span().End < other.Span().End {
				scopes = append(scopes, a)
			}
		}
	}
	outside(entry, set)
	outside(set, entry)
	scopes = append(scopes, set)
	for v := range entry.Descendants() {
		if !isVariable(v) || rebound(v, entry, v.Text()) {
			continue
		}
		for _, s := range scopes {
			if s.Kind() == nixast.With || binds(s, v.Text()) {
				return refuse(v, "%s would get another meaning there", v.Text())
			}
		}
	}
	return nil
}

// Reorder puts the entries of set into the order given, which must hold each
// of the set's entries once. Comments that belong to one entry go along; blank
// lines, and comments that head a group of several, stay where they are.
func (e *Editor) Reorder(set nixast.Node, entries []nixast.Node) ([]Edit, error) {
	if err := e.editable(set); err != nil {
		return nil, err
	}
	b, err := newBox(set)
	if err != nil {
		return nil, err
	}
	if set.Kind() == nixast.List {
		return nil, errNoSet
	}
	if len(entries) != len(b.slots) {
		return nil, errors.New("the entries given are not those of the set")
	}
	var edits []Edit
	seen := map[int]bool{}
	for i, entry := range entries {
		j := b.find(entry)
		if j < 0 || seen[j] {
			return nil, errors.New("the entries given are not those of the set")
		}
		seen[j] = true
		if !b.slots[i].own || !b.slots[i].last {
			return nil, refuse(b.slots[i].node, "other text stands on its lines")
		}
		if i == j {
			continue
		}
		indent := indentAt(e.file.Src, b.start(i))
		text := e.moved(nixast.Span{Start: b.start(j), End: b.slots[j].tail}, indent)
		edits = append(edits, Edit{b.start(i), b.slots[i].tail, text})
	}
	return edits, nil
}
