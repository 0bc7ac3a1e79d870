package lint

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// A meaning is what units or hosts come to: the lines of units by setting, and the options
// of systemd besides units.
type meaning map[unit.Ref]string

// A partMeaning is what a part of a project comes to: a meaning of each name of units, and
// one of the options.
type partMeaning []*namedMeaning

// A namedMeaning is what the units of a name come to. States of a project in which they were
// evaluated once share it.
type namedMeaning struct {
	name    unit.Ref // of the units; zero for options besides units
	units   []*nixos.Identity
	meaning meaning
}

// meanings are those of the parts of a project.
type meanings struct {
	world *unit.World
	of    map[*unit.Part]partMeaning
}

// meaningsOf are what a project comes to. Parts and units of which that is known are not
// looked at. It frees the other parts if it is to.
func meaningsOf(p *nixos.Project, known meanings, free bool) meanings {
	var mu sync.Mutex
	all := meanings{of: map[*unit.Part]partMeaning{}}
	units := known.units()
	// It fails only when the context ends.
	all.world, _ = unit.Visit(context.Background(), p, nil, known.world, func(_ int, part *unit.Part) {
		m, isKnown := known.of[part]
		if !isKnown {
			m = meaningOf(part, units)
			if free {
				part.Free()
			}
		}
		mu.Lock()
		defer mu.Unlock()
		all.of[part] = m
	})
	return all
}

// units are the meanings of names, by the first unit.
func (m meanings) units() map[*nixos.Identity]*namedMeaning {
	units := map[*nixos.Identity]*namedMeaning{}
	for _, part := range m.of {
		for _, named := range part {
			if len(named.units) > 0 {
				units[named.units[0]] = named
			}
		}
	}
	return units
}

// but is the meaning of the parts and names that another state of the project does not share.
func (m meanings) but(other meanings) meaning {
	shared := map[*namedMeaning]bool{}
	for part, of := range other.of {
		if _, whole := m.of[part]; whole {
			continue
		}
		for _, named := range of {
			shared[named] = true
		}
	}
	rest := meaning{}
	for _, part := range m.world.Parts {
		if _, whole := other.of[part]; whole {
			continue
		}
		for _, named := range m.of[part] {
			if !shared[named] {
				rest.add(named.meaning)
			}
		}
	}
	return rest
}

func (m meaning) add(more meaning) {
	for r, text := range more {
		if r.Key == enable {
			m[r] = text
		} else {
			m[r] += text
		}
	}
}

// changed are the meanings of the parts and names in which two states differ.
func (m meanings) changed(after meanings) (before, now meaning) { return m.but(after), after.but(m) }

// meaningOf is what a part comes to. Units of which that is known are not looked at.
func meaningOf(part *unit.Part, known map[*nixos.Identity]*namedMeaning) partMeaning {
	var all partMeaning
	for _, units := range byName(part) {
		m := &namedMeaning{name: units[0].Self()[0], meaning: meaning{}}
		for _, u := range units {
			m.units = append(m.units, u.Identity())
		}
		if same := known[m.units[0]]; same != nil && slices.Equal(same.units, m.units) {
			all = append(all, same)
			continue
		}
		for _, u := range units {
			m.meaning.addUnit(u.Unit)
		}
		all = append(all, m)
	}
	for _, h := range part.Hosts {
		m := &namedMeaning{meaning: meaning{}}
		for _, path := range hostOptions {
			m.meaning.addOption(h, h.Option(path...))
		}
		all = append(all, m)
	}
	return all
}

// byName are the units of a part, those of one name together.
func byName(part *unit.Part) [][]*unit.Unit {
	at := map[unit.Ref]int{}
	var all [][]*unit.Unit
	for _, u := range slices.Concat(part.Units, part.Confs) {
		self := u.Self()[0]
		i, ok := at[self]
		if !ok {
			i = len(all)
			at[self] = i
			all = append(all, nil)
		}
		all[i] = append(all[i], u)
	}
	return all
}

// sameNames reports whether two meanings are of units of the same names.
func (m partMeaning) sameNames(other partMeaning) bool {
	return slices.EqualFunc(m, other, func(a, b *namedMeaning) bool { return a.name == b.name })
}

func (m meaning) addUnit(u *nixos.Unit) {
	self := unit.RefTo(u)[0]
	for _, l := range u.Lines() {
		at := self
		at.Section, at.Key = unit.SettingOf(l)
		m[at] += l.Section + "." + l.Key + "=" + l.Shown + "\n"
	}
	self.Key = enable
	m[self] = fmt.Sprint(u.Enabled())
	m.addLacking(u)
}

// enable is the key of refs to whether a unit is enabled.
const enable = "enable"

// lacking is the section of refs to options that NixOS does not have.
const lacking = "lacking"

