package unit

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/systemd/directive"
)

// optionTable are the options of units in NixOS 20.09 and 26.11. internal/options makes
// it.
//
//go:embed options.tsv
var optionTable string

// unitOptions are the types of the options by set of units, "services" for instance, and
// name.
var unitOptions = sync.OnceValue(func() map[string]map[string]string {
	sets := map[string]map[string]string{}
	for line := range strings.Lines(optionTable) {
		row := strings.Split(strings.TrimSpace(line), "\t")
		if len(row) != 4 || strings.HasPrefix(row[0], "#") {
			continue
		}
		if sets[row[0]] == nil {
			sets[row[0]] = map[string]string{}
		}
		sets[row[0]][row[1]] = row[2]
	}
	return sets
})

// addedOptions are options that other modules of NixOS add to services
// (nixos/modules/security/systemd-confinement.nix and testing/service-runner.nix, NixOS
// 26.11).
var addedOptions = []string{"confinement", "runner"}

// optionSet is the set of options that the unit is written with: "services", or "units"
// for one that is written as text.
func (u *Unit) optionSet() map[string]string {
	if u.Style == nixos.TextStyle {
		return unitOptions()["units"]
	}
	return unitOptions()[u.Type()+"s"]
}

// OptionType is the type of an option of the unit, "listOf" for instance; "" if NixOS has
// no such option.
func (u *Unit) OptionType(name string) string { return u.optionSet()[name] }

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
		if set[name] == "" && !o.IsPattern() && o.IsSet() && (u.Type() != "service" || !slices.Contains(addedOptions, name)) {
			found = append(found, o)
		}
	}
	return found
}

// InText reports whether an option is one of other units, which a unit that is written as
// text has as lines of that text.
func (u *Unit) InText(option string) bool {
	return u.Style == nixos.TextStyle && unitOptions()[u.Type()+"s"][option] != ""
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
	if meant := confusedOptions[name]; set[meant] != "" {
		return meant, true
	}
	for known := range set {
		if strings.EqualFold(known, name) {
			return known, false
		}
	}
	for _, section := range u.sectionsHere() {
		if d, ok := directive.Lookup(section, name, u.Version); ok && u.Style == nixos.NixOSStyle {
			return u.Section(section).Name() + "." + d.Name, true
		}
	}
	names := make([]string, 0, len(set))
	for known := range set {
		names = append(names, known)
	}
	slices.Sort(names)
	if meant := spell.Nearest(name, names); meant != "" && !IsFar(name, meant) {
		return meant, spell.Distance(name, meant, 1) > 1
	}
	return "", false
}

// sectionsHere are the sections that the unit may set as options.
func (u *Unit) sectionsHere() []string {
	if own := nixos.OwnSection(u.Type()); own != "" {
		return []string{own, "Unit"}
	}
	return []string{"Unit"}
}
