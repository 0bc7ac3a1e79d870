package rules

import (
	"fmt"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/nixast/eval"
)

// firstStageIdle reports settings of the first stage's systemd where a script runs
// the first stage.
func firstStageIdle() *lint.Rule {
	return &lint.Rule{
		ID: "H006", Name: "first-stage-idle", Since: "0.1.0", Severity: lint.Warning,
		Title: "systemd does not run the first stage, so that its settings do nothing",
		Text: `Up to NixOS 25.11 a script runs the first stage of the boot unless ` + "`boot.initrd.systemd.enable`" + ` is set.
Until then ` + "`suppressedUnits`, `emergencyAccess`" + ` and the services below ` + "`boot.initrd.systemd`" + ` do nothing: an emergency
shell is still offered, and a service that rolls the root file system back never runs. Nothing is said of suppressedUnits
beside ` + "`systemd.enableEmergencyMode`" + `, with which the server baseline asks for it.`,
		WhenNot: "In a module that is used with hosts of either kind.",
		Before: `{
  boot.initrd.systemd.suppressedUnits = [ "emergency.service" "emergency.target" ];
}
`,
		Options:    lint.Options{Release: "25.11"},
		References: []string{"nixos/modules/system/boot/systemd/initrd.nix (NixOS 25.11)", "nixos/doc/manual/release-notes/rl-2605.section.md"},
		Check: func(p *lint.Pass) {
			for _, h := range p.Project.Hosts() {
				if firstStage(h) != eval.No {
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
}

// asksSuppressed reports whether the host follows the part of the server baseline
// that asks for suppressedUnits whatever runs the first stage: what a baseline asks
// for is not reported as idle.
func asksSuppressed(h *nixos.Host) bool {
	return h.Option("systemd", "enableEmergencyMode").IsSet() && !h.Option("boot", "initrd", "systemd", "enable").IsSet()
}

func reportIdle(p *lint.Pass, h *nixos.Host, o *nixos.Option) {
	if !o.IsSet() || o.Defs[0].Binding.IsZero() || !isSure(o.Defs[0]) || h.Evaluator().Equal(o.Defs[0].Value, eval.NewBool(false)) == eval.Yes {
		return
	}
	why := "which is off by default up to NixOS 25.11"
	if h.Option("boot", "initrd", "systemd", "enable").IsSet() {
		why = "which is off here"
	}
	f := lint.Finding{
		Message:    fmt.Sprintf("%s does nothing without boot.initrd.systemd.enable, %s", o, why),
		Directives: []string{o.String()},
	}
	f.File, f.Span = place(o.Defs[0].Binding)
	p.Report(f)
}

// waitOnlineSet is since when NixOS itself sets enable of the unit, if
// systemd-networkd is in use.
var waitOnlineSet = nixos.Release{Year: 23, Month: 11}

// waitOnlineConflict reports a mask that contradicts what NixOS says.
func waitOnlineConflict() *lint.Rule {
	return &lint.Rule{
		ID: "H007", Name: "wait-online-conflict", Since: "0.1.0", Severity: lint.Error,
		Title: "NixOS sets enable of systemd-networkd-wait-online itself",
		Text: `With systemd-networkd NixOS sets ` + "`systemd.services.systemd-networkd-wait-online.enable`" + ` from the option
` + "`systemd.network.wait-online.enable`" + `, which is true by default. Setting the former to false is a second value, and the
configuration does not evaluate: "has conflicting definition values". Set the latter, too.`,
		WhenNot: "Where a module from elsewhere sets systemd.network.wait-online.enable.",
		Before: `{
  systemd.network.enable = true;
  systemd.services.systemd-networkd-wait-online.enable = false;
}
`,
		After: `{
  systemd.network.enable = true;
  systemd.services.systemd-networkd-wait-online.enable = false;
  systemd.network.wait-online.enable = false;
}
`,
		Options:    lint.Options{Release: "26.05"},
		References: []string{"nixos/modules/system/boot/networkd.nix (NixOS 26.11)"},
		Check: func(p *lint.Pass) {
			for _, h := range p.Project.Hosts() {
				d := waitOnlineClash(h)
				if d == nil {
					continue
				}
				f := lint.Finding{
					Message:    "NixOS sets systemd.services.systemd-networkd-wait-online.enable to true, and false beside it does not evaluate; set " + waitOnline,
					Directives: []string{waitOnline},
				}
				f.File, f.Span = place(d.Binding)
				if edits := addAbove(d.Binding, strings.Split(waitOnline, "."), false); edits != nil {
					f.Fixes = []lint.Fix{{Title: "set " + waitOnline + " = false", Applicability: lint.Safe, Edits: edits}}
				}
				p.Report(f)
			}
		},
	}
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
		if isSure(d) && d.Priority == nixos.PriorityPlain && h.Evaluator().Equal(d.Value, eval.NewBool(false)) == eval.Yes {
			return d
		}
	}
	return nil
}
