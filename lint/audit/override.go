package audit

import (
	"context"
	"maps"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/unitfiles"
	"wardnix/nixast"
)

// Override is a setting that a module can make to change a unit.
type Override struct {
	Unit *Unit
	// Path are the names of the option: systemd, services, nginx,
	// serviceConfig, ProtectHome; after those of the container, if it is of one.
	Path []string
	// Value is what to set, as package emit takes it; Force reports that it must
	// win over what is set elsewhere.
	Value any
	Force bool
}

// Attr is the setting as a binding.
func (o Override) Attr() emit.Attr { return emit.Attr{Path: o.Path, Value: o.value()} }

func (o Override) value() any {
	if !o.Force {
		return o.Value
	}
	text, err := emit.Nix(o.Value)
	if err != nil {
		return o.Value
	}
	return emit.Expr("lib.mkForce " + text)
}

// String is the binding in one line or several.
func (o Override) String() string {
	text, err := emit.Nix(o.value())
	if err != nil {
		return ""
	}
	return nixast.QuoteAttrPath(o.Path...) + " = " + text + ";"
}

// Directive is the last name of the option.
func (o Override) Directive() string { return o.Path[len(o.Path)-1] }

// Overrides are the settings that the fixes of the rules come to, up to an
// applicability: what a module has to say to repair the units. The error is as that of
// [System.Lint].
func (s *System) Overrides(ctx context.Context, l *lint.Linter, upTo lint.Applicability) ([]Override, error) {
	m, err := s.translated()
	if err != nil {
		return nil, err
	}
	repaired, err := only(l, s.Complete).Repair(ctx, m.project, upTo)
	if err != nil {
		return nil, err
	}
	before, after := m.units, unitsOf(repaired.Project)
	var found []Override
	for _, u := range s.Units {
		was, is := before[keyOf(u)], after[keyOf(u)]
		if was != nil && is != nil {
			found = append(found, s.within(u.overrides(was, is))...)
		}
	}
	return found, nil
}

// within are settings of the units of the system as a module of the host makes them.
func (s *System) within(overrides []Override) []Override {
	if s.Container == "" {
		return overrides
	}
	var path []string
	for _, name := range strings.Split(s.Container, "/") {
		path = append(path, "containers", name, "config")
	}
	for i := range overrides {
		overrides[i].Path = slices.Concat(path, overrides[i].Path)
	}
	return overrides
}

// unitKey is what a unit is known by: its scope and its name.
type unitKey struct {
	scope nixos.ScopeKind
	name  string
}

// scopeKinds are the scopes of units as NixOS has them.
var scopeKinds = map[unitfiles.Manager]nixos.ScopeKind{
	unitfiles.SystemManager: nixos.System, unitfiles.UserManager: nixos.User, unitfiles.InitrdManager: nixos.Initrd,
}

func keyOf(u *Unit) unitKey { return unitKey{scopeKinds[u.Scope.Manager], u.Name} }

func unitsOf(p *nixos.Project) map[unitKey]*nixos.Unit {
	found := map[unitKey]*nixos.Unit{}
	for _, h := range p.Hosts() {
		addUnits(found, h)
	}
	return found
}

func addUnits(found map[unitKey]*nixos.Unit, h *nixos.Host) {
	for _, u := range h.Units {
		if u.Scope.Kind <= nixos.Initrd && !u.Pattern {
			found[unitKey{u.Scope.Kind, u.Name}] = u
		}
	}
}

// addContained adds the units of a container of a host, which a project has in one scope.
func addContained(found map[unitKey]*nixos.Unit, h *nixos.Host, container string) {
	for _, u := range h.Units {
		if u.Scope == (nixos.Scope{Kind: nixos.Container, Name: container}) && !u.Pattern {
			found[unitKey{nixos.System, u.Name}] = u
		}
	}
}

// path is where NixOS has the unit.
func (u *Unit) path() []string {
	path := map[unitfiles.Manager][]string{
		unitfiles.SystemManager: {"systemd"}, unitfiles.UserManager: {"systemd", "user"}, unitfiles.InitrdManager: {"boot", "initrd", "systemd"},
	}[u.Scope.Manager]
	return append(path, optionSets[u.kind()], strings.TrimSuffix(u.Name, "."+u.kind()))
}

// overrides is the difference between two states of the unit.
func (u *Unit) overrides(was, is *nixos.Unit) []Override {
	var found []Override
	for _, option := range slices.Sorted(maps.Values(listOptions)) {
		if more := added(elements(was.Option(option)), elements(is.Option(option))); len(more) > 0 {
			found = append(found, Override{Unit: u, Path: append(u.path(), option), Value: more})
		}
	}
	for _, section := range []string{"Unit", spell.Capitalised(u.kind())} {
		names := map[string]bool{}
		for _, d := range slices.Concat(was.Directives(section), is.Directives(section)) {
			names[d.Name()] = true
		}
		for _, name := range slices.Sorted(maps.Keys(names)) {
			old, now := binding(was.Directive(section, name)), binding(is.Directive(section, name))
			if text(old) == text(now) {
				continue
			}
			found = append(found, Override{
				Unit: u, Path: append(u.path(), strings.ToLower(section)+"Config", name),
				Value: valueOf(now), Force: len(u.values(section, name)) > 0,
			})
		}
	}
	return found
}

// binding is the expression that an option is set to; the zero Node if it is
// not set.
func binding(o *nixos.Option) nixast.Node {
	if len(o.Defs) == 0 {
		return nixast.Node{}
	}
	if b, ok := o.Defs[len(o.Defs)-1].Binding.AsBinding(); ok {
		return b.Value()
	}
	return nixast.Node{}
}

// valueOf is an expression as package emit takes it. What is not set is
// omitted, as an empty list does.
func valueOf(n nixast.Node) any {
	switch {
	case n.IsZero():
		return []any{}
	case n.Kind() == nixast.List:
		return elementsOf(n)
	}
	return emit.Expr(n.Text())
}

func elementsOf(list nixast.Node) []any {
	found := []any{}
	for e := range list.Children() {
		found = append(found, emit.Expr(e.Text()))
	}
	return found
}

func elements(o *nixos.Option) []any {
	if n := binding(o); !n.IsZero() && n.Kind() == nixast.List {
		return elementsOf(n)
	}
	return nil
}

func added(was, is []any) []any {
	return slices.DeleteFunc(slices.Clone(is), func(e any) bool { return slices.Contains(was, e) })
}

func text(n nixast.Node) string {
	if n.IsZero() {
		return ""
	}
	return n.Text()
}
