package rules

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// conflictingDefinitions reports options that are set twice in ways that NixOS
// does not merge.
func conflictingDefinitions() *lint.Rule {
	return &lint.Rule{
		ID: "D007", Name: "conflicting-definitions", Since: "0.1.0", Severity: lint.Error,
		Title: "two definitions of a directive or an option that NixOS does not merge",
		Text: `Two modules may set the same directive if both give the same value, or lists, which are
concatenated. Two different values of the same priority are an error of the evaluation: "has conflicting
definition values". ` + "`true` and `\"yes\"`" + ` are different values, though systemd takes them for the same. So it is
with options of units that are no lists, such as ` + "`description`, `enable` or `environment.LANG`" + `, and with the
settings of systemd itself, ` + "`systemd.settings.Manager`" + ` for instance; scripts are put one behind the other.

NixOS itself sets a directive for some options: ` + "`ExecStart` for `script`, `After` for `after`" + `. A value that is
written for it besides must be the same.

A list and a string conflict up to NixOS 23.11; from 24.05 on the string becomes an element of the list.

Definitions count as conflicting where they certainly meet: on a host of the project, or in modules of
which one imports the other, or a third one both. What modules of nixpkgs set is not looked at.`,
		Before: `{ lib, ... }:
{
  systemd.services.web = lib.mkMerge [
    { serviceConfig.ProtectSystem = "strict"; }
    { serviceConfig.ProtectSystem = "full"; }
  ];
}
`,
		References: []string{
			"nixos/lib/systemd-unit-options.nix, unitOption (NixOS 23.11 and 24.05)", "nixos/lib/systemd-lib.nix, unitConfig (NixOS 26.11)",
			"lib/options.nix, mergeEqualOption (nixpkgs 26.11)",
		},
		Check: func(p *lint.Pass) {
			eachFile(p, func(u *unitView) {
				if u.Pattern {
					return // different units may be meant
				}
				for _, c := range u.clashes() {
					c.report(p, u.Name, u.Name)
				}
			})
			for _, h := range p.Project.Hosts() {
				for _, o := range optionsOf(h) {
					if c, ok := clashOf(h, o, ""); ok {
						c.report(p, "", "the configuration")
					}
				}
			}
		},
	}
}

// A clash is two definitions of an option that NixOS does not merge.
type clash struct {
	name string // of the option
	a, b worth
	why  string
	when *eval.Cond // under which the unit is there
	// derived tells that a is what NixOS makes of another option.
	derived bool
}

// A worth is a definition and what it comes to, for people to read.
type worth struct {
	*nixos.Def
	text string
}

// scalarOptions are the options of units of which several definitions must be
// equal (nixos/lib/systemd-unit-options.nix, NixOS 20.09 and 26.11).
var scalarOptions = []string{
	"enable", "description", "overrideStrategy", "scriptArgs", "text", "where", "what", "type",
	"restartIfChanged", "reloadIfChanged", "stopIfChanged", "notSocketActivated",
	"enableDefaultPath", "enableStrictShellChecks", "startLimitBurst", "startLimitIntervalSec",
}

// clashes are those of the unit, one an option.
func (u *unitView) clashes() []clash {
	var found []clash
	add := func(o *nixos.Option, name, mixed string) {
		if c, ok := clashOf(u.Host, o, mixed); ok {
			c.name, c.when = name, u.When
			found = append(found, c)
		}
	}
	options := u.Option().Attrs()
	if u.Style == nixos.ConfStyle {
		options = nil
	}
	for _, o := range options {
		switch name := o.Name(); {
		case name == "startAt":
			add(o, name, mixedNever)
		case name == "environment":
			for _, variable := range o.Attrs() {
				add(variable, name+"."+variable.Name(), "")
			}
		case slices.Contains(scalarOptions, name):
			add(o, name, "")
		}
	}
	for _, section := range u.Sections() {
		for _, o := range u.Directives(section) {
			if u.Style == nixos.SectionStyle && slices.Contains(homeLists, o.Name()) {
				continue
			}
			add(o, o.Name(), u.mixed())
			if c, ok := u.derivedClash(section, o); ok {
				found = append(found, c)
			}
		}
	}
	return found
}

const mixedNever = "a list and a single value do not merge"

// homeLists are the directives that home-manager makes lists of, whatever is
// written (modules/systemd.nix).
var homeLists = []string{"Documentation", "Environment"}

// mixed says why a list and a single value of a directive do not merge; "" if they
// do, or if that cannot be told.
func (u *unitView) mixed() string {
	switch {
	case u.Style == nixos.SectionStyle: // home-manager: modules/systemd.nix
		return mixedNever
	case u.Host.ReleaseKnown && u.Host.Release.Before(nixos.Release{Year: 24, Month: 5}):
		return mixedNever + " before NixOS 24.05"
	}
	return ""
}

