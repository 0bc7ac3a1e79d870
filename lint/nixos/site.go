package nixos

import "wardnix/nixast"

// A Site is the place where a person would add a definition below an option:
// a directive to serviceConfig, an option to a unit.
type Site struct {
	// Set is the attrset literal that takes the new binding.
	Set nixast.Node
	// Prefix is what comes before the new name, as Nix text: nothing inside
	// the literal serviceConfig; "serviceConfig" inside the set of the unit;
	// "systemd.services.x.serviceConfig" beside other bindings like that.
	Prefix string
	// Siblings are the bindings in Set below the same option, in order:
	// the new one goes behind the last, or where the alphabet puts it.
	Siblings []nixast.Node
	// Shared tells that Set contributes to other units too.
	Shared bool
	// Reason says why there is no such place; Set is then the zero Node.
	Reason string
}

// OK reports whether there is a place.
func (s Site) OK() bool { return !s.Set.IsZero() }

// Site is the place to add a definition below o; for the sections of a unit
// see [Unit.Site].
func (o *Option) Site() Site { panic("being written") }

// Site is the place to add a setting to a section ("Service"), or an option of
// the unit itself (the empty section). If the set of the section is missing, it
// is the set of the unit, with a Prefix.
func (u *Unit) Site(section string) Site { panic("being written") }
