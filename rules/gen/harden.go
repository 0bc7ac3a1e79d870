package gen

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/audit"
	"wardnix/lint/unitfiles"
	"wardnix/rules/baseline"
	"wardnix/rules/profile"
)

// nixosUnits are the units that NixOS 26.11 makes for daemons with a proven baseline,
// with store paths without their hash: what nixos/extract.nix evaluates to.
//
//go:embed nixos/*.service
var nixosUnits embed.FS

// HardenNames are the services that [Harden] knows, as NixOS names them.
func HardenNames() []string {
	files, err := fs.Glob(nixosUnits, "nixos/*.service")
	if err != nil {
		panic(err) // the pattern is right
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".service")
	}
	return files
}

// unitsNamed are the units of these names: those of services or of daemons.
func unitsNamed(names []string) ([]*unitfiles.Unit, error) {
	known := HardenNames()
	var found []*unitfiles.Unit
	for _, name := range names {
		name = strings.TrimSuffix(name, ".service")
		if d := profile.DaemonNamed(name); d != nil && !slices.Contains(known, name) {
			if i := slices.IndexFunc(known, func(k string) bool { return profile.DaemonNamed(k) == d }); i >= 0 {
				name = known[i]
			}
		}
		text, err := fs.ReadFile(nixosUnits, "nixos/"+name+".service")
		if err != nil {
			return nil, fmt.Errorf("no service %q of NixOS is known to run a daemon with a proven baseline; there are %s", name, strings.Join(known, ", "))
		}
		file := unitfiles.File{Path: name + ".service", Text: string(text)}
		found = append(found, &unitfiles.Unit{Name: file.Path, Files: []unitfiles.File{file}})
	}
	return found, nil
}

// Harden is a module that adds to services of NixOS what the proven baselines of their
// daemons require and NixOS does not set. What it sets, if to less, stays, and is noted.
func Harden(names []string, t Target) (*Module, error) {
	units, err := unitsNamed(names)
	if err != nil {
		return nil, err
	}
	baselines, err := profile.Baselines(nil, []string{profile.ProvenName})
	if err != nil {
		return nil, err
	}
	sys := audit.New(&unitfiles.System{Name: "NixOS", Units: units}, t.release(), t.version())
	overrides, err := sys.Overrides(context.Background(), &lint.Linter{Rules: []*lint.Rule{baseline.BaselineMissing, baseline.BaselineWeaker}, Baselines: baselines}, lint.Unsafe)
	if err != nil {
		return nil, err
	}
	m := &Module{Head: "What daemons were seen to work under, in addition to what NixOS sets for their services."}
	reasons := provenReasons(t)
	for _, o := range overrides {
		if o.Force {
			m.Notes = append(m.Notes, fmt.Sprintf("%s: NixOS sets %s to less than the daemon was seen to work with; it stays", o.Unit.Name, o.Directive()))
			continue
		}
		attr, set := o.Attr(), o.Path[:len(o.Path)-1]
		attr.Path, attr.Comment = attr.Path[len(set):], reasons(o)
		if n := len(m.Body); n > 0 && slices.Equal(m.Body[n-1].Path, set) {
			attr.Blank = true
			m.Body[n-1].Value = append(m.Body[n-1].Value.(emit.Attrs), attr)
			continue
		}
		m.Body = append(m.Body, emit.Attr{Path: set, Value: emit.Attrs{attr}, Blank: len(m.Body) > 0})
	}
	if len(m.Body) == 0 {
		return nil, fmt.Errorf("NixOS sets for %s all that its daemon was seen to work under", strings.Join(names, ", "))
	}
	return m, nil
}

// provenReasons says why an override is set: as the strict baseline does, or the light one
// if its value is just that.
func provenReasons(t Target) func(audit.Override) string {
	strict, light := settings("strict", t), settings("light", t)
	return func(o audit.Override) string {
		for _, s := range slices.Concat(light, strict) {
			if s.Path[len(s.Path)-1] == o.Directive() && profile.NixText(s.Value) == profile.NixText(o.Value) {
				return s.Comment
			}
		}
		i := slices.IndexFunc(strict, func(s profile.Setting) bool { return s.Path[len(s.Path)-1] == o.Directive() })
		if i < 0 {
			return ""
		}
		return strict[i].Comment
	}
}
