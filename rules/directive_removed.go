package rules

import (
	"fmt"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/nixast"
)

// removedDirective reports directives that the systemd at hand takes without
// effect, or knows no longer.
func removedDirective() *lint.Rule {
	return &lint.Rule{
		ID: "D004", Name: "removed-directive", Since: "0.1.0", Severity: lint.Warning,
		Title: "the directive has no effect any more",
		Text: `systemd keeps the names of some directives that it removed, so that old units load, and does
nothing for them. A limit such as ` + "`MemoryLimit=`" + ` is no limit from systemd 258 (NixOS 25.11) on. What was
removed with a certain version is reported only where the project says which release it is for.`,
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    MemoryLimit = "1G";
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    MemoryMax = "1G";
  };
}
`,
		Options:    lint.Options{Release: "25.11"},
		References: []string{"systemd.resource-control(5)", "systemd 258, NEWS"},
		Check: func(p *lint.Pass) {
			eachNaming(p, func(n naming) {
				d, ok := directive.LookupAny(n.section, n.name)
				if !ok || d.Since > n.version || alwaysOn(d) || !gone(n.unitView, d) {
					return
				}
				f := lint.Finding{
					Message:    fmt.Sprintf("%s sets %s, which has no effect%s", n.Name, d.Name, since(d)),
					Directives: []string{d.Name},
				}
				if d.Replacement != "" {
					f.Message += "; " + d.Replacement + " replaced it"
				}
				if d.Name == "MemoryLimit" && automatic(n.unitView) {
					f.Directives = append(f.Directives, d.Replacement)
					f.Fixes = n.rename(d.Replacement, false)
				}
				n.report(p, f)
			})
		},
	}
}

// gone reports whether the unit's systemd does nothing for a directive.
func gone(u *unitView, d *directive.Directive) bool {
	at := d.IgnoredSince
	if d.Until != 0 && (at == 0 || d.Until+1 < at) {
		at = d.Until + 1
	}
	return at != 0 && at <= u.version && (u.Host.ReleaseKnown || at <= directive.Oldest)
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

// eachDirectiveOption calls do for the options of eachNaming.
func eachDirectiveOption(p *lint.Pass, do func(u *unitView, section string, o *nixos.Option)) {
	eachNaming(p, func(n naming) {
		if n.option != nil {
			do(n.unitView, n.section, n.option)
		}
	})
}

// deprecatedDirective reports old spellings and old places.
func deprecatedDirective() *lint.Rule {
	return &lint.Rule{
		ID: "D005", Name: "deprecated-directive", Since: "0.1.0", Severity: lint.Info,
		Title: "the directive is an old spelling, or stands in an old place",
		Text: `systemd still reads these, and does the same as for the name of today, but its manual pages
tell of them no longer: ` + "`ReadWriteDirectories=`" + ` for ` + "`ReadWritePaths=`, `StartLimitBurst=`" + ` in [Service]
for the one in [Unit]. Directives that ask for what is always on by now, such as ` + "`CPUAccounting=`" + `, are
reported, too. So is a ` + "`PIDFile`" + ` below /var/run, for which systemd takes /run; a stream that is the
syslog, for which it takes the journal; and ` + "`KillMode=none`" + `.`,
		WhenNot: "Where the unit must load on systems that are older than the new name.",
		Before: `{
  systemd.services.web = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig = {
      ExecStart = "/run/current-system/sw/bin/web";
      ReadWriteDirectories = "/var/lib/web";
      StartLimitBurst = 3;
    };
  };
}
`,
		After: `{
  systemd.services.web = {
    wantedBy = [ "multi-user.target" ];
    startLimitBurst = 3;
    serviceConfig = {
      ExecStart = "/run/current-system/sw/bin/web";
      ReadWritePaths = "/var/lib/web";
    };
  };
}
`,
		References: []string{"systemd 262, src/core/load-fragment-gperf.gperf.in"},
		Check: func(p *lint.Pass) {
			eachNaming(p, func(n naming) {
				d, ok := directive.Lookup(n.section, n.name, n.version)
				if ok && !n.takesAway() && (d.Deprecated || alwaysOn(d) && gone(n.unitView, d)) && !(n.section == "Unit" && d.Replacement == "[Unit] "+d.Name) {
					reportDeprecated(p, n, d)
				}
			})
			eachCertainLine(p, reportOldValue(p))
		},
	}
}

// reportOldValue reports values that systemd takes, with a word in the log or
// without, for those of today.
func reportOldValue(p *lint.Pass) func(*unitView, *directive.Directive, *keyLines, nixos.Line) {
	return func(u *unitView, d *directive.Directive, _ *keyLines, l nixos.Line) {
		file, old := strings.CutPrefix(l.Text, "/var/run/")
		console, syslog := strings.CutPrefix(l.Text, "syslog")
		switch kind := d.KindIn(u.version); {
		case d.Name == "PIDFile" && old:
			reportLine(p, u, l, fmt.Sprintf("%s: /var/run is the old name of /run, which systemd takes for it", u.Name),
				replaceFix(u, writtenAt(u, l), "/run/"+file, "write /run", lint.Safe, ""))
		case kind == directive.KindOutput && syslog:
			now := "journal" + console
			reportLine(p, u, l, fmt.Sprintf("%s: `%s=%s` is out of date: systemd takes %s for it", u.Name, l.Key, l.Text, now),
				replaceFix(u, writtenAt(u, l), now, "write "+now, lint.Safe, ""))
		case d.Name == "KillMode" && l.Text == "none":
			reportLine(p, u, l, fmt.Sprintf("%s: `KillMode=none` leaves processes behind, and will go: systemd warns of it", u.Name), nil)
		}
	}
}

func reportDeprecated(p *lint.Pass, n naming, d *directive.Directive) {
	f := lint.Finding{Directives: []string{d.Name}}
	if alwaysOn(d) {
		f.Message = fmt.Sprintf("%s sets %s, which has no effect%s: %s", n.Name, d.Name, since(d), strings.Trim(d.Replacement, "()"))
		n.report(p, f)
		return
	}
	f.Message = fmt.Sprintf("%s sets %s in [%s], which is out of date: write %s", n.Name, d.Name, n.section, d.Replacement)
	name, moved := strings.CutPrefix(d.Replacement, "[Unit] ")
	if nixast.IsIdentifier(name) {
		f.Directives = append(f.Directives, name)
	}
	switch {
	case !nixast.IsIdentifier(name) || !automatic(n.unitView) || !sameMeaning[d.Name]:
	case !moved || n.section == "Unit":
		f.Fixes = n.rename(name, false)
	case n.option != nil:
		f.Fixes = moveFix(n.unitView, n.option, "Unit", name)
	}
	n.report(p, f)
}

// sameMeaning are the old names whose values the new ones take as they are.
var sameMeaning = map[string]bool{
	"BindTo": true, "InaccessibleDirectories": true, "ReadOnlyDirectories": true, "ReadWriteDirectories": true,
	"RateLimitInterval": true, "Servers": true, "PropagateReloadFrom": true, "PropagateReloadTo": true,
	"FailureAction": true, "RebootArgument": true, "StartLimitAction": true, "StartLimitBurst": true, "StartLimitInterval": true,
}
