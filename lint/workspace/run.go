package workspace

import (
	"cmp"
	"context"
	"errors"
	"path"
	"path/filepath"
	"slices"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/gitrepo"
	"wardnix/lint/nixos"
	"wardnix/lint/report"
)

// Task is what a run does besides looking for findings.
type Task struct {
	// Fix applies fixes up to this applicability; the zero one applies none.
	Fix lint.Applicability
	// Ignore is the reason of the comments to write that suppress what is found; ""
	// writes none.
	Ignore string
	// Diff leaves the findings as they are without the changes, and returns these
	// as a diff.
	Diff bool
	// Write writes the changes to the files, and Verify first has Nix compare what
	// it reads before and after.
	Write, Verify bool
	// Hosts and Changes request these fields of the report; Hardening those of that
	// field besides the number of services.
	Hosts, Changes, Hardening bool
}

// Run is what a run came to.
type Run struct {
	*report.Report
	// Bugs are fixes that were dropped since they did not keep their promise.
	Bugs []lint.Bug
	// Texts are the contents of the files of the overlay, after the fixes, by name.
	Texts map[string]string
}

// maxAttempts bounds how often a run begins again because another process changed
// what it read.
const maxAttempts = 5

// Lint looks for findings in the project, which it loads, and changes what the task
// says. What was not written counts as not changed. The error is that of settings
// that cannot be read, or the cause of the context's end; nothing was written then,
// unless it ended after that.
func (w *Workspace) Lint(ctx context.Context, t Task) (*Run, error) {
	var fixed []lint.Finding // by attempts before the last
	for attempt := 1; ; attempt++ {
		if w.Project == nil || attempt > 1 {
			if err := w.Load(ctx); err != nil {
				return nil, err
			}
		}
		l, err := w.configured()
		if err != nil {
			return nil, err
		}
		if l.needsFindingsOnly(t) {
			l.MaxHosts = maxHosts
		}
		result, err := w.work(ctx, l, t)
		if err != nil {
			return nil, err
		}
		var failed []report.Failure
		if t.Write {
			failed = w.write(result, t.Verify)
		}
		if attempt < maxAttempts && slices.ContainsFunc(failed, func(f report.Failure) bool { return errors.Is(f.Err, emit.ErrChanged) }) {
			fixed = append(fixed, fixedIn(result, failed)...)
			continue
		}
		result, err = l.settle(ctx, result, failed)
		if err != nil {
			return nil, err
		}
		result.Fixed = append(fixed, result.Fixed...)
		return l.report(ctx, result, failed, t)
	}
}

// configured is the linter with the filters that the options name.
func (w *Workspace) configured() (*linter, error) {
	l := w.newLinter()
	if w.opts.Since != "" {
		touched, err := w.touchedSince(w.opts.Since)
		if err != nil {
			return nil, err
		}
		l.addFilter(l.since(touched))
	}
	k, err := w.readKnown()
	if err != nil {
		return nil, err
	}
	l.addFilter(l.known(k))
	return l, nil
}

// maxHosts is how many bytes hosts may take together that are kept: reports need a little of
// some, and hosts of small projects are not evaluated twice.
var maxHosts = 8 << 20

// needsFindingsOnly reports whether nothing but findings is needed of the hosts for a task.
func (l *linter) needsFindingsOnly(t Task) bool {
	return t.Fix == 0 && t.Ignore == "" && !t.Hosts && l.opts.Since == "" && !l.usesClasses()
}

// addFilter adds a filter before the last one, which sets suggestions aside.
func (l *linter) addFilter(f lint.Filter) {
	l.Filters = slices.Insert(l.Filters, len(l.Filters)-1, f)
}

// work runs the rules, and applies fixes where the task says so.
func (w *Workspace) work(ctx context.Context, l *linter, t Task) (*lint.Result, error) {
	switch {
	case t.Ignore != "":
		return l.AddIgnores(ctx, w.Project, t.Ignore)
	case t.Fix == 0:
		return l.Run(ctx, w.Project)
	}
	return l.Repair(ctx, w.Project, t.Fix)
}

// write brings the changed files to disk and returns those that it could not.
func (w *Workspace) write(r *lint.Result, verify bool) []report.Failure {
	var failed []report.Failure
	fail := func(name string, err error) { failed = append(failed, report.Failure{Name: name, Err: err}) }
	refused := map[string]error{}
	if verify {
		refused = refusals(r)
	}
	if len(w.opts.Overlay) == 0 {
		for _, x := range w.removeStrays() {
			fail(x.Name, x.Err)
		}
	}
	for _, ch := range r.Changes {
		err := refused[ch.File.Name]
		if _, overlaid := w.opts.Overlay[ch.File.Name]; err == nil && !overlaid {
			err = emit.WriteFile(w.Project.Root(ch.File), filepath.FromSlash(ch.File.Path), ch.Old, ch.New)
		}
		if err != nil {
			fail(ch.File.Name, err)
		}
	}
	return failed
}

