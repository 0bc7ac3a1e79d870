package rules

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
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

// scriptedStage reports code for the scripted first stage where systemd runs it.
func scriptedStage() *lint.Rule {
	return &lint.Rule{
		ID: "M004", Name: "scripted-stage", Since: "0.1.0", Severity: lint.Error,
		Title: "systemd runs the first stage of the boot, which takes no scripts",
		Text: `From NixOS 26.05 on systemd runs the first stage unless ` + "`boot.initrd.systemd.enable = false`" + ` says
otherwise. Options such as ` + "`boot.initrd.postDeviceCommands` and `boot.initrd.network.postCommands`" + ` belong to the
scripted one, and a configuration that sets them does not evaluate. Write a service of
` + "`boot.initrd.systemd.services`" + `, with ` + "`before` and `after`" + ` for the time at which the script ran.`,
		WhenNot: "While the configuration is still built for an older release; say which with --nixos-release.",
		Before: `{
  boot.initrd.postDeviceCommands = "zfs rollback -r rpool/root@blank";
}
`,
		Options:    lint.Options{Release: "26.05"},
		References: []string{"nixos/modules/system/boot/systemd/initrd.nix (NixOS 26.11)", "nixos/doc/manual/release-notes/rl-2605.section.md", "bootup(7)"},
		Check: func(p *lint.Pass) {
			for _, h := range p.Project.Hosts() {
				if firstStage(h) != eval.Yes {
					continue
				}
				for _, name := range scriptedOptions {
					checkScripted(p, h, h.Option(append([]string{"boot", "initrd"}, strings.Split(name, ".")...)...))
				}
			}
		},
	}
}

// firstStage tells whether systemd runs the first stage of a host.
func firstStage(h *nixos.Host) eval.Truth {
	enable := h.Option("boot", "initrd", "systemd", "enable")
	switch {
	case enable.IsSet() || len(enable.Unseen) > 0 || len(h.Unseen) > 0:
		return enable.Bool()
	case !h.ReleaseKnown:
		return eval.Maybe
	case h.Release.Before(nixos2605):
		return eval.No
	}
	return eval.Yes
}

func checkScripted(p *lint.Pass, h *nixos.Host, o *nixos.Option) {
	for _, d := range o.Defs {
		text, known := "", false
		if s := h.Evaluator().String(d.Value); s != nil {
			text, known = s.Text()
		}
		if d.Binding.IsZero() || !isSure(d) || !besideSystemd(h, d) || known && strings.TrimSpace(text) == "" {
			continue
		}
		f := lint.Finding{
			Message:    fmt.Sprintf("%s is code for the scripted first stage; with systemd in its place the configuration does not evaluate", o),
			Directives: []string{o.String()},
			Notes:      []lint.Note{{Label: "help", Text: "make it a service of boot.initrd.systemd.services"}},
		}
		f.File, f.Span = place(d.Binding)
		p.Report(f)
	}
}

// besideSystemd reports whether what switches systemd on in the first stage, if
// anything does, comes together with a definition.
func besideSystemd(h *nixos.Host, d *nixos.Def) bool {
	enable := h.Option("boot", "initrd", "systemd", "enable")
	return !enable.IsSet() || slices.ContainsFunc(enable.Defs, func(e *nixos.Def) bool {
		return meetSomewhere(h, d, e) && h.Evaluator().Equal(e.Value, eval.NewBool(true)) == eval.Yes
	})
}

// removedHardening reports what NixOS 26.05 dropped of its hardening.
func removedHardening() *lint.Rule {
	return &lint.Rule{
		ID: "M005", Name: "removed-hardening", Since: "0.1.0", Severity: lint.Error,
		Title: "NixOS 26.05 has neither the hardened profile nor the hardened kernel",
		Text: "`profiles/hardened.nix` and `linuxPackages_hardened`" + ` were removed: the profile had no consistent aim, and the kernel
no maintainer. A configuration that names the kernel does not evaluate; one that imports the profile does, for the file
is still there, and sets nothing. What the profile did are some options of the kernel and the boot, which can be set by
themselves.`,
		WhenNot: "While the configuration is still built for an older release; say which with --nixos-release.",
		Before: `{ modulesPath, pkgs, ... }:
{
  imports = [ "${modulesPath}/profiles/hardened.nix" ];
  boot.kernelPackages = pkgs.linuxPackages_hardened;
}
`,
		Options:    lint.Options{Release: "26.05"},
		References: []string{"nixos/doc/manual/release-notes/rl-2605.section.md", "nixos/modules/profiles/hardened.nix (NixOS 26.11)"},
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

// goneUnit reports settings of, and dependencies on, units that are no more.
func goneUnit() *lint.Rule {
	return &lint.Rule{
		ID: "M006", Name: "gone-unit", Since: "0.1.0", Severity: lint.Warning,
		Title: "the target release no longer has the unit",
		Text: `NixOS 26.05 replaced ` + "`pre-sleep.service` and `post-resume.service` by `sleep-actions.service`, and removed\n`post-resume.target`" + `. What is set for them goes into a unit that nothing starts, a mask masks nothing, and what
` + "`post-resume.target`" + ` was to start never runs.`,
		WhenNot: "Where the project defines the unit itself.",
		Before: `{
  systemd.services.unmute = {
    script = "amixer set Master unmute";
    wantedBy = [ "post-resume.target" ];
  };
}
`,
		Options:    lint.Options{Release: "26.05"},
		References: []string{"nixos/modules/config/power-management.nix (NixOS 26.11)", "nixos/doc/manual/release-notes/rl-2605.section.md", "systemd.special(7), sleep.target"},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				if u.Scope.Kind != nixos.System || u.Pattern || !u.Host.ReleaseKnown || u.Host.Release.Before(nixos2605) || len(u.Host.Unseen) > 0 {
					return
				}
				if now, gone := goneUnits[u.Name]; gone && (u.IsOverride() || onlyMasks(u)) {
					f := lint.Finding{Message: fmt.Sprintf("NixOS %s has no %s any more; see %s", u.Host.Release, u.Name, now), Unit: u.Name}
					f.File, f.Span = place(u.Def().Binding)
					p.Report(f)
				}
				checkGoneTarget(p, u)
			})
		},
	}
}

func checkGoneTarget(p *lint.Pass, u *unitView) {
	const target = "post-resume.target"
	if slices.ContainsFunc(u.Host.Units, func(t *nixos.Unit) bool { return t.Name == target }) {
		return
	}
	for _, name := range []string{"wantedBy", "requiredBy", "upheldBy"} {
		for _, d := range u.Option(name).Defs {
			items, _ := knownStrings(u.Host.Evaluator(), d.Value)
			if !slices.Contains(items, target) || !isSure(d) || d.Binding.IsZero() {
				continue
			}
			f := lint.Finding{
				Message: fmt.Sprintf("%s is never started by %s, which NixOS %s has no more; see %s", u.Name, target, u.Host.Release, goneUnits[target]),
				Unit:    u.Name, Directives: []string{name},
			}
			f.File, f.Span = valuePlace(d)
			p.Report(f)
		}
	}
}
