package rules

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/systemd"
	"wardnix/nixast"
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
are meant for other programs.`,
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
		References: []string{"systemd.syntax(7)", "nixos/lib/systemd-lib.nix, attrsToSection (NixOS 26.11)"},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				for _, section := range u.Sections() {
					if !slices.Contains(systemd.Sections(), section) {
						continue
					}
					for _, o := range u.Directives(section) {
						checkName(p, u, section, o)
					}
				}
			})
			eachManagerSetting(p, func(h *nixos.Host, o *nixos.Option) {
				if _, old := watchdogOptions[o.Name()]; !old {
					checkManagerName(p, h, o)
				}
			})
		},
	}
}

// eachManagerSetting calls do for the settings of systemd.settings.Manager.
func eachManagerSetting(p *lint.Pass, do func(*nixos.Host, *nixos.Option)) {
	for _, h := range p.Project.Hosts() {
		for _, o := range h.Option("systemd", "settings", "Manager").Attrs() {
			if o.IsSet() {
				do(h, o)
			}
		}
	}
}

func checkName(p *lint.Pass, u *unitView, section string, o *nixos.Option) {
	name := o.Name()
	if systemd.Silent(name) || strings.Contains(name, "${") {
		return
	}
	if _, other := systemd.LookupAny(section, name); other {
		return // another version knows it, which is another rule's matter
	}
	f := lint.Finding{Unit: u.Name, Directives: []string{name}}
	f.Message = fmt.Sprintf("%s sets %s, which systemd does not know in [%s] and ignores", u.Name, name, section)
	if right := sectionsOf(u, name); len(right) > 0 {
		f.Message = fmt.Sprintf("%s sets %s in [%s], where systemd ignores it: it belongs into [%s]", u.Name, name, section, strings.Join(right, "] or ["))
		f.Directives = append(f.Directives, strings.ToLower(name[:1])+name[1:])
		f.Fixes = moveFix(u, o, right[0], name)
	} else if isUnitOption(name) {
		f.Message = fmt.Sprintf("%s sets %s in %s, where it means nothing: it is an option of the unit, beside %[3]s", u.Name, name, u.Section(section).Name())
		f.Directives = append(f.Directives, strings.ToUpper(name[:1])+name[1:])
		f.Fixes = moveFix(u, o, "", name)
	} else if near, ok := systemd.Nearest(section, name, u.version); ok {
		f.Message += "; did you mean " + near.Name + "?"
		f.Directives = append(f.Directives, near.Name)
		f.Notes = append(f.Notes, lint.Note{Label: near.Name, Text: near.Doc})
		if automatic(u) {
			f.Fixes = renameFix(o, near.Name, u.Directive(section, near.Name).IsSet(), isFar(name, near.Name))
		}
	}
	reportAt(p, o, f)
}

// sectionsOf are the sections of the unit that take a directive of that name.
func sectionsOf(u *unitView, name string) []string {
	own := strings.ToUpper(u.Type()[:1]) + u.Type()[1:]
	return slices.DeleteFunc(slices.Clone(systemd.SectionsOf(name, u.version)), func(s string) bool {
		return s != "Unit" && s != "Install" && s != own
	})
}

func checkManagerName(p *lint.Pass, h *nixos.Host, o *nixos.Option) {
	v := h.Version()
	if _, known := systemd.LookupAny("Manager", o.Name()); known || systemd.Silent(o.Name()) || strings.Contains(o.Name(), "${") {
		return
	}
	f := lint.Finding{
		Message:    fmt.Sprintf("systemd.settings.Manager has %s, which systemd does not know and ignores", o.Name()),
		Directives: []string{o.Name()},
	}
	if near, ok := systemd.Nearest("Manager", o.Name(), v); ok {
		f.Message += "; did you mean " + near.Name + "?"
		f.Directives = append(f.Directives, near.Name)
		f.Notes = append(f.Notes, lint.Note{Label: near.Name, Text: near.Doc})
		f.Fixes = renameFix(o, near.Name, h.Option("systemd", "settings", "Manager", near.Name).IsSet(), isFar(o.Name(), near.Name))
	}
	reportAt(p, o, f)
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
