package unitfiles

import (
	"context"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
)

// unitSets are the derivations that have the units of a scope.
var unitSets = map[string]Manager{"system-units": SystemManager, "user-units": UserManager, "initrd-units": InitrdManager}

// evaluated reads a system from its derivations.
type evaluated struct {
	ctx   context.Context
	store store
	sys   *System
	// absent are the packages that are not in the store, and unitsOf counts the
	// units that systemd would bring.
	absent  map[string]bool
	unitsOf struct{ systemd, known int }
	// around are the derivations of the system and of those that it is in, and left counts
	// how many further containers are read.
	around []string
	left   *int
}

// openDerivation reads a .drv and what leads from it to units.
func openDerivation(ctx context.Context, file string) (*System, error) {
	s := store{filepath.Dir(file)}
	d, err := s.read(filepath.Base(file))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	left := maxContainers
	e := &evaluated{ctx: ctx, store: s, around: []string{filepath.Base(file)}, left: &left}
	sys, err := e.system(d)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return sys, nil
}

// system reads what leads from a derivation to units.
func (e *evaluated) system(d *derivation) (*System, error) {
	name := d.attr("name")
	e.sys, e.absent = &System{Name: name, NixOSRelease: releaseOf(d)}, map[string]bool{}
	var err error
	switch _, isSet := unitSets[name]; {
	case isSet:
		err = e.set(d)
	case strings.HasPrefix(name, "unit-") && !strings.HasPrefix(name, "unit-script-"):
		err = e.single(d)
	default:
		err = e.descend(d)
	}
	if err != nil {
		return nil, err
	}
	e.missPackages()
	_, isUnit := unitSets[name]
	e.sys.Complete = e.sys.inSight() && (isUnit || !strings.HasPrefix(name, "unit-"))
	sortUnits(e.sys.Units)
	return e.sys, nil
}

// descend goes from a system to its etc and its initrd, and from those to the
// units. What has neither may be made from a system, such as an image of it.
func (e *evaluated) descend(d *derivation) error {
	found, err := e.follow(d, 3)
	if err != nil || found {
		return err
	}
	systems := d.inputs(func(name string) bool { return strings.HasPrefix(name, "nixos-system-") })
	if len(systems) == 1 {
		if system, ok := e.read(systems[0]); ok {
			e.sys.Name, e.sys.NixOSRelease = system.attr("name"), releaseOf(system)
			found, err = e.follow(system, 3)
		}
	}
	if err == nil && !found && len(e.sys.Missing) == 0 {
		err = fmt.Errorf("nothing in it leads to units")
	}
	return err
}

// follow reads the sets of units that a derivation leads to in so many steps.
func (e *evaluated) follow(d *derivation, steps int) (found bool, err error) {
	if steps == 0 {
		return false, nil
	}
	if d.attr("name") == "etc" {
		if err := e.containersOf(d); err != nil {
			return false, err
		}
	}
	for _, base := range d.inputs(leadsToUnits) {
		name := derivationName(base)
		next, ok := e.read(base)
		if !ok {
			continue
		}
		if _, isSet := unitSets[name]; isSet {
			found = true
			err = e.set(next)
		} else {
			var below bool
			below, err = e.follow(next, steps-1)
			found = found || below
		}
		if err != nil {
			return found, err
		}
	}
	return found, nil
}

func leadsToUnits(name string) bool {
	_, isSet := unitSets[name]
	return isSet || name == "etc" || strings.HasPrefix(name, "initrd-linux")
}

// read reads an input, or reports that it is missing.
func (e *evaluated) read(base string) (*derivation, bool) {
	d, err := e.store.read(base)
	if err != nil {
		e.miss(base, err.Error())
		return nil, false
	}
	return d, true
}

func (e *evaluated) miss(what, why string) {
	e.sys.Missing = append(e.sys.Missing, Missing{What: what, Why: why})
}

// single reads the derivation of one unit.
func (e *evaluated) single(d *derivation) error {
	name, entry, err := unitOf(d)
	if err != nil {
		return err
	}
	f := newDirectory()
	if entry.kind == text && mayExtend(name, entry.Text) {
		f.units[name] = entryOf(name, "if it exists, it is in a package")
		f.addDropin(name+".d", overrides, entry)
	} else {
		f.units[name] = entry
	}
	e.assemble(SystemManager, f) // nothing says the manager of a unit alone
	return nil
}

func (e *evaluated) assemble(m Manager, f *directory) {
	units, missing := assemble(m, false, f)
	e.sys.Units = append(e.sys.Units, units...)
	e.sys.Missing = append(e.sys.Missing, missing...)
}