// systemOptions are options of the host of which several definitions must be equal.
var systemOptions = [][]string{
	{"systemd", "enableEmergencyMode"}, {"boot", "initrd", "systemd", "enable"}, {"boot", "initrd", "systemd", "emergencyAccess"},
	{"systemd", "defaultUnit"}, {"systemd", "ctrlAltDelUnit"}, {"systemd", "coredump", "enable"}, {"systemd", "oomd", "enable"},
}

// systemVariables are options of the host that hold environment variables.
var systemVariables = [][]string{{"systemd", "globalEnvironment"}, {"systemd", "managerEnvironment"}, {"boot", "initrd", "systemd", "managerEnvironment"}}

// optionsOf are the options of a host besides its units and the files of systemd
// that are looked at.
func optionsOf(h *nixos.Host) []*nixos.Option {
	var found []*nixos.Option
	for _, path := range systemOptions {
		found = append(found, h.Option(path...))
	}
	for _, path := range systemVariables {
		found = append(found, h.Option(path...).Attrs()...)
	}
	return found
}

// clashOf finds the first two definitions of an option that clash. mixed says why
// a list and a single value do, if that is so.
func clashOf(h *nixos.Host, o *nixos.Option, mixed string) (clash, bool) {
	if len(o.Defs) < 2 || o.IsPattern() {
		return clash{}, false
	}
	ev := h.Evaluator()
	for i, b := range o.Defs {
		for _, a := range o.Defs[:i] {
			if !isSure(a) || !isSure(b) || a.Priority != b.Priority {
				continue
			}
			why := "different values do not merge"
			switch aList, bList := isList(ev, a.Value), isList(ev, b.Value); {
			case aList != bList && (aList || isScalar(ev, a.Value)) && (bList || isScalar(ev, b.Value)):
				why = mixed
			case aList || bList || !isScalar(ev, a.Value) || !isScalar(ev, b.Value) || ev.Equal(a.Value, b.Value) != eval.No:
				continue
			}
			if why != "" && meetSomewhere(h, a, b) {
				return clash{name: o.String(), a: worthOf(ev, a), b: worthOf(ev, b), why: why}, true
			}
		}
	}
	return clash{}, false
}

// derivedClash is that of a directive with what NixOS makes of another option.
func (u *unitView) derivedClash(section string, o *nixos.Option) (clash, bool) {
	option := derivedFrom(section, o.Name())
	if option == "" || u.Style != nixos.NixOSStyle || o.IsPattern() || !u.Option(option).IsSet() {
		return clash{}, false
	}
	for _, l := range u.Lines() {
		if l.Section != section || l.Key != o.Name() || l.Def == nil || l.When != nil || l.Unseen != "" || slices.Contains(o.Defs, l.Def) {
			continue
		}
		for _, d := range o.Defs {
			if !isSure(d) || d.Priority != nixos.PriorityPlain || l.Def.Binding.IsZero() || !meetSomewhere(u.Host, l.Def, d) {
				continue
			}
			if why := u.derivedWhy(l, d); why != "" {
				made := worth{l.Def, "what `" + option + "` makes"}
				return clash{name: o.Name(), a: made, b: worthOf(u.Host.Evaluator(), d), why: why, when: u.When, derived: true}, true
			}
		}
	}
	return clash{}, false
}

// isRefused reports whether NixOS does not come to write a directive, since it
// makes another one of an option: rules about the lines have nothing to add.
func (u *unitView) isRefused(section, key string) bool {
	_, refused := u.derivedClash(section, u.Directive(section, key))
	return refused
}

// derivedWhy says why a line that NixOS makes and a definition do not merge.
func (u *unitView) derivedWhy(l nixos.Line, d *nixos.Def) string {
	ev := u.Host.Evaluator()
	inList := l.Key == "ExecStartPre" || l.Key == "ExecStartPost"
	switch {
	case isList(ev, d.Value) != inList:
		if isList(ev, d.Value) || isScalar(ev, d.Value) {
			return u.mixed()
		}
	case inList || !isScalar(ev, d.Value):
	case l.Known && ev.Equal(eval.NewString(l.Text), d.Value) == eval.No, !l.Known && isScript(l) && isWhole(ev, d.Value):
		return "different values do not merge"
	}
	return ""
}

// isScript reports whether a line runs a script that NixOS puts into the store,
// under a name that nobody else writes.
func isScript(l nixos.Line) bool { return strings.HasPrefix(l.Shown, "${unit-script-") }

