package workspace

import (
	"context"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/nixast"
)

// Check is nil if a fix of a finding of the snapshot keeps its promise: see
// [lint.Prover].
func (s *Snapshot) Check(f lint.Finding, x lint.Fix) error {
	if s.prover == nil {
		s.prover = lint.NewProver(s.workspace.Project, s.cache)
	}
	return s.prover.Check(f, x)
}

// Ignore is the fix that writes a comment to suppress a finding; false if no comment
// can.
func (s *Snapshot) Ignore(f lint.Finding, reason string) (lint.Fix, bool) {
	l, err := s.linter()
	if err != nil || f.Rule.IsSource() {
		return lint.Fix{}, false
	}
	return l.Ignoring(f, reason)
}

// FixAll is one fix of all that is safe to fix in a file and that edits no other one, as
// `wardnix lint --write` has it; false if there is nothing, or once the context has ended.
func (s *Snapshot) FixAll(ctx context.Context, name string) (lint.Fix, bool) {
	f := s.file(name)
	l, err := s.workspace.configured()
	if err != nil || f == nil || f.Tree == nil {
		return lint.Fix{}, false
	}
	l.MaxHosts = maxHosts
	l.addFilter(func(found []lint.Finding) []lint.Finding {
		return slices.DeleteFunc(slices.Clone(found), func(x lint.Finding) bool { return !editsOnly(x, f.Name) })
	})
	result, err := l.Repair(ctx, s.workspace.Project, lint.Safe)
	if err != nil {
		return lint.Fix{}, false
	}
	for _, ch := range result.Changes {
		if ch.File.Name == f.Name {
			return lint.Fix{Applicability: lint.Safe, Edits: lint.EditsIn(f.Tree, difference(ch.Old, ch.New))}, true
		}
	}
	return lint.Fix{}, false
}

// editsOnly reports whether a finding is in a file and its fixes edit no other one.
func editsOnly(f lint.Finding, name string) bool {
	return f.File.Name == name && !slices.ContainsFunc(f.Fixes, func(x lint.Fix) bool {
		return slices.ContainsFunc(x.Edits, func(e lint.FileEdit) bool { return e.File.Name != name })
	})
}

// difference are small edits that make one text of another.
func difference(old, new string) []emit.Edit {
	var edits []emit.Edit
	for _, e := range udiff.Strings(old, new) {
		edits = append(edits, emit.Edit{Start: e.Start, End: e.End, New: e.New})
	}
	return edits
}

// OpenSet is the fix that puts the bindings around an offset of a file that begin with the
// same names into one set: `serviceConfig.PrivateTmp = true;` becomes `serviceConfig = { … };`.
// false if none can be.
func (s *Snapshot) OpenSet(name string, offset int) (lint.Fix, bool) {
	tree := s.Tree(name)
	if tree == nil {
		return lint.Fix{}, false
	}
	var at nixast.Binding
	depth := 0
	for n := range tree.Root().Descendants() {
		if b, ok := n.AsBinding(); ok && b.Path().Span().Start <= offset && offset <= b.Path().Span().End {
			at, depth = b, len(slices.Collect(b.Path().Attrs()))-1
		}
	}
	if depth < 1 {
		return lint.Fix{}, false
	}
	edits, err := emit.New(tree).Gather(at, depth, emit.Where{})
	if err != nil || len(edits) == 0 {
		return lint.Fix{}, false
	}
	var names []string
	for a := range at.Path().Attrs() {
		names = append(names, a.Text())
	}
	fix := lint.Fix{Title: "Open a set for " + strings.Join(names[:depth], "."), Applicability: lint.Safe, Edits: lint.EditsIn(tree, edits)}
	return fix, s.Check(lint.Finding{}, fix) == nil
}
