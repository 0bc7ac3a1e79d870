package unit

import (
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/systemd/directive"
	"wardnix/nixast"
)

// A Ref is the identity of something that a host sets: of a unit, of a setting of
// a unit, or of an option of the host. Two hosts may have units of one name, and
// two units settings of one name; their refs differ.
type Ref struct {
	// Host is the host's name; empty for the files that belong to none.
	Host string
	// Scope is the service manager that runs the unit.
	Scope nixos.Scope
	// Unit is the full name of the unit, or of the configuration file of systemd;
	// empty for an option of the host.
	Unit string
	// Section is the section of a directive; empty for an option.
	Section string
	// Key is the directive, the option of the unit ("after"), or the path of the
	// host's option as Nix writes it; empty for the unit as a whole.
	Key string
}

// RefTo refers to a unit as a whole.
func RefTo(u *nixos.Unit) []Ref { return []Ref{refOf(u, "", "")} }

func refOf(u *nixos.Unit, section, key string) Ref {
	return Ref{Host: u.Host.Name, Scope: u.Scope, Unit: u.Name, Section: section, Key: key}
}

// about refers to settings of a unit by name: a directive is that of each section
// in which the unit sets it or may set it; a name in lower case is an option of
// the unit.
func about(u *nixos.Unit, keys ...string) []Ref {
	if len(keys) == 0 {
		return nil
	}
	refs := make([]Ref, 0, len(keys))
	lines, sections := u.Lines(), sectionsOf(u)
	for _, key := range keys {
		from := len(refs)
		add := func(section string) {
			if !slices.ContainsFunc(refs[from:], func(r Ref) bool { return r.Section == section }) {
				refs = append(refs, refOf(u, section, key))
			}
		}
		for i := range lines {
			if len(lines[i].Key) != len(key) {
				continue
			}
			if section, name := SettingOf(lines[i]); name == key {
				add(section)
			}
		}
		if key == "" || 'a' <= key[0] && key[0] <= 'z' {
			add("")
			continue
		}
		for _, section := range sections {
			if _, known := directive.Lookup(section, key, u.Host.Version()); known {
				add(section)
			}
		}
		if len(refs) == from {
			add(nixos.OwnSection(u.Type()))
		}
	}
	return refs
}

// sectionsOf are the sections with directives that a unit has or may have, each once.
func sectionsOf(u *nixos.Unit) []string {
	found := append(u.Sections(), nixos.OwnSection(u.Type()), "Unit", "Install")
	for _, l := range u.Lines() {
		if directive.IsSection(l.Section) && !slices.Contains(found, l.Section) {
			found = append(found, l.Section)
		}
	}
	return found
}

// Self refers to the unit as a whole.
func (u *Unit) Self() []Ref { return RefTo(u.Unit) }

// About refers to settings of the unit: see [about].
func (u *Unit) About(keys ...string) []Ref { return about(u.Unit, keys...) }

// OptionRefs refers to options of a host by their paths, and to what they set in
// units: the setting of a configuration file of systemd, and whether a unit is
// enabled.
func OptionRefs(h *nixos.Host, paths ...[]string) []Ref {
	var refs []Ref
	for _, path := range paths {
		refs = append(refs, Ref{Host: h.Name, Key: nixast.QuoteAttrPath(path...)})
		if c, ok := nixos.ConfSettingOf(path); ok {
			refs = append(refs, Ref{h.Name, nixos.Scope{Kind: c.Scope}, c.File, c.Section, c.Key})
		}
		if n := len(path); n > 2 && path[n-1] == "enable" && nixos.HoldsUnits(path[:n-2]) {
			refs = append(refs, Ref{Host: h.Name, Unit: path[n-2] + "." + strings.TrimSuffix(path[n-3], "s"), Key: "enable"})
		}
	}
	return refs
}

// String is the setting with its unit: "ProtectHome of web.service".
func (r Ref) String() string {
	switch {
	case r.Unit == "":
		return r.Key
	case r.Key == "":
		return r.Unit
	}
	return r.Key + " of " + r.Unit
}

// SettingOf is the section and key by which refs name the setting that a line of
// a unit comes from: a dependency is an option of the unit.
func SettingOf(l nixos.Line) (section, key string) {
	if l.Section != "Service" && slices.Contains(derived[:], l.Key) {
		return "", spell.Uncapitalised(l.Key)
	}
	return l.Section, l.Key
}

// derived are the directives that NixOS derives from options of the same name in
// lower case (nixos/lib/systemd-lib.nix, NixOS 26.11).
var derived = [...]string{"After", "Before", "Wants", "Requires", "BindsTo", "PartOf", "Conflicts", "WantedBy", "RequiredBy", "UpheldBy"}

// HostRef refers to a host as a whole.
func HostRef(h *nixos.Host) []Ref { return []Ref{{Host: h.Name}} }
