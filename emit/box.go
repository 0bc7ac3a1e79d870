package emit

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"wardnix/nixast"
)

// box is a node with parts between an opening and a closing token: an attrset
// or a let with its entries, or a list with its elements.
type box struct {
	node        nixast.Node
	open, close nixast.Token
	slots       []slot
	foot        []nixast.Token // comments on lines of their own above the closing token
	flat        bool           // all of it is on one line
}

// slot is one part of a box with the lines it has.
type slot struct {
	node     nixast.Node
	span     nixast.Span
	path     []string       // keys of a binding's path; see attrKey
	comments []nixast.Token // on lines of their own above, without a blank line between
	remarks  []nixast.Token // after it, on its line
	lead     int            // where its line starts, or that of the first of comments
	tail     int            // the end of its line if it is the last on it, otherwise where it and remarks end
	own      bool           // it begins its line
	last     bool           // nothing but remarks follows on its line
	blank    bool           // a blank line parts it, with its comments, from what is above
	loose    nixast.Token   // the last comment above it that a blank line parts from it
	footed   bool           // it is the last, and comments are directly below it
}

// opens reports whether the slot begins a group.
func (s *slot) opens() bool { return s.blank || !s.loose.IsZero() || len(s.comments) > 0 }

// maxParts bounds the size of a set, let or list that is edited. An edit looks at all
// parts, and there may be one for each, so larger ones would take too long.
const maxParts = 2000

// manyParts is the size from which on the view of a set, let or list is kept for later
// edits.
const manyParts = 64

// newBox views n as a box, which does not change.
func newBox(n nixast.Node) (*box, error) {
	if size(n.Children()) < manyParts {
		return viewBox(n)
	}
	type result struct {
		box *box
		err error
	}
	type boxOf nixast.Node
	view := func() any {
		b, err := viewBox(n)
		return result{b, err}
	}
	r := n.File().Memo(boxOf(n), view).(result)
	return r.box, r.err
}

func viewBox(n nixast.Node) (*box, error) {
	b := &box{node: n}
	open, shut := nixast.LCurly, nixast.RCurly
	switch n.Kind() {
	case nixast.AttrSet, nixast.LegacyLet:
	case nixast.Let:
		open, shut = nixast.KwLet, nixast.KwIn
	case nixast.List:
		open, shut = nixast.LBracket, nixast.RBracket
	default:
		return nil, errors.New("the node is not a set, let or list")
	}
	b.open, b.close = n.OwnToken(open), n.OwnToken(shut)
	if b.open.IsZero() || b.close.IsZero() {
		return nil, errors.New("a bracket is missing")
	}
	src := n.File().Src
	b.flat = oneLine(src, nixast.Span{Start: b.open.Span().Start, End: b.close.Span().End})
	gap := walkGap(b.open)
	for c := range n.Children() {
		if c.Span().Start >= b.close.Span().Start {
			break // the body of a let
		}
		if c.Kind() == nixast.Error || c.Kind() == nixast.Missing {
			return nil, errors.New("a syntax error is inside")
		}
		if len(b.slots) == maxParts {
			return nil, fmt.Errorf("it has more than %d parts", maxParts)
		}
		s := slot{node: c, span: c.Span(), path: pathKeys(c)}
		s.above(src, gap)
		gap = walkGap(c.Last())
		s.below(src, gap)
		b.slots = append(b.slots, s)
	}
	b.foot = slices.Concat(gap.loose, gap.comments)
	if n := len(b.slots); n > 0 {
		b.slots[n-1].footed = len(b.foot) > 0 && !gap.blank
	}
	return b, nil
}

// gap is the trivia between a token and the next one that is none.
type gap struct {
	remarks  []nixast.Token // comments on the line of the token before
	loose    []nixast.Token // comments on later lines, with a blank line below
	comments []nixast.Token // comments on later lines, directly above the next token
	broken   bool           // there is a newline in it
	blank    bool           // there is a blank line above comments, or above loose if there are some
}

func walkGap(after nixast.Token) gap {
	var g gap
	for t := after.Next(); t.Kind().IsTrivia(); t = t.Next() {
		switch {
		case t.Kind().IsComment() && !g.broken:
			g.remarks = append(g.remarks, t)
		case t.Kind().IsComment():
			g.comments = append(g.comments, t)
		case lineEnds(t.Text()) > 1:
			g.loose = append(g.loose, g.comments...)
			g.blank = g.blank || len(g.loose) == 0
			g.comments, g.broken = nil, true
		case lineEnds(t.Text()) == 1:
			g.broken = true
		}
	}
	return g
}

