package directive

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// UnknownDirective reports keys that systemd does not know in their section.
var UnknownDirective = &lint.Rule{Page: lint.ReadPage(pages, "unknown-directive"), Unit: checkUnknown, Conf: checkUnknown}

func checkUnknown(p *lint.Pass, u *unit.Unit) {
	for n := range u.Namings() {
		if directive.Silent(n.Key) || strings.Contains(n.Key, "${") || n.IsOldWatchdog() || n.TakesAway() {
			continue
		}
		if conf := n.Conf(); conf != "" && n.In != conf {
			p.AtName(&n).Note("systemd ignores it").Help("set it in [%s]", conf).Reportf("unknown section [%s] for `%s`", n.In, n.Key)
			continue
		}
		if _, other := directive.LookupAny(n.In, n.Key); other || !slices.Contains(directive.Sections(), n.In) {
			continue // another version knows it, which is another rule's subject
		}
		reportUnknown(&n, p.AtName(&n).Note("systemd ignores it"))
	}
}

func reportUnknown(n *unit.Naming, d *lint.Draft) {
	explain := explainUnit
	if n.Conf() != "" {
		explain = explainConf
	}
	problem, ok := explain(n, d)
	if !ok {
		suggest(n, d)
	}
	d.Reportf("%s", cmp.Or(problem, fmt.Sprintf("unknown directive `%s` in [%s]", cmp.Or(n.Key, `""`), n.In)))
}

// explainUnit adds where the setting belongs, in the unit or elsewhere; ok is false
// if it belongs nowhere. The problem, if any, is more precise than that the
// directive is unknown.
func explainUnit(n *unit.Naming, d *lint.Draft) (problem string, ok bool) {
	if right := sectionsOf(n.Unit, n.Key); len(right) > 0 {
		if n.Setting != nil {
			d.Fix(move(n.Unit, n.Setting, right[0], n.Key)...)
		} else {
			d.Fix(moveLine(n, right[0])...)
		}
		return belongs(n, d, right), true
	}
	if n.Setting != nil && n.Style == nixos.NixOSStyle && isUnitOption(n.Key) {
		d.Fix(move(n.Unit, n.Setting, "", n.Key)...)
		return fmt.Sprintf("`%s` is an option of the unit, not of `%s`", n.Key, n.Section(n.In).Name()), true
	}
	if option := spell.Uncapitalised(n.Key); n.Setting != nil && n.Style == nixos.NixOSStyle && nixos.IsScript(option) {
		d.Help("the option `%s` of the unit runs a script", option)
		d.Fix(move(n.Unit, n.Setting, "", option)...)
		return "", true
	}
	if right, proper := miscased(n.Unit, n.In, n.Key); proper != "" && n.Setting != nil {
		d.Fix(move(n.Unit, n.Setting, right, proper)...)
		return fmt.Sprintf("`%s` in [%s] is `%s` of [%s]", n.Key, n.In, proper, right), true
	}
	if limit, ok := softLimit(n.In, n.Key, n.Version); ok {
		d.Help("set `%s = \"SOFT:HARD\"`; `%s` is a property on D-Bus", limit, n.Key)
		return "", true
	}
	if explainFile(n, d) {
		return "", true
	}
	others := slices.DeleteFunc(slices.Clone(directive.SectionsOf(n.Key, n.Version)), func(s string) bool { return nixos.ConfFile(s) != "" })
	if len(others) == 0 {
		return "", false
	}
	return belongs(n, d, others), true
}

// belongs is the problem of a directive that other sections know.
func belongs(n *unit.Naming, d *lint.Draft, sections []string) string {
	if len(sections) == 1 {
		return fmt.Sprintf("`%s` belongs in [%s], not in [%s]", n.Key, sections[0], n.In)
	}
	d.Help("it belongs in [%s]", strings.Join(sections, "], ["))
	return fmt.Sprintf("`%s` does not belong in [%s]", n.Key, n.In)
}

// explainFile names the configuration file that has the setting; false if none has.
func explainFile(n *unit.Naming, d *lint.Draft) bool {
	for _, section := range directive.SectionsOf(n.Key, n.Version) {
		if file := nixos.ConfFile(section); file != "" && file[0] != '*' && section != n.In {
			d.Help("it is a setting of [%s] in %s", section, file)
			return true
		}
	}
	return false
}

// explainConf adds which configuration file has the setting, or what sets it for all
// units; ok is false if nothing does.
func explainConf(n *unit.Naming, d *lint.Draft) (problem string, ok bool) {
	_, onDisk := directive.Lookup(n.In, "System"+n.Key, n.Version)
	_, inMemory := directive.Lookup(n.In, "Runtime"+n.Key, n.Version)
	if onDisk && inMemory {
		d.Help("set `System%s` for the disk, or `Runtime%[1]s` for memory", n.Key)
		return "", true
	}
	if explainFile(n, d) {
		return "", true
	}
	all, ok := directive.Lookup(n.In, "Default"+n.Key, n.Version)
	if ok {
		d.Help("the default for all units is `%s`", all.Name)
		offer(n, d, all, true)
	}
	return "", ok
}

// suggest names the nearest directive, unless it would not take the value.
func suggest(n *unit.Naming, d *lint.Draft) {
	if near, ok := directive.Nearest(n.In, n.Key, n.Version); ok && (fits(n, near) || strings.EqualFold(near.Name, n.Key)) {
		d.Help("did you mean `%s`?", near.Name)
		offer(n, d, near, spell.Far(n.Key, near.Name))
	}
}

// offer describes another directive, and offers to rename the setting to it.
func offer(n *unit.Naming, d *lint.Draft, other *directive.Directive, far bool) {
	d.Concerns(n.About(other.Name)...).Note("`%s`: %s", other.Name, other.Doc)
	if fix.IsOffered(n.Unit) && fits(n, other) {
		d.Fix(fix.RenameNaming(n, other.Name, far)...)
	}
}

// fits reports whether the values of the setting are valid for another one.
func fits(n *unit.Naming, d *directive.Directive) bool {
	return !slices.ContainsFunc(n.Lines(), func(l nixos.Line) bool {
		return l.Section == n.In && l.Key == n.Key && l.Known && l.Text != "" &&
			value.Check(n.In, d.Name, l.Text, n.Version).Status >= value.Ignored
	})
}

// miscased is the directive of another section of the unit whose name differs in
// case only, and that section; empty if there is none, or if the section itself has
// one.
func miscased(u *unit.Unit, section, name string) (right, proper string) {
	find := func(section string) string {
		for _, d := range directive.Directives(section, u.Version) {
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

// softLimit is the directive for a resource limit whose property on D-Bus has the
// name, such as LimitNOFILESoft (org.freedesktop.systemd1(5)).
func softLimit(section, name string, v directive.Version) (string, bool) {
	limit, ok := strings.CutSuffix(name, "Soft")
	if !ok || !strings.HasPrefix(limit, "Limit") {
		return "", false
	}
	_, ok = directive.Lookup(section, limit, v)
	return limit, ok
}

// sectionsOf are the sections of the unit that take a directive of that name.
func sectionsOf(u *unit.Unit, name string) []string {
	own := spell.Capitalised(u.Type())
	return slices.DeleteFunc(slices.Clone(directive.SectionsOf(name, u.Version)), func(s string) bool {
		return s != "Unit" && s != "Install" && s != own
	})
}
