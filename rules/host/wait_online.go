package host

import (
	"wardnix/lint/nixos"
	"wardnix/nixast/eval"
)

// waitOnline is the option that goes with the mask of its service.
const (
	waitOnline     = "systemd.network.wait-online.enable"
	waitOnlineMask = "systemd.services.systemd-networkd-wait-online.enable"
)

// waitOnlineSet is since when NixOS itself sets enable of the unit, if
// systemd-networkd is in use.
var waitOnlineSet = nixos.Release{Year: 23, Month: 11}

// waitOnlineClash is the definition that masks the unit where NixOS sets that it
// is not masked; nil if there is none.
func waitOnlineClash(h *nixos.Host) *nixos.Def {
	networkd := h.Option("systemd", "network", "enable").Bool() == eval.Yes || h.Option("networking", "useNetworkd").Bool() == eval.Yes
	wait := h.Option("systemd", "network", "wait-online")
	if !networkd || wait.Attr("enable").IsSet() || len(wait.Unseen) > 0 || len(h.Unseen) > 0 || !h.ReleaseKnown || h.Release.Before(waitOnlineSet) {
		return nil
	}
	o := h.Option("systemd", "services", "systemd-networkd-wait-online", "enable")
	for _, d := range o.Defs {
		if d.IsSure() && d.Priority == nixos.PriorityPlain && h.Evaluator().Equal(d.Value, eval.NewBool(false)) == eval.Yes {
			return d
		}
	}
	return nil
}
