package unitfiles

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// assembler puts units together from the directories of a load path, strongest
// first.
type assembler struct {
	manager     Manager
	directories []*directory
	// partial reports that unit files may be in directories that were not given, so
	// that drop-ins without one are reported all the same.
	partial bool
	// names are the unit files by name; the first directory that has one wins.
	names   map[string]entry
	units   map[string]*Unit
	missing []Missing
}

func assemble(m Manager, partial bool, directories ...*directory) ([]*Unit, []Missing) {
	a := assembler{manager: m, directories: directories, partial: partial, names: map[string]entry{}, units: map[string]*Unit{}}
	for _, f := range directories {
		for name, e := range f.units {
			if _, ok := a.names[name]; !ok {
				a.names[name] = e
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a.names)) {
		a.name(name)
	}
	a.onlyDropins()
	var units []*Unit
	for _, name := range slices.Sorted(maps.Keys(a.units)) {
		u := a.units[name]
		slices.Sort(u.Aliases)
		a.wanted(u)
		a.dropins(u)
		units = append(units, u)
	}
	return units, a.missing
}

// name finds the unit that a name leads to.
func (a *assembler) name(name string) {
	at, e := name, a.names[name]
	for range maxLinks {
		if e.kind != link || at == e.alias {
			break
		}
		if !ValidAlias(at, e.alias) {
			a.missing = append(a.missing, Missing{e.Path, "a link to " + e.alias + " is not valid under this name", Ignored})
			return
		}
		_, instance, _ := cutInstance(at)
		target := e.alias
		if template, its, ok := cutInstance(target); ok && its == "" && instance != "" {
			target = withInstance(template, instance)
		}
		next, ok := a.find(target)
		if !ok {
			a.missing = append(a.missing, Missing{e.Path, "the link leads to " + target + ", which does not exist", a.cause()})
			return
		}
		at, e = target, next
	}
	if e.kind == link {
		a.missing = append(a.missing, Missing{a.names[name].Path, "the links lead in a circle", Ignored})
		return
	}
	u := a.unit(at, e)
	if at != name {
		u.Aliases = append(u.Aliases, name)
	}
}

// cause is that of a name that no directory has.
func (a *assembler) cause() Cause {
	if a.partial {
		return Elsewhere
	}
	return Ignored
}

// find looks a name up, and for an instance its template.
func (a *assembler) find(name string) (entry, bool) {
	e, ok := a.names[name]
	if template, instance, _ := cutInstance(name); !ok && instance != "" {
		e, ok = a.names[template]
	}
	return e, ok
}

func (a *assembler) unit(name string, e entry) *Unit {
	if u, ok := a.units[name]; ok {
		return u
	}
	u := &Unit{Name: name, Scope: Scope{Manager: a.manager}}
	switch e.kind {
	case masked:
		u.Masked = true
	case absent:
		u.Dropin = true
		u.Missing = append(u.Missing, e.missing())
	default:
		u.Files = []File{e.File}
	}
	a.units[name] = u
	return u
}

// onlyDropins finds the units that have drop-ins but no file of their own:
// instances of a template, and units whose file is elsewhere.
func (a *assembler) onlyDropins() {
	for _, f := range a.directories {
		for _, dir := range slices.Sorted(maps.Keys(f.dropins)) {
			name := strings.TrimSuffix(dir, ".d")
			if _, ok := a.names[name]; ok || !ValidUnit(name) || a.units[name] != nil || strings.HasSuffix(strings.TrimRight(name[:strings.LastIndexByte(name, '.')], "@"), "-") {
				continue
			}
			if e, ok := a.find(name); ok && e.kind == text {
				a.unit(name, e)
			} else if a.partial {
				a.unit(name, entry{File: File{Path: name}, kind: absent, why: "the unit file is elsewhere"})
			}
		}
	}
}

// dropins adds the drop-ins of a unit: of files with one name the strongest, in
// the order of their names (unit_file_find_dropin_paths in src/shared/dropin.c).
func (a *assembler) dropins(u *Unit) {
	if u.Masked {
		return
	}
	found := map[string]entry{}
	add := func(f *directory, dir string) {
		for name, e := range f.dropins[dir] {
			if _, ok := found[name]; !ok {
				found[name] = e
			}
		}
	}
	for _, name := range append([]string{u.Name}, u.Aliases...) {
		for _, f := range a.directories {
			for _, dir := range dropinDirs(name) {
				add(f, dir)
			}
		}
	}
	_, kind := cutType(u.Name)
	for _, f := range a.directories {
		add(f, kind+".d")
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		switch e := found[name]; e.kind {
		case text:
			u.Files = append(u.Files, e.File)
		case absent:
			u.Missing = append(u.Missing, e.missing())
		}
	}
}

// wanted finds what wants a unit, under any of its names. An instance of a template counts
// for the template.
func (a *assembler) wanted(u *Unit) {
	names := append([]string{u.Name}, u.Aliases...)
	for _, f := range a.directories {
		for name, by := range f.wanted {
			template, instance, _ := cutInstance(name)
			if slices.Contains(names, name) || instance != "" && slices.Contains(names, template) {
				u.WantedBy = append(u.WantedBy, by...)
			}
		}
	}
	slices.Sort(u.WantedBy)
	u.WantedBy = slices.Compact(u.WantedBy)
}

func sortUnits(units []*Unit) {
	slices.SortFunc(units, func(a, b *Unit) int {
		return cmp.Or(a.Scope.Compare(b.Scope), strings.Compare(a.Name, b.Name))
	})
}
