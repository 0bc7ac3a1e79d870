package host

import (
	"fmt"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// FirstStageIdle reports settings of the first stage's systemd where a script runs
// the first stage.
var FirstStageIdle = &lint.Rule{
	Page: lint.ReadPage(pages, "first-stage-idle"),
	Check: func(p *lint.Pass) {
		for _, h := range p.Project.Hosts() {
			if unit.FirstStage(h) != eval.No {
				continue
			}
			reportIdle(p, h, h.Option("boot", "initrd", "systemd", "emergencyAccess"))
			if !asksSuppressed(h) {
				reportIdle(p, h, h.Option("boot", "initrd", "systemd", "suppressedUnits"))
			}
			if h.Name == "" {
				continue // of modules, which may be used with hosts of either kind
			}
			for _, o := range h.Option("boot", "initrd", "systemd", "services").Attrs() {
				reportIdle(p, h, o)
			}
		}
	},
}

// asksSuppressed reports whether the host follows the part of the server baseline
// that asks for suppressedUnits whatever runs the first stage: what a baseline asks
// for is not reported as idle.
func asksSuppressed(h *nixos.Host) bool {
	return h.Option("systemd", "enableEmergencyMode").IsSet() && !h.Option("boot", "initrd", "systemd", "enable").IsSet()
}

func reportIdle(p *lint.Pass, h *nixos.Host, o *nixos.Option) {
	if !o.IsSet() || o.Defs[0].Binding.IsZero() || !unit.IsSure(o.Defs[0]) || h.Evaluator().Equal(o.Defs[0].Value, eval.NewBool(false)) == eval.Yes {
		return
	}
	why := "which is off by default up to NixOS 25.11"
	if h.Option("boot", "initrd", "systemd", "enable").IsSet() {
		why = "which is off here"
	}
	f := lint.Finding{
		Message: fmt.Sprintf("%s does nothing without boot.initrd.systemd.enable, %s", o, why),
		About:   unit.Options(h, o.Path),
	}
	f.File, f.Span = unit.Place(o.Defs[0].Binding)
	p.Report(f)
}

// waitOnlineSet is since when NixOS itself sets enable of the unit, if
// systemd-networkd is in use.
var waitOnlineSet = nixos.Release{Year: 23, Month: 11}

// WaitOnlineConflict reports a mask that contradicts what NixOS says.
var WaitOnlineConflict = &lint.Rule{
	Page: lint.ReadPage(pages, "wait-online-conflict"),
	Check: func(p *lint.Pass) {
		for _, h := range p.Project.Hosts() {
			d := waitOnlineClash(h)
			if d == nil {
				continue
			}
			f := lint.Finding{
				Message: "NixOS sets systemd.services.systemd-networkd-wait-online.enable to true, and false beside it does not evaluate; set " + waitOnline,
				About:   unit.Options(h, strings.Split(waitOnline, ".")),
			}
			f.File, f.Span = unit.Place(d.Binding)
			if edits := fix.AddAbove(d.Binding, strings.Split(waitOnline, "."), false); edits != nil {
				f.Fixes = []lint.Fix{{Title: "set " + waitOnline + " = false", Applicability: lint.Safe, Edits: edits}}
			}
			p.Report(f)
		}
	},
}

// waitOnlineClash is the definition that masks the unit where NixOS says that it
// is not masked; nil if there is none.
func waitOnlineClash(h *nixos.Host) *nixos.Def {
	networkd := h.Option("systemd", "network", "enable").Bool() == eval.Yes || h.Option("networking", "useNetworkd").Bool() == eval.Yes
	wait := h.Option("systemd", "network", "wait-online")
	if !networkd || wait.Attr("enable").IsSet() || len(wait.Unseen) > 0 || len(h.Unseen) > 0 || !h.ReleaseKnown || h.Release.Before(waitOnlineSet) {
		return nil
	}
	o := h.Option("systemd", "services", "systemd-networkd-wait-online", "enable")
	for _, d := range o.Defs {
		if unit.IsSure(d) && d.Priority == nixos.PriorityPlain && h.Evaluator().Equal(d.Value, eval.NewBool(false)) == eval.Yes {
			return d
		}
	}
	return nil
}
