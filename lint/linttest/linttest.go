// Package linttest is the harness that every rule is tried with.
//
// A case is a txtar archive: the files of a small project, what is found in it,
// and what the fixes change.
//
//	release: 25.11                   how it is linted; see [Case]
//	-- a.nix --
//	{ … }
//	-- want --
//	a.nix:3:5-14 D002 invalid value `ful` for `ProtectSystem`
//	  note: systemd ignores it
//	-- safe/a.nix --
//	{ … }
//	-- unsafe/a.nix --
//	{ … }
//
// Files below safe/ are what --write makes, those below unsafe/ what --write
// --unsafe makes; a file that stays as it is is left out. Files below upstream/ are
// no part of the project: what the authors of the real one made of it.
//
// Besides, every case must keep what every rule promises: linting changes
// nothing, a fixed file parses and keeps its comments, fixing again changes
// nothing, no fix is dropped as a bug, and neither the number of workers nor whether hosts
// are freed matters.
package linttest

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
)

// Case is a project and how it is linted.
type Case struct {
	// Files are the contents by name.
	Files map[string]string
	// Options say what it is linted for.
	Options lint.Options
	// Select are the rules, as in [lint.SelectRules]; empty for the default ones.
	Select []string
}

// Run tries every archive that the pattern names, as a subtest each, with the rules
// and baselines of a linter. With
// update, the archives are rewritten to what the rules do now.
func Run(t *testing.T, pattern string, l lint.Linter, update bool) {
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no case fits %s (%v)", pattern, err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			c, want := read(t, a)
			got := c.Try(t, l)
			if update {
				if err := os.WriteFile(name, txtar.Format(c.archive(a, got)), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Outcome is what linting a case came to.
type Outcome struct {
	// Findings are a line each, and the first line of each of their notes.
	Findings []string
	// Safe and Unsafe are the files that the fixes change, by name.
	Safe, Unsafe map[string]string
}

// Try lints the case in every way, and checks what every rule promises.
func (c Case) Try(t testing.TB, l lint.Linter) Outcome {
	t.Helper()
	rules, err := lint.SelectRules(l.Rules, c.Select, nil)
	if err != nil {
		t.Fatal(err)
	}
	if l.Catalog == nil {
		l.Catalog = l.Rules
	}
	l.Rules = rules
	project := c.load(t, c.Files, 1)
	found := Lint(t, &l, project).Findings
	for _, f := range found {
		if len(f.Fixes) > 0 && !f.Rule.Fixes {
			t.Errorf("the page of %s does not say that it has fixes", f.Rule)
		}
	}
	out := Outcome{Findings: lines(found)}
	if !testing.Short() {
		c.tryFreed(t, l, out.Findings)
	}
	out.Safe = c.repair(t, l, project, lint.Safe)
	out.Unsafe = c.repair(t, l, project, lint.Unsafe)
	for _, f := range project.Files() {
		if f.Tree != nil && f.Tree.Src != c.Files[f.Name] {
			t.Errorf("linting changed %s", f.Name)
		}
	}
	return out
}

// tryFreed lints the case with eight workers that free each host after it was looked at,
// and once more, when hosts are evaluated again.
func (c Case) tryFreed(t testing.TB, l lint.Linter, want []string) {
	t.Helper()
	l.MaxHosts = 1
	project := c.load(t, c.Files, 8)
	for _, hosts := range []string{"evaluated", "evaluated again"} {
		if diff := cmp.Diff(want, lines(Lint(t, &l, project).Findings)); diff != "" {
			t.Errorf("one worker, and eight that free hosts, do not find the same, with hosts %s (-one +eight)\n%s", hosts, diff)
		}
	}
}

// Lint runs the rules on a project.
func Lint(t testing.TB, l *lint.Linter, p *nixos.Project) *lint.Result {
	t.Helper()
	r, err := l.Run(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Repair applies the fixes of a project.
func Repair(t testing.TB, l *lint.Linter, p *nixos.Project, upTo lint.Applicability) *lint.Result {
	t.Helper()
	r, err := l.Repair(t.Context(), p, upTo)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (c Case) load(t testing.TB, files map[string]string, workers int) *nixos.Project {
	t.Helper()
	opts := nixos.Options{FS: fstest.MapFS{}, Overlay: files, Workers: workers, Systemd: c.Options.Systemd}
	if c.Options.Release != "" {
		r, err := nixos.ParseRelease(c.Options.Release)
		if err != nil {
			t.Fatal(err)
		}
		opts.Release = r
	}
	project, err := nixos.Load(context.Background(), opts, slices.Sorted(maps.Keys(files))...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range project.Problems() {
		t.Errorf("%s: %v", p.Name, p.Err)
	}
	return project
}

// repair applies the fixes to a project, which is the case, and checks what came of it; it
// returns the files that changed.
func (c Case) repair(t testing.TB, l lint.Linter, project *nixos.Project, upTo lint.Applicability) map[string]string {
	t.Helper()
	r := Repair(t, &l, project, upTo)
	for _, b := range r.Bugs {
		t.Errorf("%s: a fix was dropped: %v", b.Finding.Rule, b.Err)
	}
	changed := map[string]string{}
	files := maps.Clone(c.Files)
	for _, ch := range r.Changes {
		changed[ch.File.Name], files[ch.File.Name] = ch.New, ch.New
		after := r.Project.File(ch.File.Name).Tree
		if after.Mistakes() > ch.File.Tree.Mistakes() {
			t.Errorf("%s does not parse after the fix: %s", ch.File.Name, after.Diagnostics[0].Message)
		}
		if err := emit.CommentsKept(ch.File.Tree, after); err != nil && !aboutComments(r.Fixed) {
			t.Errorf("%s: %v", ch.File.Name, err)
		}
	}
	if len(changed) == 0 {
		return changed
	}
	again := Repair(t, &l, c.load(t, files, 1), upTo)
	for _, ch := range again.Changes {
		t.Errorf("fixing again changes %s:\n%s", ch.File.Name, emit.Diff(ch.File.Name, ch.Old, ch.New))
	}
	if diff := cmp.Diff(lines(r.Findings), lines(again.Findings)); diff != "" {
		t.Errorf("what remains is not what is found again (-remains +again)\n%s", diff)
	}
	if !testing.Short() {
		c.repairFreed(t, l, upTo, r)
	}
	return changed
}

// repairFreed applies the fixes with hosts that are freed after each was looked at.
func (c Case) repairFreed(t testing.TB, l lint.Linter, upTo lint.Applicability, want *lint.Result) {
	t.Helper()
	l.MaxHosts = 1
	got := Repair(t, &l, c.load(t, c.Files, 8), upTo)
	if diff := cmp.Diff(lines(want.Findings), lines(got.Findings)); diff != "" {
		t.Errorf("other findings remain where hosts are freed (-kept +freed)\n%s", diff)
	}
	if diff := cmp.Diff(texts(want.Changes), texts(got.Changes)); diff != "" {
		t.Errorf("fixes change other text where hosts are freed (-kept +freed)\n%s", diff)
	}
}

// texts are the contents of changed files, by name.
func texts(changes []lint.Change) map[string]string {
	by := map[string]string{}
	for _, ch := range changes {
		by[ch.File.Name] = ch.New
	}
	return by
}

// aboutComments reports whether a fix changed comments, as it may.
func aboutComments(fixed []lint.Finding) bool {
	return slices.ContainsFunc(fixed, func(f lint.Finding) bool {
		return slices.ContainsFunc(f.Fixes, func(x lint.Fix) bool { return x.Comments })
	})
}

// lines are the findings as a case has them: file:line:columns rule message, and the first
// line of each note.
func lines(fs []lint.Finding) []string {
	var out []string
	for _, f := range fs {
		start, end := f.File.Position(f.Span.Start), f.File.Position(f.Span.End)
		to := strconv.Itoa(end.Column)
		if end.Line != start.Line {
			to = fmt.Sprintf("%d:%d", end.Line, end.Column)
		}
		out = append(out, fmt.Sprintf("%s:%d:%d-%s %s %s", f.File.Name, start.Line, start.Column, to, f.Rule.ID, f.Message))
		for _, n := range f.Notes {
			text, rest, _ := strings.Cut(n.Text, "\n")
			if rest != "" {
				text += " …" // settings, which the fixed files have
			}
			out = append(out, fmt.Sprintf("  %s: %s", n.Label, text))
		}
	}
	return out
}

// read takes an archive apart.
func read(t *testing.T, a *txtar.Archive) (Case, Outcome) {
	t.Helper()
	c := Case{Files: map[string]string{}}
	want := Outcome{Safe: map[string]string{}, Unsafe: map[string]string{}}
	for line := range strings.Lines(string(a.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch value = strings.TrimSpace(value); key {
		case "release":
			c.Options.Release = value
		case "systemd":
			n, err := strconv.Atoi(value)
			if err != nil {
				t.Fatal(err)
			}
			c.Options.Systemd = n
		case "select":
			c.Select = strings.Fields(value)
		}
	}
	for _, f := range a.Files {
		switch dir, rest, _ := strings.Cut(f.Name, "/"); {
		case f.Name == "want":
			for line := range strings.Lines(string(f.Data)) {
				want.Findings = append(want.Findings, strings.TrimSuffix(line, "\n"))
			}
		case dir == "upstream":
		case dir == "safe":
			want.Safe[rest] = string(f.Data)
		case dir == "unsafe":
			want.Unsafe[rest] = string(f.Data)
		default:
			c.Files[f.Name] = string(f.Data)
		}
	}
	return c, want
}

// archive is a with the outcome in place of what was wanted.
func (c Case) archive(a *txtar.Archive, got Outcome) *txtar.Archive {
	out := &txtar.Archive{Comment: a.Comment}
	for _, f := range a.Files {
		if _, ok := c.Files[f.Name]; ok || strings.HasPrefix(f.Name, "upstream/") {
			out.Files = append(out.Files, f)
		}
	}
	kept := len(out.Files)
	want := strings.Join(got.Findings, "\n")
	if want != "" {
		want += "\n"
	}
	out.Files = append(out.Files, txtar.File{Name: "want", Data: []byte(want)})
	for dir, files := range map[string]map[string]string{"safe": got.Safe, "unsafe": got.Unsafe} {
		for name, text := range files {
			out.Files = append(out.Files, txtar.File{Name: path.Join(dir, name), Data: []byte(text)})
		}
	}
	n := kept + 1
	slices.SortFunc(out.Files[n:], func(a, b txtar.File) int { return strings.Compare(a.Name, b.Name) })
	return out
}
