package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"wardnix/lint/systemd/security"
)

// The services as the template of the page wants them.
type (
	unitView struct {
		ID, Name, Scope, File string
		// Hosts are the IDs of the hosts that have it, with blanks between, and On
		// their names if the page is about several.
		Hosts, On      string
		Gain           security.Exposure // what all fixes take away
		unit           string            // the name as it is
		on             []*hostView
		Line           int
		Now, Safe, All exposureView
		Costs          []costView
		Untold         bool // the costs
		Findings       []*findingView
	}
	exposureView struct {
		Low, High  security.Exposure
		Text, Word string // "9.2", or "4.3–7.9" without a word
		Same       bool   // as without fixes
	}
	// costView is what the checks of one directive add to an exposure.
	costView struct {
		Directive, What string
		Maybe           bool // the unit can be better than that
		Now, Safe, All  string
		// SafeHelps reports that the safe fixes lower it, AllHelps that the others do.
		SafeHelps, AllHelps bool
	}
	// meansView are means over the services that are known.
	meansView struct {
		Known, Unknown int
		Now, Safe, All exposureView
	}
)

// barView is the geometry of a bar, in tenths of the scale: what surely remains
// after all fixes, what perhaps does, what the unsafe fixes take away, and what the
// safe ones do.
type barView struct{ Rest, Maybe, Unsafe, Safe, MaybeAt, UnsafeAt, SafeAt int }

// Bar is the bar of a unit.
func (u *unitView) Bar() barView { return newBar(u.Now, u.Safe, u.All) }

// Bar is the bar of means.
func (m *meansView) Bar() barView { return newBar(m.Now, m.Safe, m.All) }

func newBar(now, safe, all exposureView) barView {
	top := int(now.High)
	low, high := min(int(all.Low), top), min(int(all.High), top)
	upToSafe := min(max(int(safe.High), high), top)
	return barView{
		Rest: low, MaybeAt: low, Maybe: high - low,
		UnsafeAt: high, Unsafe: upToSafe - high, SafeAt: upToSafe, Safe: top - upToSafe,
	}
}

// exposed is a unit that has an exposure, and its host.
type exposed struct {
	host string
	Unit
}

