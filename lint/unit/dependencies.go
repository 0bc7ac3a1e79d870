package unit

import (
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/nixast/eval"
)

// A Dependency is another unit that a setting names.
type Dependency struct {
	// Setting is the directive, at the element that names the unit.
	Setting
	// Unit is the name; "" if it is not known.
	Unit string
}

// Dependencies are the units that a directive of [Unit] or [Install] names. NixOS has
// options for most of them, and writes those of [Install] into other units.
func (u *Unit) Dependencies(section, directive string) []Dependency {
	var found []Dependency
	add := func(l nixos.Line) {
		if !l.Known || l.Unseen != "" {
			found = append(found, Dependency{Setting: Setting{l}})
			return
		}
		for name := range strings.FieldsSeq(l.Text) {
			found = append(found, Dependency{Setting{l}, name})
		}
	}
	if option := spell.Uncapitalised(directive); u.Style == nixos.NixOSStyle && u.Option().Sets(option) {
		for _, e := range u.Option(option).List() {
			l := nixos.Line{Section: section, Key: directive, When: e.When, Unseen: e.Unseen, Def: e.Def, Value: e.Value, Origin: e.Def.Binding}
			if e.Value != nil {
				if s := u.Host.Evaluator().String(e.Value); s != nil {
					l.Text, l.Known = s.Text()
					l.Shown = s.Pattern()
				}
			}
			add(l)
		}
	}
	lines := u.Lines()
	for i := range lines {
		if l := &lines[i]; l.Section == section && l.Key == directive && (l.Value != nil || u.Style == nixos.TextStyle) {
			add(*l)
		}
	}
	return found
}

// DependsOn reports whether one of the directives of [Unit] names another unit.
func (u *Unit) DependsOn(name string, directives ...string) eval.Truth {
	answer := eval.No
	for _, directive := range directives {
		for _, d := range u.Dependencies("Unit", directive) {
			switch {
			case d.Unit == name && d.When == nil:
				return eval.Yes
			case d.Unit == name || d.Unit == "":
				answer = eval.Maybe
			}
		}
		if len(u.Section("Unit").UnseenOf(directive)) > 0 || len(u.Option().UnseenOf(spell.Uncapitalised(directive))) > 0 {
			answer = eval.Maybe
		}
	}
	return answer
}

// Peers are the units of the same service manager that have a name, or may have it.
func (u *Unit) Peers(name string) []*nixos.Unit {
	index := u.Part.nameOn(u.Host)
	candidates := index.named[name]
	if template, _ := TemplateOf(name); template != "" {
		candidates = slices.Concat(candidates, index.named[template])
	}
	var found []*nixos.Unit
	for _, p := range candidates {
		if p.Scope == u.Scope {
			found = append(found, p)
		}
	}
	for _, p := range index.others {
		if p.Scope == u.Scope && (p.Pattern && p.known.mayBe(name) || p.anyAlias || slices.Contains(p.aliases, name)) {
			found = append(found, p.Unit)
		}
	}
	return found
}

// hostNames are the units of a host by name, and those that may have other names, too.
type hostNames struct {
	named  map[string][]*nixos.Unit
	others []otherNamed
}

// otherNamed is a unit that may have other names than its own.
type otherNamed struct {
	*nixos.Unit
	known    partly // its name
	aliases  []string
	anyAlias bool // it may have further ones
}

// nameUnits notes the names of the units of the hosts of the part. The units of one host
// may belong to several parts, so that no part may be looked at meanwhile.
func (p *Part) nameUnits() {
	for _, h := range p.Hosts {
		p.nameOn(h)
	}
	for _, u := range p.units {
		p.nameOn(u.Host)
	}
}

// nameOn notes the names of the units of a host, once.
func (p *Part) nameOn(h *nixos.Host) *hostNames {
	if known := p.names[h]; known != nil {
		return known
	}
	n := &hostNames{named: map[string][]*nixos.Unit{}}
	for _, u := range h.Units {
		n.named[u.Name] = append(n.named[u.Name], u)
		if aliases, all := u.Aliases(); u.Pattern || len(aliases) > 0 || !all {
			n.others = append(n.others, otherNamed{u, partlyKnown(u.Name), aliases, !all})
		}
	}
	if p.names == nil {
		p.names = map[*nixos.Host]*hostNames{}
	}
	p.names[h] = n
	return n
}

// starting are the directives of [Unit] that start what they name, at once or in time
// (systemd.unit(5)).
var starting = []string{"Wants", "Requires", "BindsTo", "Upholds", "OnFailure", "OnSuccess"}

// installing are the directives of [Install] by which a unit has others start it, or is
// known under another name.
var installing = []string{"WantedBy", "RequiredBy", "UpheldBy", "Alias", "Also"}

// Starts are the units that what is in sight of the unit starts; any is true if it may
// start others, too.
func (u *Unit) Starts() (names []string, any bool) {
	for _, directive := range starting {
		for _, d := range u.Dependencies("Unit", directive) {
			any = any || d.Unit == ""
			names = append(names, d.Unit)
		}
	}
	section := nixos.OwnSection(u.Type())
	for _, l := range u.Lines() {
		if l.Section != section || !slices.Contains([]string{"Unit", "Service", "Sockets"}, l.Key) {
			continue
		}
		any = any || !l.Known
		names = append(names, strings.Fields(l.Text)...)
	}
	return names, any
}

// Installed reports whether the unit says itself what starts it, or may say so.
func (u *Unit) Installed() bool {
	if u.Option("aliases").IsSet() || u.Option("startAt").IsSet() {
		return true
	}
	return slices.ContainsFunc(installing, func(directive string) bool {
		o := u.Option(spell.Uncapitalised(directive))
		return o.IsSet() || len(u.Dependencies("Install", directive)) > 0 || len(o.Unseen) > 0 || len(u.Section("Install").UnseenOf(directive)) > 0
	})
}
