package directive

import (
	"fmt"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// RemovedDirective reports directives that the systemd at hand takes without
// effect, or knows no longer.
var RemovedDirective = &lint.Rule{
	Page: lint.ReadPage(pages, "removed-directive"),
	Check: func(p *lint.Pass) {
		lint.EachNaming(p, func(n unit.Naming) {
			d, ok := directive.LookupAny(n.In, n.Key)
			if !ok || d.Since > n.Version || alwaysOn(d) || !gone(n.Unit, d) {
				return
			}
			f := lint.Finding{
				Message: fmt.Sprintf("%s sets %s, which has no effect%s", n.Name, d.Name, since(d)),
				About:   n.About(d.Name),
			}
			if d.Replacement != "" {
				f.Message += "; " + d.Replacement + " replaced it"
			}
			if d.Name == "MemoryLimit" && fix.Automatic(n.Unit) {
				f.About = append(f.About, n.About(d.Replacement)...)
				f.Fixes = fix.RenameNaming(&n, d.Replacement, false)
			}
			lint.ReportNaming(&n, p, f)
		})
	},
}

// gone reports whether the unit's systemd does nothing for a directive.
func gone(u *unit.Unit, d *directive.Directive) bool {
	at := d.IgnoredSince
	if d.Until != 0 && (at == 0 || d.Until+1 < at) {
		at = d.Until + 1
	}
	return at != 0 && at <= u.Version && (u.Host.ReleaseKnown || at <= directive.Oldest)
}

// alwaysOn reports whether what the directive switched on now always is.
func alwaysOn(d *directive.Directive) bool { return strings.HasPrefix(d.Replacement, "(") }

func since(d *directive.Directive) string {
	switch {
	case d.IgnoredSince > directive.Oldest:
		return fmt.Sprintf(" from systemd %s on", d.IgnoredSince)
	case d.Until != 0:
		return fmt.Sprintf(": systemd %s was the last to know it", d.Until)
	}
	return " any more"
}

// DeprecatedDirective reports old spellings and old places.
var DeprecatedDirective = &lint.Rule{
	Page: lint.ReadPage(pages, "deprecated-directive"),
	Check: func(p *lint.Pass) {
		lint.EachNaming(p, func(n unit.Naming) {
			d, ok := directive.Lookup(n.In, n.Key, n.Version)
			if ok && !n.TakesAway() && (d.Deprecated || alwaysOn(d) && gone(n.Unit, d)) && !(n.In == "Unit" && d.Replacement == "[Unit] "+d.Name) {
				reportDeprecated(p, n, d)
			}
		})
		lint.EachCertainLine(p, reportOldValue(p))
	},
}

// reportOldValue reports values that systemd takes, with a word in the log or
// without, for those of today.
func reportOldValue(p *lint.Pass) func(*unit.Unit, *directive.Directive, *unit.DirectiveLines, nixos.Line) {
	return func(u *unit.Unit, d *directive.Directive, _ *unit.DirectiveLines, l nixos.Line) {
		file, old := strings.CutPrefix(l.Text, "/var/run/")
		console, syslog := strings.CutPrefix(l.Text, "syslog")
		switch kind := d.KindIn(u.Version); {
		case d.Name == "PIDFile" && old:
			lint.ReportLine(p, u, l, fmt.Sprintf("%s: /var/run is the old name of /run, which systemd takes for it", u.Name),
				fix.Replace(u, unit.WrittenAt(u, l), "/run/"+file, "write /run", lint.Safe, ""))
		case kind == directive.KindOutput && syslog:
			now := "journal" + console
			lint.ReportLine(p, u, l, fmt.Sprintf("%s: `%s=%s` is out of date: systemd takes %s for it", u.Name, l.Key, l.Text, now),
				fix.Replace(u, unit.WrittenAt(u, l), now, "write "+now, lint.Safe, ""))
		case d.Name == "KillMode" && l.Text == "none":
			lint.ReportLine(p, u, l, fmt.Sprintf("%s: `KillMode=none` leaves processes behind, and will go: systemd warns of it", u.Name), nil)
		}
	}
}

func reportDeprecated(p *lint.Pass, n unit.Naming, d *directive.Directive) {
	f := lint.Finding{About: n.About(d.Name)}
	if alwaysOn(d) {
		f.Message = fmt.Sprintf("%s sets %s, which has no effect%s: %s", n.Name, d.Name, since(d), strings.Trim(d.Replacement, "()"))
		lint.ReportNaming(&n, p, f)
		return
	}
	f.Message = fmt.Sprintf("%s sets %s in [%s], which is out of date: write %s", n.Name, d.Name, n.In, d.Replacement)
	name, moved := strings.CutPrefix(d.Replacement, "[Unit] ")
	if nixast.IsIdentifier(name) {
		f.About = append(f.About, n.About(name)...)
	}
	switch {
	case !nixast.IsIdentifier(name) || !fix.Automatic(n.Unit) || !sameMeaning[d.Name]:
	case !moved || n.In == "Unit":
		f.Fixes = fix.RenameNaming(&n, name, false)
	case n.Setting != nil:
		f.Fixes = moveFix(n.Unit, n.Setting, "Unit", name)
	}
	lint.ReportNaming(&n, p, f)
}

// sameMeaning are the old names whose values the new ones take as they are.
var sameMeaning = map[string]bool{
	"BindTo": true, "InaccessibleDirectories": true, "ReadOnlyDirectories": true, "ReadWriteDirectories": true,
	"RateLimitInterval": true, "Servers": true, "PropagateReloadFrom": true, "PropagateReloadTo": true,
	"FailureAction": true, "RebootArgument": true, "StartLimitAction": true, "StartLimitBurst": true, "StartLimitInterval": true,
}
