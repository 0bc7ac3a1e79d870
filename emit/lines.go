package emit

import (
	"errors"
	"strings"

	"wardnix/nixast"
)

// AppendLines writes lines into a string of a text that is read line by line, after the
// line that an offset in the file lies in. A line that ends in a backslash includes the
// next one. Lines of an indented string get the indentation of that line.
func (e *Editor) AppendLines(text nixast.Node, at int, lines ...string) ([]Edit, error) {
	if err := e.editableText(text); err != nil {
		return nil, err
	}
	var raw []string
	for _, line := range lines {
		raw = append(raw, quotedLine(text, line))
	}
	return []Edit{e.insertedLines(text, at, raw)}, nil
}

// MoveLine moves the line that an offset lies in, with its interpolations, after the
// line of another offset in the same string. Headings are lines to write before it.
func (e *Editor) MoveLine(text nixast.Node, from, to int, headings ...string) ([]Edit, error) {
	if err := e.editableText(text); err != nil {
		return nil, err
	}
	start, end := lineOf(text, from)
	stays := start <= to && to <= end
	if stays && len(headings) == 0 {
		return nil, errors.New("the line would not move")
	}
	src := e.file.Src
	line := strings.TrimLeft(src[start:end], " \t")
	var raw []string
	for _, h := range headings {
		raw = append(raw, quotedLine(text, h))
	}
	added := e.insertedLines(text, to, append(raw, line))
	if stays {
		return []Edit{{Start: start, End: end, New: strings.TrimPrefix(added.New, e.newlineIn(text, end))}}, nil
	}
	removed := Edit{Start: start, End: end + len(newlineAt(text, end))}
	if added.Start == end {
		added.Start, added.End = start, removed.End
		added.New = strings.TrimPrefix(added.New, newlineAt(text, end)) + newlineAt(text, end)
		return []Edit{added}, nil
	}
	return []Edit{removed, added}, nil
}

func (e *Editor) editableText(text nixast.Node) error {
	if k := text.Kind(); k != nixast.String && k != nixast.IndString {
		return errors.New("the text is not written as a string")
	}
	return e.editable(text)
}

// insertedLines is the edit that writes lines, in the source's own escapes, after the
// line of an offset.
func (e *Editor) insertedLines(text nixast.Node, at int, raw []string) Edit {
	start, end := lineOf(text, at)
	nl, indent := e.newlineIn(text, end), ""
	if text.Kind() == nixast.IndString {
		line := e.file.Src[start:end]
		indent = line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	}
	var b strings.Builder
	for _, line := range raw {
		b.WriteString(nl)
		if line != "" {
			b.WriteString(indent + line)
		}
	}
	return Edit{Start: end, End: end, New: b.String()}
}

// newlineIn is the newline that ends a line of a text at an offset, or would.
func (e *Editor) newlineIn(text nixast.Node, end int) string {
	if nl := newlineAt(text, end); nl != "" {
		return nl
	}
	if text.Kind() == nixast.String {
		return `\n`
	}
	return e.nl()
}

// lineOf is where the line of a text in which an offset lies begins and ends in the
// source. What interpolations contain ends no line.
func lineOf(text nixast.Node, at int) (start, end int) {
	start, end = contentOf(text)
	limit := end
	for t := range text.OwnTokens() {
		if k := t.Kind(); k != nixast.StringText && k != nixast.IndText && k != nixast.IndOpen {
			continue
		}
		for i := t.Span().Start; i < t.Span().End; i++ {
			nl := newlineAt(text, i)
			switch {
			case nl == "":
				if text.Kind() == nixast.String && text.File().Src[i] == '\\' {
					i++ // an escape
				}
				continue
			case i >= at && !strings.HasSuffix(text.File().Src[:i], `\`):
				return start, min(i, limit)
			case i < at:
				start = i + len(nl)
			}
			i += len(nl) - 1
		}
	}
	return start, limit
}

// contentOf is the source between the quotes of a string.
func contentOf(text nixast.Node) (start, end int) {
	quotes := 1
	if text.Kind() == nixast.IndString {
		quotes = 2
	}
	return text.Span().Start + quotes, text.Span().End - quotes
}

// newlineAt is the newline that a text has at an offset of the source: a newline of the
// source, or an escape of a string in double quotes. It is empty if there is none.
func newlineAt(text nixast.Node, at int) string {
	src := text.File().Src[at:text.Span().End]
	for _, nl := range []string{"\r\n", "\n", `\n`} {
		if strings.HasPrefix(src, nl) && (nl != `\n` || text.Kind() == nixast.String) {
			return nl
		}
	}
	return ""
}

// quotedLine is a line as the source of a string has it.
func quotedLine(text nixast.Node, line string) string {
	if text.Kind() == nixast.String {
		quoted := nixast.QuoteString(line)
		return quoted[1 : len(quoted)-1]
	}
	quoted := nixast.QuoteIndented("|"+line+"\n", 0) // the bar keeps spaces at the start
	return strings.TrimSuffix(strings.TrimPrefix(quoted, "''\n  |"), "\n''")
}
