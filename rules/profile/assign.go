package profile

import (
	"slices"

	"wardnix/lint/nixos"
)

// noBaseline is the name by which a unit is given none.
const noBaseline = "none"

// Assignment is the choice of a baseline for a unit.
type Assignment struct {
	// Baseline is the name of the only baseline that is required of the unit: one of
	// those that were read, or [noBaseline]. "" leaves it to what the unit is.
	Baseline string
	// Unit reports that the choice is for the unit itself and not for its class:
	// then even that says which services of its class are known to need.
	Unit bool
}

// Assign lets choose pick the baseline of each unit. names are all that it may
// pick; those that are not among the baselines are read as [Baselines] does.
func Assign(baselines []*Baseline, read func(name string) (string, error), names []string, choose func(*nixos.Unit) Assignment) ([]*Baseline, error) {
	all := slices.Clone(baselines)
	for _, name := range names {
		if name == noBaseline || slices.ContainsFunc(all, func(b *Baseline) bool { return b.Name == name }) {
			continue
		}
		read, err := Baselines(read, []string{name})
		if err != nil {
			return nil, err
		}
		b := read[len(read)-1]
		b.Named = false
		all = append(all, b)
	}
	for _, b := range all {
		b.assigned = choose
	}
	return together(all), nil
}

// Assignment is what the user chose for the unit.
func (b *Baseline) Assignment(u *nixos.Unit) Assignment {
	if b.assigned == nil {
		return Assignment{}
	}
	return b.assigned(u)
}

// ClassNames are the names of the classes of services that are known.
func ClassNames() []string {
	out := make([]string, len(classes))
	for i := range classes {
		out[i] = classes[i].Name
	}
	return out
}
