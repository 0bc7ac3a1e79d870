package workspace

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"wardnix/lint"
	"wardnix/lint/audit"
	"wardnix/lint/config"
	"wardnix/lint/nixos"
	"wardnix/lint/report"
	"wardnix/lint/systemd/security"
	"wardnix/lint/unit"
	"wardnix/lint/unitfiles"
)

// AuditTask says what of systems is looked at.
type AuditTask struct {
	// Source is the path of the project that the systems were evaluated from, as
	// users know it; "" without one. The workspace was opened for it.
	Source string
	// Agreement compares the project with the systems in place of looking for
	// findings.
	Agreement bool
	// Overrides collects the settings that would repair the units, up to an
	// applicability; the zero one collects none.
	Overrides lint.Applicability
	// Checks collects what exposures consist of.
	Checks bool
}

// Audit is what the audit of some systems came to.
type Audit struct {
	*report.Report
	// Unread are the targets that could not be read.
	Unread []report.Failure
	// Overrides are the settings that would repair the units, those of the project
	// left out, in order of systems and units.
	Overrides []audit.Override
	// Agreements are there if they were requested.
	Agreements []Agreement

	// distinct are the findings, those that several systems have once.
	distinct []lint.Finding
}

// Agreement is how far a project and a system agree.
type Agreement struct {
	Host string
	*audit.Agreement
}

// auditing is one audit.
type auditing struct {
	*linter
	AuditTask
	out   *Audit
	found []placed
	known lint.Filter // what is known of each system
	seen  lint.Known  // what some system has
}

// placed is a finding and the system that it is about; "" if that could not be read.
type placed struct {
	host, container string
	lint.Finding
}

// LoadSource reads the project that systems were evaluated from. The error is that of
// one that cannot be read in full.
func (w *Workspace) LoadSource(ctx context.Context) error {
	if err := w.Load(ctx); err != nil {
		return err
	}
	for _, p := range w.Project.Problems() {
		return fmt.Errorf("%s: %w", p.Name, p.Err)
	}
	return nil
}

// Audit looks at systems one after the other. The error is that of a list of known
// findings that cannot be read.
func (w *Workspace) Audit(ctx context.Context, targets []Target, t AuditTask) (*Audit, error) {
	a := &auditing{linter: w.newLinter(), AuditTask: t, out: &Audit{Report: w.newReport(&lint.Result{Project: w.Project})}}
	a.NoIgnores, a.Filters = true, nil
	known, err := w.readKnown()
	if err != nil {
		return nil, err
	}
	a.known = a.linter.known(known)
	for _, target := range targets {
		systems, err := w.systems(ctx, target)
		for _, sys := range systems {
			if err == nil {
				err = a.one(ctx, sys)
			}
		}
		if err != nil {
			a.out.Unread = append(a.out.Unread, report.Failure{Name: target.Shown, Err: err})
			a.found = append(a.found, placed{"", "", lint.UnreadableFile(target.Shown, whyOf(err))})
		}
	}
	for _, f := range a.found {
		if len(a.out.Hosts) > 1 && f.host != "" {
			f.Notes = append(slices.Clone(f.Notes), lint.Note{Label: lint.LabelNote, Text: "on host " + f.host})
		}
		if f.container != "" {
			f.Notes = append(slices.Clone(f.Notes), lint.Note{Label: lint.LabelNote, Text: "in container " + f.container})
		}
		a.out.Result.Findings = append(a.out.Result.Findings, f.Finding)
	}
	a.out.Held.Settings = a.held.Settings
	if n := servicesOf(a.suggested...); n > 0 {
		a.out.Hardening = report.Hardening{Services: n, Show: "wardnix audit" + a.requiring(a.suggested) + arguments(shownNames(targets))}
	}
	return a.out, nil
}

// shownNames are the targets as the user knows them.
func shownNames(targets []Target) []string {
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = t.Shown
	}
	return names
}

// one audits a system.
func (a *auditing) one(ctx context.Context, sys *audit.System) error {
	var source *audit.Source
	if a.Project != nil {
		if source = audit.SourceOf(a.Project, sys); source == nil {
			return fmt.Errorf("the project at %s has no host of that name", a.Source)
		}
	}
	if a.Agreement {
		a.out.Agreements = append(a.out.Agreements, Agreement{path.Join(sys.Name, sys.Container), audit.Agree(source, sys)})
		return nil
	}
	overrides, err := a.overrides(ctx, sys, source)
	if err != nil {
		return err
	}
	found, err := sys.Lint(ctx, a.Linter)
	if err != nil {
		return err
	}
	var wanted []lint.Finding
	for _, f := range found {
		one := f.Finding
		if source != nil {
			one = source.Place(f, overrides)
		}
		subject := config.Subject{Unit: one.Unit(), Path: a.pathOf(one), Class: classOf(sys.UnitOf(f.Of))}
		if a.verdict(&one, a.settingsOf(one.File), []config.Subject{subject}) {
			wanted = append(wanted, one)
		}
	}
	host := hostOf(sys, a.Checks)
	var reported []lint.Finding
	for _, f := range a.known(wanted) {
		if f.Suggestion {
			a.suggested = append(a.suggested, f)
			continue
		}
		reported = append(reported, f)
		a.found = append(a.found, placed{sys.Name, sys.Container, f})
		host.Files = append(host.Files, f.File.Name)
	}
	a.unreadable(sys)
	fresh, _, _ := a.seen.Split(a.Project, reported)
	a.seen.Learn(a.Project, fresh)
	a.out.distinct = append(a.out.distinct, fresh...)
	a.out.Held.Known += a.held.Known
	if sys.Container == "" {
		a.out.Hosts = append(a.out.Hosts, host)
	} else {
		a.out.Hosts[len(a.out.Hosts)-1].Add(host)
	}
	for _, u := range sys.Units {
		a.out.Result.Files += len(u.Files)
	}
	return nil
}

