package directive

import (
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// DeprecatedDirective reports old names, places and values that still work.
var DeprecatedDirective = &lint.Rule{
	Page: lint.ReadPage(pages, "deprecated-directive"), Conf: checkOldNames,
	Unit: func(p *lint.Pass, u *unit.Unit) {
		checkOldNames(p, u)
		checkOldValues(p, u)
	},
}

func checkOldNames(p *lint.Pass, u *unit.Unit) {
	for n := range u.Namings() {
		d, ok := directive.Lookup(n.In, n.Key, n.Version)
		switch {
		case !ok || n.TakesAway() || n.In == "Unit" && d.Replacement == "[Unit] "+d.Name:
		case alwaysOn(d) && (d.Deprecated || hasNoEffect(u, d)):
			p.AtName(&n).Note("%s", strings.Trim(d.Replacement, "()")).Reportf("`%s` has no effect%s", d.Name, sinceRemoved(d))
		case d.Deprecated:
			reportOldName(p, n, d)
		}
	}
}

func reportOldName(p *lint.Pass, n unit.Naming, d *directive.Directive) {
	name, moved := strings.CutPrefix(d.Replacement, "[Unit] ")
	draft := p.AtName(&n)
	switch {
	case moved:
		draft.Help("use `%s` in [Unit]", name)
	case strings.Contains(name, " "): // which says more than a name
		draft.Help("use %s", name)
	default:
		draft.Help("use `%s`", name)
	}
	if nixast.IsIdentifier(name) {
		draft.Concerns(n.About(name)...)
	}
	switch {
	case !nixast.IsIdentifier(name) || !fix.IsOffered(n.Unit) || !d.IsAlias():
	case !moved || n.In == "Unit":
		draft.Fix(fix.RenameNaming(&n, name, false)...)
	case n.Setting != nil:
		draft.Fix(move(n.Unit, n.Setting, "Unit", name)...)
	}
	draft.Reportf("`%s` in [%s] is deprecated", d.Name, n.In)
}

// checkOldValues reports values that systemd replaces with those of today.
func checkOldValues(p *lint.Pass, u *unit.Unit) {
	for k, l := range u.CertainLines() {
		file, varRun := strings.CutPrefix(l.Text, "/var/run/")
		console, syslog := strings.CutPrefix(l.Text, "syslog")
		d := p.AtLine(u, l)
		replace := func(now string) *lint.Draft {
			return d.Fix(fix.Replace(u, u.WrittenAt(l), now, replaceWith(now), "")...)
		}
		switch {
		case k.Key == "PIDFile" && varRun:
			replace("/run/" + file).Reportf("`PIDFile` is in /var/run, the old name of /run")
		case k.Directive.KindIn(u.Version) == directive.KindOutput && syslog:
			replace("journal"+console).Note("systemd uses `journal%s`", console).Reportf("`%s=%s` is deprecated", l.Key, l.Text)
		}
	}
}
