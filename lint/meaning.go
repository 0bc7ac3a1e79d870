package lint

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/nixast"
)

// A meaning is what a project comes to: the lines of its units by directive, and
// the options of systemd besides units.
type meaning map[subject]string

// subject is a directive of a unit of a host, or an option of the host: then the
// scope and the unit are empty.
type subject struct{ host, scope, unit, name string }

func meaningOf(p *nixos.Project) meaning {
	m := meaning{}
	for _, h := range p.Hosts() {
		for _, u := range slices.Concat(h.Units, h.Confs) {
			scope := u.Scope.String()
			for _, l := range u.Lines() {
				m[subject{h.Name, scope, u.Name, nameOf(l)}] += l.Section + "." + l.Key + "=" + l.Shown + "\n"
			}
			m[subject{h.Name, scope, u.Name, "enable"}] = fmt.Sprint(u.Enabled())
		}
		for _, path := range hostOptions {
			m.addOption(h.Name, h.Option(path...))
		}
	}
	return m
}

// hostOptions are the options besides units that fixes may change.
var hostOptions = [][]string{{"systemd"}, {"boot", "initrd", "systemd"}, {"users"}}

// deepest is how deep options are looked into. What fixes change lies above:
// systemd.network.wait-online.enable. Sets that hold themselves have no end.
const deepest = 6

// addOption notes an option that is no set, or those below it. Of values only the
// source is compared: a fix that changes it by the way is none.
func (m meaning) addOption(host string, o *nixos.Option) {
	if nixos.HoldsUnits(o.Path) || nixos.IsConf(o.Path) {
		return
	}
	if len(o.Path) < deepest {
		attrs := o.Attrs()
		for _, a := range attrs {
			m.addOption(host, a)
		}
		if len(attrs) > 0 {
			return
		}
	}
	for _, d := range o.Defs {
		m[subject{host: host, name: o.String()}] += source(d.Binding) + "\n"
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

// sameBut reports an error if the two states differ in anything that the
// findings of the applied fixes do not name.
func (m meaning) sameBut(after meaning, fixes []chosen) error {
	named := map[string]bool{}
	for _, c := range fixes {
		for _, d := range c.Directives {
			named[c.Unit+"\x00"+d] = true
			if path := strings.Split(d, "."); slices.Contains(path, "settings") {
				named["\x00"+path[len(path)-1]] = true // a setting by its option
			}
		}
	}
	allowed := func(s subject) bool {
		return named[s.unit+"\x00"+s.name] || named["\x00"+s.name] ||
			s.name == "enable" && named["\x00systemd.services."+strings.TrimSuffix(s.unit, ".service")+".enable"] ||
			s.unit == "" && named["\x00"+s.name[strings.LastIndexByte(s.name, '.')+1:]]
	}
	for s, text := range m {
		if after[s] != text && !allowed(s) {
			return fmt.Errorf("%s would change from %q to %q", s, text, after[s])
		}
	}
	for s, text := range after {
		if _, there := m[s]; !there && text != "" && !allowed(s) && s.name != "enable" {
			return fmt.Errorf("%s would become %q", s, text)
		}
	}
	return nil
}

func (s subject) String() string {
	if s.unit == "" {
		return s.name
	}
	return s.name + " of " + s.unit
}

// nameOf is the name under which findings speak of a line: the directive, or the
// option of NixOS that it comes from.
func nameOf(l nixos.Line) string {
	if l.Section != "Service" && slices.Contains(derived[:], l.Key) {
		return spell.Uncapitalised(l.Key)
	}
	return l.Key
}

// derived are the directives that NixOS makes of options of the same name in
// lower case (nixos/lib/systemd-lib.nix, NixOS 26.11).
var derived = [...]string{"After", "Before", "Wants", "Requires", "BindsTo", "PartOf", "Conflicts", "WantedBy", "RequiredBy", "UpheldBy"}
