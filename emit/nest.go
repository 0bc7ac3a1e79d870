package emit

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/nixast"
)

// Nest turns the bindings of set that begin with prefix, a.b = 1; a.c = 2;,
// into one binding of a set, a = { b = 1; c = 2; };, where the first of them
// stands. Comments go along. It refuses if a comment would change its order
// among the others.
func (e *Editor) Nest(set nixast.Node, prefix ...string) ([]Edit, error) {
	if e.broken != nil || set.File() != e.file {
		return nil, e.editable(set)
	}
	b, err := newBox(set)
	if err != nil {
		return nil, err
	}
	chosen, err := b.below(prefix)
	if err != nil {
		return nil, err
	}
	indent := indentAt(e.file.Src, lineStart(e.file.Src, b.slots[chosen[0]].span.Start))
	first, _ := b.slots[chosen[0]].node.AsBinding()
	var text strings.Builder
	text.WriteString(indent + strings.TrimSuffix(pathPrefix(first, len(prefix)), ".") + " = {" + e.nl())
	starts := make([]int, len(chosen))
	for k, i := range chosen {
		s := &b.slots[i]
		starts[k] = b.nestStart(chosen, i)
		if k > 0 && s.opens() && (s.blank || !s.loose.IsZero()) {
			text.WriteString(e.nl())
		}
		text.WriteString(e.stripped(s, starts[k], len(prefix), indent+e.style.step()) + e.nl())
	}
	text.WriteString(indent + "};")
	return e.nestEdits(b, chosen, starts, text.String())
}

// below are the places of the bindings that begin with prefix.
func (b *box) below(prefix []string) ([]int, error) {
	var chosen []int
	for i := range b.slots {
		s := &b.slots[i]
		n := common(s.path, prefix)
		switch {
		case len(prefix) > 0 && inherits(s.node, prefix[0]):
			return nil, refuse(s.node, "%s is inherited", prefix[0])
		case n == len(s.path) && n > 0:
			return nil, fmt.Errorf("%s has a value already", dotted(s.path))
		case n < len(prefix):
			continue
		case !s.own || !s.last:
			return nil, refuse(s.node, "other text stands on its lines")
		case len(chosen) > 0 && !s.loose.IsZero():
			return nil, refuse(s.node, "a comment stands between the bindings")
		}
		chosen = append(chosen, i)
	}
	if len(chosen) == 0 || len(prefix) == 0 {
		return nil, fmt.Errorf("no binding begins with %s", dotted(prefix))
	}
	return chosen, nil
}

// nestStart is where the lines begin that slot i brings into the new set: with
// the comments above it if its whole group comes along, except that a comment
// above the only group heads the new set.
func (b *box) nestStart(chosen []int, i int) int {
	from, to := b.group(i)
	firstFrom, firstTo := b.group(chosen[0])
	all := 0
	for _, c := range chosen {
		if c >= from && c < to {
			all++
		}
	}
	onlyGroup := firstFrom == from && chosen[len(chosen)-1] < firstTo
	if i == from && all == to-from && (!onlyGroup || to-from == 1) {
		return b.slots[i].lead
	}
	return lineStart(b.node.File().Src, b.slots[i].span.Start)
}

// stripped are the lines of slot s from start on, without the first n names of
// its path.
func (e *Editor) stripped(s *slot, start, n int, indent string) string {
	binding, _ := s.node.AsBinding()
	own := lineStart(e.file.Src, s.span.Start)
	text := ""
	if start < own {
		text = e.moved(nixast.Span{Start: start, End: own}, indent)
	}
	name := binding.Path().Child(n).Span().Start
	old := indentAt(e.file.Src, own)
	return text + indent + e.refitted(binding, nixast.Span{Start: name, End: s.tail}, attrTexts(binding)[n:], old, indent)
}

// refitted is the part of a binding's lines from its path on, with another
// indentation, where the path becomes that of names.
func (e *Editor) refitted(b nixast.Binding, lines nixast.Span, names []string, old, indent string) string {
	gap, lead, ok := e.refit(b, names, indent)
	if !ok {
		return reindentSpan(e.file, lines, old, indent)
	}
	return reindentSpan(e.file, nixast.Span{Start: lines.Start, End: gap.Start}, old, indent) + lead +
		reindentSpan(e.file, nixast.Span{Start: gap.End, End: lines.End}, old, indent)
}

