package rendering

import (
	"regexp"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/unit"
)

// UnknownOption reports options of units that do not exist.
var UnknownOption = &lint.Rule{Page: lint.ReadPage(pages, "unknown-option"), Unit: checkUnknownOption, Host: checkUnknownSet}

// checkUnknownSet reports names for sets of units that do not exist.
func checkUnknownSet(p *lint.Pass, h *nixos.Host) {
	for o, meant := range unit.MisnamedSets(h) {
		d := p.AtOption(h, nil, o.Path).Place(o.LastReported().NamePlace(o.Name()))
		d.Note("NixOS fails to evaluate it").Help("did you mean `%s`?", meant).Reportf("option `%s` does not exist", o)
	}
}

func checkUnknownOption(p *lint.Pass, u *unit.Unit) {
	if u.Style == nixos.SectionStyle {
		checkStyles(p, u)
		return
	}
	if u.Scope.Kind == nixos.HomeManager || inHome(u) {
		if u.Style == nixos.NixOSStyle {
			checkHome(p, u)
		}
		return
	}
	for _, o := range u.UnknownOptions() {
		meant, far := u.MeantOption(o.Name())
		if meant == "" && !u.InText(o.Name()) && !isSection(u, o.Name()) && (u.Host.Name == "" || len(u.Host.Unseen) > 0) {
			continue // a module that is not in sight may declare it
		}
		d := p.AtDef(u, o.LastReported(), o.Name()).Place(o.LastReported().NamePlace(o.Name())).Note("NixOS fails to evaluate it")
		if u.InText(o.Name()) {
			d.Help("write it into `text`")
		}
		if meant != "" {
			d.Help("did you mean `%s`?", meant)
		}
		if meant != "" && !strings.Contains(meant, ".") {
			d.Concerns(effects(u, o, meant)...).Fix(fix.RenameOption(o, meant, u.Option(meant).IsSet(), far)...)
		}
		d.Reportf("option `%s` does not exist", o.Name())
	}
}

// ofHome matches what a module of home-manager sets besides units.
var ofHome = regexp.MustCompile(`(?m)^\s*home\.(?:packages|file|stateVersion|username|homeDirectory|sessionVariables)\b`)

// inHome reports whether the files that define a unit of a user are modules of
// home-manager.
func inHome(u *unit.Unit) bool {
	files := u.Files()
	return u.Host.Name == "" && u.Scope.Kind == nixos.User && len(files) > 0 && !slices.ContainsFunc(files, func(f *nixos.File) bool {
		return f.Tree == nil || !ofHome.MatchString(f.Tree.Src)
	})
}

// checkHome reports options of NixOS in a module of home-manager, which takes each for a
// section of the unit file.
func checkHome(p *lint.Pass, u *unit.Unit) {
	for _, o := range u.Option().Attrs() {
		name := o.Name()
		meant := spell.Capitalised(strings.TrimSuffix(name, "Config"))
		if o.IsSet() && !o.IsPattern() && (u.OptionType(name) != "" || isSection(u, meant) && name != meant) {
			d := p.AtDef(u, o.LastReported(), name).Place(o.LastReported().NamePlace(name)).
				Note("home-manager writes it as a section of the unit file, which systemd does not read")
			if isSection(u, meant) {
				d.Help("home-manager has `%s`", meant)
			}
			d.Reportf("option `%s` does not exist in home-manager", name)
		}
	}
}

// isSection reports whether a name is that of a section in home-manager.
func isSection(u *unit.Unit, name string) bool {
	return name == "Unit" || name == "Install" || name == nixos.OwnSection(u.Type())
}

// effects refers to an option, and to what it sets in the unit if another has the name
// that it is renamed to.
func effects(u *unit.Unit, o *nixos.Option, name string) []unit.Ref {
	refs := u.Effects(name)
	for _, inner := range o.Attrs() {
		refs = append(refs, u.About(inner.Name())...)
	}
	return refs
}

// checkStyles reports what mixes the options of NixOS with the sections of home-manager,
// or has those where they do not exist.
func checkStyles(p *lint.Pass, u *unit.Unit) {
	inNixOS := u.Host.Name != "" && u.Scope.Kind != nixos.HomeManager
	for _, o := range u.Option().Attrs() {
		name := o.Name()
		section := isSection(u, name)
		switch {
		case o.IsPattern() || !o.IsSet():
		case section && inNixOS:
			p.AtDef(u, o.LastReported(), name).Place(o.LastReported().NamePlace(o.Name())).
				Note("home-manager has sections; NixOS fails to evaluate them").
				Help("set `%s` in NixOS", strings.ToLower(name)+"Config").
				Reportf("option `%s` does not exist", name)
		case !section && !inNixOS && u.OptionType(name) != "" && (u.Host.Name != "" || hasSections(u, o.LastReported().File)):
			p.AtDef(u, o.LastReported(), name).Place(o.LastReported().NamePlace(o.Name())).
				Note("the unit has sections of home-manager, which has no option of this name").
				Reportf("option `%s` does not exist", name)
		}
	}
}

// hasSections reports whether a file gives a unit sections. Of a project without hosts, the
// unit may have options by another module, which is one of NixOS.
func hasSections(u *unit.Unit, f *nixos.File) bool {
	return slices.ContainsFunc(u.Option().Attrs(), func(o *nixos.Option) bool {
		return isSection(u, o.Name()) && slices.ContainsFunc(o.Defs, func(d *nixos.Def) bool { return d.File == f })
	})
}