// removeStrays clears up after runs that were killed while they wrote.
func (w *Workspace) removeStrays() []report.Failure {
	var failed []report.Failure
	done := map[string]bool{}
	for _, f := range w.Project.Files() {
		dir := filepath.Dir(filepath.FromSlash(f.Path))
		if !f.Reported || f.Err != nil || done[dir] {
			continue
		}
		done[dir] = true
		if err := emit.RemoveStrays(w.Project.Root(f), dir); err != nil {
			failed = append(failed, report.Failure{Name: f.Name, Err: err})
		}
	}
	return failed
}

// settle is the result as the files are now: without the changes to files that
// could not be written. The error is the cause of the context's end.
func (l *linter) settle(ctx context.Context, r *lint.Result, failed []report.Failure) (*lint.Result, error) {
	lost := namesOf(failed)
	contents := map[string]string{}
	var kept []lint.Change
	for _, ch := range r.Changes {
		if !lost[ch.File.Name] {
			contents[ch.File.Name] = ch.New
			kept = append(kept, ch)
		}
	}
	if len(kept) == len(r.Changes) {
		return r, nil
	}
	now, err := l.Run(ctx, l.Project.With(contents))
	if err != nil {
		return nil, err
	}
	now.Before, now.Changes, now.Bugs, now.Fixed = r.Before, kept, r.Bugs, fixedIn(r, failed)
	return now, nil
}

// fixedIn are the findings of which all files could be written.
func fixedIn(r *lint.Result, failed []report.Failure) []lint.Finding {
	lost := namesOf(failed)
	return slices.DeleteFunc(slices.Clone(r.Fixed), func(f lint.Finding) bool { return edits(f, lost) })
}

func namesOf(failed []report.Failure) map[string]bool {
	names := map[string]bool{}
	for _, f := range failed {
		names[f.Name] = true
	}
	return names
}

// edits reports whether a fix of a finding edits one of the files.
func edits(f lint.Finding, names map[string]bool) bool {
	return slices.ContainsFunc(f.Fixes, func(x lint.Fix) bool {
		return slices.ContainsFunc(x.Edits, func(e lint.FileEdit) bool { return names[e.File.Name] })
	})
}

// report is what a run came to. The error is the cause of the context's end.
func (l *linter) report(ctx context.Context, r *lint.Result, failed []report.Failure, t Task) (_ *Run, err error) {
	out := &Run{Bugs: r.Bugs, Texts: map[string]string{}}
	for name, text := range l.opts.Overlay {
		if f := r.Project.File(name); f != nil && f.Tree != nil {
			text = f.Tree.Src
		}
		out.Texts[name] = text
	}
	shown, diff := *r, ""
	if t.Diff { // the files are as they were
		for _, ch := range r.Changes {
			diff += emit.Diff(ch.File.Name, ch.Old, ch.New)
		}
		shown = lint.Result{Project: l.Project, Files: r.Files, Findings: r.Before, Ignored: r.Ignored}
	}
	shown.Findings = slices.Concat(lint.SourceFindings(shown.Project), shown.Findings)
	slices.SortStableFunc(shown.Findings, func(a, b lint.Finding) int { return cmp.Compare(a.File.Name, b.File.Name) })
	l.held.Skipped, l.held.LeftOut, l.held.Excluded = l.Project.Skipped(), len(l.leftOut), len(l.excluded)
	out.Report = l.newReport(&shown)
	out.Held, out.Unwritten, out.Diff = l.held, failed, diff
	out.Unreached = unreached(shown.Project)
	if t.Changes && t.Fix != 0 {
		out.Changes, out.Applied = exposureChanges(l.Project, r.Project), t.Fix
	}
	out.Hardening.Services = servicesOf(l.suggested...)
	if t.Hardening {
		out.Hardening = l.hardening()
	}
	if t.Hosts {
		out.Hosts, err = l.scores(ctx, shown.Project, true)
	}
	return out, err
}

// newReport is a report with what all reports have.
func (w *Workspace) newReport(r *lint.Result) *report.Report {
	out := &report.Report{Result: r, Rules: w.catalog, Dir: w.base, Base: w.base, Project: path.Base(w.base)}
	if w.opts.Describe {
		out.Commit = w.commit()
	}
	return out
}

// commit is the commit that is checked out in the repository of the working
// directory, shortened; "" if there is none, or no git.
func (w *Workspace) commit() string {
	repository, err := gitrepo.Find(filepath.FromSlash(w.base))
	if err != nil {
		return ""
	}
	commit, err := repository.Base("HEAD")
	if err != nil || len(commit) < shortCommit {
		return ""
	}
	return commit[:shortCommit]
}

// shortCommit is the number of digits that a commit is shown with.
const shortCommit = 12

// Failing reports whether findings fail the run.
func (w *Workspace) Failing(found []lint.Finding) bool {
	return lint.AnyFails(found, w.Main.Threshold())
}

// Nothing is the report of a run that reads nothing.
func (w *Workspace) Nothing() *Run {
	return &Run{Report: w.newReport(&lint.Result{Project: &nixos.Project{}})}
}
