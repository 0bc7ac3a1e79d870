package unit

import (
	"cmp"
	_ "embed"
	"maps"
	"slices"
	"strings"
	"sync"

	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/systemd/directive"
)

// optionTable are the options of systemd in NixOS 20.09 and 26.11. internal/options makes
// it.
//
//go:embed options.tsv
var optionTable string

// OptionPaths are where the options are that the table lists.
func OptionPaths() [][]string {
	return [][]string{
		{"systemd"}, {"boot", "initrd", "systemd"}, {"services", "homed"}, {"services", "journald"}, {"services", "logind"},
		{"services", "resolved"}, {"services", "timesyncd"},
	}
}

// A systemdOption is an option of NixOS, or what several have in common: "systemd".
type systemdOption struct {
	typ          string // empty for what is not an option
	since, until nixos.Release
	below        map[string]*systemdOption // "*" is any name
}

// systemdOptions are the options of the table.
var systemdOptions = sync.OnceValue(func() *systemdOption {
	root := &systemdOption{}
	for line := range strings.Lines(optionTable) {
		row := strings.Split(strings.TrimSpace(line), "\t")
		if len(row) < 3 || strings.HasPrefix(row[0], "#") {
			continue
		}
		at := root
		for name := range strings.SplitSeq(row[0], ".") {
			if at.below == nil {
				at.below = map[string]*systemdOption{}
			}
			if at.below[name] == nil {
				at.below[name] = &systemdOption{}
			}
			at = at.below[name]
		}
		at.typ = row[1]
		at.since, _ = nixos.ParseRelease(row[2])
		if len(row) > 3 {
			at.until, _ = nixos.ParseRelease(row[3])
		}
	}
	return root
})

// takesNames reports whether an option of the type has names that no table lists.
func (o *systemdOption) takesNames() bool {
	return slices.Contains([]string{"attrsOf", "lazyAttrsOf", "attrs", "freeform"}, o.typ) || o.typ != "" && o.below == nil
}

// optionAt is the option at a path, or the one whose value has that path; nil if the table
// has none.
func optionAt(path []string) *systemdOption {
	at := systemdOptions()
	for _, name := range path {
		next := cmp.Or(at.below[name], at.below["*"])
		if next == nil && at.takesNames() {
			return at
		}
		if at = next; at == nil {
			break
		}
	}
	return at
}

// LacksOption reports whether the NixOS of a host certainly has no option at a path below
// [OptionPaths].
func LacksOption(h *nixos.Host, path []string) bool {
	if !slices.ContainsFunc(OptionPaths(), func(p []string) bool { return nixos.CommonPrefix(p, path) == len(p) }) {
		return false
	}
	o := optionAt(path)
	if o == nil || o.typ == "" {
		return o == nil
	}
	oldest := nixos.Releases()[0]
	return oldest.Before(o.since) && !oldest.Before(h.Release) || !o.until.IsZero() && !h.Release.Before(nixos.Newest())
}

// optionSet is the set of options that the unit is written with: "services", or "units"
// for one that is written as text.
func (u *Unit) optionSet() map[string]*systemdOption {
	if u.Style == nixos.TextStyle {
		return optionsIn("units")
	}
	return optionsIn(u.Type() + "s")
}

// optionsIn are the options of the units in a set.
func optionsIn(set string) map[string]*systemdOption {
	if o := systemdOptions().below["systemd"].below[set]; o != nil && o.below["*"] != nil {
		return o.below["*"].below
	}
	return nil
}

// OptionType is the type of an option of the unit, "listOf" for instance; "" if NixOS has
// no such option.
func (u *Unit) OptionType(name string) string {
	if o := u.optionSet()[name]; o != nil {
		return o.typ
	}
	return ""
}

