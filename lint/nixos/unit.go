package nixos

import (
	"slices"
	"strings"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// A Unit is a systemd unit that a system defines or changes, or a configuration
// file of systemd (see [Unit.Conf]).
type Unit struct {
	// Name is the full name, "nginx.service". What is not known of it is
	// written as in Nix: "tunnel-${name}.service".
	Name string
	// Pattern reports that Name is known in part only, and may be any
	// number of units.
	Pattern bool
	// Scope reports which service manager runs the unit.
	Scope Scope
	// Host is the system that the unit belongs to.
	Host *Host
	// Style is how the unit is written.
	Style Style
	// Partial says why there may be settings of the unit that cannot be
	// seen: an operand of // from elsewhere, a function that is not known.
	// Modules of nixpkgs are no reason: see [Unit.IsOverride].
	Partial []Reason

	identity *Identity
	opt      *Option     // nil if the host was freed
	when     *eval.Cond  // of When
	written  []writing   // of writings, once known
	conf     *confOption // nil for a unit
	lines    []Line      // of Lines, once derived
	derived  bool
	// override is that of IsOverride, once derived.
	override bool
	sites    map[string]Site // of Site, by section
	// derivedFrom is the startAt that a timer comes from.
	derivedFrom  *Option
	file, dropin bool // a file below /etc or ~/.config, or a drop-in of another unit there
}

// An Identity is that of a unit in all states of a project that share what it was evaluated to.
type Identity struct{ _ byte }

// Identity is the same for units of two states of a project if nothing changed in between.
func (u *Unit) Identity() *Identity { return u.identity }

// Scope is the service manager that runs a unit.
type Scope struct {
	Kind ScopeKind
	// Name is the name of the container, test node, guest, user or
	// specialisation; empty for the other kinds.
	Name string
}

// ScopeKind is a kind of [Scope].
type ScopeKind uint8

// The kinds of scopes, with the option that each comes from.
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
	// NixOSStyle has options such as after, and unitConfig, serviceConfig, ….
	NixOSStyle Style = iota
	// SectionStyle has home-manager's sets Unit, Service, Install, ….
	SectionStyle
	// TextStyle is systemd.units.NAME.text, a file below /etc, or the extraConfig of a
	// configuration file.
	TextStyle
	// ConfStyle has the settings of a configuration file.
	ConfStyle
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
func (u *Unit) Files() []*File {
	var files []*File
	var visit func(n *node, depth int)
	visit = func(n *node, depth int) {
		for _, d := range n.option().Defs {
			if d.File != nil && !slices.Contains(files, d.File) {
				files = append(files, d.File)
			}
		}
		if depth == 0 { // of the unit, its sections, their directives
			return
		}
		for _, kid := range n.children() {
			visit(kid, depth-1)
		}
	}
	visit(u.option().node, 2)
	slices.SortFunc(files, func(a, b *File) int { return strings.Compare(a.Name, b.Name) })
	return files
}

// Def is the first definition of the unit, where a finding about the unit as
// a whole is.
func (u *Unit) Def() *Def { return u.option().Defs[0] }

// Defs are the places that define a part of the unit, a binding each, in
// merge order.
func (u *Unit) Defs() []*Def { return u.option().Defs }

// When is the condition under which the unit is defined at all, taken to hold by
// everything else here; nil means always.
func (u *Unit) When() *eval.Cond {
	u.option()
	return u.when
}

// Option is an option of the unit by its path: "after", "script",
// "environment", "serviceConfig". It is never nil.
func (u *Unit) Option(path ...string) *Option { return u.option().Attr(path...) }

// Forget frees what is known of options of the unit that nothing sets, until it is
// required again.
func (u *Unit) Forget() {
	if u.opt != nil {
		u.opt.node.forget()
	}
}

// set is an option of the unit that a definition in sight sets; nil if there is
// none, which costs less to find than what else is known of the option.
func (u *Unit) set(path ...string) *Option {
	if u.option().node.below(path[0]) == nil {
		return nil
	}
	if o := u.Option(path...); o.IsSet() {
		return o
	}
	return nil
}

// Aliases are the other names of the unit; all is false if it may have further ones.
func (u *Unit) Aliases() (names []string, all bool) {
	o := u.set("aliases")
	if o == nil {
		return nil, true
	}
	all = len(o.Unseen) == 0
	for _, e := range o.List() {
		s := (*eval.String)(nil)
		if e.Value != nil {
			s = u.Host.Evaluator().String(e.Value)
		}
		if s == nil {
			all = false
			continue
		}
		if text, known := s.Text(); known {
			names = append(names, text)
		} else {
			all = false
		}
	}
	return names, all
}

// Sections are the names of the sections that have settings: "Unit",
// "Service", "Install".
func (u *Unit) Sections() []string {
	var found []string
	for _, section := range u.sections() {
		if s := u.sectionInSight(section); s != nil && (len(s.Attrs()) > 0 || len(s.node.unseen) > 0) {
			found = append(found, section)
		}
	}
	return found
}

// sectionsOf are the sections that a unit of a type may have.
func sectionsOf(unitType string) []string {
	if own := OwnSection(unitType); own != "" {
		return []string{"Unit", own, "Install"}
	}
	return []string{"Unit", "Install"}
}

// OwnSection is the section named after a type of units; empty for targets.
func OwnSection(unitType string) string {
	return ownSections[unitType]
}

var ownSections = map[string]string{
	"service": "Service", "socket": "Socket", "timer": "Timer", "path": "Path", "slice": "Slice",
	"mount": "Mount", "automount": "Automount", "swap": "Swap", "scope": "Scope",
}

// Section is the option that has the settings of a section: unitConfig for
// "Unit", serviceConfig for "Service" of a service, and so on; in
// home-manager's style the section itself. It is never nil.
func (u *Unit) Section(section string) *Option {
	if u.isConf(section) {
		return u.option()
	}
	return u.option().Attr(u.sectionName(section))
}

// sectionInSight is [Unit.Section] if something in sight sets the option; nil for others.
func (u *Unit) sectionInSight(section string) *Option {
	if !u.isConf(section) && u.option().node.below(u.sectionName(section)) == nil {
		return nil
	}
	return u.Section(section)
}

// isConf reports whether the unit is a configuration file whose settings a section has.
func (u *Unit) isConf(section string) bool {
	return u.Style == ConfStyle && section == u.conf.section
}

// sectionName is the name of the option that has the settings of a section.
func (u *Unit) sectionName(section string) string {
	if u.Style == SectionStyle {
		return section
	}
	if option := sectionOptions[section]; option != "" {
		return option
	}
	return strings.ToLower(section) + "Config"
}

// sectionOptions are the options that have the settings of sections, for the usual ones.
var sectionOptions = map[string]string{
	"Unit": "unitConfig", "Install": "installConfig", "Service": "serviceConfig", "Socket": "socketConfig",
	"Timer": "timerConfig", "Path": "pathConfig", "Slice": "sliceConfig", "Mount": "mountConfig",
	"Automount": "automountConfig", "Swap": "swapConfig", "Scope": "scopeConfig",
}

// Directives are the settings written in a section, by name, as [Section] has
// them. What NixOS derives from options such as after is not among them: see
// [Unit.Lines].
func (u *Unit) Directives(section string) []*Option {
	if s := u.sectionInSight(section); s != nil {
		return s.Attrs()
	}
	return nil
}

// Directive is one of them by name. It is never nil.
func (u *Unit) Directive(section, name string) *Option { return u.Section(section).Attr(name) }

// Enabled reports whether the unit is there and not masked by enable = false. It
// is Maybe if that depends on something that is not known.
func (u *Unit) Enabled() eval.Truth {
	switch o := u.option(); {
	case o.Sets("enable"):
		return o.Attr("enable").Bool()
	case len(o.UnseenOf("enable")) > 0:
		return eval.Maybe
	}
	return eval.Yes
}

// OverrideStrategy is "asDropinIfExists" or "asDropin"; empty if it is not
// known.
func (u *Unit) OverrideStrategy() string {
	if u.dropin {
		return "asDropin"
	}
	strategy := u.Option("overrideStrategy")
	if !strategy.IsSet() {
		return "asDropinIfExists"
	}
	text, _ := strategy.Text()
	return text
}

// IsOverride reports whether nothing in sight says what the unit runs, so that
// its main definition is elsewhere: in nixpkgs, in systemd, or in a package. A
// command that takes the place of one that is not in sight says no more: its first
// line is empty, or mkForce is around it. Nor does a script that mkBefore or mkAfter
// adds to another. It is false for kinds of units that run
// nothing, and for partial ones.
func (u *Unit) IsOverride() bool {
	u.Lines()
	return u.override
}

func (u *Unit) isOverride() bool {
	if u.Style == TextStyle {
		return u.conf == nil && u.OverrideStrategy() == "asDropin"
	}
	if len(u.Partial) > 0 {
		return false
	}
	mains, options := u.mains()
	if len(mains) == 0 {
		return false
	}
	for _, name := range options {
		if o := u.set(name); o != nil && slices.ContainsFunc(o.Defs, func(d *Def) bool { return d.Order == orderPlain }) {
			return false
		}
	}
	for _, d := range u.Directives(OwnSection(u.Type())) {
		for _, main := range mains {
			if d.Name() == main && u.replacesMain(d) {
				continue
			}
			if d.Name() == main || main != "ExecStart" && main != "ExecStop" && strings.HasPrefix(d.Name(), main) {
				return false
			}
		}
	}
	return u.derivedFrom == nil
}

// mains are the directives, by how they begin, one of which a complete unit has, and the
// options that give it one. There are none for a unit that runs nothing.
func (u *Unit) mains() (directives, options []string) {
	switch u.Type() {
	case "service":
		directives, options = []string{"ExecStart"}, []string{"script"}
		if u.mayOnlyStop() {
			directives, options = append(directives, "ExecStop"), append(options, "preStop")
		}
	case "socket":
		directives, options = []string{"Listen", "Accept"}, []string{"listenStreams", "listenDatagrams"}
	case "timer":
		directives = []string{"On"}
	case "path":
		directives = []string{"Path", "DirectoryNotEmpty"}
	}
	return directives, options
}

// mayOnlyStop reports whether a service that is not seen to start a command can be
// complete: systemd refuses one that does not remain after exit (service_verify in
// src/core/service.c), and what the project enables has its command in nixpkgs.
func (u *Unit) mayOnlyStop() bool {
	return u.Directive("Service", "RemainAfterExit").IsSet() && !u.Host.Option("services", u.BaseName(), "enable").IsSet()
}

// A Place is a part of a text.
type Place struct {
	// In is the expression that has the text.
	In nixast.Node
	// Span is the part of it.
	Span nixast.Span
}

// replacesMain reports whether a command of the unit replaces another one that is
// not in sight.
func (u *Unit) replacesMain(o *Option) bool {
	if len(o.Overridden) == 0 && slices.ContainsFunc(o.Defs, func(d *Def) bool { return d.Priority < PriorityPlain }) {
		return true
	}
	lines := u.directiveLines(nil, OwnSection(u.Type()), o)
	return len(lines) > 0 && lines[0].Known && lines[0].Text == ""
}

// A Line is a line of the text of a unit.
type Line struct {
	Section string
	Key     string
	// Text is the value, if Known.
	Text string
	// Known reports that Text is what NixOS writes, if it writes the line.
	Known bool
	// Shown is Text, or what is known of it with "${…}" for the rest.
	Shown string
	// When is the condition under which the line is there, beyond that of
	// the unit; nil means always.
	When *eval.Cond
	// Unseen, if not empty, says that any number of lines of this key, or of
	// any key if Key is empty, may be here.
	Unseen string
	// Def is the definition that the line comes from; nil for what NixOS adds
	// of itself.
	Def *Def
	// Origin is where that is written: see [Def.Binding].
	Origin nixast.Node
	// Place is where the line is in a text; the zero Place for what is not
	// a text, and for what is not there as it is.
	Place Place
	// Value is what the line renders, an element of Def's list for instance;
	// nil where a line is made of several values, or of none.
	Value *eval.Thunk
}

// Certain reports whether a line is there under all conditions, with a text that
// is known.
func (l *Line) Certain() bool { return l.Known && l.When == nil && l.Unseen == "" }

// IsWritten reports whether a line comes from a binding of the project.
func (l *Line) IsWritten() bool { return l.Def != nil && !l.Def.Binding.IsZero() }

// Sets are the set literals that hold settings of the unit, wherever they are written, with
// the section that they are of.
func (u *Unit) Sets() map[nixast.Node]string {
	found := map[nixast.Node]string{}
	note := func(set nixast.Node, section string) {
		if _, known := found[set]; !known && !set.IsZero() {
			found[set] = section
		}
	}
	for _, section := range u.sections() {
		o := u.Section(section)
		for _, d := range o.Defs {
			if v := d.ev.Force(d.Value); v != nil {
				note(v.Origin(), section)
			}
		}
		for _, a := range o.Attrs() {
			for _, d := range a.Defs {
				note(d.Set, section)
			}
		}
	}
	return found
}
