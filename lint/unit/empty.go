package unit

import (
	"slices"

	"wardnix/lint/nixos"
	"wardnix/nixast/eval"
)

// definedHere reports whether the unit itself says what it runs, so that it is not
// an addition to a unit from elsewhere.
func (u *Unit) definedHere() bool {
	return !u.IsOverride() && (u.Directive("Service", "ExecStart").IsSet() || u.Option("script").IsSet())
}

// EmptyList is the one definition of a directive of [Service] whose list has no
// element, or none under a condition that can hold, so that NixOS writes no line
// and systemd's default applies. A list that may be meant to lift a restriction is
// not among them: one in a unit from elsewhere, or under mkForce.
func (u *Unit) EmptyList(key string) (*nixos.Def, *eval.List, bool) {
	o := u.Directive("Service", key)
	if !o.IsSet() || o.IsPattern() || len(o.Defs) != 1 || !o.Defs[0].IsSure() {
		return nil, nil, false
	}
	ev := u.Host.Evaluator()
	list, ok := ev.Force(o.Defs[0].Value).(*eval.List)
	if !ok || !mayBeEmpty(ev, list) {
		return nil, nil, false
	}
	closes := u.definedHere() && !u.UnseenIn("Service", key) && !lifts(o)
	return o.Defs[0], list, closes || u.dropsAmbient(o)
}

// lifts reports whether an empty list under mkForce seems to take back a restriction:
// one in sight, or one of sockets, which nobody forces to have none.
func lifts(o *nixos.Option) bool {
	return o.Defs[0].Priority < nixos.PriorityPlain && (len(o.Overridden) > 0 || o.Name() == "RestrictAddressFamilies")
}

// dropsAmbient reports whether both an empty bounding set and an empty set of
// ambient capabilities are forced: then no capability was meant to be left.
func (u *Unit) dropsAmbient(bounding *nixos.Option) bool {
	if bounding.Name() != "CapabilityBoundingSet" {
		return false
	}
	for _, o := range []*nixos.Option{bounding, u.Directive("Service", "AmbientCapabilities")} {
		if len(o.Defs) != 1 || o.Defs[0].Priority >= nixos.PriorityPlain {
			return false
		}
		if list, ok := u.Host.Evaluator().Force(o.Defs[0].Value).(*eval.List); !ok || len(list.Items) > 0 {
			return false
		}
	}
	return true
}

// mayBeEmpty reports whether a list is certainly empty under some condition that
// can hold.
func mayBeEmpty(ev *eval.Evaluator, list *eval.List) bool {
	var none *eval.Cond
	for _, item := range list.Items {
		if item.When == nil || item.Many || item.When.Op == eval.Not {
			return false // what is there unless something holds is lifted on purpose where that holds
		}
		var truth eval.Truth
		if none, truth = ev.And(none, ev.Not(item.When)); truth == eval.No {
			return false
		}
	}
	return true
}

// OnlyReset is the first line of a directive of [Service] that has empty lines
// alone, which reset a list that is empty already.
func (u *Unit) OnlyReset(key string) (nixos.Line, bool) {
	all, ok := u.Settings("Service", key)
	if !ok || u.UnseenIn("Service", key) || slices.ContainsFunc(all, func(s Setting) bool {
		return !s.Line.Certain() || s.Text != "" || s.Def.Binding.IsZero()
	}) {
		return nixos.Line{}, false
	}
	return all[0].Line, true
}

// DevicesOpen reports whether an empty DeviceAllow leaves all devices open, since
// nothing in sight switches their access control on.
func (u *Unit) DevicesOpen() bool {
	private, set, known := u.Effective("Service", "PrivateDevices")
	return !(set && (!known || isTrue(private))) && len(u.Full().Values("Service", "DevicePolicy")) == 0
}

// isOpenDespite reports whether a setting reads as if it allowed nothing, and does
// not restrict anything: the matter of the rules empty-list, nothing-denied and
// empty-device-list.
func (u *Unit) isOpenDespite(key string) bool {
	if key == "DeviceAllow" && !u.DevicesOpen() {
		return false
	}
	_, list, empty := u.EmptyList(key)
	_, reset := u.OnlyReset(key)
	switch key {
	case "CapabilityBoundingSet":
		return empty
	case "RestrictAddressFamilies":
		return empty || reset
	case "DeviceAllow":
		return empty && len(list.Items) == 0 || reset
	}
	return false
}
