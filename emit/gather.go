package emit

import (
	"fmt"
	"slices"

	"wardnix/nixast"
)

// Gather puts new bindings near b as [Editor.InsertBeside] does, but in one set that
// also takes the bindings that begin with the same depth names: next to
// serviceConfig.A = 1; with depth 1, the attributes B and C give
// serviceConfig = { A = 1; B = 2; C = 3; }. It is a [*Refusal] if the bindings are not
// on consecutive lines.
func (e *Editor) Gather(b nixast.Binding, depth int, where Where, attrs ...Attr) ([]Edit, error) {
	if err := e.editable(b.Node); err != nil {
		return nil, err
	}
	if b.Node.Kind() != nixast.BindingNode || depth < 1 || depth >= size(b.Path().Attrs()) {
		return nil, fmt.Errorf("the binding has no %d names before its last", depth)
	}
	box, err := newBox(b.Parent())
	if err != nil {
		return nil, err
	}
	slots, err := consecutive(box, pathKeys(b.Node)[:depth])
	if err != nil {
		return nil, err
	}
	src, start, end := e.file.Src, slots[0].span.Start, slots[len(slots)-1].tail
	text, err := Apply(src[:end], e.nestLines(slots, depth))
	if err != nil {
		return nil, err
	}
	// The positions of the new bindings are those in the text with the set.
	f := nixast.Parse(e.file.Name, text+src[end:], nixast.Options{PipeOperators: true})
	set, ok := setAt(f, start)
	if !ok {
		return nil, refuse(b.Node, "the bindings cannot be put into a set")
	}
	added, err := New(f).Insert(set, where, attrs...)
	if err != nil {
		return nil, err
	}
	whole, err := Apply(f.Src, added)
	if err != nil {
		return nil, err
	}
	return []Edit{{start, end, whole[start : len(whole)-(len(src)-end)]}}, nil
}

// consecutive are the slots whose paths begin with the names of parent.
func consecutive(b *box, parent []string) ([]slot, error) {
	from, to := -1, -1
	for i, s := range b.slots {
		if common(s.path, parent) < len(parent) {
			continue
		}
		if len(s.path) == len(parent) || !s.own || !s.last || from >= 0 && to != i {
			return nil, refuse(s.node, "the settings of %s are not on consecutive lines", dotted(parent))
		}
		if from < 0 {
			from = i
		}
		to = i + 1
	}
	return b.slots[from:to], nil
}

// nestLines are the edits that put the lines of slots into a set literal under the
// first depth names of their paths.
func (e *Editor) nestLines(slots []slot, depth int) []Edit {
	src := e.file.Src
	first, end := slots[0].span.Start, slots[len(slots)-1].tail
	indent, _ := indentOf(src, first)
	inner := indent + e.style.step()
	var edits []Edit
	for _, s := range slots {
		b, _ := s.node.AsBinding()
		attrs := slices.Collect(b.Path().Attrs())
		names := Edit{s.span.Start, attrs[depth].Span().Start, ""}
		if s.span.Start == first {
			parent := src[first:attrs[depth-1].Span().End]
			names.New = parent + " = {" + e.nl() + inner
		}
		edits = append(edits, names)
	}
	edits = append(edits, reindentEdits(e.file, nixast.Span{Start: first, End: end}, indent, inner)...)
	return append(edits, Edit{end, end, e.nl() + indent + "};"})
}

// setAt is the set literal that is the value of the binding at an offset.
func setAt(f *nixast.File, start int) (nixast.Node, bool) {
	for n := range f.Root().Descendants() {
		if b, ok := n.AsBinding(); ok && b.Span().Start == start && b.Value().Kind() == nixast.AttrSet {
			return b.Value(), true
		}
	}
	return nixast.Node{}, false
}