// exposedUnits are the units to show: the surely worst ones first, since of what is
// unknown there is little to say.
func exposedUnits(r *Report) []exposed {
	var out []exposed
	for _, h := range r.Hosts {
		for _, u := range h.Units {
			if u.Now == nil {
				continue
			}
			u.Safe = cmp.Or(u.Safe, u.Now)
			u.All = cmp.Or(u.All, u.Safe)
			out = append(out, exposed{h.Name, u})
		}
	}
	slices.SortStableFunc(out, func(a, b exposed) int {
		return cmp.Or(cmp.Compare(b.Now.Low, a.Now.Low), cmp.Compare(b.Now.High, a.Now.High), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// hostViews are the hosts that have services, in the order in which they are read.
func hostViews(r *Report, units []exposed) []*hostView {
	var out []*hostView
	byName := map[string]*hostView{}
	for _, h := range r.Hosts {
		if byName[h.Name] != nil {
			continue
		}
		about := fmt.Sprintf("systemd %d", h.Systemd)
		if h.Release != "" {
			about = fmt.Sprintf("NixOS %s, %s", h.Release, about)
		}
		byName[h.Name] = &hostView{ID: len(out), Name: escape(h.Name, false), About: about, host: h.Name}
		out = append(out, byName[h.Name])
	}
	for _, h := range out {
		own := slices.DeleteFunc(slices.Clone(units), func(u exposed) bool { return u.host != h.host })
		h.Count, h.Means = len(own), meansOf(own)
	}
	return slices.DeleteFunc(out, func(h *hostView) bool { return h.Count == 0 })
}

// services are the services of all hosts, one that several hosts have once. What is
// not known exactly comes apart, since there is little to say of it.
func (v *pageView) services(units []exposed) {
	byName := map[string]*hostView{}
	for _, h := range v.Hosts {
		byName[h.host] = h
	}
	type key struct {
		name, scope, file string
		line              int
		now, safe, all    string
	}
	seen := map[key]*unitView{}
	for _, u := range units {
		one := newUnitView(&u.Unit, len(seen))
		k := key{u.Name, u.Scope, u.File, u.Line, one.Now.Text, one.Safe.Text, one.All.Text}
		if seen[k] == nil {
			seen[k] = one
			if one.Now.Low == one.Now.High {
				v.Units = append(v.Units, one)
			} else {
				v.Unknown = append(v.Unknown, one)
			}
		}
		seen[k].addHost(byName[u.host], len(v.Hosts) > 1)
	}
	if len(v.Units) > shownUnits+5 { // a handful is not worth folding
		v.Units, v.MoreUnits = v.Units[:shownUnits], v.Units[shownUnits:]
	}
}

// namedHosts is the number of hosts of a service that are named.
const namedHosts = 4

// addHost notes that a host has the service.
func (u *unitView) addHost(h *hostView, name bool) {
	u.on = append(u.on, h)
	u.Hosts = strings.TrimSpace(u.Hosts + " " + strconv.Itoa(h.ID))
	if !name {
		return
	}
	var names []string
	for _, h := range u.on {
		names = append(names, cmp.Or(h.Name, "files of no host"))
	}
	if more := len(names) - namedHosts; more > 1 {
		names = append(names[:namedHosts], fmt.Sprintf("%d more", more))
	}
	u.On = strings.Join(names, ", ")
}

// link adds a finding to the units of its name on some hosts.
func (v *pageView) link(f *findingView, hosts []*hostView) {
	for _, u := range slices.Concat(v.Units, v.MoreUnits, v.Unknown) {
		if u.unit == f.unit && slices.ContainsFunc(u.on, func(h *hostView) bool { return slices.Contains(hosts, h) }) {
			u.Findings = append(u.Findings, f)
		}
	}
}

func newUnitView(u *Unit, n int) *unitView {
	v := &unitView{
		ID: fmt.Sprintf("u%d", n+1), Name: escape(u.Name, false), File: escape(u.File, false), unit: u.Name, Line: u.Line, Untold: n >= toldUnits,
		Now: newExposure(u.Now.Low, u.Now.High), Safe: newExposure(u.Safe.Low, u.Safe.High), All: newExposure(u.All.Low, u.All.High),
	}
	if !v.Untold {
		v.Costs = costs(u.Now, u.Safe, u.All)
	}
	if u.Scope != "system" {
		v.Scope = escape(u.Scope, false)
	}
	v.Safe.Same, v.All.Same = v.Safe.Text == v.Now.Text, v.All.Text == v.Now.Text
	v.Gain = v.Now.High - v.All.High
	return v
}

func newExposure(low, high security.Exposure) exposureView {
	if low != high {
		return exposureView{Low: low, High: high, Text: low.String() + "–" + high.String()}
	}
	return exposureView{Low: low, High: high, Text: high.String(), Word: high.Predicate()}
}

// meansOf are the means over the services of which everything is known; nil for
// none.
func meansOf(units []exposed) *meansView {
	m := &meansView{}
	var now, safe, all security.Exposure
	for _, u := range units {
		if u.Now.Low != u.Now.High || u.Safe.Low != u.Safe.High || u.All.Low != u.All.High {
			m.Unknown++
			continue
		}
		m.Known++
		now, safe, all = now+u.Now.High, safe+u.Safe.High, all+u.All.High
	}
	if m.Known == 0 {
		return nil
	}
	for _, x := range []struct {
		sum security.Exposure
		to  *exposureView
	}{{now, &m.Now}, {safe, &m.Safe}, {all, &m.All}} {
		n := security.Exposure(m.Known)
		*x.to = newExposure((x.sum+n/2)/n, (x.sum+n/2)/n)
	}
	m.Safe.Same, m.All.Same = m.Safe.Text == m.Now.Text, m.All.Text == m.Now.Text
	return m
}

// costs are the checks that a unit does not pass, by directive, the dearest
// first, with what the fixes leave of each.
func costs(now, safe, all *security.Assessment) []costView {
	before, afterSafe, afterAll := shares(now), shares(safe), shares(all)
	var order []string
	sums := map[string]*costSum{}
	for _, r := range now.Rows {
		if before[r.Field] == 0 {
			continue
		}
		directive, part := checkName(r.Name)
		s := sums[directive]
		if s == nil {
			s = &costSum{}
			sums[directive] = s
			order = append(order, directive)
		}
		s.now += before[r.Field]
		s.safe += afterSafe[r.Field]
		s.all += afterAll[r.Field]
		s.maybe = s.maybe || r.Unknown
		switch {
		case part != "":
			s.what = append(s.what, part)
		case r.Description != nil:
			s.what = append(s.what, *r.Description)
		}
	}
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(sums[b].now, sums[a].now) })
	var out []costView
	for _, d := range order {
		s := sums[d]
		out = append(out, costView{
			Directive: d, What: strings.Join(s.what, ", "), Maybe: s.maybe,
			Now: points(s.now), Safe: points(s.safe), All: points(s.all),
			SafeHelps: s.safe < s.now, AllHelps: s.all < s.safe,
		})
	}
	return out
}

type costSum struct {
	now, safe, all float64
	maybe          bool
	what           []string
}

// shares are what each check adds to an exposure, in points of the scale from 0
// to 10, by field.
func shares(a *security.Assessment) map[string]float64 {
	weight := 0
	for _, r := range a.Rows {
		if r.Set != nil {
			weight += r.Weight
		}
	}
	out := map[string]float64{}
	for _, r := range a.Rows {
		if r.Set != nil && r.Badness > 0 {
			out[r.Field] = 10 * float64(r.Badness) * float64(r.Weight) / float64(r.Range) / float64(weight)
		}
	}
	return out
}

// checkName splits the name of a check into directive and what of it is looked
// at: "RestrictNamespaces" and "user" for RestrictNamespaces=~user.
func checkName(name string) (directive, part string) {
	if directive, part, ok := strings.Cut(name, "=~"); ok {
		return directive, strings.Replace(part, "…", "others", 1)
	}
	return strings.TrimSuffix(strings.ReplaceAll(name, "=/", " or "), "="), ""
}

// points are a share as systemd prints one, rounded up to tenths; none is "0".
func points(share float64) string {
	if share == 0 {
		return "0"
	}
	return fmt.Sprintf("%.1f", math.Ceil(share*10-1e-9)/10)
}
