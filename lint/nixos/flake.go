package nixos

import (
	"path"
	"slices"
	"strings"

	"wardnix/nixast/eval"
)

// A flake is a flake.nix whose outputs are looked at.
type flake struct {
	project  *Project
	root     *root
	ev       *eval.Evaluator
	inputs   *eval.Thunk
	outputs  *eval.Thunk
	imported map[*File]bool
	parts    *world // the modules of flake-parts, if it is written with them
}

// flakeSystems are the systems that a flake outputs: its nixosConfigurations,
// and the hives of colmena.
func flakeSystems(p *Project, r *root, f *File) []foundSystem {
	ev, imported := newEvaluator(p, stepsOfHost)
	fl := &flake{project: p, root: r, ev: ev, imported: imported}
	file := fl.ev.File(f.Tree)
	fl.inputs = fl.inputSet(file)
	fl.outputs = fl.ev.Call(fl.ev.Select(file, "outputs"), fl.inputs)
	if u, ok := fl.ev.Force(fl.outputs).(*eval.Unknown); ok && strings.HasSuffix(u.Func, "mkFlake") && len(u.Args) == 2 {
		fl.readParts(u, f)
	}
	var found []foundSystem
	for _, name := range []string{"nixosConfigurations", "colmena", "colmenaHive"} {
		for _, system := range fl.systems(name) {
			if !slices.ContainsFunc(found, func(s foundSystem) bool { return s.name == system.name }) {
				found = append(found, system)
			}
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
	return fl.ev.Opaque(o)
}

// selfOutputs are the outputs of a flake that its own modules refer to.
var selfOutputs = []string{
	"nixosModules", "nixosConfigurations", "nixosProfiles", "modules", "lib", "homeModules",
	"homeManagerModules", "overlays", "packages", "profiles", "hardware", "common",
}

func (fl *flake) self() *eval.Thunk {
	attrs := map[string]*eval.Thunk{
		"outPath": eval.Known(&eval.Path{Source: true, Pieces: []eval.Piece{{Text: fl.project.name(fl.root.dir)}}}),
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
	return fl.ev.Select(fl.outputs, name)
}

// readParts reads a flake that is written as a module of flake-parts.
func (fl *flake) readParts(call *eval.Unknown, f *File) {
	w := newWorld(fl.project, fl.ev)
	w.extra = map[string]*eval.Thunk{
		"inputs": fl.inputs,
		"self":   fl.ev.Select(fl.inputs, "self"),
	}
	w.complete, w.freeform = true, []string{"flake"}
	fl.parts = w
	w.collect([]pendingModule{{value: call.Args[1], file: f}})
}

// systems are the systems of one output.
func (fl *flake) systems(output string) []foundSystem {
	var found []foundSystem
	add := func(name string, value *eval.Thunk) {
		if system, ok := fl.system(name, value); ok {
			found = append(found, system)
		}
	}
	if fl.parts != nil {
		for _, n := range fl.parts.root.at("flake", output).children() {
			n.settle()
			if len(n.defs) > 0 && !n.pattern {
				add(n.name, n.defs[0].value)
			}
		}
		return found
	}
	set := fl.ev.Attrs(fl.ev.Select(fl.outputs, output))
	if set == nil {
		return nil
	}
	if output != "nixosConfigurations" {
		return fl.hive(set)
	}
	for _, a := range set.All() {
		add(a.Name, fl.ev.Value(a))
	}
	return found
}

// system reads the call that makes a system: nixosSystem, or any function from
// elsewhere that takes modules.
func (fl *flake) system(name string, value *eval.Thunk) (foundSystem, bool) {
	for _, c := range fl.ev.Cases(value) {
		u, ok := fl.ev.Force(c.Value).(*eval.Unknown)
		if !ok || strings.Contains(u.Func, "darwin") || strings.Contains(u.Func, "homeManagerConfiguration") {
			continue
		}
		for _, arg := range u.Args {
			set, ok := fl.ev.Force(arg).(*eval.Attrs)
			if !ok || !certain(set.Lookup("modules")) {
				continue
			}
			w := fl.newSystem(fl.specialArgs(set))
			w.collect(w.moduleList(fl.ev.Value(set.Lookup("modules")), fl.project.File(fl.fileName(u))))
			return foundSystem{name: name, input: inputOf(u), world: w, imported: fl.imported}, true
		}
	}
	return foundSystem{}, false
}

func (fl *flake) fileName(u *eval.Unknown) string {
	if n := u.Origin(); !n.IsZero() {
		if f := fl.project.File(n.File().Name); f != nil && f.Tree == n.File() {
			return f.Name
		}
	}
	return path.Join(fl.project.name(fl.root.dir), "flake.nix")
}

func (fl *flake) newSystem(extra map[string]*eval.Thunk) *world {
	w := newWorld(fl.project, fl.ev)
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

// hive are the hosts of a hive of colmena: modules by name, with defaults.
func (fl *flake) hive(set *eval.Attrs) []foundSystem {
	var found []foundSystem
	for _, a := range set.All() {
		if a.Name == "meta" || a.Name == "defaults" || a.Name == "network" || !certain(a) {
			continue
		}
		extra := map[string]*eval.Thunk{"name": eval.NewString(a.Name)}
		if meta := set.Lookup("meta"); certain(meta) {
			if m, ok := fl.ev.Force(fl.ev.Value(meta)).(*eval.Attrs); ok {
				for name, t := range fl.specialArgs(m) {
					extra[name] = t
				}
			}
		}
		w := fl.newSystem(extra)
		file := fl.project.File(path.Join(fl.project.name(fl.root.dir), "flake.nix"))
		var queue []pendingModule
		for _, one := range []eval.Attr{set.Lookup("defaults"), a} {
			if certain(one) {
				t := fl.ev.Value(one)
				queue = append(queue, pendingModule{value: t, file: file})
			}
		}
		w.collect(queue)
		found = append(found, foundSystem{name: a.Name, world: w, imported: fl.imported})
	}
	return found
}
