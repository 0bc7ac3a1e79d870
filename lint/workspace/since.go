package workspace

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"wardnix/lint"
	"wardnix/lint/files"
	"wardnix/lint/gitrepo"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// touched is what was changed since a revision.
type touched struct {
	// lines are the changed lines of files by absolute path; nil for a new file.
	lines map[string][]lineRange
	// units and options are the names of what is touched, by file.
	units, options map[string]map[string]bool
	project        *nixos.Project
}

// lineRange are the lines from first to last, from 1. A removal is between
// lines: first is then above last.
type lineRange struct{ first, last int }

// touchedSince compares the files that were requested with a revision.
func (w *Workspace) touchedSince(rev string) (*touched, error) {
	t := &touched{lines: map[string][]lineRange{}, units: map[string]map[string]bool{}, options: map[string]map[string]bool{}, project: w.Project}
	byTop := map[string][]*nixos.File{}
	for _, f := range w.Project.Files() {
		root := w.Project.Root(f)
		if root == "" || f.Tree == nil {
			continue
		}
		r, err := gitrepo.Find(filepath.FromSlash(root))
		switch {
		case err == nil:
			byTop[r.Top] = append(byTop[r.Top], f)
		case f.Reported:
			return nil, fmt.Errorf("--since: %w", err)
		}
	}
	for _, top := range slices.Sorted(maps.Keys(byTop)) {
		if err := t.compare(&gitrepo.Repository{Top: top}, rev, byTop[top]); err != nil {
			return nil, fmt.Errorf("--since: %w", err)
		}
	}
	t.findUnits()
	return t, nil
}

// compare notes the lines of a repository's files that were changed since rev.
func (t *touched) compare(r *gitrepo.Repository, rev string, asked []*nixos.File) error {
	base, err := r.Base(rev)
	if err != nil {
		return err
	}
	blobs, err := r.Blobs(base)
	if err != nil {
		return err
	}
	var changed []*nixos.File
	var objects []string
	for _, f := range asked {
		name, err := filepath.Rel(r.Top, filepath.FromSlash(f.Path))
		if err != nil {
			return err
		}
		switch blob, old := blobs[filepath.ToSlash(name)]; {
		case !old:
			t.lines[f.Path] = nil
		case gitrepo.BlobName(f.Tree.Src, blob) != blob:
			changed, objects = append(changed, f), append(objects, blob)
		}
	}
	texts, err := r.Contents(objects, files.MaxModule)
	if err != nil {
		return err
	}
	for i, f := range changed {
		if ranges := changedLines(texts[i], f.Tree.Src); len(ranges) > 0 {
			t.lines[f.Path] = ranges
		}
	}
	return nil
}

// changedLines are the lines of a text that are not as in the one before. How a
// newlines does not matter: git may check out what it keeps with other ends.
func changedLines(before, after string) []lineRange {
	before, after = strings.ReplaceAll(before, "\r\n", "\n"), strings.ReplaceAll(after, "\r\n", "\n")
	var ranges []lineRange
	line, at := 1, 0 // the line of after for this offset of before
	for _, e := range udiff.Lines(before, after) {
		line += strings.Count(before[at:e.Start], "\n")
		added := strings.Count(e.New, "\n")
		if e.New != "" && !strings.HasSuffix(e.New, "\n") {
			added++
		}
		ranges = append(ranges, lineRange{line, line + added - 1})
		line, at = line+added, e.End
	}
	return ranges
}

// findUnits notes the units and options that the lines belong to.
func (t *touched) findUnits() {
	for _, h := range t.project.Hosts() {
		for _, u := range h.Units {
			for _, d := range u.Defs() {
				if !d.Binding.IsZero() && t.overlaps(d.Binding.File(), d.Binding.Span()) {
					for _, f := range u.Files() {
						put(t.units, f.Name, u.Name)
					}
				}
			}
		}
	}
	for _, f := range t.project.Files() {
		if _, changed := t.lines[f.Path]; !changed || f.Tree == nil {
			continue
		}
		for n := range f.Tree.Root().Descendants() {
			if n.Kind() == nixast.BindingNode && t.overlaps(f.Tree, n.Span()) {
				put(t.options, f.Name, lint.OptionAt(f.Tree, n.Span().Start))
			}
		}
	}
}

func put(m map[string]map[string]bool, file, name string) {
	if m[file] == nil {
		m[file] = map[string]bool{}
	}
	m[file][name] = true
}

// overlaps reports whether a change lies in a span of a file.
func (t *touched) overlaps(tree *nixast.File, span nixast.Span) bool {
	f := t.project.File(tree.Name)
	if f == nil {
		return false
	}
	ranges, changed := t.lines[f.Path]
	if changed && ranges == nil {
		return true
	}
	first, last := tree.Position(span.Start).Line, tree.Position(span.End).Line
	for _, r := range ranges {
		if r.first <= last && first <= r.last || r.first > r.last && first <= r.last && r.first <= last {
			return true
		}
	}
	return false
}

// since is a filter that keeps what changed.
func (l *linter) since(t *touched) lint.Filter {
	return func(found []lint.Finding) []lint.Finding {
		out := slices.DeleteFunc(slices.Clone(found), func(f lint.Finding) bool { return !t.touches(f) })
		l.held.Untouched = len(found) - len(out)
		return out
	}
}

func (t *touched) touches(f lint.Finding) bool {
	file := t.project.File(f.File.Name)
	asIs := file != nil && file.Tree == f.File && t.overlaps(f.File, f.Span)
	inUnit := slices.ContainsFunc(f.Units, func(r unit.Ref) bool { return t.units[f.File.Name][r.Unit] })
	return asIs || inUnit || f.Unit() == "" && t.options[f.File.Name][lint.OptionAt(f.File, f.Span.Start)]
}
