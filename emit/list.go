package emit

import (
	"strings"

	"wardnix/nixast"
)

// Append adds elements at the end of list, with parentheses where an element
// needs them. A list on one line stays so if it fits and if it, or the file,
// has several elements on a line; else it is broken, one element a line.
func (e *Editor) Append(list nixast.Node, values ...any) ([]Edit, error) {
	if err := e.editable(list); err != nil {
		return nil, err
	}
	if list.Kind() != nixast.List {
		return nil, errNoList
	}
	b, err := newBox(list)
	if err != nil || len(values) == 0 {
		return nil, err
	}
	if b.flat {
		if edits, ok, err := e.appendFlat(b, values); ok || err != nil {
			return edits, err
		}
		return e.unfoldList(b, values)
	}
	return e.appendLines(b, values)
}

// appendFlat adds elements to a list on one line, if it can stay so.
func (e *Editor) appendFlat(b *box, values []any) ([]Edit, bool, error) {
	if count := len(b.slots); count+len(values) > 1 && count < 2 && !e.style.OneLineLists {
		return nil, false, nil
	}
	texts, err := e.style.elementTexts(values, "")
	if err != nil {
		return nil, false, err
	}
	src := e.file.Src
	text := strings.Join(texts, " ")
	line := src[lineStart(src, b.open.Span().Start):lineEnd(src, b.close.Span().End)]
	if strings.Contains(text, "\n") || columns(line+text)+1 > e.style.width() {
		return nil, false, nil
	}
	space := spaceBefore(b.close)
	if len(b.slots) == 0 && !b.hasComment() {
		return []Edit{{space.Start, space.End, e.style.pad() + text + e.style.pad()}}, true, nil
	}
	return []Edit{{space.Start, space.Start, " " + text}}, true, nil
}

// unfoldList breaks a list on one line over several lines, with more elements.
func (e *Editor) unfoldList(b *box, values []any) ([]Edit, error) {
	edits, inner, outer, err := e.unfoldAround(b)
	if err != nil {
		return nil, err
	}
	edits = append(edits, e.breakOperators(b, outer)...)
	texts, err := e.style.elementTexts(values, inner)
	if err != nil {
		return nil, err
	}
	for _, s := range b.slots {
		edits = append(edits, e.breakBefore(s.node.First(), e.nl()+inner))
	}
	added := e.nl() + inner + strings.Join(texts, e.nl()+inner)
	return append(edits, e.breakBefore(b.close, added+e.nl()+outer)), nil
}

// appendLines adds elements to a list of several lines: a line for each, or,
// where the last line has several elements, at its end as far as they fit.
func (e *Editor) appendLines(b *box, values []any) ([]Edit, error) {
	inner, outer := b.indents(e.style)
	texts, err := e.style.elementTexts(values, inner)
	if err != nil {
		return nil, err
	}
	lines := e.nl() + inner + strings.Join(texts, e.nl()+inner)
	if len(b.slots) == 0 {
		return []Edit{e.breakBefore(b.close, lines+e.nl()+outer)}, nil
	}
	src, s := e.file.Src, &b.slots[len(b.slots)-1]
	if i := len(b.slots) - 2; i >= 0 && !s.own && len(s.remarks) == 0 {
		text := " " + strings.Join(texts, " ")
		line := src[lineStart(src, s.tail):lineEnd(src, s.tail)]
		if !strings.Contains(text, "\n") && columns(line+text) <= e.style.width() {
			return []Edit{{s.span.End, s.span.End, text}}, nil
		}
	}
	return []Edit{{s.tail, s.tail, lines}}, nil
}