// derivedFrom is the option that NixOS makes a directive of; "" if there is none.
func derivedFrom(section, key string) string {
	switch section + "." + key {
	case "Service.ExecStartPre":
		return "preStart"
	case "Service.ExecStart":
		return "script"
	case "Service.ExecStartPost":
		return "postStart"
	case "Service.ExecReload":
		return "reload"
	case "Service.ExecStop":
		return "preStop"
	case "Service.ExecStopPost":
		return "postStop"
	}
	if section == "Unit" || section == "Mount" || section == "Automount" {
		return spell.Uncapitalised(key)
	}
	return ""
}

func isSure(d *nixos.Def) bool {
	return d.When == nil && d.Maybe == nil && d.Misfit.IsZero() && !d.Binding.IsZero()
}

func isList(ev *eval.Evaluator, t *eval.Thunk) bool {
	_, ok := ev.Force(t).(*eval.List)
	return ok
}

// isScalar reports whether a value is one that NixOS compares with others as a
// whole, though it may be known in part only.
func isScalar(ev *eval.Evaluator, t *eval.Thunk) bool {
	switch ev.Force(t).(type) {
	case *eval.Null, *eval.Bool, *eval.Int, *eval.Float, *eval.String:
		return true
	}
	return false
}

// isWhole reports whether all of a value is known.
func isWhole(ev *eval.Evaluator, t *eval.Thunk) bool {
	_, ok := goValue(ev, t)
	return ok
}

// meetSomewhere is meet for what does not depend on the order of modules: those
// that one module imports meet, too.
func meetSomewhere(h *nixos.Host, a, b *nixos.Def) bool { return meet(h, a, b) || a.Together(b) }

// meet reports whether two definitions are certainly of one system: of a host
// that the project names, or both in one mkMerge. In the world of files that no
// host leads to, they may be of modules that are never used together.
func meet(h *nixos.Host, a, b *nixos.Def) bool {
	if h.Name != "" {
		return true
	}
	if a.Binding.File() != b.Binding.File() {
		return false
	}
	above := slices.Collect(a.Binding.Ancestors())
	for n := range b.Binding.Ancestors() {
		if slices.Contains(above, n) {
			call, ok := n.Parent().AsApply()
			return n.Kind() == nixast.List && ok && namesFunction(call.Func(), "mkMerge")
		}
	}
	return false
}

// meetIn reports whether two definitions of a unit are certainly used together: as
// meet has it, or because a single binding is all that defines the unit.
func meetIn(u *unitView, a, b *nixos.Def) bool {
	return meet(u.Host, a, b) || len(u.Defs()) == 1
}

// worthOf is a definition with its value, or the source of what is not known.
func worthOf(ev *eval.Evaluator, d *nixos.Def) worth {
	if v, ok := goValue(ev, d.Value); ok {
		return worth{d, excerpt(written(v))}
	}
	file, span := valuePlace(d)
	return worth{d, excerpt(file.Src[span.Start:span.End])}
}

// excerpt is the beginning of a text, on one line.
func excerpt(s string) string {
	const most = 60
	if s = oneLine(s); utf8.RuneCountInString(s) > most {
		return string([]rune(s)[:most-1]) + "…"
	}
	return s
}

// report tells of the definition that was asked for, or comes later.
func (c clash) report(p *lint.Pass, unit, subject string) {
	here, there := c.b, c.a
	if asked := func(w worth) bool { return w.File != nil && w.File.Asked }; !asked(here) && asked(there) ||
		here.Binding.File() == there.Binding.File() && here.Binding.Span().Start < there.Binding.Span().Start {
		here, there = there, here
	}
	f := lint.Finding{Unit: unit, Directives: []string{c.name}}
	f.File, f.Span = valuePlace(here.Def)
	file, span := valuePlace(there.Def)
	at := file.Position(span.Start)
	advice := "keep one"
	switch {
	case c.derived:
		advice += ", or put lib.mkForce before that of " + c.name
	case there.Priority > nixos.PriorityForce:
		advice += ", or put lib.mkForce before one"
	}
	fails := "Nix refuses to evaluate"
	if c.when != nil {
		fails += " where the unit is defined"
	}
	f.Message = fmt.Sprintf("%s sets %s to %s here and to %s at %s:%d: %s, and %s; %s",
		subject, c.name, here.text, there.text, file.Name, at.Line, c.why, fails, advice)
	if here.Binding != there.Binding {
		f.Related = []lint.Related{{File: file, Span: span, Message: "the other definition"}}
	}
	p.Report(f)
}
