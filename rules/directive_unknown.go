package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// unknownDirective reports keys that systemd does not know where they stand.
func unknownDirective() *lint.Rule {
	return &lint.Rule{
		ID: "D001", Name: "unknown-directive", Since: "0.1.0", Severity: lint.Error,
		Title: "systemd does not know the directive, and ignores it",
		Text: `NixOS writes every attribute of ` + "`serviceConfig`, `unitConfig`" + ` and the like into the unit file as
it is. systemd meets a key that it does not know with a line in the log, "Unknown key, ignoring", and
starts the service without it. Names are case-sensitive, and a name that is right in one section is
unknown in another: then the fix moves it to the set that it belongs into. Keys that begin with ` + "`X-`" + `
are meant for other programs.

The same holds for the settings of systemd's own configuration files: ` + "`systemd.settings.Manager`" + `,
` + "`services.logind.settings.Login`, `services.resolved.settings.Resolve`" + ` and their like take any name, and so do the
lines of ` + "`services.journald.extraConfig`" + ` and of the other options that hold text.`,
		WhenNot: "Where something other than systemd reads the key; then write it as `X-…`, which systemd skips in silence.",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    RestrictSUIDGUID = true;
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    RestrictSUIDSGID = true;
  };
}
`,
		References: []string{"systemd.syntax(7)", "nixos/lib/systemd-lib.nix, attrsToSection and settingsToSections (NixOS 26.11)",
			"systemd 262, src/shared/conf-parser.c"},
		Check: func(p *lint.Pass) { eachNaming(p, func(n naming) { checkName(p, n) }) },
	}
}

func checkName(p *lint.Pass, n naming) {
	if directive.Silent(n.name) || strings.Contains(n.name, "${") || isOldWatchdog(n) || n.takesAway() {
		return
	}
	f := lint.Finding{Directives: []string{n.name}}
	if conf := n.Conf(); conf != "" && n.section != conf {
		f.Message = fmt.Sprintf("%s sets %s in [%s], a section that systemd does not know there and ignores: it has [%s]", n.Name, n.name, n.section, conf)
		n.report(p, f)
		return
	}
	if _, other := directive.LookupAny(n.section, n.name); other || !slices.Contains(directive.Sections(), n.section) {
		return // another version knows it, which is another rule's matter
	}
	f.Message = fmt.Sprintf("%s sets %s, which systemd does not know in [%s] and ignores", n.Name, cmp.Or(n.name, `""`), n.section)
	explain := n.explainUnit
	if n.Conf() != "" {
		explain = n.explainConf
	}
	if !explain(&f) {
		n.suggest(&f)
	}
	n.report(p, f)
}

// explainUnit says where the setting belongs, in the unit or in one of another
// type; false if nowhere.
func (n *naming) explainUnit(f *lint.Finding) bool {
	if right := sectionsOf(n.unitView, n.name); len(right) > 0 {
		f.Message = fmt.Sprintf("%s sets %s in [%s], where systemd ignores it: it belongs into [%s]", n.Name, n.name, n.section, strings.Join(right, "] or ["))
		if n.option != nil {
			f.Directives = append(f.Directives, spell.Uncapitalised(n.name))
			f.Fixes = moveFix(n.unitView, n.option, right[0], n.name)
		}
		return true
	}
	if n.option != nil && n.Style == nixos.NixOSStyle && isUnitOption(n.name) {
		f.Message = fmt.Sprintf("%s sets %s in %s, where it means nothing: it is an option of the unit, beside %[3]s", n.Name, n.name, n.Section(n.section).Name())
		f.Directives = append(f.Directives, spell.Capitalised(n.name))
		f.Fixes = moveFix(n.unitView, n.option, "", n.name)
		return true
	}
	if right, proper := miscased(n.unitView, n.section, n.name); proper != "" && n.option != nil {
		f.Message = fmt.Sprintf("%s sets %s in [%s], where systemd ignores it: it is %s of [%s]", n.Name, n.name, n.section, proper, right)
		f.Directives = append(f.Directives, proper, spell.Uncapitalised(proper))
		f.Fixes = moveFix(n.unitView, n.option, right, proper)
		return true
	}
	if limit, ok := softLimit(n.section, n.name, n.version); ok {
		f.Message += fmt.Sprintf(": it is a property on the bus; in a unit the soft limit stands before the hard one, as in `%s = \"SOFT:HARD\"`", limit)
		return true
	}
	if n.explainFile(f) {
		return true
	}
	others := slices.DeleteFunc(slices.Clone(directive.SectionsOf(n.name, n.version)), func(s string) bool { return nixos.ConfFile(s) != "" })
	if len(others) > 0 {
		f.Message += "; it belongs into [" + strings.Join(others, "] or [") + "]"
		return true
	}
	return false
}

// explainFile says which configuration file has the setting; false if none does.
func (n *naming) explainFile(f *lint.Finding) bool {
	for _, section := range directive.SectionsOf(n.name, n.version) {
		if file := nixos.ConfFile(section); file != "" && file[0] != '*' && section != n.section {
			f.Message += fmt.Sprintf("; it is a setting of [%s] in %s", section, file)
			return true
		}
	}
	return false
}

