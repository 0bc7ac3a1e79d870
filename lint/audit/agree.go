package audit

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// Disagreement is where a unit as the source says it differs from the
// evaluated one.
type Disagreement struct {
	Unit, Scope string
	// Text says what differs.
	Text string
	// At is the place in the source; the zero Node where there is none.
	At nixast.Node
}

// Agreement is how far the source says what was evaluated.
type Agreement struct {
	// Units are those that the project speaks of and that were compared, Lines
	// their lines that the source says, and Unseen those of the evaluated
	// units that it does not: of nixpkgs, mostly.
	Units, Lines, Unseen int
	Disagreements        []Disagreement
}

// Agree compares the units of a project's host, as the source says them, with
// those that were evaluated.
func Agree(src *Source, s *System) *Agreement {
	a := &Agreement{}
	evaluated := map[unitKey]*Unit{}
	for _, u := range s.Units {
		evaluated[keyOf(u)] = u
	}
	for _, u := range src.Host.Units {
		k := unitKey{u.Scope.Kind, u.Name}
		if s.Container != "" {
			k.scope = nixos.System
		}
		if src.units[k] == u {
			a.unit(u, evaluated[k])
		}
	}
	return a
}

func (a *Agreement) add(u *nixos.Unit, at nixast.Node, format string, args ...any) {
	a.Disagreements = append(a.Disagreements, Disagreement{u.Name, u.Scope.String(), fmt.Sprintf(format, args...), at})
}

func (a *Agreement) unit(told *nixos.Unit, is *Unit) {
	enabled := told.Enabled()
	if told.When() != nil || enabled == eval.Maybe {
		return
	}
	at := told.Def().Binding
	switch {
	case is == nil && enabled == eval.Yes && !told.IsOverride():
		a.add(told, at, "was not evaluated")
	case is != nil && is.Masked != (enabled == eval.No):
		a.add(told, at, "masked as evaluated: %v", is.Masked)
	}
	if is == nil || is.Masked || enabled == eval.No {
		return
	}
	a.Units++
	type sectionKey struct{ section, key string }
	lines := map[sectionKey][]nixos.Line{}
	var order []sectionKey
	for _, l := range told.Lines() {
		k := sectionKey{l.Section, l.Key}
		if lines[k] == nil {
			order = append(order, k)
		}
		lines[k] = append(lines[k], l)
	}
	for _, k := range order {
		if k.key != "" {
			a.directive(told, is, k.section, k.key, lines[k])
		}
	}
	for _, v := range is.assignments {
		if lines[sectionKey{v.Section, v.Key}] == nil && !directive.Silent(v.Key) {
			a.Unseen++
		}
	}
}

// directive requires that what the source says is in the unit, in its order.
func (a *Agreement) directive(told *nixos.Unit, is *Unit, section, key string, lines []nixos.Line) {
	values := is.values(section, key)
	if words := section == "Unit" || section == "Install"; words { // other modules add to these
		a.words(told, key, lines, values)
		return
	}
	for _, l := range lines {
		if !l.Known || l.When != nil || l.Unseen != "" {
			continue
		}
		a.Lines++
		want := unitfile.Assignments(section, []unitfile.Line{{Key: key, Text: l.Text}})
		for _, w := range want {
			i := slices.IndexFunc(values, func(v unitfile.Assignment) bool { return v.Value == w.Value })
			if i < 0 {
				a.add(told, l.Origin, "%s=%s is %q as evaluated", key, w.Value, texts(values))
				break
			}
			values = values[i+1:]
		}
	}
}

// words requires that the words that the source says are in the unit.
func (a *Agreement) words(told *nixos.Unit, key string, lines []nixos.Line, values []unitfile.Assignment) {
	all := strings.Fields(strings.Join(texts(values), " "))
	for _, l := range lines {
		if !l.Known || l.When != nil || l.Unseen != "" {
			continue
		}
		a.Lines++
		for _, w := range strings.Fields(l.Text) {
			if !slices.Contains(all, w) {
				a.add(told, l.Origin, "%s=%s is %q as evaluated", key, l.Text, texts(values))
				break
			}
		}
	}
}
