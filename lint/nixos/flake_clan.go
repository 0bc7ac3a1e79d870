package nixos

import (
	"slices"

	"wardnix/nixast/eval"
)

// A clan is what a flake describes to clan: https://docs.clan.lol, "Inventory".
type clan struct {
	fl        *flake
	services  *eval.Attrs // the modules of its own services, by name
	inventory *eval.Attrs
}

// clans are the clans of a flake.
func (fl *flake) clans() []clan {
	var found []clan
	for _, around := range fl.descriptions() {
		services, inventory := fl.setIn(around, "modules"), fl.setIn(around, "inventory")
		if services != nil && inventory != nil {
			found = append(found, clan{fl, services, inventory})
		}
	}
	return found
}

// clanModules are the modules that services of the project add to a machine.
func (fl *flake) clanModules(machine string) []pendingModule {
	var found []pendingModule
	for _, c := range fl.clans() {
		instances := fl.setIn(c.inventory, "instances")
		if instances == nil {
			continue
		}
		for _, a := range instances.All() {
			if instance, ok := fl.ev.Force(fl.ev.Value(a)).(*eval.Attrs); ok && certain(a) {
				found = append(found, c.modulesOf(a.Name, instance, machine)...)
			}
		}
	}
	return found
}

// modulesOf are the modules that an instance of a service adds to a machine: those of the
// roles that the machine has.
func (c clan) modulesOf(name string, instance *eval.Attrs, machine string) []pendingModule {
	fl := c.fl
	roles := fl.setIn(instance, "roles")
	if roles == nil {
		return nil
	}
	var service *world
	var found []pendingModule
	for _, a := range roles.All() {
		role, ok := fl.ev.Force(fl.ev.Value(a)).(*eval.Attrs)
		if !ok || !certain(a) || !c.hasRole(role, machine) {
			continue
		}
		if extra := role.Lookup("extraModules"); certain(extra) {
			found = append(found, fl.newSystem(nil).moduleList(fl.ev.Value(extra), fl.file)...)
		}
		if service == nil {
			if service = c.service(name, instance); service == nil {
				continue
			}
			found = append(found, c.made(service, name, machine, "perMachine")...)
		}
		found = append(found, c.made(service, name, machine, "roles", a.Name, "perInstance")...)
	}
	return found
}

// hasRole reports whether a machine certainly has a role of an instance: by its name, or by
// one of its tags.
func (c clan) hasRole(role *eval.Attrs, machine string) bool {
	if machines := c.fl.setIn(role, "machines"); machines != nil && certain(machines.Lookup(machine)) {
		return true
	}
	tags := c.names(role.Lookup("tags"))
	if len(tags) == 0 {
		return false
	}
	its := []string{"all"}
	set := c.fl.setIn(c.inventory, "machines", machine)
	if set != nil {
		its = append(its, c.names(set.Lookup("tags"))...)
	}
	if set == nil || !set.Lookup("machineClass").Certain() {
		its = append(its, "nixos")
	}
	return slices.ContainsFunc(tags, func(tag string) bool { return slices.Contains(its, tag) })
}

// names are the strings of a list, or the attributes of a set, as far as they are certain.
func (c clan) names(a eval.Attr) []string {
	if !certain(a) {
		return nil
	}
	var found []string
	switch v := c.fl.ev.Force(c.fl.ev.Value(a)).(type) {
	case *eval.Attrs:
		for _, inner := range v.All() {
			if certain(inner) {
				found = append(found, inner.Name)
			}
		}
	case *eval.List:
		for _, item := range v.Items {
			if s := c.fl.ev.String(item.Value); s != nil && item.When == nil && !item.Many {
				if text, known := s.Text(); known {
					found = append(found, text)
				}
			}
		}
	}
	return found
}

// service reads the module of the service that an instance is of; nil if the project does
// not have it.
func (c clan) service(name string, instance *eval.Attrs) *world {
	if module := c.fl.setIn(instance, "module"); module != nil && certain(module.Lookup("name")) {
		if s := c.fl.ev.String(c.fl.ev.Value(module.Lookup("name"))); s != nil {
			name, _ = s.Text()
		}
	}
	a := c.services.Lookup(name)
	if !certain(a) {
		return nil
	}
	w := c.fl.newSystem(nil)
	w.collect([]pendingModule{{value: c.fl.ev.Value(a), file: c.fl.file}})
	return w
}

// made are the modules that a function of a service at a path makes for a machine. What
// clan gives it beyond names is not in sight.
func (c clan) made(service *world, instance, machine string, path ...string) []pendingModule {
	ev := c.fl.ev
	args := ev.NewOpenAttrs(map[string]*eval.Thunk{
		"instanceName": eval.NewString(instance),
		"lib":          ev.Lib(),
		"machine": ev.NewOpenAttrs(map[string]*eval.Thunk{"name": eval.NewString(machine)},
			ev.Opaque(eval.Opaque{Label: "machine", Reason: "clan makes it"})),
	}, ev.Opaque(eval.Opaque{Label: "args", Reason: "clan gives it to the service"}))
	n := service.root.at(path...)
	n.settle()
	var found []pendingModule
	for _, d := range n.defs {
		value := ev.Select(ev.Call(d.Value, args), "nixosModule")
		found = append(found, pendingModule{value: value, file: c.fl.file})
	}
	return found
}
