package activation

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// TriggerMissing reports timers, sockets and path units whose unit nobody defines.
var TriggerMissing = &lint.Rule{Page: lint.ReadPage(pages, "trigger-missing"), Unit: checkTriggerMissing}

func checkTriggerMissing(p *lint.Pass, u *unit.Unit) {
	if _, waits := waitedFor[u.Type()]; !waits || !standsAlone(u) || !isWhole(u) || u.Scope.Kind != nixos.System {
		return
	}
	name, at, ok := triggered(u)
	if !ok || !missingHere(u, name) {
		return
	}
	p.Later(func(p *lint.Pass) {
		units := p.Once(ownKey{}, func() any { return findOwn(p) }).(own)
		if units.mayHave(name) {
			return
		}
		d := p.AtUnit(u, "Unit", "Service")
		if at.Def != nil {
			d.Place(u.Place(at))
		}
		d.Note("systemd refuses to start the %s", u.Type())
		if meant := unit.MeantUnit(name, units.names...); meant != "" {
			d.Help("did you mean `%s`?", meant)
		}
		d.Reportf("starts %s, which does not exist", name)
	})
}

// own are the units of the project.
type own struct {
	names    []string        // each once, of those whose name is known
	known    map[string]bool // these, and aliases
	patterns []string
	any      bool // one has aliases that are not known
}

type ownKey struct{}

func findOwn(p *lint.Pass) own {
	found := own{known: map[string]bool{}}
	for _, u := range p.Units {
		switch {
		case u.Pattern:
			found.patterns = append(found.patterns, u.Name)
		case !found.known[u.Name]:
			found.names = append(found.names, u.Name)
			found.known[u.Name] = true
		}
	}
	for _, u := range p.Units {
		aliases, all := u.Aliases()
		found.any = found.any || !all
		for _, alias := range aliases {
			found.known[alias] = true
		}
	}
	return found
}

// mayHave reports whether a unit of the project has, or may have, a name.
func (o *own) mayHave(name string) bool {
	template, _ := unit.TemplateOf(name)
	return o.any || o.known[name] || template != "" && o.known[template] ||
		slices.ContainsFunc(o.patterns, func(pattern string) bool { return unit.NameMayMatch(pattern, name) })
}

// missingHere reports whether nothing but the project can define a unit: the host is in
// sight, or nothing but the name is known of one.
func missingHere(u *unit.Unit, name string) bool {
	if u.DefinedElsewhere(name) == eval.No {
		return true
	}
	adds := u.Host.Option("systemd", "packages")
	return u.Host.Name == "" && !unit.NamedByNixOS(name) && !adds.IsSet() && len(adds.Unseen) == 0
}
