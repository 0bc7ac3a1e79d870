package nixos

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"wardnix/nixast/eval"
)

// A flake is a flake.nix whose outputs are looked at.
type flake struct {
	view    *view
	root    *root
	file    *File
	ev      *eval.Evaluator
	inputs  *eval.Thunk
	outputs *eval.Thunk
	parts   *world // the modules of flake-parts, if it is written with them
}

// newFlake calls the outputs of a flake.
func newFlake(v *view, r *root, f *File, ev *eval.Evaluator) *flake {
	fl := &flake{view: v, root: r, file: f, ev: ev}
	file := ev.File(f.Tree)
	fl.inputs = fl.inputSet(file)
	fl.outputs = ev.Call(ev.Select(file, "outputs"), fl.inputs)
	if u, ok := ev.Force(fl.outputs).(*eval.Unknown); ok && strings.HasSuffix(u.Func, "mkFlake") && len(u.Args) == 2 {
		fl.readParts(u)
	}
	return fl
}

// A system is a system that a flake outputs, by the name of the output and its own.
type system struct{ output, name string }

// systems are the systems that the flake outputs: its nixosConfigurations, the hives of
// colmena and nixops, and those that it describes to a function that is not in sight. Of
// those of one name the first counts.
func (fl *flake) systems() []system {
	var found []system
	for _, output := range []string{"nixosConfigurations", "colmena", "colmenaHive", "nixopsConfigurations"} {
		for _, name := range fl.systemsIn(output) {
			known := slices.ContainsFunc(found, func(s system) bool { return s.name == name })
			if s := (system{output, name}); !known && fl.isSystem(s) {
				found = append(found, s)
			}
		}
	}
	for _, host := range fl.described() {
		if !slices.ContainsFunc(found, func(s system) bool { return s.name == host.name }) {
			found = append(found, system{describedOutput, host.name})
		}
	}
	return found
}

// inputSet is the argument of outputs: the inputs, and self.
func (fl *flake) inputSet(file *eval.Thunk) *eval.Thunk {
	inputs := map[string]*eval.Thunk{}
	if declared := fl.ev.Attrs(fl.ev.Select(file, "inputs")); declared != nil {
		for _, a := range declared.All() {
			inputs[a.Name] = fl.input(a.Name)
		}
	}
	if fn, ok := fl.ev.Force(fl.ev.Select(file, "outputs")).(*eval.Function); ok {
		names, _ := fn.Formals()
		for _, name := range names {
			if inputs[name] == nil {
				inputs[name] = fl.input(name)
			}
		}
	}
	inputs["self"] = fl.self()
	return fl.ev.Opaque(eval.Opaque{
		Label:  "inputs",
		Reason: "the inputs of the flake are not in this project",
		Attr: func(name string) *eval.Thunk {
			if t, ok := inputs[name]; ok {
				return t
			}
			return fl.input(name)
		},
	})
}

func (fl *flake) input(name string) *eval.Thunk {
	o := eval.Opaque{Label: "inputs." + name, Reason: "`inputs." + name + "` is not in this project"}
	if strings.Contains(name, "nixpkgs") || name == "nixos" || name == "unstable" || name == "stable" {
		o.Sort = eval.Nixpkgs
	}
	if name == "haumea" || name == "digga" {
		o.Attr = func(attr string) *eval.Thunk {
			if attr == "lib" {
				return fl.libOf(name)
			}
			return nil
		}
	}
	return fl.ev.Opaque(o)
}

// selfOutputs are the outputs of a flake that its own modules refer to.
var selfOutputs = []string{
	"nixosModules", "nixosConfigurations", "nixosProfiles", "modules", "lib", "homeModules",
	"homeManagerModules", "overlays", "packages", "profiles", "hardware", "common",
}