// UnknownOptions are the options of the unit that NixOS does not have. There are none
// where the project declares further options of units.
func (u *Unit) UnknownOptions() []*nixos.Option {
	set := u.optionSet()
	if set == nil || u.Conf() != "" || u.IsFile() || u.Extended() {
		return nil
	}
	var found []*nixos.Option
	for _, o := range u.Option().Attrs() {
		name := o.Name()
		if set[name] == nil && !o.IsPattern() && o.IsSet() {
			found = append(found, o)
		}
	}
	return found
}

// MisnamedSets are the sets of options below systemd that a host has under a name that
// NixOS does not have, each with the one that it most likely means: "service" for
// "services".
func MisnamedSets(h *nixos.Host) map[*nixos.Option]string {
	found := map[*nixos.Option]string{}
	for _, path := range [][]string{{"systemd"}, {"systemd", "user"}, {"boot", "initrd", "systemd"}} {
		known := optionAt(path)
		for _, o := range h.Option(path...).Attrs() {
			name := o.Name()
			if known.below[name] != nil || o.IsPattern() || !o.IsSet() || h.Declares(o.Path...) || isUnit(o) {
				continue
			}
			if meant := spell.Nearest(name, slices.Sorted(maps.Keys(known.below))); meant != "" && spell.Distance(strings.ToLower(name), strings.ToLower(meant), 1) <= 1 {
				found[o] = meant
			}
		}
	}
	return found
}

// isUnit reports whether an option has options of units in it, as systemd.service of a
// modular service does (nixos/modules/system/service/systemd, NixOS 26.11).
func isUnit(o *nixos.Option) bool {
	return slices.ContainsFunc(o.Attrs(), func(inner *nixos.Option) bool { return optionsIn("services")[inner.Name()] != nil })
}

// InText reports whether an option is one of other units, which a unit that is written as
// text has as lines of that text.
func (u *Unit) InText(option string) bool {
	return u.Style == nixos.TextStyle && optionsIn(u.Type() + "s")[option] != nil
}

// confusedOptions are names that people give to options of units.
var confusedOptions = map[string]string{
	"service": "serviceConfig", "timer": "timerConfig", "socket": "socketConfig", "unit": "unitConfig", "config": "serviceConfig",
	"Service": "serviceConfig", "Timer": "timerConfig", "Socket": "socketConfig", "Unit": "unitConfig",
	"env": "environment", "preExec": "preStart", "exec": "script", "depends": "requires", "dependsOn": "requires", "packages": "path",
}

// MeantOption is the option that a name most likely means, or the directive of a section
// whose name it is: "serviceConfig.ExecStart". far reports that the names have little in
// common. It is "" if nothing is near.
func (u *Unit) MeantOption(name string) (option string, far bool) {
	set := u.optionSet()
	if meant := confusedOptions[name]; set[meant] != nil {
		return meant, true
	}
	for known := range set {
		if strings.EqualFold(known, name) {
			return known, false
		}
	}
	if meant := u.directiveNamed(name); meant != "" {
		return meant, true
	}
	names := make([]string, 0, len(set))
	for known := range set {
		names = append(names, known)
	}
	slices.Sort(names)
	if meant := spell.Nearest(name, names); meant != "" && !spell.Far(name, meant) {
		return meant, spell.Distance(name, meant, 1) > 1
	}
	return u.directiveNamed(spell.Capitalised(name)), true
}

// directiveNamed is the directive of a name as an option: "serviceConfig.ExecStart"; "" if
// there is none.
func (u *Unit) directiveNamed(name string) string {
	for _, section := range u.sectionsHere() {
		if d, ok := directive.Lookup(section, name, u.Version); ok && u.Style == nixos.NixOSStyle {
			return u.Section(section).Name() + "." + d.Name
		}
	}
	return ""
}

// sectionsHere are the sections that the unit may set as options.
func (u *Unit) sectionsHere() []string {
	if own := nixos.OwnSection(u.Type()); own != "" {
		return []string{own, "Unit"}
	}
	return []string{"Unit"}
}
