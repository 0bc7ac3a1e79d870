package nixos

import "wardnix/nixast"

// SectionOf is the section of the unit that a set literal holds settings of, wherever it
// is written; false if it holds none.
func (u *Unit) SectionOf(set nixast.Node) (string, bool) {
	for _, section := range u.sections() {
		o := u.Section(section)
		for _, d := range o.Defs {
			if v := d.ev.Force(d.Value); v != nil && v.Origin() == set {
				return section, true
			}
		}
		for _, a := range o.Attrs() {
			for _, d := range a.Defs {
				if d.Set == set {
					return section, true
				}
			}
		}
	}
	return "", false
}