func (fl *flake) self() *eval.Thunk {
	attrs := map[string]*eval.Thunk{
		"outPath": eval.Known(&eval.Path{Source: true, Pieces: []eval.Piece{{Text: fl.view.now().name(fl.root.dir)}}}),
		"inputs":  fl.ev.Defer(func() *eval.Thunk { return fl.inputs }),
	}
	for _, name := range selfOutputs {
		attrs[name] = fl.ev.Defer(func() *eval.Thunk { return fl.output(name) })
	}
	attrs["outputs"] = fl.ev.NewOpenAttrs(attrs, fl.ev.Opaque(eval.Opaque{Label: "self.outputs", Reason: "an output of the flake that is not read"}))
	return fl.ev.NewOpenAttrs(attrs, fl.ev.Opaque(eval.Opaque{Label: "self", Reason: "an output of the flake that is not read"}))
}

// output is one of the outputs.
func (fl *flake) output(name string) *eval.Thunk {
	if fl.parts != nil {
		return fl.parts.configAt([]string{"flake", name})
	}
	if fl.outputs == nil {
		return fl.ev.Opaque(eval.Opaque{Label: "self." + name, Reason: "the outputs of the flake need themselves"})
	}
	value := fl.ev.Select(fl.outputs, name)
	_, unknown := fl.ev.Force(fl.outputs).(*eval.Unknown)
	switch {
	case unknown && name == "nixosModules":
		return fl.moduleFiles()
	case unknown && name == "modules":
		return fl.ev.NewOpenAttrs(map[string]*eval.Thunk{"nixos": fl.moduleFiles()}, value)
	}
	return value
}

// readParts reads a flake that is written as a module of flake-parts.
func (fl *flake) readParts(call *eval.Unknown) {
	w := newWorld(fl.view, fl.ev)
	w.extra = map[string]*eval.Thunk{
		"inputs": fl.inputs,
		"self":   fl.ev.Select(fl.inputs, "self"),
	}
	for _, a := range fl.foreign("flake-parts").All() {
		w.extra[a.Name] = fl.ev.Value(a)
	}
	w.complete, w.freeform = true, []string{"flake"}
	fl.parts = w
	w.collect([]pendingModule{{value: call.Args[1], file: fl.file}})
}

// systemsIn are the names in an output that may be systems.
func (fl *flake) systemsIn(output string) []string {
	var names []string
	if fl.parts != nil {
		for _, n := range fl.parts.root.at("flake", output).children() {
			if n.settle(); len(n.defs) > 0 && !n.pattern {
				names = append(names, n.name)
			}
		}
		return names
	}
	set := fl.ev.Attrs(fl.ev.Select(fl.outputs, output))
	if fl.isHive(output) {
		set = fl.hive(output)
	}
	if set != nil {
		for _, a := range set.All() {
			names = append(names, a.Name)
		}
	}
	return names
}

// isHive reports whether the systems of an output are modules, with defaults.
func (fl *flake) isHive(output string) bool {
	return output != "nixosConfigurations" && fl.parts == nil
}

// isSystem reports whether s is one in fact.
func (fl *flake) isSystem(s system) bool {
	if fl.isHive(s.output) {
		return !slices.Contains([]string{"meta", "defaults", "network", "nixpkgs"}, s.name) && certain(fl.hive(s.output).Lookup(s.name))
	}
	call, _, _ := fl.call(s)
	return call != nil
}

// value is what the flake outputs for a system.
func (fl *flake) value(s system) *eval.Thunk {
	if fl.parts == nil {
		return fl.ev.Select(fl.outputs, s.output, s.name)
	}
	n := fl.parts.root.at("flake", s.output, s.name)
	if n.settle(); len(n.defs) == 0 {
		return eval.NewNull()
	}
	return n.defs[0].Value
}

// call is the call that makes a system, the argument that describes it, and its modules:
// nixosSystem, or any function from elsewhere that takes modules, or a module last.
func (fl *flake) call(s system) (*eval.Unknown, *eval.Attrs, *eval.Thunk) {
	for _, c := range fl.ev.Cases(fl.value(s)) {
		u, ok := fl.ev.Force(c.Value).(*eval.Unknown)
		if !ok || slices.ContainsFunc(otherSystems, func(f string) bool { return strings.Contains(u.Func, f) }) {
			continue
		}
		for _, arg := range u.Args {
			if set, ok := fl.ev.Force(arg).(*eval.Attrs); ok && certain(set.Lookup("modules")) {
				return u, set, fl.ev.Value(set.Lookup("modules"))
			}
		}
		if n := len(u.Args) - 1; n >= 0 {
			if set, ok := fl.ev.Force(u.Args[n]).(*eval.Attrs); ok && certain(set.Lookup("imports")) {
				return u, &eval.Attrs{}, eval.NewList(u.Args[n])
			}
		}
	}
	return nil, nil, nil
}