// nestEdits writes text in the place of the first of the chosen slots, and of
// those that follow it at once, and takes the others away.
func (e *Editor) nestEdits(b *box, chosen, starts []int, text string) ([]Edit, error) {
	var edits []Edit
	for k := 0; k < len(chosen); {
		run := k
		for k++; k < len(chosen) && chosen[k] == chosen[k-1]+1; k++ {
		}
		if run == 0 {
			edits = append(edits, Edit{starts[0], b.slots[chosen[k-1]].tail, text})
		} else {
			edits = append(edits, e.removeLines(b, chosen[run], chosen[k-1], starts[run]))
		}
	}
	return e.inOrder(b.node, edits)
}

// inOrder refuses edits that would change the order of comments.
func (e *Editor) inOrder(n nixast.Node, edits []Edit) ([]Edit, error) {
	text, err := Apply(e.file.Src, edits)
	if err != nil {
		return nil, err
	}
	if err := CommentsKept(e.file, nixast.Parse(e.file.Name, text, nixast.Options{PipeOperators: true})); err != nil {
		return nil, refuse(n, "%v", err)
	}
	return edits, nil
}

// Flatten turns a = { b = 1; c = 2; }; into a.b = 1; a.c = 2;. It refuses rec
// sets, inherits, empty sets and comments that would be left without a place.
func (e *Editor) Flatten(b nixast.Binding) ([]Edit, error) {
	if e.broken != nil || b.File() != e.file {
		return nil, e.editable(b.Node)
	}
	outer, i, err := boxOf(b.Node)
	if err != nil {
		return nil, err
	}
	set, ok := b.Value().AsAttrSet()
	if !ok || set.Rec() || size(set.Children()) == 0 {
		return nil, refuse(b.Value(), "the value is no set that could be written dotted")
	}
	inner, err := newBox(set.Node)
	if err != nil {
		return nil, err
	}
	s := &outer.slots[i]
	if err := inner.canFlatten(s); err != nil {
		return nil, err
	}
	indent := indentAt(e.file.Src, lineStart(e.file.Src, s.span.Start))
	prefix := b.Path().Text() + "."
	var text strings.Builder
	for k := range inner.slots {
		p := &inner.slots[k]
		if k > 0 {
			text.WriteString(e.nl() + e.blankLine(p.blank))
		}
		span := nixast.Span{Start: p.span.Start, End: p.tail}
		if p.own && p.lead < lineStart(e.file.Src, p.span.Start) {
			text.WriteString(e.moved(nixast.Span{Start: p.lead, End: lineStart(e.file.Src, p.span.Start)}, indent))
		}
		old := indentAt(e.file.Src, lineStart(e.file.Src, p.span.Start))
		binding, _ := p.node.AsBinding()
		text.WriteString(indent + prefix + e.refitted(binding, span, slices.Concat(attrTexts(b), attrTexts(binding)), old, indent))
	}
	return e.inOrder(b.Node, []Edit{{lineStart(e.file.Src, s.span.Start), s.tail, text.String()}})
}

// canFlatten refuses what has no place without the braces around it.
func (b *box) canFlatten(outer *slot) error {
	if !outer.own || !outer.last {
		return refuse(outer.node, "other text stands on its lines")
	}
	if gap := walkGap(b.open); gap.remarks != nil || len(b.foot) > 0 || outer.remarks != nil {
		return refuse(b.node, "a comment belongs to the braces")
	}
	binding, _ := outer.node.AsBinding()
	if keepsComments(binding.Node, binding.First(), b.open) != nil || keepsComments(binding.Node, b.close, binding.Last()) != nil {
		return refuse(b.node, "a comment belongs to the braces")
	}
	for i := range b.slots {
		s := &b.slots[i]
		if s.node.Kind() != nixast.BindingNode {
			return refuse(s.node, "an inherit cannot be written dotted")
		}
		if !s.loose.IsZero() || !b.flat && (!s.own || !s.last) {
			return refuse(s.node, "its lines cannot be moved")
		}
	}
	return nil
}
