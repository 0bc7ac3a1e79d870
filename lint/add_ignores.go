package lint

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint/nixos"
	"wardnix/nixast"
)

// AddIgnores writes comments that ignore what is found, each above the nearest
// binding or list element around the finding that has a line of its own, and
// else behind the code of its line. Result.Findings are those that no comment
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
	type place struct {
		node nixast.Node // the comment goes above it
		line int         // or behind this line
	}
	var order []place
	ids := map[place][]string{}
	for _, x := range found {
		if x.File != f || aboutIgnores(x.Rule) || l.Binding != nil && l.Binding(f, x.Rule) {
			continue
		}
		at := place{node: around(f, x.Span.Start, func(n nixast.Node) bool { return ownLine(f, n.Span().Start) })}
		if at.node.IsZero() {
			at.line = f.Position(x.Span.Start).Line
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
		} else if end, ok := endOfCode(f, at.line); ok {
			edits = append(edits, emit.Edit{Start: end, End: end, New: " " + text})
		}
	}
	return edits
}

// endOfCode is where a comment can be put behind the code of a line: not inside
// a string, and not where another comment stands.
func endOfCode(f *nixast.File, line int) (int, bool) {
	span := f.Line(line)
	end := span.Start + len(strings.TrimRight(f.Src[span.Start:span.End], " \t\r\n"))
	for t := range f.Tokens() {
		s := t.Span()
		if s.Start < end && end <= s.End {
			return end, s.End == end && !t.Kind().IsTrivia()
		}
	}
	return 0, false
}