// otherSystems are in the names of functions that make systems other than NixOS.
var otherSystems = []string{"darwin", "Darwin", "Macos", "homeManagerConfiguration", "HomeConfiguration"}

// world reads the modules of a system; input is the input of the flake that its
// nixpkgs comes from.
func (fl *flake) world(s system) (w *world, input string) {
	switch {
	case s.output == describedOutput:
		return fl.describedWorld(s.name), ""
	case fl.isHive(s.output):
		return fl.hiveWorld(s), ""
	}
	u, set, modules := fl.call(s)
	if u == nil {
		return fl.newSystem(nil), "" // which takes more than it may
	}
	w = fl.newSystem(fl.specialArgs(set))
	w.collect(w.moduleList(modules, fl.fileOf(u)))
	return w, inputOf(u)
}

// fileOf is the file that a call is written in.
func (fl *flake) fileOf(u *eval.Unknown) *File {
	return cmp.Or(fl.view.of(u.Origin()), fl.file)
}

func (fl *flake) newSystem(extra map[string]*eval.Thunk) *world {
	w := newWorld(fl.view, fl.ev)
	w.complete, w.extra = true, extra
	return w
}

// specialArgs are the further arguments that modules get, and their lib.
func (fl *flake) specialArgs(call *eval.Attrs) map[string]*eval.Thunk {
	extra := map[string]*eval.Thunk{}
	if lib := call.Lookup("lib"); certain(lib) {
		extra["lib"] = fl.ev.Value(lib)
	}
	for _, name := range []string{"extraArgs", "specialArgs"} {
		a := call.Lookup(name)
		if !certain(a) {
			continue
		}
		if set := fl.ev.Attrs(fl.ev.Value(a)); set != nil {
			for _, arg := range set.All() {
				if certain(arg) {
					extra[arg.Name] = fl.ev.Value(arg)
				}
			}
		}
	}
	return extra
}

// inputOf is the input in a call like nixpkgs-stable.lib.nixosSystem.
func inputOf(u *eval.Unknown) string {
	text := u.Func
	if n := u.Origin(); !n.IsZero() {
		if call, ok := n.AsApply(); ok {
			text = call.Func().Text()
		}
	}
	parts := strings.Split(strings.TrimPrefix(text, "inputs."), ".")
	return parts[0]
}

// hive is an output that is a hive of colmena, itself or as the argument of makeHive, or
// the first network of nixops.
func (fl *flake) hive(output string) *eval.Attrs {
	value := fl.ev.Select(fl.outputs, output)
	if output == "nixopsConfigurations" {
		value = fl.ev.Select(value, "default")
	}
	if u, ok := fl.ev.Force(value).(*eval.Unknown); ok && len(u.Args) == 1 {
		value = u.Args[0]
	}
	if set := fl.ev.Attrs(value); set != nil {
		return set
	}
	return &eval.Attrs{}
}

// hiveWorld reads the modules of a host of a hive: its own, and the defaults.
func (fl *flake) hiveWorld(s system) *world {
	set := fl.hive(s.output)
	extra := map[string]*eval.Thunk{"name": eval.NewString(s.name)}
	if meta := set.Lookup("meta"); certain(meta) {
		if m, ok := fl.ev.Force(fl.ev.Value(meta)).(*eval.Attrs); ok {
			maps.Copy(extra, fl.specialArgs(m))
		}
	}
	w := fl.newSystem(extra)
	var queue []pendingModule
	for _, name := range []string{"defaults", s.name} {
		if a := set.Lookup(name); certain(a) {
			queue = append(queue, pendingModule{value: fl.ev.Value(a), file: fl.file})
		}
	}
	w.collect(queue)
	return w
}
