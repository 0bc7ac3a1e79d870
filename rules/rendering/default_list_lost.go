package rendering

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
)

// DefaultListLost reports a list under mkDefault that another list was meant to
// add to.
var DefaultListLost = &lint.Rule{Page: lint.ReadPage(pages, "default-list-lost"), Unit: checkDefaultListLost}

func checkDefaultListLost(p *lint.Pass, u *unit.Unit) {
	for n := range u.Namings() {
		o := n.Setting
		if u.Pattern || o == nil || !slices.Contains([]string{"SystemCallFilter", "RestrictAddressFamilies", "CapabilityBoundingSet"}, n.Key) {
			continue
		}
		i := slices.IndexFunc(o.Overridden, func(lost *nixos.Def) bool { return replacesDefault(u, o, lost) })
		if i < 0 {
			continue
		}
		file, span := o.Overridden[i].ValuePlace()
		d := p.AtDef(u, o.Defs[0], n.Key).See(file, span, "the list that is lost")
		if onlyDenies(u, o.Defs[0]) {
			d.Note("nothing is allowed explicitly any more; this list only denies")
		} else {
			d.Note("nothing else is allowed any more, not even the system call read")
		}
		d.Reportf("this list of %s replaces the one under mkDefault", n.Key)
	}
}

// replacesDefault reports whether all definitions of an option that apply replace an
// allow list under mkDefault, and were most likely meant to add to it.
func replacesDefault(u *unit.Unit, o *nixos.Option, lost *nixos.Def) bool {
	return lost.Priority > nixos.PriorityPlain && lost.IsSure() && allows(u, lost) &&
		!slices.ContainsFunc(o.Defs, func(d *nixos.Def) bool {
			return d.Priority != nixos.PriorityPlain || !d.IsSure() || !onlyDenies(u, d) && !onlyAdds(u, o, d) || !u.InOneSystem(lost, d)
		})
}

// allows reports whether a definition's list begins with a line that allows.
func allows(u *unit.Unit, d *nixos.Def) bool {
	items, ok := u.Host.Evaluator().KnownStrings(d.Value)
	return ok && len(items) > 0 && items[0] != "" && items[0][0] != '~'
}

func onlyDenies(u *unit.Unit, d *nixos.Def) bool {
	items, ok := u.Host.Evaluator().KnownStrings(d.Value)
	return ok && len(items) > 0 && !slices.ContainsFunc(items, func(s string) bool { return !strings.HasPrefix(s, "~") })
}

// onlyAdds reports whether a definition allows system calls, and not the one that
// every program makes, so that it was meant to add to another.
func onlyAdds(u *unit.Unit, o *nixos.Option, d *nixos.Def) bool {
	items, ok := u.Host.Evaluator().KnownStrings(d.Value)
	if !ok || len(items) == 0 || o.Name() != "SystemCallFilter" {
		return false
	}
	for _, item := range items {
		for word := range strings.FieldsSeq(item) {
			if word[0] == '~' || slices.Contains(unit.SetMembers(word, u.Version), "read") {
				return false
			}
		}
	}
	return true
}