// overrides is the name that NixOS gives to its drop-in for the unit of a package
// (nixos/lib/systemd-lib.nix).
const overrides = "overrides.conf"

// set reads a set of units: it does what the script of its derivation will do.
func (e *evaluated) set(d *derivation) error {
	m := unitSets[d.attr("name")]
	script := parseScript(d.attr("buildCommand"))
	if e.sys.SystemdVersion == 0 {
		e.sys.SystemdVersion = systemdVersion(script.systemd)
	}
	f := newDirectory()
	e.upstream(f, script, m)
	absent := e.packages(f, script, m)
	if err := e.generated(f, d, script, absent); err != nil {
		return err
	}
	for _, a := range script.aliases {
		if ValidUnit(a[1]) {
			f.units[a[1]] = entry{File: File{Path: path.Join(d.output(), a[1])}, kind: link, alias: a[0]}
		}
	}
	for _, w := range script.wanted {
		f.wanted[w[0]] = append(f.wanted[w[0]], w[1])
	}
	e.assemble(m, f)
	return nil
}

// upstream adds the units that systemd brings: from its output where that is in
// the store, or else what the tables know of them.
func (e *evaluated) upstream(f *directory, script unitScript, m Manager) {
	if len(script.upstream) == 0 {
		return
	}
	dir := path.Join(script.systemd, "example/systemd", m.String())
	t, here := e.tree(script.systemd)
	for _, name := range script.upstream {
		if !ValidUnit(name) {
			continue
		}
		file := path.Join(dir, name)
		if here {
			f.units[name] = t.entry(t.mapped(file), []string{t.mapped(dir)})
			continue
		}
		f.units[name] = entryOf(file, "it is not in the store")
		e.unitsOf.systemd++
		if u, ok := e.fromTable(name, m); ok {
			f.units[name] = entry{File: File{Path: file, Text: tableText(u), Table: true}}
			e.unitsOf.known++
		}
	}
	if !here {
		e.absent[packageName(script.systemd)] = true
	}
}

// fromTable returns what is known of a unit of systemd itself, for the releases
// that the tables are of.
func (e *evaluated) fromTable(name string, m Manager) (*unitfile.Unit, bool) {
	v := directive.Version(e.sys.SystemdVersion)
	if m == UserManager || v != v.Clamp() {
		return nil, false
	}
	return unitfile.Upstream(name, v)
}

// missPackages reports once each package that is not in the store.
func (e *evaluated) missPackages() {
	for _, name := range sortedKeys(e.absent) {
		why := "its output is not in the store, so the units that it may bring are not known"
		if systemdName.MatchString(name) {
			why = fmt.Sprintf("its output is not in the store; %d of its %d units are known from tables", e.unitsOf.known, e.unitsOf.systemd)
		}
		e.miss(name, why)
	}
}

func entryOf(file, why string) entry { return entry{File: File{Path: file}, kind: absent, why: why} }

// tableText writes what the tables know of a unit as a unit file.
func tableText(u *unitfile.Unit) string {
	var b strings.Builder
	section := ""
	for _, a := range u.Assignments {
		if a.Section != section {
			section = a.Section
			fmt.Fprintf(&b, "[%s]\n", section)
		}
		fmt.Fprintf(&b, "%s=%s\n", a.Key, a.Value)
	}
	return b.String()
}

// storeTree reads outputs in the directory that the store is in now.
type storeTree struct{ tree }

// tree gives access to an output, if it is in the store.
func (e *evaluated) tree(output string) (storeTree, bool) {
	root, within := storeRoot(e.store.dir)
	t := storeTree{newTree(root, within, true)}
	return t, output != "" && t.isDir(t.mapped(output))
}

// mapped is a path below a store as it is in this one.
func (t storeTree) mapped(name string) string {
	parts := strings.Split(path.Clean(name), "/")
	for i := len(parts) - 1; i > 0; i-- {
		if storeName.MatchString(parts[i]) {
			return path.Join(t.within, path.Join(parts[i:]...))
		}
	}
	return name
}

var storeName = regexp.MustCompile(`^[0-9a-z]{32}-[0-9A-Za-z+\-._?=]+$`)

// packages adds the units of packages that are in the store, and returns the
// names of those that are not.
func (e *evaluated) packages(f *directory, script unitScript, m Manager) (absent []string) {
	for _, p := range script.packages {
		t, here := e.tree(p)
		if !here {
			absent = append(absent, packageName(p))
			e.absent[packageName(p)] = true
			continue
		}
		for _, sub := range []string{"etc/systemd", "lib/systemd"} {
			dir := t.mapped(path.Join(p, sub, m.String()))
			if !t.isDir(dir) {
				continue
			}
			its, err := t.directory(dir, []string{dir})
			if err != nil {
				e.miss(path.Join(p, sub), err.Error())
				continue
			}
			maps.Copy(f.units, its.units)
			maps.Copy(f.wanted, its.wanted)
			for dir, files := range its.dropins {
				for name, file := range files {
					f.addDropin(dir, name, file)
				}
			}
		}
	}
	return absent
}

