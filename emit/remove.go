package emit

import (
	"errors"
	"slices"

	"wardnix/nixast"
)

// Remove takes entry, a binding, an inherit, or one name of an inherit, out of
// its set, with its line and with one of two blank lines that would then meet.
// It refuses if a comment is inside or trails the entry, or is directly
// above it and would be left without anything below; a comment that heads a
// group of several entries stays. Uses of the name as a variable in a let or
// rec set are a reason to refuse.
func (e *Editor) Remove(entry nixast.Node) ([]Edit, error) {
	if err := e.editable(entry); err != nil {
		return nil, err
	}
	if entry.Parent().Kind() == nixast.InheritNode {
		return e.removeInherited(entry)
	}
	b, i, err := boxOf(entry)
	if err != nil {
		return nil, err
	}
	if entry.Kind() != nixast.BindingNode && entry.Kind() != nixast.InheritNode {
		return nil, errNoEntry
	}
	if isScope(b.node) {
		for _, name := range names(entry) {
			for _, r := range readers(b.node, name) {
				if !entry.Span().Contains(r.Span().Start) {
					return nil, refuse(r, "%s is used as a variable", name)
				}
			}
		}
	}
	return e.removeSlot(b, i)
}

// names are the names that an entry defines.
func names(entry nixast.Node) []string {
	if keys := pathKeys(entry); len(keys) > 0 {
		return keys[:1]
	}
	var all []string
	if i, ok := entry.AsInherit(); ok {
		for a := range i.Attrs() {
			all = append(all, attrKey(a))
		}
	}
	return all
}

func (e *Editor) removeInherited(name nixast.Node) ([]Edit, error) {
	i, _ := name.Parent().AsInherit()
	count := size(i.Attrs())
	if name == i.From() || name.Kind() == nixast.Paren || count == 0 {
		return nil, errNoEntry
	}
	if count == 1 {
		return e.Remove(i.Node)
	}
	if set := i.Parent(); isScope(set) {
		if r := readers(set, attrKey(name)); slices.ContainsFunc(r, func(n nixast.Node) bool { return n != name }) {
			return nil, refuse(name, "%s is used as a variable", attrKey(name))
		}
	}
	if name.Last().Next().Kind().IsComment() || walkGap(name.Last()).remarks != nil {
		return nil, refuse(name, "a comment belongs to %s", attrKey(name))
	}
	space := spareSpace(name.First())
	return []Edit{{space.Start, name.Span().End, ""}}, nil
}

// RemoveElement takes elem out of the list that it is in, with its line if
// it has one to itself. It refuses as [Editor.Remove] does.
func (e *Editor) RemoveElement(elem nixast.Node) ([]Edit, error) {
	if err := e.editable(elem); err != nil {
		return nil, err
	}
	if elem.Parent().Kind() != nixast.List {
		return nil, errors.New("the node is not a list element")
	}
	b, i, err := boxOf(elem)
	if err != nil {
		return nil, err
	}
	return e.removeSlot(b, i)
}

// removeSlot takes slot i out of b.
func (e *Editor) removeSlot(b *box, i int) ([]Edit, error) {
	s := &b.slots[i]
	if err := keepsComments(s.node, s.node.First(), s.node.Last()); err != nil {
		return nil, err
	}
	if len(s.remarks) > 0 {
		return nil, refuse(s.node, "the comment %q belongs to it", short(s.remarks[0].Text()))
	}
	from, to := b.group(i)
	if len(s.comments) > 0 && (to-from == 1 || from != i) {
		return nil, refuse(s.node, "the comment %q belongs to it", short(s.comments[0].Text()))
	}
	if len(b.slots) == 1 && b.node.Kind() != nixast.Let && !b.hasComment() && (b.flat || !b.freestanding()) {
		empty := e.style.emptySet()
		if b.node.Kind() == nixast.List {
			empty = e.style.emptyList()
		}
		return []Edit{{b.open.Span().End, b.close.Span().Start, empty[1 : len(empty)-1]}}, nil
	}
	if s.own && s.last {
		return []Edit{e.removeLines(b, i)}, nil
	}
	return []Edit{e.removeInline(b, i)}, nil
}

// freestanding reports whether the brackets of b have lines of their own. nixfmt
// leaves them there even when nothing is between them.
func (b *box) freestanding() bool {
	_, own := indentOf(b.node.File().Src, b.node.Span().Start)
	return own
}

// removeLines removes the lines of slot i, and a blank line next to them that
// would then be the second of two, or the first or last in the box.
func (e *Editor) removeLines(b *box, i int) Edit {
	src := e.file.Src
	start, end := lineStart(src, b.slots[i].span.Start), nextLine(src, b.slots[i].tail)
	above := blankAbove(src, start)
	below := blankBelow(src, end)
	first := i == 0 && start <= nextLine(src, b.open.Span().End)
	last := i == len(b.slots)-1 && len(b.foot) == 0
	switch {
	case above < start && (below > end || last):
		start = above
	case below > end && first:
		end = below
	}
	return Edit{start, end, ""}
}

// blankAbove is where the blank line above the line that begins at start
// begins; start if there is none.
func blankAbove(src string, start int) int {
	if start == 0 {
		return start
	}
	line := lineStart(src, start-1)
	if !isBlank(src[line:start]) {
		return start
	}
	return line
}

// blankBelow is where the blank line that begins at end ends; end if there is
// none.
func blankBelow(src string, end int) int {
	next := nextLine(src, end)
	if end == len(src) || !isBlank(src[end:next]) {
		return end
	}
	return next
}

func isBlank(line string) bool {
	for _, c := range []byte(line) {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}

// removeInline removes slot i with the white space on one side of it, the side
// without a newline if there is one. A space remains between neighbors that
// would otherwise touch.
func (e *Editor) removeInline(b *box, i int) Edit {
	s := &b.slots[i]
	before := spareSpace(s.node.First())
	after := s.span
	after.Start = after.End
	if t := s.node.Last().Next(); t.Kind() == nixast.Whitespace {
		after = t.Span()
	}
	edit := Edit{s.span.Start, after.End, ""}
	if before.Len() > 0 && (s.last && !s.own || i == len(b.slots)-1 || oneLine(e.file.Src, before) && i > 0) {
		edit = Edit{before.Start, s.span.End, ""}
	}
	inside := 0 < i && i < len(b.slots)-1
	if inside && edit.Start == b.slots[i-1].span.End && edit.End == b.slots[i+1].span.Start && b.node.Kind() == nixast.List {
		edit.New = " "
	}
	if left, right := besides(s.node, edit); runsInto(left) && runsInto(right) {
		edit.New = " "
	}
	return edit
}

// besides are the tokens that are next to each other once the edit takes n out: white
// space or a comment if any remains.
func besides(n nixast.Node, edit Edit) (left, right nixast.Token) {
	left, right = n.First().Prev(), n.Last().Next()
	if left.Kind() == nixast.Whitespace && left.Span().Start == edit.Start {
		left = left.Prev()
	}
	if right.Kind() == nixast.Whitespace && right.Span().End == edit.End {
		right = right.Next()
	}
	return left, right
}

// spareSpace is the white space before t that can go with t: none after a line
// comment, which it ends.
func spareSpace(t nixast.Token) nixast.Span {
	space := spaceBefore(t)
	if space.Len() > 0 && t.Prev().Prev().Kind() == nixast.LineComment {
		space.Start = space.End
	}
	return space
}
