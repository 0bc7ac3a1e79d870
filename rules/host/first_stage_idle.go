package host

import (
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/nixast/eval"
)

// FirstStageIdle reports settings of systemd in stage 1 where a script runs stage 1.
var FirstStageIdle = &lint.Rule{Page: lint.ReadPage(pages, "first-stage-idle"), Host: checkIdle}

func checkIdle(p *lint.Pass, h *nixos.Host) {
	if h.SystemdInitrd() != eval.No {
		return
	}
	reportIdle(p, h, h.Option("boot", "initrd", "systemd", "emergencyAccess"))
	if !preparesSuppressed(h) {
		reportIdle(p, h, h.Option("boot", "initrd", "systemd", "suppressedUnits"))
	}
	if h.Name == "" {
		return // of modules, which may be used with hosts of either kind
	}
	for _, o := range h.Option("boot", "initrd", "systemd", "services").Attrs() {
		reportIdle(p, h, o)
	}
}

// preparesSuppressed reports whether the host sets suppressedUnits along with the
// emergency mode of stage 2, for the release in which systemd runs stage 1: that is
// hardening in advance.
func preparesSuppressed(h *nixos.Host) bool {
	return h.Option("systemd", "enableEmergencyMode").IsSet() && !h.Option("boot", "initrd", "systemd", "enable").IsSet()
}

func reportIdle(p *lint.Pass, h *nixos.Host, o *nixos.Option) {
	if !o.IsSet() || o.Defs[0].Binding.IsZero() || !o.Defs[0].IsSure() || h.Evaluator().Equal(o.Defs[0].Value, eval.NewBool(false)) == eval.Yes {
		return
	}
	d := p.AtOption(h, o.Defs[0], o.Path).Place(o.Defs[0].Binding.Place())
	if h.Option("boot", "initrd", "systemd", "enable").IsSet() {
		d.Note("boot.initrd.systemd.enable is off here")
	} else {
		d.Note("boot.initrd.systemd.enable is off by default up to NixOS 25.11")
	}
	d.Reportf("%s: has no effect without boot.initrd.systemd.enable", o)
}
