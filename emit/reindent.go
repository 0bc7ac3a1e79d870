package emit

import (
	"errors"
	"strings"

	"wardnix/nixast"
)

// syntaxError is the first mistake of f that leaves its tree in doubt.
func syntaxError(f *nixast.File) error {
	for _, d := range f.Diagnostics {
		if d.Code == nixast.SyntaxError || d.Code == nixast.TooDeep {
			return errors.New("syntax error: " + d.Message)
		}
	}
	return nil
}

// reindent is the text of n with the indentation from of its lines replaced by
// to, the first line excepted. See [reindentSpan].
func reindent(n nixast.Node, from, to string) string {
	return reindentSpan(n.File(), n.Span(), from, to)
}

// reindentSpan is the source within span with the indentation from of its lines
// replaced by to. See [reindentEdits].
func reindentSpan(f *nixast.File, span nixast.Span, from, to string) string {
	text := f.Src[span.Start:span.End]
	edits := reindentEdits(f, span, from, to)
	for i := range edits {
		edits[i].Start -= span.Start
		edits[i].End -= span.Start
	}
	shifted, err := Apply(text, edits)
	if err != nil {
		panic(err) // white space tokens and lines of strings cannot overlap
	}
	return shifted
}

// reindentEdits replace the indentation from of lines by to. A line that starts
// inside span has it replaced, unless it does not begin with from, is blank, or
// belongs to a string in double quotes, to an indented string whose value would
// change, or to a comment with a line that is indented less.
func reindentEdits(f *nixast.File, span nixast.Span, from, to string) []Edit {
	var edits []Edit
	if from == to || oneLine(f.Src, span) {
		return nil
	}
	add := func(e Edit) {
		if e.Start > span.Start && e.End <= span.End {
			edits = appendEdit(edits, e)
		}
	}
	for t := range f.Tokens() {
		s := t.Span()
		if s.End <= span.Start || s.Start >= span.End {
			continue
		}
		if t.Kind() == nixast.BlockComment {
			for _, e := range shiftComment(t, from, to) {
				add(e)
			}
		}
		if t.Kind() != nixast.Whitespace {
			continue
		}
		if at := strings.LastIndexByte(t.Text(), '\n'); at >= 0 && strings.HasPrefix(t.Text()[at+1:], from) {
			add(Edit{s.Start + at + 1, s.Start + at + 1 + len(from), to})
		}
	}
	for n := range f.Root().Descendants() {
		if s := n.Span(); n.Kind() == nixast.IndString && s.Start < span.End && s.End > span.Start {
			for _, e := range shiftString(n, from, to) {
				add(e)
			}
		}
	}
	return edits
}

// shiftComment moves the lines of a block comment from one indentation to
// another, if all of them have it.
func shiftComment(t nixast.Token, from, to string) []Edit {
	var edits []Edit
	at := t.Span().Start
	for line := range strings.Lines(t.Text()) {
		switch start := at; {
		case start == t.Span().Start || strings.TrimSpace(line) == "":
		case !strings.HasPrefix(line, from):
			return nil
		default:
			edits = append(edits, Edit{start, start + len(from), to})
		}
		at += len(line)
	}
	return edits
}

// shiftString moves the lines of an indented string from one indentation to
// another. Nix takes the least indentation of all lines away, in spaces, so the
// value stays if all lines move alike; where they cannot, there are no edits.
func shiftString(n nixast.Node, from, to string) []Edit {
	if strings.Trim(from+to, " ") != "" || !strings.HasSuffix(n.First().Text(), "\n") {
		return nil
	}
	var edits []Edit
	for t := range n.OwnTokens() {
		s := t.Span()
		if k := t.Kind(); k != nixast.IndOpen && k != nixast.IndText {
			continue
		}
		for i, c := range []byte(t.Text()) {
			if c != '\n' {
				continue
			}
			e, ok := shiftLine(n, s.Start+i+1, from, to)
			if !ok {
				return nil
			}
			edits = append(edits, e)
		}
	}
	return edits
}

// shiftLine moves the line of the indented string n that begins at start; false
// if the line does not reach to from.
func shiftLine(n nixast.Node, start int, from, to string) (Edit, bool) {
	line := n.File().Src[start:n.Span().End]
	rest := strings.TrimLeft(line, " ")
	blank := strings.HasPrefix(rest, "\n") || strings.HasPrefix(rest, "\r\n")
	switch {
	case strings.HasPrefix(line, from) && (!blank || rest != line):
		return Edit{start, start + len(from), to}, true
	case blank: // it means an empty line, however many spaces it has
		return Edit{start, start + len(line) - len(rest), ""}, true
	case rest == "''": // the closing line counts for nothing
		return Edit{start, start, ""}, true
	}
	return Edit{}, false
}
