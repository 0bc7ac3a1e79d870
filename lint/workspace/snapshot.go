package workspace

import (
	"context"
	"errors"
	"maps"
	"path"
	"path/filepath"
	"slices"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// A Snapshot is a project at one moment, for programs that look at it after each change,
// such as editors. It does not change. It and those made from it are for one
// goroutine at a time, since they share what they have in common.
type Snapshot struct {
	workspace *Workspace // whose project is that of the snapshot
	findings  []lint.Finding
	found     bool
	cache     lint.Cache         // what an earlier snapshot found, then this one
	near      bool               // it lacks hosts: see Near
	prover    *lint.Prover       // of Check, once made
	latest    *nixos.Host        // that a request had evaluated
	notes     notes              // of all parts, once one is needed
	units     map[string][]*note // of unitsOf, by file
	main      map[string]string  // of mainHost, by file; it outlives the hosts
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
	return &Snapshot{workspace: &w, cache: s.cache}
}

// Opening is the snapshot with other texts for files that are open, which are requested
// from then on, and for others. false if the project is to be read anew, since other
// settings apply to an open file.
func (s *Snapshot) Opening(open, others map[string]string) (*Snapshot, bool) {
	w := *s.workspace
	if others = maps.Clone(others); others == nil {
		others = map[string]string{}
	}
	named := map[string]string{}
	for name, text := range open {
		abs := filepath.ToSlash(w.abs(name))
		c, err := w.settings(path.Dir(abs))
		switch {
		case err != nil || c.Disagrees(w.Main) != nil:
			return nil, false
		case w.excludes(abs) || w.isVendored(name):
			others[name] = text
		default:
			named[name] = text
		}
	}
	if len(others) > 0 {
		w.Project = w.Project.With(others)
	}
	w.Project = w.Project.Naming(named)
	return &Snapshot{workspace: &w, cache: s.cache}, true
}

// Supersede frees what the earlier snapshot that s was made from knows of the hosts that s
// evaluates anew, so that there is memory for those: see [nixos.Project.Supersede]. The
// earlier one keeps its findings.
func (s *Snapshot) Supersede(earlier *Snapshot) {
	s.workspace.Project.Supersede()
	earlier.cache = earlier.cache.In(earlier.workspace.Project)
	earlier.units, earlier.notes, earlier.prover, s.cache = nil, nil, nil, earlier.cache
}

// Near is the snapshot with those of its hosts only that an earlier one, whose findings
// are known, has no findings of yet, but one for each of some files, by name: the host of
// which the file defines most units. Its findings are those that do not depend on other
// hosts. false if no host is left out.
func (s *Snapshot) Near(earlier *Snapshot, names []string) (*Snapshot, bool) {
	near := map[string]bool{}
	for _, name := range names {
		if host := earlier.mainHost(name); host != "" {
			near[host] = true
		}
	}
	if len(near) == 0 {
		return nil, false
	}
	w := *s.workspace
	less := false
	w.Project, less = w.Project.Near(func(host string) bool { return near[host] })
	return &Snapshot{workspace: &w, cache: earlier.cache, near: true}, less
}

// mainHost is the host of which a file defines most units, the smallest of them; "" if
// it is a part of none.
func (s *Snapshot) mainHost(name string) string {
	host, known := s.main[name]
	if !known {
		host = s.findMainHost(name)
		if s.main == nil {
			s.main = map[string]string{}
		}
		s.main[name] = host
	}
	return host
}

func (s *Snapshot) findMainHost(name string) string {
	tree := s.Tree(name)
	if tree == nil {
		return ""
	}
	best, most, size := "", 0, 0
	for _, h := range s.hostsOf(tree) {
		n := 0
		for _, u := range h.Units {
			if slices.ContainsFunc(u.Bindings(), func(b nixast.Node) bool { return !b.IsZero() && b.File() == tree }) {
				n++
			}
		}
		if h.Name != "" && (best == "" || n > most || n == most && len(h.Units) < size) {
			best, most, size = h.Name, n, len(h.Units)
		}
	}
	return best
}

// Keep are those of the findings of an earlier snapshot in a file that this one, which is
// near it, does not look for: of hosts that it lacks, and of the whole project. They are
// without fixes, at the places where they were.
func (s *Snapshot) Keep(earlier []lint.Finding) []lint.Finding {
	has := map[string]bool{}
	for _, h := range s.workspace.Project.Hosts() {
		has[h.Name] = h.Name != "" || len(h.Files) > 0
	}
	var kept []lint.Finding
	for _, f := range earlier {
		looked := slices.ContainsFunc(f.Units, func(r unit.Ref) bool { return has[r.Host] })
		if f.Rule.IsSource() || looked && !f.Whole {
			continue
		}
		f.Fixes = nil
		kept = append(kept, f)
	}
	return kept
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
	l, err := s.linter()
	if err != nil {
		return nil, err
	}
	l.Cache, l.Near = &s.cache, s.near
	if !l.usesClasses() {
		l.MaxHosts = maxHosts
	}
	l.Rules = append(slices.Clip(l.Rules), noting)
	result, err := l.Run(ctx, p)
	if err != nil {
		return nil, err
	}
	s.cache.Facts(noting) // of the hosts that are not freed yet
	s.findings, s.found = slices.Concat(lint.SourceFindings(p), result.Findings), true
	for i := range s.findings { // these refer to units, which would stay in memory
		f := &s.findings[i]
		f.Only, f.Full, f.Sharing = nil, nil, nil
	}
	return s.findings, nil
}

// Rest frees what requests had evaluated, except for the host of the last.
func (s *Snapshot) Rest() {
	size := 0
	for _, h := range s.workspace.Project.Hosts() {
		size += h.Size()
	}
	for _, h := range s.workspace.Project.Hosts() {
		if size > maxHosts && h != s.latest {
			h.Free()
		}
	}
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
