package lint

import (
	"context"
	"errors"
	"fmt"
	"maps"
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

// A hostMeaning is what a host comes to: a meaning of each name of units, and one of the
// options.
type hostMeaning []*namedMeaning

// A namedMeaning is what the units of a name come to. States of a project in which they were
// evaluated once share it.
type namedMeaning struct {
	units   []*nixos.Option // which their evaluation made; none for options besides units
	meaning meaning
}

// meanings are those of the hosts of a project, in order.
type meanings struct {
	hosts []*nixos.Host
	of    map[*nixos.Host]hostMeaning
}

// meaningsOf are what a project comes to. Hosts and units of which that is known are not
// looked at. It frees the other hosts if it is to.
func meaningsOf(p *nixos.Project, known map[*nixos.Host]hostMeaning, free bool) meanings {
	var mu sync.Mutex
	byNumber := map[int]*nixos.Host{}
	all := meanings{of: map[*nixos.Host]hostMeaning{}}
	units := unitsIn(known)
	_ = p.Visit(context.Background(), func(i int, h *nixos.Host) { // it fails only when the context ends
		m, isKnown := known[h]
		if !isKnown {
			m = meaningOf(h, units)
			if free {
				h.Free()
			}
		}
		mu.Lock()
		defer mu.Unlock()
		byNumber[i], all.of[h] = h, m
	})
	for _, i := range slices.Sorted(maps.Keys(byNumber)) {
		all.hosts = append(all.hosts, byNumber[i])
	}
	return all
}

// unitsIn are the meanings of units, by what the evaluation of the first one made.
func unitsIn(known map[*nixos.Host]hostMeaning) map[*nixos.Option]*namedMeaning {
	units := map[*nixos.Option]*namedMeaning{}
	for _, m := range known {
		for _, u := range m {
			if len(u.units) > 0 {
				units[u.units[0]] = u
			}
		}
	}
	return units
}

// but is the meaning of the hosts and units that another state of the project does not share.
func (m meanings) but(other meanings) meaning {
	shared := map[*namedMeaning]bool{}
	for _, h := range other.hosts {
		if _, whole := m.of[h]; whole {
			continue
		}
		for _, u := range other.of[h] {
			shared[u] = true
		}
	}
	rest := meaning{}
	for _, h := range m.hosts {
		if _, whole := other.of[h]; whole {
			continue
		}
		for _, u := range m.of[h] {
			if !shared[u] {
				rest.add(u.meaning)
			}
		}
	}
	return rest
}

func (m meaning) add(more meaning) {
	for r, text := range more {
		m[r] += text
	}
}

// changed are the meanings of the hosts and units in which two states differ.
func (m meanings) changed(after meanings) (before, now meaning) { return m.but(after), after.but(m) }

// meaningOf is what a host comes to. Units of which that is known are not looked at.
func meaningOf(h *nixos.Host, known map[*nixos.Option]*namedMeaning) hostMeaning {
	options := meaning{}
	for _, path := range hostOptions {
		options.addOption(h, h.Option(path...))
	}
	all := hostMeaning{{meaning: options}}
	for _, named := range byName(h) {
		m := &namedMeaning{meaning: meaning{}}
		for _, u := range named {
			m.units = append(m.units, u.Option())
		}
		if same := known[m.units[0]]; same != nil && slices.Equal(same.units, m.units) {
			all = append(all, same)
			continue
		}
		for _, u := range named {
			m.meaning.addUnit(h, u)
		}
		all = append(all, m)
	}
	return all
}

// byName are the units of a host, those of one name together.
func byName(h *nixos.Host) [][]*nixos.Unit {
	at := map[unit.Ref]int{}
	var all [][]*nixos.Unit
	for _, u := range slices.Concat(h.Units, h.Confs) {
		self := unit.RefTo(u)[0]
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

func (m meaning) addUnit(h *nixos.Host, u *nixos.Unit) {
	self := unit.RefTo(u)[0]
	for _, l := range u.Lines() {
		at := self
		at.Section, at.Key = unit.SettingOf(l)
		m[at] += l.Section + "." + l.Key + "=" + l.Shown + "\n"
	}
	self.Key = "enable"
	m[self] = fmt.Sprint(u.Enabled())
	m.addLacking(h, u)
}

// lacking is the section of refs to options that NixOS does not have.
const lacking = "lacking"

// addLacking notes the options of a unit that NixOS does not have.
func (m meaning) addLacking(h *nixos.Host, u *nixos.Unit) {
	if u.Conf() != "" || u.IsFile() || u.Style == nixos.SectionStyle || u.Extended() {
		return
	}
	for _, o := range u.Option().Attrs() {
		m.addIfLacking(h, o)
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
		if _, there := m[r]; !there && text != "" && !allowed[r] && r.Key != "enable" {
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
	r.Section, r.Key = "", "enable"
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
