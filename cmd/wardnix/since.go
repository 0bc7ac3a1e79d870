package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/nixast"
)

// touched tells what was changed since a revision.
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

// touchedSince asks git.
func (s *workspace) touchedSince(rev string) (*touched, error) {
	t := &touched{lines: map[string][]lineRange{}, units: map[string]map[string]bool{}, options: map[string]map[string]bool{}, project: s.project}
	roots := map[string]bool{}
	for _, f := range s.project.Files() {
		if root := s.project.Root(f); f.Asked && root != "" && !roots[root] {
			roots[root] = true
			if err := t.ask(filepath.FromSlash(root), rev); err != nil {
				return nil, fmt.Errorf("--since: %w", err)
			}
		}
	}
	t.findUnits()
	return t, nil
}

// ask notes what git says of the repository around a folder.
func (t *touched) ask(dir, rev string) error {
	up, err := git(dir, "rev-parse", "--show-cdup")
	if err != nil {
		return err
	}
	top := filepath.Join(dir, strings.TrimRight(up, "\r\n"))
	commit, err := git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err != nil {
		return fmt.Errorf("git knows no revision %q", rev)
	}
	from := strings.TrimSpace(commit)
	if base, err := git(top, "merge-base", from, "HEAD"); err == nil {
		from = strings.TrimSpace(base)
	}
	diff, err := git(top, "diff", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/", "-U0", from, "--")
	if err != nil {
		return err
	}
	t.readDiff(filepath.ToSlash(top), diff)
	fresh, err := git(top, "ls-files", "--others", "--exclude-standard", "-z")
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(fresh, "\x00") {
		if name != "" {
			t.lines[path.Join(filepath.ToSlash(top), name)] = nil
		}
	}
	return nil
}

// git runs git in a folder, without what a repository's own settings could make
// it run.
func git(dir string, args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-c", "core.fsmonitor=false", "-c", "core.quotePath=false"}, args...)...)
	cmd.Dir = dir
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	err := cmd.Run()
	if errors.Is(err, exec.ErrNotFound) {
		return "", errors.New("git is needed and cannot be found")
	}
	if line, _, _ := strings.Cut(strings.TrimSpace(problem.String()), "\n"); err != nil && line != "" {
		return "", errors.New("git: " + strings.TrimPrefix(line, "fatal: "))
	}
	return out.String(), err
}

var hunk = regexp.MustCompile(`^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@`)

// readDiff reads a unified diff without context.
func (t *touched) readDiff(top, diff string) {
	file := ""
	for line := range strings.Lines(diff) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "+++ "); ok {
			file = path.Join(top, newName(name))
			continue
		}
		m := hunk.FindStringSubmatch(line)
		if m == nil || file == "" {
			continue
		}
		first, _ := strconv.Atoi(m[1])
		n := 1
		if m[2] != "" {
			n, _ = strconv.Atoi(m[2])
		}
		r := lineRange{first, first + n - 1}
		if n == 0 { // something is gone behind this line
			r = lineRange{first + 1, first}
		}
		t.lines[file] = append(t.lines[file], r)
	}
}

// newName is the file that a "+++" line names: "b/…", quoted as in C where it
// must be.
func newName(name string) string {
	if strings.HasPrefix(name, `"`) {
		if plain, err := strconv.Unquote(name); err == nil {
			name = plain
		}
	}
	return strings.TrimPrefix(strings.TrimSuffix(name, "\t"), "b/")
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

// filter keeps what was touched.
func (t *touched) filter(found []lint.Finding) []lint.Finding {
	var out []lint.Finding
	for _, f := range found {
		file := t.project.File(f.File.Name)
		asIs := file != nil && file.Tree == f.File && t.overlaps(f.File, f.Span)
		if asIs || t.units[f.File.Name][f.Unit] || f.Unit == "" && t.options[f.File.Name][lint.OptionAt(f.File, f.Span.Start)] {
			out = append(out, f)
		}
	}
	return out
}
