package emit

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"wardnix/nixast"
)

// Insert puts new bindings into set, an attrset or a let. A set on one line is
// broken over several lines where its style requires it; several attributes
// are laid out together. It is an error if an attribute is already defined, or
// lies in a set that is there (see [Editor.Ensure]); it is a [*Refusal] if a
// name inserted into a let or a rec set would capture a variable used inside.
func (e *Editor) Insert(set nixast.Node, where Where, attrs ...Attr) ([]Edit, error) {
	if err := e.editable(set); err != nil {
		return nil, err
	}
	if set.Kind() == nixast.List {
		return nil, errNoSet
	}
	b, err := newBox(set)
	if err != nil {
		return nil, err
	}
	if err := undefined(set, attrs); err != nil {
		return nil, err
	}
	return e.insert(b, where, attrs, func(a Attr, indent string) (string, error) {
		return e.style.bindingText(pathText(a.Path, b.quotesNames()), a, indent)
	})
}

// InsertBeside puts new bindings near b, in the set that b is in, with the
// first depth names of b's path, as written there, before each new path:
// next to systemd.services.${x}.serviceConfig.A = 1; with depth 4 the attribute
// B becomes systemd.services.${x}.serviceConfig.B. The bindings of the set
// that share these names are the ones that [Where] speaks of; failing a
// relative among them the new ones go after the last of them.
func (e *Editor) InsertBeside(b nixast.Binding, depth int, where Where, attrs ...Attr) ([]Edit, error) {
	if err := e.editable(b.Node); err != nil {
		return nil, err
	}
	if b.Node.Kind() != nixast.BindingNode || depth < 0 || depth >= size(b.Path().Attrs()) {
		return nil, fmt.Errorf("the binding has no %d names before its last", depth)
	}
	set, keys := b.Parent(), pathKeys(b.Node)
	box, err := newBox(set)
	if err != nil {
		return nil, err
	}
	whole := make([]Attr, len(attrs))
	for i, a := range attrs {
		whole[i] = a
		whole[i].Path = slices.Concat(keys[:depth], a.Path)
	}
	if err := undefined(set, whole); err != nil {
		return nil, err
	}
	prefix := pathPrefix(b, depth)
	return e.insert(box, where, whole, func(a Attr, indent string) (string, error) {
		return e.style.bindingText(prefix+pathText(a.Path[depth:], false), a, indent)
	})
}

// pathPrefix is the source of the first depth names of b's path, with the dot
// after them.
func pathPrefix(b nixast.Binding, depth int) string {
	var text strings.Builder
	for a := range b.Path().Attrs() {
		if depth--; depth < 0 {
			break
		}
		text.WriteString(a.Text() + ".")
	}
	return text.String()
}

// writer writes an attribute as lines with the indentation given.
type writer func(a Attr, indent string) (string, error)

// insert puts attrs into b.
func (e *Editor) insert(b *box, where Where, attrs []Attr, write writer) ([]Edit, error) {
	if len(attrs) == 0 {
		return nil, nil
	}
	o := newOrder(b, len(attrs))
	for _, a := range attrs {
		o = o.place(a, where, b.foot)
	}
	return e.write(b, o, write)
}

// write writes the new items of o into b.
func (e *Editor) write(b *box, o order, write writer) ([]Edit, error) {
	if b.flat && len(b.slots) > 0 {
		edits, ok, err := e.insertFlat(b, o, write)
		if ok || err != nil {
			return edits, err
		}
	}
	if b.flat || len(b.slots) == 0 {
		return e.unfold(b, o, write)
	}
	return e.insertLines(b, o, write)
}

