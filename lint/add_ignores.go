package lint

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint/nixos"
	"wardnix/nixast"
)

// AddIgnores writes comments that ignore what is found, each above the innermost
// binding or list element around the finding; behind the code of its line where
// that does not begin a line; and else above the next one around it that does. Result.Findings are those that no comment
// can ignore or that no comment could be written for. Nothing is written to disk.
//
// The error tells of a reason that is empty or of several lines.
func (l *Linter) AddIgnores(project *nixos.Project, reason string) (*Result, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || strings.ContainsAny(reason, "\r\n") {
		return nil, fmt.Errorf("a reason is one line of text")
	}
	before := l.Run(project)
	contents := map[string]string{}
	for _, f := range project.Files() {
		if edits := l.ignoring(f.Tree, before.Findings, reason); len(edits) > 0 {
			text, err := emit.Apply(f.Tree.Src, edits)
			if err != nil {
				return nil, err
			}
			contents[f.Name] = text
		}
	}
	after := l.Run(project.With(contents))
	after.Before = before.Findings
	for _, f := range project.Files() {
		if text, changed := contents[f.Name]; changed {
			after.Changes = append(after.Changes, Change{f, f.Tree.Src, text})
		}
	}
	return after, meaningOf(project).sameBut(meaningOf(after.Project), nil)
}

// ignoring are the edits that write the comments of a file.
func (l *Linter) ignoring(f *nixast.File, found []Finding, reason string) []emit.Edit {
	var order []ignorePlace
	ids := map[ignorePlace][]string{}
	for _, x := range found {
		if x.File != f || aboutIgnores(x.Rule) || l.Binding != nil && l.Binding(f, x.Rule) {
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
		text := "# " + ignoreMark + " ignore[" + strings.Join(ids[at], ", ") + "] " + reason
		if !at.node.IsZero() {
			edits = append(edits, lineAbove(f, at.node, text))
		} else {
			edits = append(edits, emit.Edit{Start: at.end, End: at.end, New: " " + text})
		}
	}
	return edits
}

// ignorePlace is where a comment goes: above a node, or behind a line's code.
type ignorePlace struct {
	node nixast.Node
	end  int
}

func placeFor(f *nixast.File, offset int) (ignorePlace, bool) {
	begins := func(n nixast.Node) bool { return ownLine(f, n.Span().Start) }
	n := around(f, offset, func(nixast.Node) bool { return true })
	if !n.IsZero() && begins(n) {
		return ignorePlace{node: n}, true
	}
	if end, ok := endOfCode(f, f.Position(offset).Line); ok {
		return ignorePlace{end: end}, true
	}
	n = around(f, offset, begins)
	return ignorePlace{node: n}, !n.IsZero()
}

// endOfCode is where a comment can be put behind the code of a line: not inside
// a string, not where another comment stands, and not behind an opening brace.
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
