package nixos

import (
	"strings"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// A Unit is a systemd unit that a system defines or changes.
type Unit struct {
	// Name is the full name, "nginx.service". What is not known of it is
	// written as in Nix: "tunnel-${name}.service".
	Name string
	// Pattern tells that Name is known in part only, and stands for any
	// number of units.
	Pattern bool
	// Scope tells which service manager runs the unit.
	Scope Scope
	// Host is the system that the unit belongs to.
	Host *Host
	// When is the condition under which the unit is defined at all, taken to
	// hold by everything else here; nil means always.
	When *eval.Cond
	// Style is how the unit is written.
	Style Style
	// Partial says why there may be settings of the unit that cannot be
	// seen: an operand of // from elsewhere, a function that is not known.
	// Modules of nixpkgs are no reason: see [Unit.IsOverride].
	Partial []Reason

	opt *Option
}

// Scope is the service manager that runs a unit.
type Scope struct {
	Kind ScopeKind
	// Name is the name of the container, test node, guest, user or
	// specialisation; empty for the other kinds.
	Name string
}

// ScopeKind is a kind of [Scope].
type ScopeKind uint8

const (
	System         ScopeKind = iota
	User                     // systemd.user
	Initrd                   // boot.initrd.systemd
	Container                // containers.NAME.config
	TestNode                 // nodes.NAME of a NixOS test
	MicroVM                  // microvm.vms.NAME.config
	HomeManager              // home-manager.users.NAME, or a module of home-manager
	Specialisation           // specialisation.NAME.configuration
)

// String is "system", "user", "container web" and so on.
func (s Scope) String() string {
	name := [...]string{"system", "user", "initrd", "container", "test node", "microvm", "home-manager", "specialisation"}[s.Kind]
	if s.Name == "" {
		return name
	}
	return name + " " + s.Name
}

// Style is how the settings of a unit are written.
type Style uint8

const (
	// NixOSStyle: options such as after, and unitConfig, serviceConfig, ….
	NixOSStyle Style = iota
	// SectionStyle: home-manager's sets Unit, Service, Install, ….
	SectionStyle
	// TextStyle: systemd.units.NAME.text.
	TextStyle
)

// Type is the suffix of the name: "service", "socket", ….
func (u *Unit) Type() string { return u.Name[strings.LastIndexByte(u.Name, '.')+1:] }

// BaseName is the name without the suffix.
func (u *Unit) BaseName() string { return u.Name[:strings.LastIndexByte(u.Name, '.')] }

// Instance splits the name of a template or of an instance: "foo@" and "a" for
// foo@a.service, "foo@" and "" for foo@.service. ok is false for other units.
func (u *Unit) Instance() (template, instance string, ok bool) {
	template, instance, ok = strings.Cut(u.BaseName(), "@")
	return template + "@", instance, ok
}

// Files are the files that contribute to the unit, by name.
func (u *Unit) Files() []*File { panic("being written") }

// Def is the first definition of the unit, where a finding about the unit as
// a whole stands.
func (u *Unit) Def() *Def { return u.opt.Defs[0] }

// Defs are the places that define a part of the unit, a binding each, in
// merge order.
func (u *Unit) Defs() []*Def { return u.opt.Defs }

// Option is an option of the unit by its path: "after", "script",
// "environment", "serviceConfig". It is never nil.
func (u *Unit) Option(path ...string) *Option { panic("being written") }

// Sections are the names of the sections that have settings: "Unit",
// "Service", "Install".
func (u *Unit) Sections() []string { panic("being written") }

// Section is the option that holds the settings of a section: unitConfig for
// "Unit", serviceConfig for "Service" of a service, and so on; in home-manager's style
// the section itself. It is never nil.
func (u *Unit) Section(section string) *Option { panic("being written") }

// Directives are the settings written in a section, by name, as [Section] has
// them. What NixOS derives from options such as after is not among them: see
// [Unit.Lines].
func (u *Unit) Directives(section string) []*Option { panic("being written") }

// Directive is one of them by name. It is never nil.
func (u *Unit) Directive(section, name string) *Option { panic("being written") }

// Enabled tells whether the unit is there and not masked by enable = false. It
// is Maybe if that depends on something that is not known.
func (u *Unit) Enabled() eval.Truth { panic("being written") }

// OverrideStrategy is "asDropinIfExists" or "asDropin"; empty if it is not
// known.
func (u *Unit) OverrideStrategy() string { panic("being written") }

// IsOverride reports whether nothing in sight says what the unit runs, so that
// its main definition is elsewhere: in nixpkgs, in systemd, or in a package. It is
// false for kinds of units that run nothing, and for partial ones.
func (u *Unit) IsOverride() bool { panic("being written") }

// A Line is a line of the text of a unit.
type Line struct {
	Section string
	Key     string
	// Text is the value, if Known.
	Text string
	// Known tells that Text is what NixOS writes, if it writes the line.
	Known bool
	// Shown is Text, or what is known of it with "${…}" for the rest.
	Shown string
	// When is the condition under which the line is there, beyond that of
	// the unit; nil means always.
	When *eval.Cond
	// Unseen, if not empty, says that any number of lines of this key, or of
	// any key if Key is empty, may stand here.
	Unseen string
	// Def is the definition that the line comes from; nil for what NixOS adds
	// of itself.
	Def *Def
	// Origin is where that is written: see [Def.Binding].
	Origin nixast.Node
}

// Lines is the text of the unit file as NixOS derives it, without the lines
// that open a section, blank lines, and the environment that NixOS adds to
// every service. Lines of one key are in the order of the unit file; keys are in
// byte order (nixos/lib/systemd-lib.nix of 20.09 and 26.11).
func (u *Unit) Lines() []Line { panic("being written") }
