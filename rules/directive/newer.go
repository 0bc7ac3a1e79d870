package directive

import (
	"fmt"
	"slices"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// NewerDirective reports names and values that only a newer systemd takes.
var NewerDirective = &lint.Rule{
	Page: lint.ReadPage(pages, "too-new"),
	Check: func(p *lint.Pass) {
		lint.EachNaming(p, func(n unit.Naming) {
			u := n.Unit
			d, ok := directive.LookupAny(n.In, n.Key)
			if !ok || d.Since <= u.Version || !u.Host.ReleaseKnown || inBaseline(u, p.Baselines, n.In, d.Name, nil) {
				return
			}
			lint.ReportNaming(&n, p, lint.Finding{
				Message: fmt.Sprintf("%s sets %s, which came with systemd %s: version %s%s ignores it",
					u.Name, d.Name, d.Since, u.Version, ofRelease(u)),
				About: u.About(d.Name), Notes: []lint.Note{{Label: d.Name, Text: d.Doc}},
			})
		})
		lint.EachFile(p, func(u *unit.Unit) {
			unit.EachMisread(u, unit.FromTheFuture, func(m unit.Misread) {
				if !inBaseline(u, p.Baselines, m.Section, m.Key, &m.Text) {
					reportNewerValue(p, u, m)
				}
			})
		})
	},
}

func ofRelease(u *unit.Unit) string {
	if u.Host.Release.IsZero() || u.Host.Release.Systemd() != u.Host.Systemd {
		return ""
	}
	return " of NixOS " + u.Host.Release.String()
}

func reportNewerValue(p *lint.Pass, u *unit.Unit, m unit.Misread) {
	since := u.Version + 1
	for value.Check(m.Section, m.Key, m.Text, since).Status != value.Valid {
		since++
	}
	f := lint.Finding{
		Message: fmt.Sprintf("%s: systemd takes `%s=%s` from version %s on; version %s%s ignores it",
			u.Name, m.Key, m.Text, since, u.Version, ofRelease(u)),
		Units: u.Self(), About: u.About(m.Key),
	}
	if m.Verdict.Keeps != "" {
		f.Notes = []lint.Note{{Label: "in force", Text: m.Verdict.Keeps}}
	}
	f.File, f.Span = unit.LinePlace(u, m.Line)
	if olderValue[m.Key] == m.Text {
		f.Fixes = fix.Replace(u, unit.WrittenAt(u, m.Line), true, "write true, which version "+u.Version.String()+" takes", lint.Unsafe,
			"it takes effect on the release at hand, where the newer value had none; and it is weaker on newer ones")
	}
	p.Report(f)
}

// olderValue are values for which true is what older versions have.
var olderValue = map[string]string{
	"PrivateTmp": "disconnected", "PrivateUsers": "identity", "ProtectControlGroups": "strict", "ProtectHostname": "private",
}

// inBaseline reports whether a baseline of the unit asks for the directive, on
// whatever release; for this very value, if there is one.
func inBaseline(u *unit.Unit, baselines []*profile.Baseline, section, name string, value *string) bool {
	for _, b := range baselines {
		all := b.Rows(u.Host.Release)
		rows := slices.Concat(all.Units[u.Name], all.Generic)
		if b.Applies != nil && b.Applies(u.Unit) {
			for _, rs := range all.Units {
				rows = append(rows, rs...)
			}
		}
		if slices.ContainsFunc(rows, func(r profile.Requirement) bool {
			return r.Section == section && r.Name() == name && (value == nil || len(r.Lines) == 1 && r.Lines[0].Value == *value)
		}) {
			return true
		}
	}
	return false
}
