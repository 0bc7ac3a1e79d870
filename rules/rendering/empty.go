package rendering

import (
	"fmt"
	"slices"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// emptyIsAll are the directives for which an author of an empty list most likely
// means that nothing is allowed, the values that say so, and what is allowed
// without a line.
var emptyIsAll = map[string]struct{ nothing, without string }{
	"CapabilityBoundingSet":   {"", "all capabilities"},
	"RestrictAddressFamilies": {"none", "every kind of socket"},
}

// EmptyList reports lists without elements, which render no line.
var EmptyList = &lint.Rule{
	Page: lint.ReadPage(pages, "empty-list"),
	Check: func(p *lint.Pass) {
		lint.EachDirectiveOption(p, func(u *unit.Unit, section string, o *nixos.Option) {
			if _, ok := emptyIsAll[o.Name()]; !ok || section != "Service" || len(o.Defs) != 1 || askedOf(u, p.Baselines, section, o.Name()) {
				return
			}
			if dropsAmbient(u, o) || definedHere(u) && !u.UnseenIn(section, o.Name()) && !lifts(o) {
				checkEmptyList(p, u, o)
			}
		})
	},
}

// lifts reports whether an empty list under mkForce seems to take back a restriction:
// one in sight, or one of sockets, which nobody forces to have none.
func lifts(o *nixos.Option) bool {
	return o.Defs[0].Priority < nixos.PriorityPlain && (len(o.Overridden) > 0 || o.Name() == "RestrictAddressFamilies")
}

// dropsAmbient reports whether an empty bounding set stands beside an empty set of
// ambient capabilities, both under mkForce: then no capability was meant to be left.
func dropsAmbient(u *unit.Unit, bounding *nixos.Option) bool {
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

// definedHere reports whether the unit says itself what it runs, so that it is no
// addition to one from elsewhere.
func definedHere(u *unit.Unit) bool {
	return !u.IsOverride() && (u.Directive("Service", "ExecStart").IsSet() || u.Option("script").IsSet())
}

// askedOf reports whether a baseline asks for the directive, and so judges it. What
// is asked of any service nobody judges once the unit sets it.
func askedOf(u *unit.Unit, baselines []*profile.Baseline, section, name string) bool {
	return slices.ContainsFunc(baselines, func(b *profile.Baseline) bool {
		return slices.ContainsFunc(u.Asked(b), func(r profile.Requirement) bool {
			return r.Section == section && r.Name() == name && (b.Named || !r.Generic)
		})
	})
}

func checkEmptyList(p *lint.Pass, u *unit.Unit, o *nixos.Option) {
	d := o.Defs[0]
	ev := u.Host.Evaluator()
	list, ok := ev.Force(d.Value).(*eval.List)
	if !ok || !unit.IsSure(d) || !mayBeEmpty(ev, list) {
		return
	}
	meant := emptyIsAll[o.Name()]
	f := lint.Finding{Units: u.Self(), About: u.About(o.Name())}
	f.File, f.Span = unit.ValuePlace(d)
	node, err := unit.ValueNode(d)
	risk := "whatever needs what the service has now; look for EPERM and EAFNOSUPPORT in its log"
	if o.Name() == "CapabilityBoundingSet" && u.RunsAs().Ordinary() && !u.ActsAsRoot() && !u.MayBeGiven("AmbientCapabilities") {
		risk = ""
	}
	if len(list.Items) == 0 {
		f.Message = fmt.Sprintf("`%s = [ ]` renders no line, so %s keeps %s; write %s", o.Name(), u.Name, meant.without, profile.Written(meant.nothing)+" for none")
		if err == nil {
			f.Fixes = fix.Replace(u, node, meant.nothing, "write "+profile.Written(meant.nothing), lint.Unless(risk), risk)
		}
	} else {
		f.Severity = lint.Warning
		f.Message = fmt.Sprintf("`%s` of %s renders no line unless %s, and the service then keeps %s", o.Name(), u.Name, list.Items[0].When, meant.without)
		if err == nil && meant.nothing == "" && fix.Automatic(u) {
			if edits, err := emit.New(node.File()).Wrap(node, `[ "" ] ++ `, ""); err == nil {
				f.Fixes = []lint.Fix{{Title: `begin with ""`, Applicability: lint.Unsafe, Breaks: conditionalBreaks, Edits: lint.In(node.File(), edits)}}
			}
		}
	}
	p.Report(f)
}

const conditionalBreaks = "whatever takes a capability while the condition does not hold"

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

// NothingDenied reports RestrictAddressFamilies="", which is a reset.
var NothingDenied = &lint.Rule{
	Page: lint.ReadPage(pages, "nothing-denied"),
	Check: func(p *lint.Pass) {
		eachOnlyReset(p, "RestrictAddressFamilies", p.Baselines, func(u *unit.Unit, l nixos.Line) {
			lint.ReportLine(p, u, l, fmt.Sprintf("`RestrictAddressFamilies=` of %s restricts nothing; no socket at all is \"none\"", u.Name),
				fix.Replace(u, soleNode(u, l), "none", `write "none"`, lint.Unsafe, "every socket: those for the log, for notification, and for names too"))
		})
	},
}

// eachOnlyReset calls do for the units of which a directive of [Service] is
// nothing but a reset.
func eachOnlyReset(p *lint.Pass, name string, baselines []*profile.Baseline, do func(*unit.Unit, nixos.Line)) {
	lint.EachUnit(p, func(u *unit.Unit) {
		unit.EachDirective(u, func(d *directive.Directive, k *unit.DirectiveLines) {
			if d.Name != name || k.Section != "Service" || !k.Known() || u.UnseenIn(k.Section, k.Key) || askedOf(u, baselines, k.Section, k.Key) {
				return
			}
			if slices.ContainsFunc(k.Lines, func(l nixos.Line) bool { return l.Text != "" || l.Def == nil || l.Def.Binding.IsZero() }) {
				return
			}
			do(u, k.Lines[0])
		})
	})
}

// soleNode is the whole value of a definition with one line.
func soleNode(u *unit.Unit, l nixos.Line) nixast.Node {
	if len(u.Directive(l.Section, l.Key).Defs) > 1 || !unit.IsSure(l.Def) {
		return nixast.Node{}
	}
	n, err := unit.ValueNode(l.Def)
	if err != nil {
		return nixast.Node{}
	}
	return n
}

// EmptyDeviceList reports DeviceAllow="" without a device policy.
var EmptyDeviceList = &lint.Rule{
	Page: lint.ReadPage(pages, "empty-device-list"),
	Check: func(p *lint.Pass) {
		eachOnlyReset(p, "DeviceAllow", p.Baselines, func(u *unit.Unit, l nixos.Line) {
			file, span := unit.LinePlace(u, l)
			reportDevices(p, u, file, span, fmt.Sprintf("`DeviceAllow=` of %s empties an empty list: all devices stay open without DevicePolicy or PrivateDevices", u.Name))
		})
		lint.EachDirectiveOption(p, func(u *unit.Unit, section string, o *nixos.Option) {
			if o.Name() != "DeviceAllow" || section != "Service" || len(o.Defs) != 1 || !definedHere(u) || u.UnseenIn(section, o.Name()) ||
				askedOf(u, p.Baselines, section, o.Name()) || !unit.IsSure(o.Defs[0]) {
				return
			}
			if list, ok := u.Host.Evaluator().Force(o.Defs[0].Value).(*eval.List); ok && len(list.Items) == 0 {
				file, span := unit.ValuePlace(o.Defs[0])
				reportDevices(p, u, file, span, fmt.Sprintf("`DeviceAllow = [ ]` renders no line, so all devices stay open to %s without DevicePolicy or PrivateDevices", u.Name))
			}
		})
	},
}

// reportDevices reports an empty list of devices, if nothing else closes them.
func reportDevices(p *lint.Pass, u *unit.Unit, file *nixast.File, span nixast.Span, message string) {
	private, set, known := u.Effective("Service", "PrivateDevices")
	if on, _ := value.ParseBool(private); set && (!known || on) || len(u.Full.Values("Service", "DevicePolicy")) > 0 {
		return
	}
	f := lint.Finding{Message: message, File: file, Span: span, Units: u.Self(), About: u.About("DeviceAllow", "DevicePolicy")}
	site := u.Site("Service")
	if edits, err := fix.Add(site, emit.Where{Families: [][]string{{"DeviceAllow", "DevicePolicy"}}}, []emit.Attr{emit.A("DevicePolicy", "closed")}); err == nil &&
		fix.Automatic(u) && !site.Shared {
		f.Fixes = []lint.Fix{{Title: `add DevicePolicy = "closed"`, Applicability: lint.Unsafe,
			Breaks: "real devices; /dev/null, /dev/random and the like stay", Edits: edits}}
	}
	p.Report(f)
}
