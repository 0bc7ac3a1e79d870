package rules

import (
	"fmt"
	"slices"

	"wardnix/lint"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
)

// newerDirective reports names and values that only a newer systemd takes.
func newerDirective(baselines []*Baseline) *lint.Rule {
	return &lint.Rule{
		ID: "D006", Name: "too-new", Since: "0.1.0", Severity: lint.Warning,
		Title: "the directive, or its value, is newer than the systemd of the release",
		Text: `systemd ignores a name that it does not know yet, with a line in the log, and a value that it
does not know yet, too. In both cases the protection is off, and nothing fails. For a value there is
often an older one that comes near: ` + "`PrivateTmp = \"disconnected\"`" + ` (systemd 257) leaves /tmp shared on
older ones, where ` + "`true`" + ` would not.

It is reported where the project says which release it is for, and not for what the baseline of the unit
asks for.`,
		WhenNot: "Where the module is for several releases, and the protection of the newer ones is a welcome extra.",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    PrivateTmp = "disconnected";
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    PrivateTmp = true;
  };
}
`,
		Options:    lint.Options{Release: "24.11"},
		References: []string{"systemd.exec(5), the notes \"Added in version\"", "systemd 257 and 258, NEWS"},
		Check: func(p *lint.Pass) {
			eachNaming(p, func(n naming) {
				u := n.unitView
				d, ok := directive.LookupAny(n.section, n.name)
				if !ok || d.Since <= u.version || !u.Host.ReleaseKnown || inBaseline(u, baselines, n.section, d.Name, nil) {
					return
				}
				n.report(p, lint.Finding{
					Message: fmt.Sprintf("%s sets %s, which came with systemd %s: version %s%s ignores it",
						u.Name, d.Name, d.Since, u.version, ofRelease(u)),
					Directives: []string{d.Name}, Notes: []lint.Note{{Label: d.Name, Text: d.Doc}},
				})
			})
			eachFile(p, func(u *unitView) {
				eachMisread(u, fromTheFuture, func(m misread) {
					if !inBaseline(u, baselines, m.Section, m.Key, &m.Text) {
						reportNewerValue(p, u, m)
					}
				})
			})
		},
	}
}

func ofRelease(u *unitView) string {
	if u.Host.Release.IsZero() || u.Host.Release.Systemd() != u.Host.Systemd {
		return ""
	}
	return " of NixOS " + u.Host.Release.String()
}

func reportNewerValue(p *lint.Pass, u *unitView, m misread) {
	since := u.version + 1
	for value.Check(m.Section, m.Key, m.Text, since).Status != value.Valid {
		since++
	}
	f := lint.Finding{
		Message: fmt.Sprintf("%s: systemd takes `%s=%s` from version %s on; version %s%s ignores it",
			u.Name, m.Key, m.Text, since, u.version, ofRelease(u)),
		Unit: u.Name, Directives: []string{m.Key},
	}
	if m.verdict.Keeps != "" {
		f.Notes = []lint.Note{{Label: "in force", Text: m.verdict.Keeps}}
	}
	f.File, f.Span = linePlace(u, m.Line)
	if olderValue[m.Key] == m.Text {
		f.Fixes = replaceFix(u, writtenAt(u, m.Line), true, "write true, which version "+u.version.String()+" takes", lint.Unsafe,
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
func inBaseline(u *unitView, baselines []*Baseline, section, name string, value *string) bool {
	for _, b := range baselines {
		all := b.rows(u.Host.Release)
		rows := slices.Concat(all.units[u.Name], all.generic)
		if b.applies != nil && b.applies(u.Unit) {
			for _, rs := range all.units {
				rows = append(rows, rs...)
			}
		}
		if slices.ContainsFunc(rows, func(r row) bool {
			return r.section == section && r.name() == name && (value == nil || len(r.lines) == 1 && r.lines[0].Value == *value)
		}) {
			return true
		}
	}
	return false
}
