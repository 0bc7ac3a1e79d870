package workspace

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/config"
	"wardnix/lint/report"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// linter is the linter that the settings describe, and what its filters hold back.
type linter struct {
	*lint.Linter
	*Workspace
	held report.Held // when the filters last ran
	// suggested are the suggestions that the filters last set aside.
	suggested []lint.Finding
	// bare are the settings that the options alone make: what they would report and
	// the project's settings do not, is held back by settings.
	bare *config.File
	// classes are those of the units of the project, by reference.
	classes map[unit.Ref]string
}

// newLinter makes the linter. It has the rules that any settings want.
func (w *Workspace) newLinter() *linter {
	l := &linter{Workspace: w, bare: (&config.File{}).Under(w.opts.Flags)}
	l.Linter = &lint.Linter{
		Catalog: w.catalog, Baselines: w.baselines,
		NoIgnores: w.opts.NoIgnores,
		Binding:   func(f *nixast.File, r *lint.Rule) bool { return w.settingsOf(f).Binding(r) },
		Filters:   []lint.Filter{l.judge, l.setAside},
	}
	settings := append(w.all(), l.bare)
	l.Brief = func(r *lint.Rule) bool {
		return !slices.ContainsFunc(settings, func(c *config.File) bool { return c.Suggests(r) })
	}
	for _, r := range w.catalog {
		if !r.IsSource() && slices.ContainsFunc(settings, func(c *config.File) bool { return c.Mentions(r) }) {
			l.Rules = append(l.Rules, r)
		}
	}
	return l
}

// judge applies the settings to findings.
func (l *linter) judge(found []lint.Finding) []lint.Finding {
	l.held.Settings = 0
	l.findClasses()
	var out []lint.Finding
	for _, f := range found {
		if l.verdict(&f, l.settingsOf(f.File), l.subjects(f)) {
			out = append(out, f)
		}
	}
	return out
}

// setAside takes away the suggestions that nothing requires.
func (l *linter) setAside(found []lint.Finding) []lint.Finding {
	l.suggested = nil
	var out []lint.Finding
	for _, f := range found {
		if f.Suggestion {
			l.suggested = append(l.suggested, f)
		} else {
			out = append(out, f)
		}
	}
	return out
}

// verdict sets the severity that settings give to a finding about one of several
// subjects; false if they want it for none of them. A suggestion that they require
// is an ordinary finding from then on.
func (l *linter) verdict(f *lint.Finding, settings *config.File, subjects []config.Subject) bool {
	if !settings.Fixes(f.Rule) {
		f.Fixes = nil
	}
	if f.Suggestion {
		required := slices.Clone(subjects)
		for i := range required {
			required[i].Suggestion = true
		}
		if severity, ok := judged(f, settings, required); ok {
			f.Severity, f.Suggestion = severity, false
			return true
		}
	}
	severity, wanted := judged(f, settings, subjects)
	if !wanted {
		if _, loud := l.bare.Judge(f.Rule, f.Severity, config.Subject{Suggestion: f.Suggestion}); loud {
			l.held.Settings++
		}
		return false
	}
	f.Severity = severity
	return true
}

// judged is the highest severity that settings give to a finding about one of
// several subjects; false if they want it for none of them.
func judged(f *lint.Finding, settings *config.File, subjects []config.Subject) (severity lint.Severity, wanted bool) {
	for _, s := range subjects {
		if one, ok := settings.Judge(f.Rule, f.Severity, s); ok {
			severity, wanted = max(severity, one), true
		}
	}
	return severity, wanted
}

// findClasses notes the classes of the units of the project, if settings refer to classes.
func (l *linter) findClasses() {
	if l.classes != nil || l.Project == nil || !l.usesClasses() {
		return
	}
	l.classes = map[unit.Ref]string{}
	for _, h := range l.Project.Hosts() {
		for _, u := range h.Units {
			l.classes[unit.RefTo(u)[0]] = unit.ClassOf(u)
		}
	}
}

// usesClasses reports whether settings refer to classes of units.
func (l *linter) usesClasses() bool { return slices.ContainsFunc(l.all(), (*config.File).UsesClasses) }

// subjects are what a finding is about: its units may be of several classes.
func (l *linter) subjects(f lint.Finding) []config.Subject {
	base := config.Subject{}
	if file := l.fileOf(f.File); file != nil {
		base.Path = file.Path
	}
	var out []config.Subject
	for _, r := range f.Units {
		s := base
		s.Unit, s.Class = r.Unit, l.classes[unit.Ref{Host: r.Host, Scope: r.Scope, Unit: r.Unit}]
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		out = []config.Subject{base}
	}
	return out
}
