package workspace

import (
	"context"
	"errors"
	"slices"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/nixast"
)

// A Snapshot is a project at one moment, for programs that look at it after each change,
// such as editors. It does not change. It and those made from it are for one
// goroutine at a time, since they share what they have in common.
type Snapshot struct {
	workspace *Workspace // whose project is that of the snapshot
	findings  []lint.Finding
	found     bool
	looked    lint.Looked              // what an earlier snapshot found, then this one
	prover    *lint.Prover             // of Check, once made
	units     map[string][]*nixos.Unit // of unitsOf, by file
}

// Snapshot loads the project. A workspace of which every path is excluded has a
// snapshot without files. The error is that of settings, or of the context.
func (w *Workspace) Snapshot(ctx context.Context) (*Snapshot, error) {
	switch err := w.Load(ctx); {
	case errors.Is(err, ErrNothing):
		w.Project = &nixos.Project{}
	case err != nil:
		return nil, err
	}
	return &Snapshot{workspace: w}, nil
}

// With is the snapshot with other texts for some of its files, by name: see
// [nixos.Project.With].
func (s *Snapshot) With(texts map[string]string) *Snapshot {
	w := *s.workspace
	w.Project = w.Project.With(texts)
	return &Snapshot{workspace: &w, looked: s.looked}
}

// Tree is the file of that name as the snapshot has it; nil if it has none.
func (s *Snapshot) Tree(name string) *nixast.File {
	if f := s.file(name); f != nil {
		return f.Tree
	}
	return nil
}

// Path is the absolute path of a file of the snapshot, with "/".
func (s *Snapshot) Path(f *nixast.File) string { return s.workspace.pathOf(lint.Finding{File: f}) }

func (s *Snapshot) file(name string) *nixos.File {
	if len(s.workspace.Project.Files()) == 0 {
		return nil
	}
	return s.workspace.Project.File(name)
}

// Findings are those that [Workspace.Lint] reports, in the same order, and the
// suggestions with them. The error is that of the list of known findings, or of the
// context.
func (s *Snapshot) Findings(ctx context.Context) ([]lint.Finding, error) {
	if s.found {
		return s.findings, nil
	}
	p := s.workspace.Project
	if _, err := p.HostsContext(ctx); err != nil {
		return nil, err
	}
	l, err := s.linter()
	if err != nil {
		return nil, err
	}
	l.Looked = &s.looked
	s.findings, s.found = slices.Concat(lint.SourceFindings(p), l.Run(p).Findings), true
	return s.findings, ctx.Err()
}

// linter is the linter with suggestions among its findings.
func (s *Snapshot) linter() (*linter, error) {
	l, err := s.workspace.configured()
	if err == nil {
		l.Filters = l.Filters[:len(l.Filters)-1]
	}
	return l, err
}

// RootOf is the directory of the project around an absolute directory, as a command
// line that names a file in it finds it.
func RootOf(dir string) string { return nixos.RootOf(dir) }
