package nixos

import (
	"path"
	"slices"
	"strings"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// A world is a set of modules that are merged with each other: those of a
// host, of a container, or of a submodule.
type world struct {
	view  *view
	ev    *eval.Evaluator
	label string // what the modules call their configuration: "config"
	// complete reports that all modules that matter are in sight, so that
	// config.x is what they set.
	complete bool
	extra    map[string]*eval.Thunk // further module arguments, such as specialArgs
	loose    bool                   // the files are no host's, and each counts once
	share    share                  // the units that are made of them
	open     bool                   // modules may require arguments that are not in sight
	freeform []string               // the options below which everything is as it is written

	modules  []*module
	disabled map[*File]bool
	keys     map[string]bool    // of modules that name themselves
	seen     map[*File]bool     // those that are modules
	copies   map[eval.Value]int // of modules that are no files
	// importers are the modules that import a file under all conditions.
	importers map[*File][]*module
	unseen    []Reason
	args      *eval.Thunk
	config    configPath
	root      *node
	ready     bool // all modules are collected

	declared *declared                            // see declarations
	configs  map[*node]*eval.Thunk                // of submodules, see mergedSubmodule
	bindings map[depthOf]map[string][]nixast.Node // see siblings

	discharges int    // steps taken for the definition at hand
	spareLines []Line // the memory that the lines of the next unit are gathered in
}

// A module is one module after its arguments are given.
type module struct {
	world    *world
	file     *File // that its set is written in
	value    *eval.Thunk
	body     *eval.Attrs
	whole    bool       // it is the expression of file
	importer *module    // the module that imports it, if any
	when     *eval.Cond // the condition under which it is there
}

// moduleKeys are the attributes of a module that are no options in a module
// without config (nixpkgs: lib/modules.nix, unifyModuleSyntax).
var moduleKeys = [...]string{"_class", "_file", "key", "disabledModules", "require", "imports", "freeformType", "options", "config", "meta"}

func newWorld(v *view, ev *eval.Evaluator) *world {
	w := &world{view: v, ev: ev, label: "config", open: true}
	w.root = newNode(w, nil, "")
	return w
}

// put sets a key of a map, which is made if it is nil: most worlds are small.
func put[K comparable, V any](m *map[K]V, key K, value V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[key] = value
}

// moduleArgs are the arguments that modules get.
func (w *world) moduleArgs() *eval.Thunk {
	if w.args != nil {
		return w.args
	}
	w.args = w.ev.Opaque(eval.Opaque{
		Label:  "args",
		Reason: "the arguments of a module are given from outside",
		Attr:   w.moduleArg,
	})
	return w.args
}

// moduleArg is an argument that modules get.
func (w *world) moduleArg(name string) *eval.Thunk {
	if t, ok := w.extra[name]; ok {
		return t
	}
	switch name {
	case "config":
		return w.configAt(nil)
	case "lib":
		return w.ev.Lib()
	case "pkgs":
		return w.ev.Pkgs()
	case "options", "modulesPath", "utils":
		return w.opaque(name)
	}
	return w.ev.Defer(func() *eval.Thunk { return w.otherArg(name) })
}

// otherArg is an argument that a module sets with _module.args, or one from
// outside.
func (w *world) otherArg(name string) *eval.Thunk {
	if w.ready && !w.loose {
		if value, ok := w.root.at("_module", "args", name).option().Value(); ok {
			return value
		}
	}
	return w.ev.Opaque(eval.Opaque{Label: name, Reason: "`" + name + "` is an argument that is given to the module from outside"})
}

func (w *world) opaque(label string) *eval.Thunk {
	return w.ev.Opaque(eval.Opaque{Label: label, Reason: "`" + label + "` is only known when NixOS evaluates the configuration"})
}

// A pendingModule is one that is still to be read.
type pendingModule struct {
	value    *eval.Thunk
	file     *File // that it is written in
	when     *eval.Cond
	whole    bool // it is the expression of file
	importer *module
}

// collect reads modules and what they import, breadth first, as
// lib.evalModules does. A file counts once.
func (w *world) collect(queue []pendingModule) {
	for _, m := range queue {
		if m.whole {
			put(&w.seen, m.file, true)
		}
	}
	for len(queue) > 0 && w.draw(moduleSize) {
		next := queue[0]
		queue = queue[1:]
		queue = append(queue, w.load(next)...)
	}
	if len(w.disabled) > 0 {
		w.modules = slices.DeleteFunc(w.modules, w.isDisabled)
	}
	w.ready = true
	for _, m := range slices.Backward(w.modules) { // as lib.evalModules merges them
		w.root.raw = append(w.root.raw, w.definitions(m)...)
	}
}

// isDisabled reports whether a module is switched off by disabledModules, or
// imported by one that is.
func (w *world) isDisabled(m *module) bool {
	for ; m != nil; m = m.importer {
		if m.whole && w.disabled[m.file] {
			return true
		}
	}
	return false
}

// load reads one module and returns what it imports.
func (w *world) load(next pendingModule) []pendingModule {
	for range 8 { // a path to a file that has a path, and a function that returns one
		ok := false
		switch v := w.ev.Force(next.value).(type) {
		case *eval.Path:
			next, ok = w.loadPath(next, v)
		case *eval.Function:
			next, ok = w.loadFunction(next, v)
		case *eval.Unknown:
			if at, found := w.leaf(v); found {
				next, ok = w.loadPath(next, at)
				break
			}
			more, ok := w.tree(v, next.file)
			if !ok {
				w.miss(v.Reason, v.Origin())
			}
			return more
		default:
			return w.loadSet(next)
		}
		if !ok {
			return nil
		}
	}
	return nil
}

// loadPath goes on with the file at a path; false if it counts already, or cannot be read.
func (w *world) loadPath(next pendingModule, at *eval.Path) (pendingModule, bool) {
	text, ok := at.Text()
	if !ok || !at.Source {
		w.miss("the path of the module is not known", at.Origin())
		return next, false
	}
	f, err := w.view.importFile(text)
	if err != nil {
		w.miss(err.Error(), at.Origin())
		return next, false
	}
	if next.importer != nil && next.when == next.importer.when {
		put(&w.importers, f, append(w.importers[f], next.importer))
	}
	known := w.seen[f]
	put(&w.seen, f, true)
	next.value, next.file, next.whole = w.ev.File(f.Tree), f, true
	return next, !known
}

// loadFunction goes on with what a function returns for the arguments of modules.
func (w *world) loadFunction(next pendingModule, fn *eval.Function) (pendingModule, bool) {
	if !next.whole && (w.loose && w.seen[w.fileOf(fn.Origin())] || w.isCopy(fn)) {
		return next, false
	}
	next.value = w.ev.Call(next.value, w.moduleArgs())
	if fn, ok := w.ev.Force(next.value).(*eval.Function); ok && !w.open {
		w.miss("a function of several arguments is not a module", fn.Origin())
		return next, false
	}
	return next, true
}

// loadSet takes a set for a module.
func (w *world) loadSet(next pendingModule) []pendingModule {
	body := w.ev.Attrs(next.value)
	if body == nil {
		return nil
	}
	file := next.file
	if n := body.Origin(); !n.IsZero() {
		file = w.view.of(n)
	}
	if w.isKnown(body) || !next.whole && w.isCopy(body) {
		return nil
	}
	m := &module{world: w, file: file, value: next.value, body: body, whole: next.whole, importer: next.importer, when: next.when}
	w.modules = append(w.modules, m)
	w.disable(m)
	return w.imports(m)
}

// maxCopies is how often a module counts that is not a file. NixOS takes each for another,
// so that modules which import others twice double with each level.
const maxCopies = 4

// isCopy reports whether a module that is not a file was loaded too often already.
func (w *world) isCopy(v eval.Value) bool {
	put(&w.copies, v, w.copies[v]+1)
	if w.copies[v] == maxCopies+1 {
		w.miss("it is imported too often", v.Origin())
	}
	return w.copies[v] > maxCopies
}

// fileOf is the file whose whole expression n is; nil if it is a part of one.
func (w *world) fileOf(n nixast.Node) *File {
	if n.IsZero() || n.File().Expr().Unparen() != n.Unparen() {
		return nil
	}
	return w.view.of(n)
}

// isKnown reports whether a module with the same key was read before. The key of a
// file is its path, which collect sees to.
func (w *world) isKnown(body *eval.Attrs) bool {
	key, ok := body.Certainly("key")
	if !ok {
		return false
	}
	s := w.ev.String(w.ev.Value(key))
	if s == nil {
		return false
	}
	text, ok := s.Text()
	known := ok && w.keys[text]
	if ok {
		put(&w.keys, text, true)
	}
	return known
}

func (w *world) miss(text string, at nixast.Node) {
	if strings.HasPrefix(text, "`modulesPath`") {
		return // a module of nixpkgs, like all those that need no import
	}
	w.unseen = append(w.unseen, Reason{Text: text, Node: at})
}

// imports are the modules that a module imports.
func (w *world) imports(m *module) []pendingModule {
	var found []pendingModule
	for _, name := range []string{"require", "imports"} {
		for _, d := range m.body.Lookup(name).Defs {
			if d.Open != nil || d.Name != nil {
				continue
			}
			found = append(found, w.moduleList(d.Value, m.file)...)
		}
	}
	if w.loose {
		found = append(found, w.exported(m)...)
	}
	kept := found[:0]
	for _, next := range found {
		var t eval.Truth
		if next.when, t = w.ev.And(m.when, next.when); t != eval.No {
			next.importer = m
			kept = append(kept, next)
		}
	}
	return kept
}

// exported are the modules of NixOS that one of flake-parts has to offer: by their
// names in flake.nixosModules and flake.modules.nixos, and in the attributes nixos of
// the aspects of den.
func (w *world) exported(m *module) []pendingModule {
	var found []pendingModule
	for _, config := range []eval.Attr{{Defs: []eval.Def{{Value: m.value}}}, m.body.Lookup("config")} {
		for _, path := range [][]string{{"flake", "nixosModules"}, {"flake", "modules", "nixos"}} {
			for _, a := range w.attrsIn(w.attrIn(config, path...)) {
				found = append(found, pendingModule{value: w.ev.Value(a), file: m.file})
			}
		}
		for _, value := range w.aspects(w.attrIn(config, "den", "aspects"), 6) {
			found = append(found, pendingModule{value: value, file: m.file})
		}
	}
	return found
}

// aspects are the values of the attributes nixos in a set, and in those in it.
func (w *world) aspects(a eval.Attr, depth int) []*eval.Thunk {
	var found []*eval.Thunk
	for _, inner := range w.attrsIn(a) {
		if inner.Name == "nixos" {
			found = append(found, w.ev.Value(inner))
		} else if depth > 0 {
			found = append(found, w.aspects(inner, depth-1)...)
		}
	}
	return found
}

// attrIn is an attribute in sets in sets; the zero Attr if it is not certain that
// it is there.
func (w *world) attrIn(a eval.Attr, path ...string) eval.Attr {
	for _, name := range path {
		if !certain(a) {
			return eval.Attr{}
		}
		set, ok := w.ev.Force(w.ev.Value(a)).(*eval.Attrs)
		if !ok {
			return eval.Attr{}
		}
		a = set.Lookup(name)
	}
	return a
}

// attrsIn are the attributes that are certainly in a set.
func (w *world) attrsIn(a eval.Attr) []eval.Attr {
	if !certain(a) {
		return nil
	}
	set, ok := w.ev.Force(w.ev.Value(a)).(*eval.Attrs)
	if !ok {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(set.All()), func(a eval.Attr) bool { return !certain(a) })
}

// users are the modules that bring m along under all conditions, itself
// included.
func (m *module) users(found map[*module]bool) {
	if m == nil || found[m] {
		return
	}
	found[m] = true
	if m.whole {
		for _, importer := range m.world.importers[m.file] {
			importer.users(found)
		}
	} else if m.importer != nil && m.when == m.importer.when {
		m.importer.users(found)
	}
}

func (w *world) moduleList(t *eval.Thunk, file *File) []pendingModule {
	var found []pendingModule
	list := w.ev.List(t)
	if list == nil {
		return nil
	}
	for _, item := range list.Items {
		if item.Many {
			v := w.ev.Force(item.Value)
			if u, ok := v.(*eval.Unknown); ok {
				if more, ok := w.tree(u, file); ok {
					found = append(found, more...)
					continue
				}
				w.miss(u.Reason, u.Origin())
			}
			continue
		}
		found = append(found, pendingModule{value: item.Value, file: file, when: item.When})
	}
	return found
}

// disable takes note of the files that a module switches off.
func (w *world) disable(m *module) {
	for _, d := range m.body.Lookup("disabledModules").Defs {
		if d.Open != nil || d.Value == nil {
			continue
		}
		list := w.ev.List(d.Value)
		if list == nil {
			continue
		}
		for _, item := range list.Items {
			if v, ok := w.ev.Force(item.Value).(*eval.Path); ok && !item.Many && v.Source {
				if text, ok := v.Text(); ok {
					if f, err := w.view.importFile(text); err == nil {
						put(&w.disabled, f, true)
					}
				}
			}
		}
	}
}

// definitions are what a module sets: its config, or without one all of it.
func (w *world) definitions(m *module) []*Def {
	config, options := m.body.Lookup("config"), m.body.Lookup("options")
	if !certain(config) && !certain(options) {
		all := w.newDef(m.value)
		all.top, all.When, all.mod = true, m.when, m
		return []*Def{all}
	}
	outer := w.newDef(nil)
	outer.When, outer.mod = m.when, m
	return w.attrDefs(nil, config, outer)
}

// treeFunction is the name of the function that imports a whole directory.
const treeFunction = "import-tree"

// leaf is the file that an attribute of what a function made of a directory most likely
// is: haumea.lib.load { src = ./nixos; … } has nixos/a/b.nix as a.b.
func (w *world) leaf(u *eval.Unknown) (*eval.Path, bool) {
	name := ""
	for ; u.Of != nil; u = u.Of {
		name = path.Join(u.Name, name)
	}
	if name == "" || len(u.Args) == 0 {
		return nil, false
	}
	arg := u.Args[len(u.Args)-1]
	if set, ok := w.ev.Force(arg).(*eval.Attrs); ok {
		if !certain(set.Lookup("src")) {
			return nil, false
		}
		arg = w.ev.Value(set.Lookup("src"))
	}
	dir, ok := w.ev.Force(arg).(*eval.Path)
	if !ok || !dir.Source {
		return nil, false
	}
	text, ok := dir.Text()
	for _, file := range []string{name + ".nix", path.Join(name, "default.nix")} {
		at := path.Join(text, file)
		if ok && w.view.file(at) != nil {
			return &eval.Path{Source: true, Pieces: []eval.Piece{{Text: at}}}, true
		}
	}
	return nil, false
}

// tree are the modules that a function which imports a whole directory means:
// import-tree takes every *.nix file below a path, but those below a directory
// whose name begins with an underscore.
func (w *world) tree(u *eval.Unknown, file *File) ([]pendingModule, bool) {
	if !strings.HasSuffix(u.Func, treeFunction) || len(u.Args) != 1 {
		return nil, false
	}
	dir, ok := w.ev.Force(u.Args[0]).(*eval.Path)
	if !ok || !dir.Source {
		return nil, false
	}
	text, ok := dir.Text()
	if !ok {
		return nil, false
	}
	var found []pendingModule
	for _, name := range w.view.below(text) {
		if !strings.Contains("/"+name, "/_") {
			at := eval.Known(&eval.Path{Source: true, Pieces: []eval.Piece{{Text: path.Join(text, name)}}})
			found = append(found, pendingModule{value: at, file: file})
		}
	}
	return found, true
}
