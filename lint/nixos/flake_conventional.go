package nixos

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"wardnix/nixast/eval"
)

// hostFiles are the files in which functions that make the outputs of a flake look for
// hosts. The directory or file that the last "*" matches is the name of the host.
var hostFiles = []string{
	"hosts/*/configuration.nix", "nix/hosts/*/configuration.nix", // numtide/blueprint
	"machines/*/configuration.nix",                                     // clan
	"configurations/nixos/*/default.nix", "configurations/nixos/*.nix", // nixos-unified
	"nixos-configurations/*/default.nix", "nixos-configurations/*.nix", // ez-configs
	allModules + "*/default.nix", // snowfall
}

// allModules is where snowfall has hosts, each of which gets all modules of the flake.
const allModules = "systems/*/"

// moduleDirs are the directories whose files such functions output as modules of NixOS, by
// their names.
var moduleDirs = []string{"modules/nixos", "nix/modules/nixos", "nixos-modules", "nix/nixosModules"}

// hiveFiles are the files that colmena, morph and nixops read hosts from.
var hiveFiles = []string{"hive.nix", "network.nix", "deploy/network.nix"}

// conventional are the hosts of a flake whose outputs are made by a function that is not
// in sight, by the files in which such functions look for hosts. If others are known,
// they are taken to be all, unless the output with the hosts is not in sight.
func (fl *flake) conventional(others bool) []origin {
	if others && (fl.parts != nil || !fl.isUnknown("nixosConfigurations")) || !fl.hides() {
		return nil
	}
	var found []origin
	for _, pattern := range hostFiles {
		matches, _ := fs.Glob(fl.root.fsys, pattern) // the pattern is well formed
		for _, match := range matches {
			f := fl.view.file(fl.view.now().name(path.Join(fl.root.dir, match)))
			called := hostName(match)
			taken := slices.ContainsFunc(found, func(o origin) bool { return o.system.name == called })
			if f != nil && !taken && !strings.Contains(match, "darwin") {
				found = append(found, origin{config: f.Name, system: system{name: called}})
			}
		}
	}
	return found
}

// hides reports whether the flake may have systems that are not in sight.
func (fl *flake) hides() bool {
	if fl.parts != nil {
		return len(fl.parts.unseen) > 0
	}
	return fl.isUnknown("nixosConfigurations") || len(fl.systemsIn("systemConfigs")) > 0
}

// isUnknown reports whether nothing is known of an output.
func (fl *flake) isUnknown(output string) bool {
	_, unknown := fl.ev.Force(fl.outputs).(*eval.Unknown)
	if set, ok := fl.ev.Force(fl.outputs).(*eval.Attrs); ok && certain(set.Lookup(output)) {
		_, unknown = fl.ev.Force(fl.ev.Value(set.Lookup(output))).(*eval.Unknown)
	}
	return unknown
}

// hostName is the name of the host in a file.
func hostName(file string) string {
	if base := path.Base(file); base != "default.nix" && base != "configuration.nix" {
		return strings.TrimSuffix(base, ".nix")
	}
	return path.Base(path.Dir(file))
}

// conventionalWorld reads the modules of a host that is a file.
func (fl *flake) conventionalWorld(config string) *world {
	self := fl.ev.Select(fl.inputs, "self")
	w := fl.newSystem(map[string]*eval.Thunk{"inputs": fl.inputs, "self": self, "flake": self, "ezModules": fl.moduleFiles()})
	f := fl.view.file(config)
	queue := []pendingModule{{value: fl.ev.File(f.Tree), file: f, whole: true}}
	if all, _ := path.Match(allModules+"*/default.nix", relTo(fl.root.dir, f.Path)); all {
		for _, name := range fl.view.below(fl.view.now().name(path.Join(fl.root.dir, moduleDirs[0]))) {
			if path.Base(name) == "default.nix" {
				queue = append(queue, pendingModule{value: fl.pathTo(path.Join(moduleDirs[0], name)), file: fl.file})
			}
		}
	}
	w.collect(append(queue, fl.clanModules(hostName(f.Path))...))
	w.miss(addsModules, f.Tree.Expr())
	return w
}

// moduleFiles are the modules that functions find in directories, by their names.
func (fl *flake) moduleFiles() *eval.Thunk {
	return fl.ev.Opaque(eval.Opaque{
		Label: "self.nixosModules", Reason: "an output of the flake that is not read",
		Attr: func(name string) *eval.Thunk {
			for _, dir := range moduleDirs {
				for _, file := range []string{name + ".nix", name + "/default.nix"} {
					at := path.Join(dir, file)
					if fl.view.file(fl.view.now().name(path.Join(fl.root.dir, at))) != nil {
						return fl.pathTo(at)
					}
				}
			}
			return nil
		},
	})
}

// pathTo is the path to a file of the flake.
func (fl *flake) pathTo(name string) *eval.Thunk {
	name = fl.view.now().name(path.Join(fl.root.dir, name))
	return eval.Known(&eval.Path{Source: true, Pieces: []eval.Piece{{Text: name}}})
}

// hiveOf is a file with the hosts of a network, as a flake that outputs it.
func hiveOf(v *view, r *root, ev *eval.Evaluator, f *File) *flake {
	fl := &flake{view: v, root: r, file: f, ev: ev, inputs: eval.NewNull()}
	value := ev.File(f.Tree)
	if _, ok := ev.Force(value).(*eval.Function); ok {
		value = ev.Call(value, ev.Opaque(eval.Opaque{Label: "args", Reason: "an argument from outside"}))
	}
	fl.outputs = eval.NewAttrs(map[string]*eval.Thunk{"colmena": value})
	return fl
}
