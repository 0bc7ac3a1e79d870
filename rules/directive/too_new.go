package directive

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// TooNew reports directives and values that only a newer systemd supports.
var TooNew = &lint.Rule{Page: lint.ReadPage(pages, "too-new"), Unit: checkTooNew, Conf: checkTooNew}

func checkTooNew(p *lint.Pass, u *unit.Unit) {
	for n := range u.Namings() {
		d, ok := directive.LookupAny(n.In, n.Key)
		if !ok || d.Since <= u.Version || !u.Host.ReleaseKnown || inBaseline(u, p.Baselines, n.In, d.Name, nil) {
			continue
		}
		p.AtName(&n).
			Note("%s ignores it", versionOf(u)).
			Note("`%s`: %s", d.Name, d.Doc).
			Reportf("`%s` requires systemd %s or later", d.Name, d.Since)
	}
	for m := range u.Misreads(unit.FromTheFuture) {
		if !inBaseline(u, p.Baselines, m.Section, m.Key, &m.Text) {
			reportNewerValue(p, u, m)
		}
	}
}

// versionOf is the version of systemd that the unit is for, and of which release
// that is.
func versionOf(u *unit.Unit) string {
	version := "systemd " + u.Version.String()
	if u.Host.Release.IsZero() || u.Host.Release.Systemd() != u.Host.Systemd {
		return version
	}
	return version + " of NixOS " + u.Host.Release.String()
}

// olderValue are values for which older versions have true.
var olderValue = map[string]string{
	"PrivateTmp": "disconnected", "PrivateUsers": "identity", "ProtectControlGroups": "strict", "ProtectHostname": "private",
}

func reportNewerValue(p *lint.Pass, u *unit.Unit, m unit.Misread) {
	since := u.Version + 1
	for value.Check(m.Section, m.Key, m.Text, since).Status != value.Valid {
		since++
	}
	d := p.AtLine(u, m.Line).Note("%s ignores it", versionOf(u))
	if m.Verdict.Keeps != "" {
		d.Note("effective value: %s", m.Verdict.Keeps)
	}
	if olderValue[m.Key] == m.Text {
		d.Fix(fix.Replace(u, u.WrittenAt(m.Line), true, "replace with `true`, which systemd "+u.Version.String()+" supports",
			"it takes effect on this release, where the newer value has none, and is weaker on newer ones")...)
	}
	d.Reportf("`%s=%s` requires systemd %s or later", m.Key, m.Text, since)
}

// inBaseline reports whether a baseline of the unit requires the directive on any
// release; with this very value, if one is given.
func inBaseline(u *unit.Unit, baselines []*profile.Baseline, section, name string, value *string) bool {
	for _, b := range baselines {
		all := b.Requirements(u.Host.Release)
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
