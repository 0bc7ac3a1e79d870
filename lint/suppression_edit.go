package lint

import (
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/nixast"
)

// Removal are the edits that remove the comment, with its line if nothing else is
// on it.
func (s *Suppression) Removal() []FileEdit { return In(s.File, removeComment(s.File, s.Comment)) }

func removeComment(f *nixast.File, t nixast.Token) []emit.Edit {
	s := t.Span()
	line := f.Line(f.Position(s.Start).Line)
	rest := strings.TrimRight(f.Src[s.End:max(s.End, line.End)], "\r\n")
	switch {
	case strings.Trim(rest, " \t") != "":
		return []emit.Edit{{Start: s.Start, End: s.End + len(rest) - len(strings.TrimLeft(rest, " \t"))}}
	case ownLine(f, s.Start):
		return []emit.Edit{{Start: line.Start, End: line.End}}
	}
	before := strings.TrimRight(f.Src[:s.Start], " \t")
	return []emit.Edit{{Start: len(before), End: s.End + len(rest)}}
}

// Without are the edits that remove rules, by their index in s.Rules, from a
// comment that names others, too.
func (s *Suppression) Without(which []int) []FileEdit {
	var edits []emit.Edit
	for _, n := range which {
		e := emit.Edit{Start: s.Rules[n].Span.Start, End: s.Rules[n].Span.End}
		switch {
		case n+1 < len(s.Rules):
			e.End = s.Rules[n+1].Span.Start
		default: // the last one goes with those before it that go
			first := n
			for first > 0 && slices.Contains(which, first-1) {
				first--
			}
			e.Start = s.Rules[first-1].Span.End
			edits = slices.DeleteFunc(edits, func(o emit.Edit) bool { return o.Start >= e.Start })
		}
		edits = append(edits, e)
	}
	return In(s.File, edits)
}

// MoveAboveBrace are the edits that move a comment from the end of the line that
// opens s.Brace to a line above it.
func (s *Suppression) MoveAboveBrace() []FileEdit {
	return In(s.File, append(removeComment(s.File, s.Comment), lineAbove(s.File, s.Brace, s.Comment.Text())))
}

// lineAbove puts a line above a node that is the first on its own.
func lineAbove(f *nixast.File, n nixast.Node, text string) emit.Edit {
	start := n.Span().Start
	line := f.Line(f.Position(start).Line).Start
	eol := emit.Learn(f).EOL
	if eol == "" {
		eol = "\n"
	}
	return emit.Edit{Start: line, End: line, New: f.Src[line:start] + strings.TrimRight(text, "\r") + eol}
}
