package nixos

import (
	"maps"
	"path"
	"slices"
	"strings"

	"wardnix/nixast/eval"
)

// describedOutput is the output of a flake that a function makes which is not in
// sight: its hosts are those that its arguments describe.
const describedOutput = "hosts"

// addsModules is why not all modules of such a host are in sight.
const addsModules = "the function that makes the host may add modules"

// hostSets are the attributes in which such functions, and modules of flake-parts, are
// given their hosts.
var hostSets = [][]string{{"hosts"}, {"nixos", "hosts"}, {"machines"}, {"nixosConfigurations"}}

// sharedModules are the attributes next to them that have modules of all hosts.
var sharedModules = [][]string{{"hostDefaults", "modules"}, {"nixos", "hostDefaults", "modules"}, {"shared", "modules"}, {"systemModules"}}

// hostDirectory is the attribute next to them whose directory has a module of each host.
const hostDirectory = "hostModuleDir"

// A describedHost is a host as it is described to a function that is not in sight.
type describedHost struct {
	name   string
	value  *eval.Thunk
	isSet  bool        // value is a set with modules; else it is a module
	around *eval.Attrs // the argument that it is in
}

// described are the hosts that are described to functions that are not in sight.
func (fl *flake) described() []describedHost {
	var found []describedHost
	for _, around := range fl.descriptions() {
		for _, path := range hostSets {
			if hosts := fl.setIn(around, path...); hosts != nil {
				found = append(found, fl.describedIn(hosts, around, path)...)
			}
		}
		for _, imported := range fl.imported(around) {
			if hosts := fl.setIn(imported, "hosts"); hosts != nil {
				found = append(found, fl.describedIn(hosts, around, []string{"hosts"})...)
			}
		}
	}
	return found
}

// imported are the sets that a description in digga imports.
func (fl *flake) imported(around *eval.Attrs) []*eval.Attrs {
	set := fl.setIn(around, "nixos")
	if set == nil || !certain(set.Lookup("imports")) {
		return nil
	}
	list := fl.ev.List(fl.ev.Value(set.Lookup("imports")))
	if list == nil {
		return nil
	}
	var found []*eval.Attrs
	for _, item := range list.Items {
		if one, ok := fl.ev.Force(item.Value).(*eval.Attrs); ok && !item.Many {
			found = append(found, one)
		}
	}
	return found
}

// describedIn are the hosts that a set at a path in a description has.
func (fl *flake) describedIn(hosts, around *eval.Attrs, path []string) []describedHost {
	var found []describedHost
	for _, a := range hosts.All() {
		if !certain(a) || fl.isForeign(fl.ev.Value(a)) {
			continue
		}
		host := describedHost{name: a.Name, value: fl.ev.Value(a), around: around}
		set, isSet := fl.ev.Force(host.value).(*eval.Attrs)
		host.isSet = isSet && certain(set.Lookup("modules")) || isSet && path[len(path)-1] == "hosts" && len(fl.shared(around)) > 0
		if host.isSet || path[0] == "machines" {
			found = append(found, host)
		}
	}
	return found
}

// isForeign reports whether the description of a host is one of another system than
// NixOS.
func (fl *flake) isForeign(host *eval.Thunk) bool {
	set, ok := fl.ev.Force(host).(*eval.Attrs)
	return ok && slices.ContainsFunc([]string{"class", "output", "system"}, func(name string) bool {
		a := set.Lookup(name)
		if !certain(a) {
			return false
		}
		s := fl.ev.String(fl.ev.Value(a))
		return s != nil && (strings.Contains(s.Pattern(), "darwin") || s.Pattern() == "iso")
	})
}

// descriptions are the sets that functions which make the outputs are given, and those of
// the options of flake-parts' modules.
func (fl *flake) descriptions() []*eval.Attrs {
	var sets []*eval.Attrs
	if fl.parts != nil {
		for _, n := range fl.parts.root.children() {
			n.settle()
			for _, d := range n.defs {
				if set, ok := fl.ev.Force(d.Value).(*eval.Attrs); ok && n.name != "flake" && n.name != "perSystem" {
					sets = append(sets, set)
				}
			}
		}
		hosts := fl.parts.root.at("flake", "nixosConfigurations")
		hosts.settle()
		for _, d := range hosts.defs {
			sets = append(sets, fl.arguments(d.Value)...)
		}
		return sets
	}
	return append(fl.arguments(fl.outputs), fl.arguments(fl.ev.Select(fl.outputs, "nixosConfigurations"))...)
}