// explainConf says which configuration file has the setting, or what sets it for
// all units; false if nothing does.
func (n *naming) explainConf(f *lint.Finding) bool {
	_, onDisk := directive.Lookup(n.section, "System"+n.name, n.version)
	_, inMemory := directive.Lookup(n.section, "Runtime"+n.name, n.version)
	if onDisk && inMemory {
		f.Message += fmt.Sprintf("; it is System%s on disk, and Runtime%[1]s in memory", n.name)
		return true
	}
	if n.explainFile(f) {
		return true
	}
	d, ok := directive.Lookup(n.section, "Default"+n.name, n.version)
	if !ok {
		return false
	}
	f.Message += "; the default of all units is " + d.Name
	n.offer(f, d, true)
	return true
}

// suggest names the nearest setting, unless that would not take the value.
func (n *naming) suggest(f *lint.Finding) {
	if near, ok := directive.Nearest(n.section, n.name, n.version); ok && (n.fits(near) || strings.EqualFold(near.Name, n.name)) {
		f.Message += "; did you mean " + near.Name + "?"
		n.offer(f, near, isFar(n.name, near.Name))
	}
}

// offer offers another setting instead.
func (n *naming) offer(f *lint.Finding, d *directive.Directive, far bool) {
	f.Directives = append(f.Directives, d.Name)
	f.Notes = append(f.Notes, lint.Note{Label: d.Name, Text: d.Doc})
	if automatic(n.unitView) && n.fits(d) {
		f.Fixes = n.rename(d.Name, far)
	}
}

// fits reports whether systemd takes the values of the setting for another one:
// if not, that is hardly what was meant.
func (n *naming) fits(d *directive.Directive) bool {
	return !slices.ContainsFunc(n.Lines(), func(l nixos.Line) bool {
		return l.Section == n.section && l.Key == n.name && l.Known && l.Text != "" &&
			value.Check(n.section, d.Name, l.Text, n.version).Status >= value.Ignored
	})
}

// miscased is the directive of another section of the unit that has the name but
// for the case of its letters, and that section; empty if there is none, or the
// unit's own section has one.
func miscased(u *unitView, section, name string) (right, proper string) {
	find := func(section string) string {
		for _, d := range directive.Directives(section, u.version) {
			if strings.EqualFold(d.Name, name) {
				return d.Name
			}
		}
		return ""
	}
	if find(section) != "" {
		return "", ""
	}
	for _, other := range []string{"Unit", spell.Capitalised(u.Type()), "Install"} {
		if proper = find(other); proper != "" {
			return other, proper
		}
	}
	return "", ""
}

// takesAway reports whether the option does no more than take away, with an empty
// list, what is defined elsewhere: then no line is written.
func (n *naming) takesAway() bool {
	return n.option != nil && len(n.option.Defs) > 0 && !slices.ContainsFunc(n.option.Defs, func(d *nixos.Def) bool {
		list, ok := n.Host.Evaluator().Force(d.Value).(*eval.List)
		return !ok || len(list.Items) > 0 || d.Priority >= nixos.PriorityPlain
	})
}

// softLimit is the directive for a resource limit that name is the bus property
// of (org.freedesktop.systemd1(5), LimitNOFILESoft and its like).
func softLimit(section, name string, v directive.Version) (string, bool) {
	limit, ok := strings.CutSuffix(name, "Soft")
	if !ok || !strings.HasPrefix(limit, "Limit") {
		return "", false
	}
	_, ok = directive.Lookup(section, limit, v)
	return limit, ok
}

// sectionsOf are the sections of the unit that take a directive of that name.
func sectionsOf(u *unitView, name string) []string {
	own := spell.Capitalised(u.Type())
	return slices.DeleteFunc(slices.Clone(directive.SectionsOf(name, u.version)), func(s string) bool {
		return s != "Unit" && s != "Install" && s != own
	})
}

// reportAt reports the finding at each definition of an option, at its name.
func reportAt(p *lint.Pass, o *nixos.Option, f lint.Finding) {
	for i, d := range o.Defs {
		if d.Binding.IsZero() {
			continue
		}
		one := f
		one.File, one.Span = lastName(d.Binding)
		if i > 0 {
			one.Fixes = nil
		}
		p.Report(one)
	}
}

// lastName is where the last name of a binding's path stands.
func lastName(n nixast.Node) (*nixast.File, nixast.Span) {
	b, ok := n.AsBinding()
	if !ok {
		return n.File(), n.Span()
	}
	last := b.Path().Node
	for a := range b.Path().Attrs() {
		last = a
	}
	return n.File(), last.Span()
}

// renameFix gives all definitions of an option another name. There is no fix
// where that name is taken.
func renameFix(o *nixos.Option, name string, taken, far bool) []lint.Fix {
	if taken {
		return nil
	}
	fix := lint.Fix{Title: "write " + name, Applicability: lint.Safe}
	if far {
		fix.Applicability, fix.Breaks = lint.Unsafe, "the names differ by more than a slip"
	}
	for _, d := range o.Defs {
		b, ok := d.Binding.AsBinding()
		if !ok {
			return nil
		}
		attr := nixast.Node{}
		for a := range b.Path().Attrs() {
			attr = a
		}
		if got, ok := attr.AttrName(); !ok || got != o.Name() {
			return nil
		}
		edits, err := emit.New(attr.File()).Rename(attr, name)
		if err != nil {
			return nil
		}
		fix.Edits = append(fix.Edits, lint.In(attr.File(), edits)...)
	}
	return []lint.Fix{fix}
}

// slip is the number of mistakes that a person makes in a word without meaning
// another.
const slip = 2

// isFar reports whether two words differ by more than a slip, case aside.
func isFar(a, b string) bool {
	return spell.Distance(strings.ToLower(a), strings.ToLower(b), slip) > slip
}
