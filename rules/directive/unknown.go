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

// UnknownDirective reports keys that systemd does not know where they stand.
var UnknownDirective = &lint.Rule{
	Page:  lint.ReadPage(pages, "unknown-directive"),
	Check: func(p *lint.Pass) { lint.EachNaming(p, func(n unit.Naming) { checkName(p, n) }) },
}

func checkName(p *lint.Pass, n unit.Naming) {
	if directive.Silent(n.Key) || strings.Contains(n.Key, "${") || unit.IsOldWatchdog(n) || n.TakesAway() {
		return
	}
	f := lint.Finding{About: n.About(n.Key)}
	if conf := n.Conf(); conf != "" && n.In != conf {
		f.Message = fmt.Sprintf("%s sets %s in [%s], a section that systemd does not know there and ignores: it has [%s]", n.Name, n.Key, n.In, conf)
		lint.ReportNaming(&n, p, f)
		return
	}
	if _, other := directive.LookupAny(n.In, n.Key); other || !slices.Contains(directive.Sections(), n.In) {
		return // another version knows it, which is another rule's matter
	}
	f.Message = fmt.Sprintf("%s sets %s, which systemd does not know in [%s] and ignores", n.Name, cmp.Or(n.Key, `""`), n.In)
	explained := false
	if n.Conf() != "" {
		explained = explainConf(&n, &f)
	} else {
		explained = explainUnit(&n, &f)
	}
	if !explained {
		suggest(&n, &f)
	}
	lint.ReportNaming(&n, p, f)
}

// explainUnit says where the setting belongs, in the unit or in one of another
// type; false if nowhere.
func explainUnit(n *unit.Naming, f *lint.Finding) bool {
	if right := sectionsOf(n.Unit, n.Key); len(right) > 0 {
		f.Message = fmt.Sprintf("%s sets %s in [%s], where systemd ignores it: it belongs into [%s]", n.Name, n.Key, n.In, strings.Join(right, "] or ["))
		if n.Setting != nil {
			f.About = append(f.About, n.About(spell.Uncapitalised(n.Key))...)
			f.Fixes = moveFix(n.Unit, n.Setting, right[0], n.Key)
		}
		return true
	}
	if n.Setting != nil && n.Style == nixos.NixOSStyle && isUnitOption(n.Key) {
		f.Message = fmt.Sprintf("%s sets %s in %s, where it means nothing: it is an option of the unit, beside %[3]s", n.Name, n.Key, n.Section(n.In).Name())
		f.About = append(f.About, n.About(spell.Capitalised(n.Key))...)
		f.Fixes = moveFix(n.Unit, n.Setting, "", n.Key)
		return true
	}
	if right, proper := miscased(n.Unit, n.In, n.Key); proper != "" && n.Setting != nil {
		f.Message = fmt.Sprintf("%s sets %s in [%s], where systemd ignores it: it is %s of [%s]", n.Name, n.Key, n.In, proper, right)
		f.About = append(f.About, n.About(proper, spell.Uncapitalised(proper))...)
		f.Fixes = moveFix(n.Unit, n.Setting, right, proper)
		return true
	}
	if limit, ok := softLimit(n.In, n.Key, n.Version); ok {
		f.Message += fmt.Sprintf(": it is a property on the bus; in a unit the soft limit stands before the hard one, as in `%s = \"SOFT:HARD\"`", limit)
		return true
	}
	if explainFile(n, f) {
		return true
	}
	others := slices.DeleteFunc(slices.Clone(directive.SectionsOf(n.Key, n.Version)), func(s string) bool { return nixos.ConfFile(s) != "" })
	if len(others) > 0 {
		f.Message += "; it belongs into [" + strings.Join(others, "] or [") + "]"
		return true
	}
	return false
}

// explainFile says which configuration file has the setting; false if none does.
func explainFile(n *unit.Naming, f *lint.Finding) bool {
	for _, section := range directive.SectionsOf(n.Key, n.Version) {
		if file := nixos.ConfFile(section); file != "" && file[0] != '*' && section != n.In {
			f.Message += fmt.Sprintf("; it is a setting of [%s] in %s", section, file)
			return true
		}
	}
	return false
}

// explainConf says which configuration file has the setting, or what sets it for
// all units; false if nothing does.
func explainConf(n *unit.Naming, f *lint.Finding) bool {
	_, onDisk := directive.Lookup(n.In, "System"+n.Key, n.Version)
	_, inMemory := directive.Lookup(n.In, "Runtime"+n.Key, n.Version)
	if onDisk && inMemory {
		f.Message += fmt.Sprintf("; it is System%s on disk, and Runtime%[1]s in memory", n.Key)
		return true
	}
	if explainFile(n, f) {
		return true
	}
	d, ok := directive.Lookup(n.In, "Default"+n.Key, n.Version)
	if !ok {
		return false
	}
	f.Message += "; the default of all units is " + d.Name
	offer(n, f, d, true)
	return true
}

// suggest names the nearest setting, unless that would not take the value.
func suggest(n *unit.Naming, f *lint.Finding) {
	if near, ok := directive.Nearest(n.In, n.Key, n.Version); ok && (fits(n, near) || strings.EqualFold(near.Name, n.Key)) {
		f.Message += "; did you mean " + near.Name + "?"
		offer(n, f, near, unit.IsFar(n.Key, near.Name))
	}
}

// offer offers another setting instead.
func offer(n *unit.Naming, f *lint.Finding, d *directive.Directive, far bool) {
	f.About = append(f.About, n.About(d.Name)...)
	f.Notes = append(f.Notes, lint.Note{Label: d.Name, Text: d.Doc})
	if fix.Automatic(n.Unit) && fits(n, d) {
		f.Fixes = fix.RenameNaming(n, d.Name, far)
	}
}

// fits reports whether systemd takes the values of the setting for another one:
// if not, that is hardly what was meant.
func fits(n *unit.Naming, d *directive.Directive) bool {
	return !slices.ContainsFunc(n.Lines(), func(l nixos.Line) bool {
		return l.Section == n.In && l.Key == n.Key && l.Known && l.Text != "" &&
			value.Check(n.In, d.Name, l.Text, n.Version).Status >= value.Ignored
	})
}

// miscased is the directive of another section of the unit that has the name but
// for the case of its letters, and that section; empty if there is none, or the
// unit's own section has one.
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
func sectionsOf(u *unit.Unit, name string) []string {
	own := spell.Capitalised(u.Type())
	return slices.DeleteFunc(slices.Clone(directive.SectionsOf(name, u.Version)), func(s string) bool {
		return s != "Unit" && s != "Install" && s != own
	})
}
