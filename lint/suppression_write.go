package lint

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint/nixos"
	"wardnix/nixast"
)

// AddIgnores writes comments that suppress what is found: above the innermost binding
// or list element around the finding if that begins a line; otherwise after the code
// of its line; otherwise above the next one around it that begins a line.
// Result.Findings are those that no comment can suppress or that no comment could be
// written for. Nothing is written to disk.
//
// The error reports a reason that is empty or has several lines, or is the cause of the
// context's end.
func (l *Linter) AddIgnores(ctx context.Context, project *nixos.Project, reason string) (*Result, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || strings.ContainsAny(reason, "\r\n") {
		return nil, fmt.Errorf("a reason is one line of text")
	}
	before, err := l.Run(ctx, project)
	if err != nil {
		return nil, err
	}
	contents := map[string]string{}
	for _, f := range project.Files() {
		if f.Tree == nil {
			continue
		}
		if edits := l.suppressing(f.Tree, before.Findings, reason); len(edits) > 0 {
			text, err := emit.Apply(f.Tree.Src, edits)
			if err != nil {
				return nil, err
			}
			contents[f.Name] = text
		}
	}
	after, err := l.Run(ctx, project.With(contents))
	if err != nil {
		return nil, err
	}
	after.Before = before.Findings
	for _, f := range project.Files() {
		if text, changed := contents[f.Name]; changed {
			after.Changes = append(after.Changes, Change{f, f.Tree.Src, text})
		}
	}
	was := meaningsOf(project, meanings{}, false)
	old, now := was.changed(meaningsOf(after.Project, was, false))
	return after, old.sameBut(now, nil)
}

// Ignoring is the fix that writes a comment to suppress one finding, as AddIgnores does;
// false if no comment can suppress it.
func (l *Linter) Ignoring(f Finding, reason string) (Fix, bool) {
	edits := l.suppressing(f.File, []Finding{f}, reason)
	return Fix{Title: "Ignore " + f.Rule.String() + " here", Applicability: Unsafe, Edits: EditsIn(f.File, edits)}, len(edits) > 0
}

// suppressing are the edits that write the comments of a file.
func (l *Linter) suppressing(f *nixast.File, found []Finding, reason string) []emit.Edit {
	var order []commentPlace
	ids := map[commentPlace][]string{}
	for _, x := range found {
		if x.File != f || !l.suppressible(f, x.Rule) {
			continue
		}
		at, ok := placeFor(f, x.Span.Start)
		if !ok {
			continue
		}
		if ids[at] == nil {
			order = append(order, at)
		}
		if !slices.Contains(ids[at], x.Rule.ID) {
			ids[at] = append(ids[at], x.Rule.ID)
		}
	}
	var edits []emit.Edit
	for _, at := range order {
		slices.Sort(ids[at])
		text := "# " + suppressionMark + " ignore[" + strings.Join(ids[at], ", ") + "] " + reason
		if !at.node.IsZero() {
			edits = append(edits, lineAbove(f, at.node, text))
		} else {
			edits = append(edits, emit.Edit{Start: at.end, End: at.end, New: " " + text})
		}
	}
	return edits
}

// commentPlace is where a comment goes: above a node, or after a line's code.
type commentPlace struct {
	node nixast.Node
	end  int
}

func placeFor(f *nixast.File, offset int) (commentPlace, bool) {
	begins := func(n nixast.Node) bool { return ownLine(f, n.Span().Start) }
	n := around(f, offset, func(nixast.Node) bool { return true })
	if !n.IsZero() && begins(n) {
		return commentPlace{node: n}, true
	}
	if end, ok := endOfCode(f, f.Position(offset).Line); ok {
		return commentPlace{end: end}, true
	}
	n = around(f, offset, begins)
	return commentPlace{node: n}, !n.IsZero()
}

// endOfCode is where a comment can be put after the code of a line: not inside a
// string, not where another comment is, and not after an opening brace.
func endOfCode(f *nixast.File, line int) (int, bool) {
	span := f.Line(line)
	end := span.Start + len(strings.TrimRight(f.Src[span.Start:span.End], " \t\r\n"))
	for t := range f.Tokens() {
		s := t.Span()
		if s.Start < end && end <= s.End {
			return end, s.End == end && !t.Kind().IsTrivia() && !opens(t)
		}
	}
	return 0, false
}

// Removal are the edits that remove the comment, with its line if nothing else is
// on it.
func (s *Suppression) Removal() []FileEdit { return EditsIn(s.File, removeComment(s.File, s.Comment)) }

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
	return EditsIn(s.File, edits)
}

// MoveAboveBrace are the edits that move a comment from the end of the line that
// opens s.Brace to a line above it.
func (s *Suppression) MoveAboveBrace() []FileEdit {
	return EditsIn(s.File, append(removeComment(s.File, s.Comment), lineAbove(s.File, s.Brace, s.Comment.Text())))
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