// whyOf is an error in words, without the path where only that failed.
func whyOf(err error) string {
	if e, ok := err.(*fs.PathError); ok { //nolint:errorlint // what is wrapped around it is a part of the reason
		return e.Err.Error()
	}
	return err.Error()
}

// unreadable reports the files of a system that could not be read, whatever the settings.
func (a *auditing) unreadable(sys *audit.System) {
	missing := slices.Clone(sys.Missing)
	for _, u := range sys.Units {
		missing = append(missing, u.Missing...)
	}
	for _, m := range missing {
		if m.Cause == unitfiles.Unreadable {
			a.found = append(a.found, placed{sys.Name, sys.Container, lint.UnreadableFile(m.What, m.Why)})
		}
	}
}

func classOf(u *nixos.Unit) string {
	if u == nil {
		return ""
	}
	return unit.ClassOf(u)
}

// pathOf is the absolute path of the file of a finding.
func (w *Workspace) pathOf(f lint.Finding) string {
	if file := w.fileOf(f.File); file != nil {
		return file.Path
	}
	return w.abs(f.File.Name)
}

// overrides are the settings that repair the units of a system.
func (a *auditing) overrides(ctx context.Context, sys *audit.System, source *audit.Source) ([]audit.Override, error) {
	if a.Overrides == 0 {
		return nil, nil
	}
	l := *a.Linter
	l.Filters = []lint.Filter{func(found []lint.Finding) []lint.Finding {
		return slices.DeleteFunc(slices.Clone(found), func(f lint.Finding) bool {
			subject := config.Subject{Unit: f.Unit(), Class: classOf(sys.UnitNamed(f.Unit())), Suggestion: f.Suggestion}
			_, wanted := a.Main.Judge(f.Rule, f.Severity, subject)
			return !wanted
		})
	}}
	overrides, err := sys.Overrides(ctx, &l, a.Overrides)
	for _, o := range overrides {
		if source == nil || source.Sets(o.Unit, o.Directive()).IsZero() {
			a.out.Overrides = append(a.out.Overrides, o)
		}
	}
	return overrides, err
}

// hostOf is a system as a report has it, with or without what exposures consist of.
func hostOf(sys *audit.System, checks bool) report.Host {
	h := report.Host{Name: sys.Name, Systemd: int(sys.Version), Release: sys.Release.String()}
	for _, m := range sys.Missing {
		if m.Cause == unitfiles.Elsewhere {
			h.Missing = append(h.Missing, report.Missing{What: m.What, Why: m.Why})
		}
	}
	for _, u := range sys.Units {
		one := report.Unit{Name: u.Name, Scope: u.Scope.String(), Masked: u.Masked}
		for _, m := range u.Missing {
			if m.Cause == unitfiles.Elsewhere {
				one.Missing = append(one.Missing, m.What+": "+m.Why)
			}
		}
		if len(u.Files) > 0 {
			one.File = u.Files[0].Path
		}
		for _, f := range u.Files {
			h.Files = append(h.Files, f.Path)
		}
		assess := u.Exposure
		if checks {
			assess = u.Assess
		}
		exposure, err := assess()
		if one.Now = exposure; err != nil {
			one.Now, one.Problem = nil, err.Error()
		}
		h.Units = append(h.Units, one)
	}
	return h
}

// Compare is what became of the units from one system to another.
func (w *Workspace) Compare(ctx context.Context, old, new Target) ([]audit.Difference, error) {
	var systems [2][]*audit.System
	for i, t := range []Target{old, new} {
		var err error
		if systems[i], err = w.systems(ctx, t); err != nil {
			return nil, fmt.Errorf("%s: %w", t.Shown, err)
		}
	}
	return audit.Compare(systems[0], systems[1]), nil
}

// AnyAbove reports whether a unit of the hosts is surely more exposed than a limit.
func AnyAbove(hosts []report.Host, limit security.Exposure) bool {
	return slices.ContainsFunc(hosts, func(h report.Host) bool {
		return slices.ContainsFunc(h.Units, func(u report.Unit) bool { return u.Now != nil && u.Now.Low > limit })
	})
}

// UnitsNotLoaded are the units of the hosts that systemd would not load.
func UnitsNotLoaded(hosts []report.Host) []report.Unit {
	var out []report.Unit
	for _, h := range hosts {
		for _, u := range h.Units {
			if u.Problem != "" {
				out = append(out, u)
			}
		}
	}
	return out
}
