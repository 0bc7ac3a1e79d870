package migration

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// scriptedOptions are the options below boot.initrd that hold code of the
// scripted first stage (nixos/modules/system/boot/systemd/initrd.nix, NixOS 26.11,
// assertions).
var scriptedOptions = []string{
	"preFailCommands", "preDeviceCommands", "preLVMCommands", "postDeviceCommands", "postResumeCommands", "postMountCommands",
	"network.postCommands", "extraUtilsCommands", "extraUtilsCommandsTest", "extraUdevRulesCommands",
}

// ScriptedStage reports code for the scripted first stage where systemd runs it.
var ScriptedStage = &lint.Rule{
	Page: lint.ReadPage(pages, "scripted-stage"),
	Check: func(p *lint.Pass) {
		for _, h := range p.Project.Hosts() {
			if unit.FirstStage(h) != eval.Yes {
				continue
			}
			for _, name := range scriptedOptions {
				checkScripted(p, h, h.Option(append([]string{"boot", "initrd"}, strings.Split(name, ".")...)...))
			}
		}
	},
}

func checkScripted(p *lint.Pass, h *nixos.Host, o *nixos.Option) {
	for _, d := range o.Defs {
		text, known := "", false
		if s := h.Evaluator().String(d.Value); s != nil {
			text, known = s.Text()
		}
		if d.Binding.IsZero() || !unit.IsSure(d) || !besideSystemd(h, d) || known && strings.TrimSpace(text) == "" {
			continue
		}
		f := lint.Finding{
			Message: fmt.Sprintf("%s is code for the scripted first stage; with systemd in its place the configuration does not evaluate", o),
			About:   unit.Options(h, o.Path),
			Notes:   []lint.Note{{Label: "help", Text: "make it a service of boot.initrd.systemd.services"}},
		}
		f.File, f.Span = unit.Place(d.Binding)
		p.Report(f)
	}
}

// besideSystemd reports whether what switches systemd on in the first stage, if
// anything does, comes together with a definition.
func besideSystemd(h *nixos.Host, d *nixos.Def) bool {
	enable := h.Option("boot", "initrd", "systemd", "enable")
	return !enable.IsSet() || slices.ContainsFunc(enable.Defs, func(e *nixos.Def) bool {
		return unit.MeetSomewhere(h, d, e) && h.Evaluator().Equal(e.Value, eval.NewBool(true)) == eval.Yes
	})
}

// RemovedHardening reports what NixOS 26.05 dropped of its hardening.
var RemovedHardening = &lint.Rule{
	Page: lint.ReadPage(pages, "removed-hardening"),
	Check: func(p *lint.Pass) {
		if slices.ContainsFunc(p.Project.Hosts(), func(h *nixos.Host) bool { return !h.ReleaseKnown || h.Release.Before(nixos2605) }) {
			return
		}
		for _, f := range p.Project.Files() {
			if f.Asked && f.Tree != nil && strings.Contains(f.Tree.Src, "hardened") {
				checkHardened(p, f.Tree)
			}
		}
	},
}

func checkHardened(p *lint.Pass, file *nixast.File) {
	report := func(n nixast.Node, message string) {
		p.Report(lint.Finding{Message: message, File: file, Span: n.Span()})
	}
	for n := range file.Root().Descendants() {
		switch n.Kind() {
		case nixast.String, nixast.SearchPath:
			if ofNixpkgs(n) {
				report(n, "the profile hardened is empty from NixOS 26.05 on: the import hardens nothing, and nobody says so")
			}
		case nixast.Select:
			s, _ := n.AsSelect()
			for a := range s.Path().Attrs() {
				if name, ok := a.AttrName(); ok && (name == "linuxPackages_hardened" || name == "linux_hardened") && s.Expr().Text() == "pkgs" {
					report(a, fmt.Sprintf("NixOS 26.05 removed pkgs.%s, and refuses to evaluate", name))
				}
			}
		}
	}
}

// ofNixpkgs reports whether a string or search path is that of the hardened
// profile in nixpkgs.
func ofNixpkgs(n nixast.Node) bool {
	text := n.Text()
	if !strings.Contains(text, "/profiles/hardened.nix") && !strings.HasSuffix(text, `/profiles/hardened"`) && !strings.HasSuffix(text, "/profiles/hardened>") {
		return false
	}
	if strings.Contains(text, "modulesPath") || strings.Contains(text, "nixos/modules") {
		return true
	}
	b, ok := n.Parent().AsBinary()
	return ok && b.Op() == nixast.Plus && b.Left().Unparen().Text() == "modulesPath"
}

// goneUnits are units that NixOS 26.05 no longer has, and what took their place
// (nixos/modules/config/power-management.nix).
var goneUnits = map[string]string{
	"pre-sleep.service": "sleep-actions.service", "post-resume.service": "sleep-actions.service", "post-resume.target": "sleep.target, with what is to run afterwards as ExecStop",
}

// GoneUnit reports settings of, and dependencies on, units that are no more.
var GoneUnit = &lint.Rule{
	Page: lint.ReadPage(pages, "gone-unit"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			if u.Scope.Kind != nixos.System || u.Pattern || !u.Host.ReleaseKnown || u.Host.Release.Before(nixos2605) || len(u.Host.Unseen) > 0 {
				return
			}
			if now, gone := goneUnits[u.Name]; gone && (u.IsOverride() || unit.OnlyMasks(u)) {
				f := lint.Finding{Message: fmt.Sprintf("NixOS %s has no %s any more; see %s", u.Host.Release, u.Name, now), Units: u.Self()}
				f.File, f.Span = unit.Place(u.Def().Binding)
				p.Report(f)
			}
			checkGoneTarget(p, u)
		})
	},
}

func checkGoneTarget(p *lint.Pass, u *unit.Unit) {
	const target = "post-resume.target"
	if slices.ContainsFunc(u.Host.Units, func(t *nixos.Unit) bool { return t.Name == target }) {
		return
	}
	for _, name := range []string{"wantedBy", "requiredBy", "upheldBy"} {
		for _, d := range u.Option(name).Defs {
			items, _ := unit.KnownStrings(u.Host.Evaluator(), d.Value)
			if !slices.Contains(items, target) || !unit.IsSure(d) || d.Binding.IsZero() {
				continue
			}
			f := lint.Finding{
				Message: fmt.Sprintf("%s is never started by %s, which NixOS %s has no more; see %s", u.Name, target, u.Host.Release, goneUnits[target]),
				Units:   u.Self(), About: u.About(name),
			}
			f.File, f.Span = unit.ValuePlace(d)
			p.Report(f)
		}
	}
}
