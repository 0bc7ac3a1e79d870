package activation

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
)

// NeverStarted reports timers, sockets and path units that nothing starts. It looks at
// the whole project: another host may start them.
var NeverStarted = &lint.Rule{Page: lint.ReadPage(pages, "never-started"), Unit: checkNeverStarted, Fact: findStarted}

func checkNeverStarted(p *lint.Pass, u *unit.Unit) {
	target, waits := waitedFor[u.Type()]
	if !waits || !standsAlone(u) || u.Installed() || !isWhole(u) {
		return
	}
	section, directive := "Install", "WantedBy"
	d := p.AtUnit(u, "wantedBy").
		Note("no unit wants it, and it has no `wantedBy`, so it is never active").
		Fix(list(u, section, directive, target, "what the "+u.Type()+" runs, which did not run so far")...)
	p.Later(d, func(p *lint.Pass, d *lint.Draft) {
		if !mentioned(p, u.Name) && !mayBeStarted(p, u) {
			d.Reportf("nothing starts the %s", u.Type())
		}
	})
}

// mayBeStarted reports whether a unit of the project starts another, or may.
func mayBeStarted(p *lint.Pass, u *unit.Unit) bool {
	kind := u.Scope.Kind
	parts := p.Once(startedKey{}, func() any { return p.Facts() }).([]any)
	return slices.ContainsFunc(parts, func(part any) bool {
		known := part.(started)
		return known.names[start{kind, ""}] || known.names[start{kind, u.Name}] || known.timed[u.BaseName()]
	})
}

type startedKey struct{}

// started is what units of a part of the project start.
type started struct {
	names map[start]bool
	timed map[string]bool // services with a startAt, without their suffix
}

// A start is the name of a unit that another one in a kind of scopes starts; "" if it may
// start any.
type start struct {
	kind nixos.ScopeKind
	name string
}

func findStarted(part *unit.Part) any {
	found := started{map[start]bool{}, map[string]bool{}}
	for _, u := range part.Units {
		names, any := u.Starts()
		if any {
			names = append(names, "")
		}
		for _, name := range names {
			found.names[start{u.Scope.Kind, name}] = true
		}
		if u.Type() == "service" && u.Option("startAt").IsSet() {
			found.timed[u.BaseName()] = true
		}
	}
	return found
}