// insertLines writes the new items of o as lines between the lines of b.
func (e *Editor) insertLines(b *box, o order, write writer) ([]Edit, error) {
	indent, _ := b.indents(e.style)
	var edits []Edit
	var above, below strings.Builder // lines for the slot after, lines for the slot before
	flush := func(before, after *slot) {
		if below.Len() > 0 {
			edits = append(edits, Edit{before.tail, before.tail, below.String()})
		}
		if above.Len() > 0 {
			edits = append(edits, Edit{after.lead, after.lead, above.String()})
		}
		below.Reset()
		above.Reset()
	}
	var last *slot
	for i, it := range o {
		if it.slot != nil {
			flush(last, it.slot)
			last = it.slot
			continue
		}
		text, err := write(*it.attr, indent)
		if err != nil {
			return nil, err
		}
		if !it.under.IsZero() {
			at := lineEnd(e.file.Src, it.under.Span().End)
			edits = append(edits, Edit{at, at, e.nlAt(at) + text})
			continue
		}
		blank := it.blank && i > 0
		if it.before {
			above.WriteString(e.blankLine(blank) + text + e.nl())
		} else {
			nl := e.nlAt(last.tail)
			if blank {
				below.WriteString(nl)
			}
			below.WriteString(nl + text)
		}
	}
	flush(last, nil)
	return edits, nil
}

// nl is the newline of the file.
func (e *Editor) nl() string { return e.style.nl() }

// nlAt is the newline at offset at, or that of the file if there is none.
// A line inserted before a newline takes that one over, so the line above it
// needs an equal one.
func (e *Editor) nlAt(at int) string {
	switch rest := e.file.Src[at:]; {
	case strings.HasPrefix(rest, "\r\n"):
		return "\r\n"
	case strings.HasPrefix(rest, "\n"):
		return "\n"
	}
	return e.nl()
}

func (e *Editor) blankLine(yes bool) string {
	if yes {
		return e.nl()
	}
	return ""
}

// insertFlat writes the new items of o into the one line that b has, if the
// style has it so and they fit.
func (e *Editor) insertFlat(b *box, o order, write writer) ([]Edit, bool, error) {
	if b.node.Kind() != nixast.Let && len(b.slots) < 2 && !e.style.OneLineSets {
		return nil, false, nil
	}
	src := e.file.Src
	width := columns(src[lineStart(src, b.open.Span().Start):lineEnd(src, b.open.Span().Start)])
	var edits []Edit
	last := -1
	for i, it := range o {
		if it.slot != nil {
			last = it.slot.tail
			continue
		}
		text, err := write(*it.attr, "")
		if err != nil {
			return nil, false, err
		}
		if strings.Contains(text, "\n") || it.blank || it.attr.Comment != "" {
			return nil, false, nil
		}
		width += utf8.RuneCountInString(text) + 1
		if last >= 0 {
			edits = append(edits, Edit{last, last, " " + text})
			continue
		}
		at := o[slices.IndexFunc(o[i:], func(it item) bool { return it.slot != nil })+i].slot.span.Start
		edits = append(edits, Edit{at, at, text + " "})
	}
	return edits, width <= e.style.width(), nil
}

// unfold breaks b, and the sets and lists around it that are on the same
// line, over several lines, with the new items of o among them.
func (e *Editor) unfold(b *box, o order, write writer) ([]Edit, error) {
	edits, inner, outer, err := e.unfoldAround(b)
	if err != nil {
		return nil, err
	}
	if !b.flat { // it is empty but for newlines and comments
		inner, outer = b.indents(e.style)
	}
	edits = append(edits, e.breakOperators(b, outer)...)
	var lines strings.Builder
	for i, it := range o {
		if it.slot != nil {
			edits = append(edits, e.breakBefore(it.slot.node.First(), lines.String()+e.nl()+inner))
			lines.Reset()
			continue
		}
		text, err := write(*it.attr, inner)
		if err != nil {
			return nil, err
		}
		lines.WriteString(e.nl() + e.blankLine(it.blank && i > 0) + text)
	}
	return append(edits, e.breakBefore(b.close, lines.String()+e.nl()+outer)), nil
}

// maxUnfold bounds how many sets and lists are broken because one inside them
// is: their indentation adds up. maxUnfoldParts bounds how many parts each may have:
// every one becomes a line.
const (
	maxUnfold      = 16
	maxUnfoldParts = 64
)

