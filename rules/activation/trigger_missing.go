package activation

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// TriggerMissing reports timers, sockets and path units whose unit nobody defines.
var TriggerMissing = &lint.Rule{Page: lint.ReadPage(pages, "trigger-missing"), Unit: checkTriggerMissing, Fact: findOwn}

func checkTriggerMissing(p *lint.Pass, u *unit.Unit) {
	if _, waits := waitedFor[u.Type()]; !waits || !standsAlone(u) || !isWhole(u) || u.Scope.Kind != nixos.System {
		return
	}
	name, at, ok := triggered(u)
	if !ok || !missingHere(u, name) {
		return
	}
	d := p.AtUnit(u, "Unit", "Service").Note("systemd refuses to start the %s", u.Type())
	if at.Def != nil {
		d.Place(u.Place(at))
	}
	p.Later(d, func(p *lint.Pass, d *lint.Draft) {
		units := p.Once(ownKey{}, func() any { return join(p.Facts()) }).(own)
		if units.mayHave(name) {
			return
		}
		if meant := unit.MeantUnit(name, units.names...); meant != "" {
			d.Help("did you mean `%s`?", meant)
		}
		d.Reportf("starts %s, which does not exist", name)
	})
}

// own are the units of a project, or of a part of it.
type own struct {
	names    []string // each once, of those whose name is known
	aliases  []string
	known    map[string]bool // both, of a project
	patterns []string
	any      bool // one has aliases that are not known
}

type ownKey struct{}

func findOwn(part *unit.Part) any {
	var found own
	for _, u := range part.Units {
		if u.Pattern {
			found.patterns = append(found.patterns, u.Name)
		} else {
			found.names = append(found.names, u.Name)
		}
		aliases, all := u.Aliases()
		found.any = found.any || !all
		found.aliases = append(found.aliases, aliases...)
	}
	return found
}

// join are the units of a project by those of its parts.
func join(parts []any) own {
	all := own{known: map[string]bool{}}
	for _, part := range parts {
		of := part.(own)
		all.patterns, all.aliases, all.any = append(all.patterns, of.patterns...), append(all.aliases, of.aliases...), all.any || of.any
		for _, name := range of.names {
			if !all.known[name] {
				all.names = append(all.names, name)
				all.known[name] = true
			}
		}
	}
	for _, alias := range all.aliases {
		all.known[alias] = true
	}
	return all
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