// lineEnds counts the LF, CRLF and CR in text.
func lineEnds(text string) int {
	return strings.Count(text, "\n") + strings.Count(text, "\r") - strings.Count(text, "\r\n")
}

func (s *slot) above(src string, g gap) {
	s.own = beginsLine(s.node.First())
	s.comments = g.comments
	s.blank = g.blank
	if n := len(g.loose); n > 0 {
		s.loose = g.loose[n-1]
	}
	s.lead = s.span.Start
	if len(s.comments) > 0 {
		s.lead = s.comments[0].Span().Start
	}
	if s.own {
		s.lead = lineStart(src, s.lead)
	}
}

func (s *slot) below(src string, g gap) {
	s.remarks = g.remarks
	s.last = g.broken
	s.tail = s.span.End
	if n := len(g.remarks); n > 0 {
		s.tail = g.remarks[n-1].Span().End
	}
	if s.last {
		s.tail = lineEnd(src, s.tail)
	}
}

// indents are the indentation of the box's parts and of its closing token.
func (b *box) indents(s Style) (inner, outer string) {
	src := b.node.File().Src
	outer, _ = indentOf(src, b.open.Span().Start)
	for i := range b.slots {
		if b.slots[i].own {
			return indentAt(src, lineStart(src, b.slots[i].span.Start)), outer
		}
	}
	for _, t := range b.foot {
		if beginsLine(t) {
			return indentAt(src, lineStart(src, t.Span().Start)), outer
		}
	}
	return outer + s.step(), outer
}

// hasComment reports whether a comment is in the box outside its parts.
func (b *box) hasComment() bool {
	for t := b.open; t != b.close; t = t.Next() {
		if t.Kind().IsComment() && !slices.ContainsFunc(b.slots, func(s slot) bool { return s.span.Contains(t.Span().Start) }) {
			return true
		}
	}
	return false
}

// group is the range of slots around slot i that no blank line or comment
// parts.
func (b *box) group(i int) (from, to int) {
	from, to = i, i+1
	for from > 0 && !b.slots[from].opens() {
		from--
	}
	for to < len(b.slots) && !b.slots[to].opens() {
		to++
	}
	return from, to
}

// find is the index of the slot of n, or -1.
func (b *box) find(n nixast.Node) int {
	return slices.IndexFunc(b.slots, func(s slot) bool { return s.node == n })
}

// beginsLine reports whether nothing but white space is before t on its
// line.
func beginsLine(t nixast.Token) bool {
	space := t.Prev()
	return space.IsZero() || space.Kind() == nixast.Whitespace && (lineEnds(space.Text()) > 0 || space.Prev().IsZero())
}

// spaceBefore is the white space directly before t.
func spaceBefore(t nixast.Token) nixast.Span {
	space := t.Prev()
	if space.Kind() != nixast.Whitespace {
		return nixast.Span{Start: t.Span().Start, End: t.Span().Start}
	}
	return space.Span()
}

// pathKeys are the keys of a binding's path; nil for other nodes.
func pathKeys(n nixast.Node) []string {
	b, ok := n.AsBinding()
	if !ok {
		return nil
	}
	var keys []string
	for a := range b.Path().Attrs() {
		keys = append(keys, attrKey(a))
	}
	return keys
}

// beginsWith reports whether n is a binding whose path begins with a key.
func beginsWith(n nixast.Node, key string) bool {
	b, ok := n.AsBinding()
	return ok && attrKey(b.Path().Child(0)) == key
}

// attrKey is what distinguishes an attribute from others: its name or, if that is not
// known, its text after a NUL, which no name holds.
func attrKey(a nixast.Node) string {
	if name, ok := a.AttrName(); ok {
		return name
	}
	return "\x00" + a.Text()
}

// common is the number of keys that a and b begin with alike.
func common(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func dotted(path []string) string { return strings.Join(path, ".") }

// boxOf is the box that n is a part of, and n's place in it.
func boxOf(n nixast.Node) (*box, int, error) {
	b, err := newBox(n.Parent())
	if err != nil {
		return nil, 0, err
	}
	i := b.find(n)
	if i < 0 {
		return nil, 0, errNoEntry
	}
	return b, i, nil
}