func packageName(output string) string { return derivationName(path.Base(output)) }

// generated adds the units that NixOS wrote: as unit files, or as drop-ins where
// the unit is there already or was asked to be one.
func (e *evaluated) generated(f *directory, d *derivation, script unitScript, absent []string) error {
	for _, base := range d.inputs(func(name string) bool { return strings.HasPrefix(name, "unit-") }) {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		u, ok := e.read(base)
		if !ok {
			continue
		}
		name, file, err := unitOf(u)
		if err != nil {
			e.miss(base, err.Error())
			continue
		}
		if dir, conf, ok := strings.Cut(name, "/"); ok {
			f.addDropin(dir, conf, file)
			continue
		}
		_, there := f.units[name]
		switch {
		case file.kind == masked && !slices.Contains(script.dropins, u.output()):
			f.units[name] = file
		case there || slices.Contains(script.dropins, u.output()):
			f.addDropin(name+".d", overrides, file)
			if !there {
				f.units[name] = entryOf(name, elsewhere(absent))
			}
		case len(absent) > 0 && file.kind == text && mayExtend(name, file.Text):
			f.addDropin(name+".d", overrides, file)
			f.units[name] = entryOf(name, elsewhere(absent))
		default:
			f.units[name] = file
		}
	}
	return nil
}

func elsewhere(absent []string) string {
	if len(absent) == 0 {
		return "no package has it"
	}
	return "if it exists, it is in a package that is not in the store"
}

// mayExtend distinguishes a drop-in for the unit of a package from a unit: a service that
// starts nothing, or that first drops what is started, is none by itself.
func mayExtend(name, text string) bool {
	if !strings.HasSuffix(name, ".service") {
		return false
	}
	starts := unitfile.NewUnit(name, unitfile.Parse(name, []byte(text))).Values("Service", "ExecStart")
	return len(starts) == 0 || starts[0].Value == ""
}

// unitOf reads the name and the file of a unit from the derivation that NixOS
// makes for it. The name of the derivation is lossy; the script has the true one.
func unitOf(d *derivation) (name string, e entry, err error) {
	script := d.attr("buildCommand")
	e.Text = strings.Clone(d.attr("text"))
	for line := range strings.Lines(script) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "name="); ok {
			name = unescape(rest)
		} else if i := strings.LastIndex(line, "> $out/"); i >= 0 && strings.HasPrefix(line, "echo -n ") {
			name = unescape(line[i+len("> $out/"):])
		}
		if rest, ok := strings.CutPrefix(line, "ln -s /dev/null "); ok {
			e.kind = masked
			if own, ok := strings.CutPrefix(rest, "$out/"); ok {
				name = unescape(own)
			}
		}
	}
	dir, conf, inDir := strings.Cut(name, "/")
	if !(inDir && validDropinDir(dir) && validConf(conf)) && !ValidUnit(name) {
		return "", e, fmt.Errorf("it names no unit: %q", name)
	}
	if e.kind == text && e.Text == "" {
		e.kind = masked
	}
	e.Path = path.Join(d.output(), name)
	return name, e, nil
}

// unescape drops the backslashes of a word of the shell.
func unescape(word string) string {
	var b strings.Builder
	for i := 0; i < len(word); i++ {
		if word[i] == '\\' && i+1 < len(word) {
			i++
		}
		b.WriteByte(word[i])
	}
	return b.String()
}

var (
	systemdName = regexp.MustCompile(`^systemd(?:-[a-z]+)*-(\d{3})`)
	releaseName = regexp.MustCompile(`(?:^|-)(\d\d\.\d\d)(?:pre|\.|-|$)`)
)

// systemdVersion is that of an output of systemd, 0 if it does not say.
func systemdVersion(output string) int {
	if m := systemdName.FindStringSubmatch(packageName(output)); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return 0
}

// releaseOf is the release of NixOS that a system is of.
func releaseOf(d *derivation) string {
	return release(d.attr("nixosLabel"), d.attr("name"))
}

func release(labels ...string) string {
	for _, label := range labels {
		if all := releaseName.FindAllStringSubmatch(label, -1); all != nil {
			return all[len(all)-1][1]
		}
	}
	return ""
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
