package activation

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// OrderingCycle reports units that are ordered after themselves by way of others.
var OrderingCycle = &lint.Rule{Page: lint.ReadPage(pages, "ordering-cycle"), Part: checkOrderingCycle}

// An edge says that one unit is started after another.
type edge struct {
	to *unit.Unit
	at unit.Setting
	in *unit.Unit // the unit that says so
}

func checkOrderingCycle(p *lint.Pass, part *unit.Part) {
	atBoot := startedAtBoot(part)
	o := orderOf(part, atBoot)
	reported := map[*unit.Unit]bool{}
	for _, u := range part.Units {
		if reported[u] {
			continue
		}
		path := o.cycleFrom(u)
		if path == nil || slices.ContainsFunc(path, func(e edge) bool { return reported[e.to] }) {
			continue
		}
		names := []string{u.Name}
		for _, e := range path {
			reported[e.to] = true
			names = append(names, e.to.Name)
		}
		first := path[0]
		d := p.At(first.in, first.at).Note("%s", strings.Join(names, " after "))
		d.Note("systemd breaks the cycle by not starting one of them").Reportf("ordering cycle of %d units", len(path))
	}
	for _, u := range part.Units {
		if u.Type() == "service" && u.OfSystem() && standsAlone(u) && !u.IsOverride() && u.When() == nil && atBoot[u] && u.Lacks("Unit", "DefaultDependencies") {
			checkEarly(p, u)
		}
	}
}

// startedAtBoot are the units that something in sight starts with the system. A cycle of others
// is none: units that are started separately do not wait for each other.
func startedAtBoot(part *unit.Part) map[*unit.Unit]bool {
	found := map[*unit.Unit]bool{}
	for _, u := range part.Units {
		if !standsAlone(u) || u.When() != nil || u.Enabled() != eval.Yes {
			continue
		}
		found[u] = found[u] || slices.Contains(early, u.Name)
		for _, x := range pulling {
			for _, d := range u.Dependencies(x.section, x.directive) {
				switch {
				case d.Unit == "" || d.When != nil:
				case x.section == "Install":
					found[u] = true
				default:
					if other := peer(part, u, d.Unit); other != nil {
						found[other] = true
					}
				}
			}
		}
	}
	return found
}

// pulling are the directives that start a unit along with another one.
var pulling = []struct{ section, directive string }{
	{"Install", "WantedBy"}, {"Install", "RequiredBy"}, {"Install", "UpheldBy"},
	{"Unit", "Wants"}, {"Unit", "Requires"}, {"Unit", "BindsTo"}, {"Unit", "Upholds"},
}

// early are units that are started before basic.target, and so before each service with
// default dependencies (bootup(7)).
var early = []string{
	"sysinit.target", "basic.target", "local-fs.target", "swap.target", "sockets.target", "paths.target", "slices.target",
	"systemd-tmpfiles-setup.service", "systemd-journald.service", "systemd-udevd.service", "systemd-modules-load.service", "systemd-sysctl.service",
}

// waiting are those of them that are started after each service that they want, although
// the service is started after them. Of sysinit.target, local-fs.target and basic.target
// systemd drops that order (unit_add_default_target_dependency in src/core/unit.c).
var waiting = []string{"sockets.target", "paths.target", "slices.target", "swap.target"}

// checkEarly reports a service that is ordered before what its default dependencies order
// it after.
func checkEarly(p *lint.Pass, u *unit.Unit) {
	for _, x := range []struct {
		section, directive string
		units              []string
	}{{"Unit", "Before", early}, {"Install", "WantedBy", waiting}, {"Install", "RequiredBy", waiting}} {
		for _, d := range u.Dependencies(x.section, x.directive) {
			if d.Def == nil || d.When != nil || !slices.Contains(x.units, d.Unit) {
				continue
			}
			p.At(u, d.Setting).Concerns(u.About("DefaultDependencies")...).
				Note("by default a service is started after basic.target, which is started after %s", d.Unit).
				Note("systemd breaks the cycle by not starting one of the units in it").
				Help("set unitConfig.DefaultDependencies to false, and conflict with shutdown.target").
				Reportf("ordered before %s, and by its default dependencies after it", d.Unit)
			return
		}
	}
}

// order are the orders between units of a part that are certain, and started at boot.
type order struct {
	edges map[*unit.Unit][]edge
	steps int // that were taken to find cycles
}

// mostSteps bounds the search for cycles in a part. Configurations take some thousand.
const mostSteps = 1_000_000

func orderOf(part *unit.Part, atBoot map[*unit.Unit]bool) *order {
	edges := map[*unit.Unit][]edge{}
	for _, u := range part.Units {
		if !atBoot[u] {
			continue
		}
		for _, directive := range []string{"After", "Before"} {
			for _, d := range u.Dependencies("Unit", directive) {
				if d.Unit == "" || d.When != nil || d.Def == nil {
					continue
				}
				other := peer(part, u, d.Unit)
				switch {
				case other == nil || other == u || !atBoot[other] || !standsAlone(other): // systemd ignores an order after oneself
				case directive == "After":
					edges[u] = append(edges[u], edge{other, d.Setting, u})
				default:
					edges[other] = append(edges[other], edge{u, d.Setting, u})
				}
			}
		}
	}
	return &order{edges: edges}
}

// cycleFrom is the shortest way from a unit back to it; nil if there is none, or too much
// was searched already.
func (o *order) cycleFrom(start *unit.Unit) []edge {
	type step struct {
		edge
		from int // the index of the step before; -1 for the first
	}
	var steps []step
	seen := map[*unit.Unit]bool{}
	for i, at := -1, start; ; at = steps[i].to {
		for _, e := range o.edges[at] {
			if o.steps++; o.steps > mostSteps {
				return nil
			}
			if e.to == start {
				way := []edge{e}
				for ; i >= 0; i = steps[i].from {
					way = append(way, steps[i].edge)
				}
				slices.Reverse(way)
				return way
			}
			if !seen[e.to] {
				seen[e.to] = true
				steps = append(steps, step{e, i})
			}
		}
		if i++; i == len(steps) {
			return nil
		}
	}
}
