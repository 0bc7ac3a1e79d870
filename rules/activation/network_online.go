package activation

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// NetworkOnline reports units that wait for the network without having it waited for, or
// the other way round.
var NetworkOnline = &lint.Rule{Page: lint.ReadPage(pages, "network-online"), Unit: checkNetworkOnline}

func checkNetworkOnline(p *lint.Pass, u *unit.Unit) {
	if !u.OfSystem() || !standsAlone(u) || !u.Complete() {
		return
	}
	ordered, pulled := u.DependsOn(networkOnline, "After"), u.DependsOn(networkOnline, "Wants", "Requires", "BindsTo", "Upholds", "Requisite")
	if ordered == pulled || slices.Contains(u.Wanted(), "wants") {
		return // a baseline that requires both has its own finding
	}
	switch {
	case ordered == eval.Yes && pulled == eval.No && reachedAnyway(u):
	case ordered == eval.Yes && pulled == eval.No:
		d := p.AtUnit(u, "wants")
		if at, ok := element(u, "After", networkOnline); ok {
			d.Place(u.Place(at))
		}
		d.Concerns(u.About("After")...).
			Note("the target is reached only if a unit wants it").
			Fix(list(u, "Unit", "Wants", networkOnline, "")...).
			Reportf("ordered after %s without wanting it", networkOnline)
	case pulled == eval.Yes && ordered == eval.No && u.DependsOn(networkOnline, "Before") == eval.No:
		d := p.AtUnit(u, "after").As(lint.Info)
		if at, ok := element(u, "Wants", networkOnline); ok {
			d.Place(u.Place(at))
		}
		d.Note("systemd starts both at the same time").
			Fix(list(u, "Unit", "After", networkOnline, "")...).
			Reportf("wants %s without being ordered after it", networkOnline)
	}
}

// reachedAnyway reports whether the target is reached without the unit: NixOS had
// multi-user.target want it before 24.05 (nixos/modules/system/boot/systemd.nix), and a
// project may define the target itself.
func reachedAnyway(u *unit.Unit) bool {
	return u.Host.ReleaseKnown && u.Host.Release.Before(nixos.Release{Year: 24, Month: 5}) || len(u.Peers(networkOnline)) > 0
}

// element is where a directive names a unit.
func element(u *unit.Unit, directive, name string) (unit.Setting, bool) {
	for _, d := range u.Dependencies("Unit", directive) {
		if d.Unit == name && d.Def != nil {
			return d.Setting, true
		}
	}
	return unit.Setting{}, false
}
