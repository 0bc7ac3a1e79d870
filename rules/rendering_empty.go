package rules

import (
	"fmt"
	"slices"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// emptyIsAll are the directives for which an author of an empty list most likely
// means that nothing is allowed, the values that say so, and what is allowed
// without a line.
var emptyIsAll = map[string]struct{ nothing, without string }{
	"CapabilityBoundingSet":   {"", "all capabilities"},
	"RestrictAddressFamilies": {"none", "every kind of socket"},
}

// emptyList reports lists without elements, which render no line.
func emptyList(baselines []*Baseline) *lint.Rule {
	return &lint.Rule{
		ID: "N001", Name: "empty-list", Since: "0.1.0", Severity: lint.Error,
		Title: "an empty list renders no line, so that nothing is restricted",
		Text: `NixOS renders a list as a line for each element, and an empty list as nothing at all. Without a
line systemd's default holds: ` + "`CapabilityBoundingSet = [ ]`" + ` keeps all capabilities, and
` + "`RestrictAddressFamilies = [ ]`" + ` allows every kind of socket. To drop all capabilities write ` + "`\"\"`" + `, which
renders an empty assignment; to allow no socket write ` + "`\"none\"`" + `.

The same holds for a list that is empty under a condition, such as ` + "`lib.optional c \"CAP_CHOWN\"`" + `: an
element ` + "`\"\"`" + ` in front makes it what it seems to be.

A list under mkForce that takes the place of another, or in a unit from elsewhere, may be meant to lift a
restriction, and is not reported, unless ` + "`AmbientCapabilities`" + ` is emptied in the same way.`,
		WhenNot: "Where the list is empty so that other modules can add to it.",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    User = "web";
    CapabilityBoundingSet = [ ];
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    User = "web";
    CapabilityBoundingSet = "";
  };
}
`,
		References: []string{"nixos/lib/systemd-lib.nix, attrsToSection (NixOS 26.11)", "systemd.exec(5), CapabilityBoundingSet="},
		Check: func(p *lint.Pass) {
			eachDirectiveOption(p, func(u *unitView, section string, o *nixos.Option) {
				if _, ok := emptyIsAll[o.Name()]; !ok || section != "Service" || len(o.Defs) != 1 || askedOf(u, baselines, section, o.Name()) {
					return
				}
				if dropsAmbient(u, o) || definedHere(u) && !u.unseenIn(section, o.Name()) && !lifts(o) {
					checkEmptyList(p, u, o)
				}
			})
		},
	}
}

// lifts reports whether an empty list under mkForce seems to take back a restriction:
// one in sight, or one of sockets, which nobody forces to have none.
func lifts(o *nixos.Option) bool {
	return o.Defs[0].Priority < nixos.PriorityPlain && (len(o.Overridden) > 0 || o.Name() == "RestrictAddressFamilies")
}

// dropsAmbient reports whether an empty bounding set stands beside an empty set of
// ambient capabilities, both under mkForce: then no capability was meant to be left.
func dropsAmbient(u *unitView, bounding *nixos.Option) bool {
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
func definedHere(u *unitView) bool {
	return !u.IsOverride() && (u.Directive("Service", "ExecStart").IsSet() || u.Option("script").IsSet())
}

// askedOf reports whether a baseline asks for the directive, and so judges it. What
// is asked of any service nobody judges once the unit sets it.
func askedOf(u *unitView, baselines []*Baseline, section, name string) bool {
	return slices.ContainsFunc(baselines, func(b *Baseline) bool {
		return slices.ContainsFunc(u.asked(b), func(r row) bool {
			return r.section == section && r.name() == name && (b.Named || !r.generic)
		})
	})
}

func checkEmptyList(p *lint.Pass, u *unitView, o *nixos.Option) {
	d := o.Defs[0]
	ev := u.Host.Evaluator()
	list, ok := ev.Force(d.Value).(*eval.List)
	if !ok || !isSure(d) || !mayBeEmpty(ev, list) {
		return
	}
	meant := emptyIsAll[o.Name()]
	f := lint.Finding{Unit: u.Name, Directives: []string{o.Name()}}
	f.File, f.Span = valuePlace(d)
	node, err := valueNode(d)
	risk := mayBreak("whatever needs what the service has now; look for EPERM and EAFNOSUPPORT in its log")
	if o.Name() == "CapabilityBoundingSet" && !isRoot(u.whole) && !u.actsAsRoot() && !u.mayBeGiven("AmbientCapabilities") {
		risk = harmless
	}
	if len(list.Items) == 0 {
		f.Message = fmt.Sprintf("`%s = [ ]` renders no line, so %s keeps %s; write %s", o.Name(), u.Name, meant.without, written(meant.nothing)+" for none")
		if err == nil {
			f.Fixes = replaceFix(u, node, meant.nothing, "write "+written(meant.nothing), risk.applicability, risk.breaks)
		}
	} else {
		f.Severity = lint.Warning
		f.Message = fmt.Sprintf("`%s` of %s renders no line unless %s, and the service then keeps %s", o.Name(), u.Name, list.Items[0].When, meant.without)
		if err == nil && meant.nothing == "" && automatic(u) {
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

// nothingDenied reports RestrictAddressFamilies="", which is a reset.
func nothingDenied(baselines []*Baseline) *lint.Rule {
	return &lint.Rule{
		ID: "N017", Name: "nothing-denied", Since: "0.1.0", Severity: lint.Error,
		Title: "an empty RestrictAddressFamilies lifts the restriction",
		Text: "`CapabilityBoundingSet = \"\"`" + ` leaves no capability; ` + "`RestrictAddressFamilies = \"\"`" + ` is the opposite: the
empty assignment takes back what was said before, and every kind of socket is allowed. No socket at all
is ` + "`\"none\"`" + `.`,
		WhenNot: "",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    RestrictAddressFamilies = "";
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    RestrictAddressFamilies = "none";
  };
}
`,
		References: []string{"systemd.exec(5), RestrictAddressFamilies="},
		Check: func(p *lint.Pass) {
			eachOnlyReset(p, "RestrictAddressFamilies", baselines, func(u *unitView, l nixos.Line) {
				reportLine(p, u, l, fmt.Sprintf("`RestrictAddressFamilies=` of %s restricts nothing; no socket at all is \"none\"", u.Name),
					replaceFix(u, soleNode(u, l), "none", `write "none"`, lint.Unsafe, "every socket: those for the log, for notification, and for names too"))
			})
		},
	}
}

// eachOnlyReset calls do for the units of which a directive of [Service] is
// nothing but a reset.
func eachOnlyReset(p *lint.Pass, name string, baselines []*Baseline, do func(*unitView, nixos.Line)) {
	eachUnit(p, func(u *unitView) {
		eachDirective(u, func(d *directive.Directive, k *keyLines) {
			if d.Name != name || k.section != "Service" || !k.known() || u.unseenIn(k.section, k.key) || askedOf(u, baselines, k.section, k.key) {
				return
			}
			if slices.ContainsFunc(k.lines, func(l nixos.Line) bool { return l.Text != "" || l.Def == nil || l.Def.Binding.IsZero() }) {
				return
			}
			do(u, k.lines[0])
		})
	})
}

// soleNode is the whole value of a definition with one line.
func soleNode(u *unitView, l nixos.Line) nixast.Node {
	if len(u.Directive(l.Section, l.Key).Defs) > 1 || !isSure(l.Def) {
		return nixast.Node{}
	}
	n, err := valueNode(l.Def)
	if err != nil {
		return nixast.Node{}
	}
	return n
}

// emptyDeviceList reports DeviceAllow="" without a device policy.
func emptyDeviceList(baselines []*Baseline) *lint.Rule {
	return &lint.Rule{
		ID: "N018", Name: "empty-device-list", Since: "0.1.0", Severity: lint.Error,
		Title: "an empty DeviceAllow leaves all devices open",
		Text: "`DeviceAllow = \"\"`" + ` empties a list that is empty already. As long as nothing switches the access
control of devices on, ` + "`DevicePolicy=closed`, `PrivateDevices=yes`" + ` or a device in the list, the service may use
all of them. ` + "`DeviceAllow = [ ]`" + ` does not even render a line.`,
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    DeviceAllow = "";
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    DeviceAllow = "";
    DevicePolicy = "closed";
  };
}
`,
		References: []string{"systemd.resource-control(5), DeviceAllow= and DevicePolicy="},
		Check: func(p *lint.Pass) {
			eachOnlyReset(p, "DeviceAllow", baselines, func(u *unitView, l nixos.Line) {
				file, span := linePlace(u, l)
				reportDevices(p, u, file, span, fmt.Sprintf("`DeviceAllow=` of %s empties an empty list: all devices stay open without DevicePolicy or PrivateDevices", u.Name))
			})
			eachDirectiveOption(p, func(u *unitView, section string, o *nixos.Option) {
				if o.Name() != "DeviceAllow" || section != "Service" || len(o.Defs) != 1 || !definedHere(u) || u.unseenIn(section, o.Name()) ||
					askedOf(u, baselines, section, o.Name()) || !isSure(o.Defs[0]) {
					return
				}
				if list, ok := u.Host.Evaluator().Force(o.Defs[0].Value).(*eval.List); ok && len(list.Items) == 0 {
					file, span := valuePlace(o.Defs[0])
					reportDevices(p, u, file, span, fmt.Sprintf("`DeviceAllow = [ ]` renders no line, so all devices stay open to %s without DevicePolicy or PrivateDevices", u.Name))
				}
			})
		},
	}
}

// reportDevices reports an empty list of devices, if nothing else closes them.
func reportDevices(p *lint.Pass, u *unitView, file *nixast.File, span nixast.Span, message string) {
	private, set, known := lastValue(u.whole, "Service", "PrivateDevices")
	if on, _ := value.ParseBool(private); set && (!known || on) || len(u.whole.Values("Service", "DevicePolicy")) > 0 {
		return
	}
	f := lint.Finding{Message: message, File: file, Span: span, Unit: u.Name, Directives: []string{"DeviceAllow", "DevicePolicy"}}
	site := u.Site("Service")
	if edits, err := addAttrs(site, emit.Where{Families: [][]string{{"DeviceAllow", "DevicePolicy"}}}, []emit.Attr{emit.A("DevicePolicy", "closed")}); err == nil &&
		automatic(u) && !site.Shared {
		f.Fixes = []lint.Fix{{Title: `add DevicePolicy = "closed"`, Applicability: lint.Unsafe,
			Breaks: "real devices; /dev/null, /dev/random and the like stay", Edits: edits}}
	}
	p.Report(f)
}
