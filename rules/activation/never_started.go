package activation

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/unit"
)

// NeverStarted reports timers, sockets and path units that nothing starts. It looks at
// the whole project: another host may start them.
var NeverStarted = &lint.Rule{Page: lint.ReadPage(pages, "never-started"), Unit: checkNeverStarted}

func checkNeverStarted(p *lint.Pass, u *unit.Unit) {
	target, waits := waitedFor[u.Type()]
	if !waits || !standsAlone(u) || u.Installed() || !isWhole(u) {
		return
	}
	p.Later(func(p *lint.Pass) {
		if mentioned(p, u.Name) || slices.ContainsFunc(p.Units, func(other *unit.Unit) bool { return startsIt(other, u) }) {
			return
		}
		section, directive := "Install", "WantedBy"
		p.AtUnit(u, "wantedBy").
			Note("no unit wants it, and it has no `wantedBy`, so it is never active").
			Fix(list(u, section, directive, target, "what the "+u.Type()+" runs, which did not run so far")...).
			Reportf("nothing starts the %s", u.Type())
	})
}

// startsIt reports whether one unit starts another, or may.
func startsIt(by, u *unit.Unit) bool {
	return by.Scope.Kind == u.Scope.Kind && by.MayStart(u.Name) || by.Type() == "service" && by.BaseName() == u.BaseName() && by.Option("startAt").IsSet()
}
