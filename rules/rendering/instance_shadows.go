package rendering

import (
	"slices"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// InstanceShadows reports instances of templates for which NixOS writes a complete
// unit file, which systemd loads instead of the template.
var InstanceShadows = &lint.Rule{Page: lint.ReadPage(pages, "instance-shadows"), Unit: checkInstanceShadows}

// changedTemplates are systemd's own templates whose command NixOS sets by a drop-in,
// which systemd also adds to an instance that has a complete unit file
// (nixos/modules/services/ttys/getty.nix, NixOS 26.11; seen with systemd 252).
var changedTemplates = []string{"getty@", "serial-getty@", "container-getty@"}

// An instance is a unit that was meant to change its template.
type instance struct {
	*unit.Unit
	// name is the name of the template, without the type: "getty@".
	name string
	// own is the template if the project defines it, and nil for one of systemd's.
	own *nixos.Unit
	// resets reports that its commands begin with an empty assignment.
	resets bool
}

func checkInstanceShadows(p *lint.Pass, u *unit.Unit) {
	template, name, ok := u.Instance()
	if !ok || name == "" || u.Pattern || u.Style != nixos.NixOSStyle || u.Enabled() != eval.Yes ||
		u.OverrideStrategy() != "asDropinIfExists" || len(u.Option("overrideStrategy").Unseen) > 0 {
		return
	}
	if u.Host.Name == "" && len(u.Files()) > 1 {
		return // of modules that may never be used together
	}
	i := instance{u, template, templateOf(u, template), startsWithReset(u)}
	if !i.resets && (!u.IsOverride() || u.Directive("Service", "ExecStart").IsSet()) {
		return
	}
	if _, upstream := unitfile.Upstream(template+"."+u.Type(), u.Version); upstream || i.own != nil {
		i.report(p)
	}
}

// startsWithReset reports whether the commands of the unit begin with an empty
// assignment, which resets those of another file.
func startsWithReset(u *unit.Unit) bool {
	lines := u.Lines()
	i := slices.IndexFunc(lines, func(l nixos.Line) bool { return l.Section == "Service" && l.Key == "ExecStart" })
	return i >= 0 && lines[i].Certain() && lines[i].Text == "" && len(u.Defs()) == 1
}

// templateOf is the template, if the project defines it.
func templateOf(u *unit.Unit, template string) *nixos.Unit {
	i := slices.IndexFunc(u.Host.Units, func(t *nixos.Unit) bool {
		return t.Name == template+"."+u.Type() && t.Scope == u.Scope && !t.IsOverride()
	})
	if i < 0 {
		return nil
	}
	return u.Host.Units[i]
}

func (i instance) report(p *lint.Pass) {
	d := p.AtUnit(i.Unit, "overrideStrategy").
		Note("NixOS writes a complete unit file, which systemd loads instead of the template %s", i.name)
	changed := i.own == nil && slices.Contains(changedTemplates, i.name)
	breaks := ""
	switch {
	case changed && i.resets:
		d.Note("the drop-in with which NixOS changes the template replaces its ExecStart")
	case changed:
		d.As(lint.Warning).
			Note("the ExecStart that NixOS adds in a drop-in remains; other settings of the template, such as Restart, are lost").
			Help("repeat what it needs of the template; with `overrideStrategy = \"asDropin\"` repeat NixOS's ExecStart, since this drop-in replaces the other")
	case i.resets:
		d.Note("its ExecStart has nothing to reset")
	case i.own == nil:
		d.Help("this drop-in replaces the one with which NixOS changes %s: repeat what that one sets, such as ExecStart", i.name)
	case i.own.Option("path").IsSet():
		d.Help("NixOS also writes PATH into the drop-in; `enableDefaultPath = false` keeps that of the template")
	}
	if i.resets {
		breaks = "the service: the settings of the template take effect"
	}
	d.Fix(i.asDropin(breaks)...).Reportf("shadows its template instead of changing it")
}

// asDropin makes NixOS write a drop-in, which it does since release 22.11.
func (i instance) asDropin(breaks string) []lint.Fix {
	site := i.Site("")
	old := i.Host.ReleaseKnown && i.Host.Release.Before(nixos.Release{Year: 22, Month: 11})
	if !fix.IsOffered(i.Unit) || old || site.Shared || i.own == nil && !i.resets {
		return nil
	}
	order := emit.Where{Families: [][]string{{"description", "overrideStrategy", "after", "wants", "wantedBy", "environment", "path", "unitConfig", "serviceConfig"}}}
	edits, err := fix.Add(site, order, []emit.Attr{emit.A("overrideStrategy", "asDropin")})
	if err != nil {
		return nil
	}
	return []lint.Fix{{Title: "add `overrideStrategy = \"asDropin\"`", Applicability: lint.SafeUnless(breaks), Breaks: breaks, Edits: edits}}
}