// unfoldAround breaks the flat sets and lists around b that are on its line,
// and gives the indentation that b's parts and its closing token then have.
func (e *Editor) unfoldAround(b *box) (edits []Edit, inner, outer string, err error) {
	var around []*box // from the inside out
	for n := range b.node.Ancestors() {
		switch n.Kind() {
		case nixast.AttrSet, nixast.LegacyLet, nixast.List, nixast.Let:
		default:
			continue
		}
		if size(n.Children()) > maxUnfoldParts {
			around = nil
			break
		}
		a, err := newBox(n)
		if err != nil {
			return nil, "", "", err
		}
		if !a.flat {
			break
		}
		if a.close.Span().Start < b.node.Span().End { // b is in the body of a let
			continue
		}
		if around = append(around, a); len(around) > maxUnfold {
			around = nil
			break
		}
	}
	open := b.open
	if len(around) > 0 {
		open = around[len(around)-1].open
	}
	outer, _ = indentOf(e.file.Src, open.Span().Start)
	for _, a := range slices.Backward(around) {
		for _, s := range a.slots {
			edits = append(edits, e.breakBefore(s.node.First(), e.nl()+outer+e.style.step()))
		}
		edits = append(edits, e.breakBefore(a.close, e.nl()+outer))
		outer += e.style.step()
	}
	return edits, outer + e.style.step(), outer, nil
}

// breakOperators gives each operator after b, when b is the first operand of
// the value of a binding, its own line, as RFC 166 requires once b has
// several lines.
func (e *Editor) breakOperators(b *box, indent string) []Edit {
	var edits []Edit
	top := b.node
	for p := top.Parent(); p.Kind() == nixast.Binary && p.Child(0) == top; p = p.Parent() {
		top = p
	}
	if top.Parent().Kind() != nixast.BindingNode || !oneLine(e.file.Src, top.Span()) {
		return nil
	}
	for n := top; n != b.node; n = n.Child(0) {
		for r := n; isChain(r); r = r.Child(1) {
			op, _ := r.AsBinary()
			edits = append(edits, e.breakBefore(op.OpToken(), e.nl()+indent))
		}
	}
	return edits
}

// isChain reports whether n is an operation of those that RFC 166 writes in a
// column.
func isChain(n nixast.Node) bool {
	b, ok := n.AsBinary()
	return ok && (b.Op() == nixast.Concat || b.Op() == nixast.Update || b.Op() == nixast.Plus)
}

// breakBefore puts text in the place of the white space before t.
func (e *Editor) breakBefore(t nixast.Token, text string) Edit {
	space := spaceBefore(t)
	return Edit{space.Start, space.End, text}
}

// quotesNames reports whether the box writes quotes around names that need
// none.
func (b *box) quotesNames() bool {
	needless := false
	for _, s := range b.slots {
		binding, ok := s.node.AsBinding()
		if !ok {
			continue
		}
		first := binding.Path().Child(0)
		if first.Kind() != nixast.String {
			return false
		}
		needless = needless || pathText([]string{attrKey(first)}, false) == attrKey(first)
	}
	return needless && len(b.slots) > 1
}

// undefined is an error if set defines one of attrs, or if attrs define
// something twice.
func undefined(set nixast.Node, attrs []Attr) error {
	for i, a := range attrs {
		if len(a.Path) == 0 {
			return fmt.Errorf("an attribute has no name")
		}
		for _, other := range attrs[:i] {
			if n := common(a.Path, other.Path); n == len(a.Path) || n == len(other.Path) {
				return fmt.Errorf("%s is given twice", dotted(a.Path))
			}
		}
		target, _, err := descend(set, a.Path)
		if err != nil {
			return err
		}
		if target != set {
			return fmt.Errorf("%s lies in a set that is defined already", dotted(a.Path))
		}
		if err := captures(set, a.Path[0]); err != nil && !definesAttr(set, a.Path[0]) {
			return err
		}
	}
	return nil
}