// arguments are the sets that a function which is not in sight is given to make a value,
// or what that is selected from.
func (fl *flake) arguments(t *eval.Thunk) []*eval.Attrs {
	var sets []*eval.Attrs
	u, _ := fl.ev.Force(t).(*eval.Unknown)
	for ; u != nil; u = u.Of {
		for _, arg := range u.Args {
			if set, ok := fl.ev.Force(arg).(*eval.Attrs); ok {
				sets = append(sets, set)
			}
		}
	}
	return sets
}

// setIn is a set at a path in another; nil if it is not certainly there.
func (fl *flake) setIn(set *eval.Attrs, path ...string) *eval.Attrs {
	for _, name := range path {
		a := set.Lookup(name)
		if !certain(a) {
			return nil
		}
		inner, ok := fl.ev.Force(fl.ev.Value(a)).(*eval.Attrs)
		if !ok {
			return nil
		}
		set = inner
	}
	return set
}

// shared are the modules of all hosts of a description.
func (fl *flake) shared(around *eval.Attrs) []*eval.Thunk {
	var found []*eval.Thunk
	for _, path := range sharedModules {
		n := len(path) - 1
		if set := fl.setIn(around, path[:n]...); set != nil && certain(set.Lookup(path[n])) {
			found = append(found, fl.ev.Value(set.Lookup(path[n])))
		}
	}
	if a := around.Lookup("perClass"); certain(a) {
		of := fl.ev.Call(fl.ev.Value(a), eval.NewString("nixos"))
		found = append(found, fl.ev.Select(of, "modules"))
	}
	return found
}

// describedWorld reads the modules of a described host.
func (fl *flake) describedWorld(name string) *world {
	hosts := slices.DeleteFunc(fl.described(), func(h describedHost) bool { return h.name != name })
	if len(hosts) == 0 {
		return fl.newSystem(nil)
	}
	host := hosts[0]
	w := fl.newSystem(map[string]*eval.Thunk{"inputs": fl.inputs, "self": fl.ev.Select(fl.inputs, "self")})
	if set := fl.setIn(host.around, "nixos", "importables"); set != nil { // digga
		for _, a := range set.All() {
			w.extra[a.Name] = fl.ev.Value(a)
		}
	}
	var queue []pendingModule
	for _, modules := range fl.shared(host.around) {
		queue = append(queue, w.moduleList(modules, fl.file)...)
	}
	if a := host.around.Lookup(hostDirectory); certain(a) {
		if dir, ok := fl.ev.Force(fl.ev.Value(a)).(*eval.Path); ok && dir.Source {
			text, _ := dir.Text()
			at := &eval.Path{Source: true, Pieces: []eval.Piece{{Text: path.Join(text, name)}}}
			queue = append(queue, pendingModule{value: eval.Known(at), file: fl.file})
		}
	}
	for i, h := range hosts {
		// Of digga, a host is described in its file as well.
		if i == 0 || h.around == host.around && fl.ev.Force(h.value) != fl.ev.Force(host.value) {
			queue = append(queue, fl.modulesOf(w, h)...)
		}
	}
	w.collect(append(queue, fl.clanModules(name)...))
	w.miss(addsModules, fl.ev.Force(host.value).Origin())
	return w
}

// modulesOf are the modules in the description of a host, whose world gets the arguments
// there.
func (fl *flake) modulesOf(w *world, host describedHost) []pendingModule {
	if !host.isSet {
		return []pendingModule{{value: host.value, file: fl.file}}
	}
	set := fl.ev.Attrs(host.value)
	maps.Copy(w.extra, fl.specialArgs(set))
	if a := set.Lookup("modules"); certain(a) {
		return w.moduleList(fl.ev.Value(a), fl.file)
	}
	return nil
}
