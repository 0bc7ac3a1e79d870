package migration

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/nixast/eval"
)

// scriptedOptions are the options below boot.initrd that hold code of the
// scripted stage 1 (nixos/modules/system/boot/systemd/initrd.nix, NixOS 26.11,
// assertions).
var scriptedOptions = []string{
	"preFailCommands", "preDeviceCommands", "preLVMCommands", "postDeviceCommands", "postResumeCommands", "postMountCommands",
	"network.postCommands", "extraUtilsCommands", "extraUtilsCommandsTest", "extraUdevRulesCommands",
}

// ScriptedStage reports code for the scripted stage 1 where systemd runs stage 1.
var ScriptedStage = &lint.Rule{Page: lint.ReadPage(pages, "scripted-stage"), Host: checkScripted}

func checkScripted(p *lint.Pass, h *nixos.Host) {
	if h.SystemdInitrd() != eval.Yes {
		return
	}
	for _, name := range scriptedOptions {
		o := h.Option(append([]string{"boot", "initrd"}, strings.Split(name, ".")...)...)
		for _, d := range o.Defs {
			if d.Binding.IsZero() || !d.IsSure() || !besideSystemd(h, d) || isBlank(h, d) {
				continue
			}
			p.AtOption(h, d, o.Path).Place(d.Binding.Place()).
				Note("it is code for the scripted stage 1").
				Help("write a service in boot.initrd.systemd.services").
				Reportf("%s: systemd runs stage 1, so evaluation fails", o)
		}
	}
}

// isBlank reports whether a definition is certainly no code at all.
func isBlank(h *nixos.Host, d *nixos.Def) bool {
	s := h.Evaluator().String(d.Value)
	if s == nil {
		return false
	}
	text, known := s.Text()
	return known && strings.TrimSpace(text) == ""
}

// besideSystemd reports whether what has systemd run stage 1, if
// anything does, comes together with a definition.
func besideSystemd(h *nixos.Host, d *nixos.Def) bool {
	enable := h.Option("boot", "initrd", "systemd", "enable")
	return !enable.IsSet() || slices.ContainsFunc(enable.Defs, func(e *nixos.Def) bool {
		return h.Together(d, e) && h.Evaluator().Equal(e.Value, eval.NewBool(true)) == eval.Yes
	})
}
