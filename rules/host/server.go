package host

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// A paragraph is a set of requirements of hosts that apply together: once a project
// sets some of them.
type paragraph struct {
	name string
	has  func(path []string) bool
	// least is how many of them a project sets before all apply, if not one: a single
	// service is often disabled for an unrelated reason.
	least int
}

var paragraphs = []paragraph{
	{name: "emergency mode", has: func(p []string) bool {
		return p[len(p)-1] == "enableEmergencyMode" || p[len(p)-1] == "suppressedUnits"
	}},
	{name: "disabled services", has: func(p []string) bool { return p[len(p)-1] == "enable" }, least: 2},
	{name: "watchdog", has: func(p []string) bool { _, ok := profile.ManagerKey(p); return ok }},
	{name: "host", has: func([]string) bool { return true }},
}

func paragraphOf(path []string) string {
	i := slices.IndexFunc(paragraphs, func(p paragraph) bool { return p.has(path) })
	return paragraphs[i].name
}

// hostView is a host as it is compared with baselines.
type hostView struct {
	*nixos.Host
	version directive.Version
	asked   []profile.Requirement // of the paragraph at hand
}

// eachParagraph calls do for each paragraph that applies to a host.
func eachParagraph(p *lint.Pass, host *nixos.Host, do func(*hostView, string, []profile.Requirement)) {
	h := &hostView{Host: host, version: host.Version()}
	for _, b := range p.Baselines {
		by := map[string][]profile.Requirement{}
		for _, r := range b.Requirements(host.Release).Host {
			if key, ok := profile.ManagerKey(r.Path); ok {
				if _, known := directive.Lookup("Manager", key, h.version); !known {
					continue
				}
			}
			by[paragraphOf(r.Path)] = append(by[paragraphOf(r.Path)], r)
		}
		for _, para := range paragraphs {
			h.asked = by[para.name]
			if b.Named || h.asksFor(para) {
				do(h, para.name, h.asked)
			}
		}
	}
}

// asksFor reports whether the host sets enough of the paragraph for all of it to apply.
func (h *hostView) asksFor(para paragraph) bool {
	n := 0
	for _, r := range h.asked {
		if h.counts(&r) {
			n++
		}
	}
	return n >= max(1, para.least)
}

// option is the host's option that a requirement is about, under its old or new name.
func (h *hostView) option(r *profile.Requirement) *nixos.Option {
	o := h.Option(r.Path...)
	if key, ok := profile.ManagerKey(r.Path); ok && !o.IsSet() {
		for old, name := range profile.WatchdogOptions() {
			if name == key {
				if alias := h.Option("systemd", "watchdog", old); alias.IsSet() {
					return alias
				}
			}
		}
		for _, name := range append([]string{key}, directive.AliasesOf("Manager", key)...) {
			if alias := h.Option("systemd", "settings", "Manager", name); alias.IsSet() {
				return alias
			}
		}
	}
	return o
}

// counts reports whether the host sets the option of a requirement, which makes its
// paragraph apply. enable = true does not: it masks nothing. Nor does not waiting for
// the network, which many do for its own sake.
func (h *hostView) counts(r *profile.Requirement) bool {
	if r.Option() == waitOnline || r.Option() == waitOnlineMask {
		return false
	}
	o := h.option(r)
	if !o.IsSet() {
		return h.misnamed(r)
	}
	if r.Name() == "enable" {
		return h.Evaluator().Equal(o.Defs[0].Value, eval.NewBool(false)) == eval.Yes
	}
	return true
}

// misnamed reports whether the host sets the directive of the manager under a name
// that only the old option had. Another rule reports that.
func (h *hostView) misnamed(r *profile.Requirement) bool {
	key, ok := profile.ManagerKey(r.Path)
	if !ok {
		return false
	}
	for old, name := range profile.WatchdogOptions() {
		if name == key && h.Option("systemd", "settings", "Manager", old).IsSet() {
			return true
		}
	}
	return false
}

func (h *hostView) standing(r *profile.Requirement) unit.Standing {
	o := h.option(r)
	ev := h.Evaluator()
	switch {
	case len(o.Unseen) > 0:
		return unit.Unclear
	case !o.IsSet():
		return unit.Missing
	}
	if key, ok := profile.ManagerKey(r.Path); ok {
		set, certain := o.Value()
		if !certain {
			return unit.Unclear
		}
		switch security.AtLeast("Manager", key, profile.ManagerLines(ev, key, set), r.Lines, h.version) {
		case value.Yes:
			return unit.Satisfied
		case value.No:
			return unit.Weaker
		}
		return unit.Unclear
	}
	if _, isList := r.Want.([]any); isList {
		return unit.ListStanding(ev, o, r)
	}
	set, certain := o.Value()
	if !certain || !r.Known {
		return unit.Unclear
	}
	have, known := profile.GoValue(ev, set)
	switch {
	case !known:
		return unit.Unclear
	case have == r.Want:
		return unit.Satisfied
	}
	return unit.Weaker
}

// paths are those of the options that requirements are about.
func paths(rs []profile.Requirement) [][]string {
	out := make([][]string, len(rs))
	for i := range rs {
		out[i] = rs[i].Path
	}
	return out
}

// noteWatchdog says what the watchdog times are not.
func noteWatchdog(d *lint.Draft, rs []profile.Requirement) {
	if slices.ContainsFunc(rs, func(r profile.Requirement) bool { _, ok := profile.ManagerKey(r.Path); return ok }) {
		d.Note("these are times of the hardware watchdog; DefaultTimeoutStopSec is how long a service may take to stop")
	}
}