// addLacking notes the options of a unit that NixOS does not have.
func (m meaning) addLacking(u *nixos.Unit) {
	if u.Conf() != "" || u.IsFile() || u.Style == nixos.SectionStyle || u.Extended() {
		return
	}
	for _, o := range u.Option().Attrs() {
		m.addIfLacking(u.Host, o)
	}
}

func (m meaning) addIfLacking(h *nixos.Host, o *nixos.Option) {
	if o.IsSet() && unit.LacksOption(h, o.Path) {
		m[unit.Ref{Host: h.Name, Section: lacking, Key: o.String()}] = lacking
	}
}

// hostOptions are the options besides units that fixes may change.
var hostOptions = [][]string{{"systemd"}, {"boot", "initrd", "systemd"}, {"users"}}

// deepest is how deep options are looked into. What fixes change lies above:
// systemd.network.wait-online.enable. Sets that hold themselves have no end.
const deepest = 6

// addOption notes an option that is not a set, or those below it. Of values only the
// source is compared: a fix that changes it by the way is none.
func (m meaning) addOption(h *nixos.Host, o *nixos.Option) {
	m.addIfLacking(h, o)
	if nixos.HoldsUnits(o.Path) || nixos.IsConf(o.Path) {
		return
	}
	if len(o.Path) < deepest {
		attrs := o.Attrs()
		for _, a := range attrs {
			m.addOption(h, a)
		}
		if len(attrs) > 0 {
			return
		}
	}
	for _, d := range o.Defs {
		m[unit.Ref{Host: h.Name, Key: o.String()}] += source(d.Binding) + "\n"
	}
}

// source is the code of a definition's value, without comments and layout.
func source(n nixast.Node) string {
	if b, ok := n.AsBinding(); ok {
		n = b.Value()
	}
	if n.IsZero() || n.First().IsZero() {
		return ""
	}
	var text strings.Builder
	for t, end := n.First(), n.Span().End; !t.IsZero() && t.Span().Start < end; t = t.Next() {
		if !t.Kind().IsTrivia() {
			text.WriteString(t.Text() + " ")
		}
	}
	return text.String()
}

// sameBut reports an error if the two states differ in anything that the applied
// fixes may not change, or sets options that NixOS does not have.
func (m meaning) sameBut(after meaning, fixes []chosen) error {
	allowed := allowedBy(fixes)
	for r, text := range m {
		if after[r] != text && !allowed[r] && r.Section != lacking {
			return m.refuse(allowed, r, fmt.Sprintf("%s would change from %q to %q", r, text, after[r]))
		}
	}
	if option := m.newlyLacking(after); option != "" {
		return fmt.Errorf("NixOS has no option %s", option)
	}
	for r, text := range after {
		if _, there := m[r]; !there && text != "" && !allowed[r] && r.Key != enable {
			return m.refuse(allowed, r, fmt.Sprintf("%s would become %q", r, text))
		}
	}
	return nil
}

// allowedBy returns the settings that fixes may change.
func allowedBy(fixes []chosen) map[unit.Ref]bool {
	allowed := map[unit.Ref]bool{}
	for _, c := range fixes {
		for _, r := range c.allowed() {
			allowed[r] = true
		}
	}
	return allowed
}

// allowed are the settings that the fix may change.
func (c chosen) allowed() []unit.Ref {
	if c.Changes != nil {
		return c.Changes
	}
	return c.About
}

// refuse returns the error of a change that is not allowed: that the text is shared, if
// the same setting of another unit may change.
func (m meaning) refuse(allowed map[unit.Ref]bool, r unit.Ref, change string) error {
	for a := range allowed {
		if a.Unit != "" && a.Section == r.Section && a.Key == r.Key && m.hasUnit(r) {
			return &sharedError{r}
		}
	}
	return errors.New(change)
}

// newlyLacking returns the first option that is set after the fixes only and that NixOS
// does not have; empty if there is none.
func (m meaning) newlyLacking(after meaning) string {
	var unknown []string
	for r := range after {
		if r.Section == lacking && m[r] == "" {
			unknown = append(unknown, r.Key)
		}
	}
	if len(unknown) == 0 {
		return ""
	}
	return slices.Min(unknown)
}

// hasUnit reports whether the unit of a ref exists.
func (m meaning) hasUnit(r unit.Ref) bool {
	r.Section, r.Key = "", enable
	_, ok := m[r]
	return ok && r.Unit != ""
}

// A sharedError is that of a fix whose text defines the same setting of another
// unit, for which the fix was not made.
type sharedError struct{ ref unit.Ref }

func (e *sharedError) Error() string {
	text := "the same text defines " + e.ref.String()
	if e.ref.Host != "" {
		text += " on host " + e.ref.Host
	}
	return text + ", which the fix must not change"
}
