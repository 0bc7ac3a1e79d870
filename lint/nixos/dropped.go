package nixos

import (
	"slices"

	"wardnix/nixast/eval"
)

// A Dropped is a set of settings that never reaches the unit: mkDefault or the
// like makes it weaker as a whole than what NixOS itself sets in the option.
type Dropped struct {
	// Option is "unitConfig", "serviceConfig" or "environment".
	Option string
	// Def is the definition that is dropped.
	Def *Def
	// By is what NixOS sets, in a few words.
	By string
}

// Dropped are the sets of the unit that are certainly dropped, as seen with NixOS
// 26.11 (nixos/lib/systemd-lib.nix, unitConfig and serviceConfig, and
// systemd-unit-options.nix); NixOS 20.09 has the same in
// nixos/modules/system/boot/systemd.nix.
func (u *Unit) Dropped() []Dropped {
	if u.Style != NixOSStyle {
		return nil
	}
	var found []Dropped
	for _, name := range []string{"unitConfig", "serviceConfig", "environment"} {
		o := u.set(name)
		if o == nil {
			continue
		}
		for _, d := range o.Defs {
			if d.Priority <= PriorityPlain || !d.certain() || d.Binding.IsZero() {
				continue
			}
			set, ok := d.ev.Force(d.Value).(*eval.Attrs)
			if by := u.setByNixOS(name); by != "" && ok && len(set.All()) > 0 {
				found = append(found, Dropped{name, d, by})
			}
		}
	}
	return found
}

// setByNixOS is what NixOS itself sets in an option of the unit, at the plain
// priority; "" if that is nothing, or not known.
func (u *Unit) setByNixOS(option string) string {
	switch {
	case option == "unitConfig":
		return "what follows from description, after and other options"
	case u.Type() != "service":
		return ""
	case option == "environment":
		if u.Scope.Kind != System || u.set("path") != nil || u.set("enableDefaultPath") != nil {
			return ""
		}
		return "PATH"
	}
	for _, s := range scripts {
		o := u.set(s.option)
		if o != nil && slices.ContainsFunc(o.Defs, (*Def).isSomeText) {
			return "what comes of " + s.option
		}
	}
	return ""
}

// isSomeText reports whether the definition is certainly text that is not empty.
func (d *Def) isSomeText() bool {
	text, ok := d.ev.Force(d.Value).(*eval.String)
	return ok && d.certain() && slices.ContainsFunc(text.Pieces, func(p eval.Piece) bool { return p.When == nil && p.Text != "" })
}
