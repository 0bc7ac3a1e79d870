package directive

import (
	"fmt"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
)

// ConflictingDefinitions reports options that are set twice in ways that NixOS
// does not merge.
var ConflictingDefinitions = &lint.Rule{
	Page: lint.ReadPage(pages, "conflicting-definitions"),
	Check: func(p *lint.Pass) {
		lint.EachFile(p, func(u *unit.Unit) {
			if u.Pattern {
				return // different units may be meant
			}
			for _, c := range u.Clashes() {
				reportClash(c, p, u.Self(), u.About(c.Name), u.Name)
			}
		})
		for _, h := range p.Project.Hosts() {
			for _, o := range optionsOf(h) {
				if c, ok := unit.ClashOf(h, o, ""); ok {
					reportClash(c, p, unit.Host(h), unit.Options(h, o.Path), "the configuration")
				}
			}
		}
	},
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

// reportClash tells of the definition that was asked for, or comes later.
func reportClash(c unit.Clash, p *lint.Pass, units, about []unit.Ref, subject string) {
	here, there := c.B, c.A
	if asked := func(w unit.Worth) bool { return w.File != nil && w.File.Asked }; !asked(here) && asked(there) ||
		here.Binding.File() == there.Binding.File() && here.Binding.Span().Start < there.Binding.Span().Start {
		here, there = there, here
	}
	f := lint.Finding{Units: units, About: about}
	f.File, f.Span = unit.ValuePlace(here.Def)
	file, span := unit.ValuePlace(there.Def)
	at := file.Position(span.Start)
	advice := "keep one"
	switch {
	case c.Derived:
		advice += ", or put lib.mkForce before that of " + c.Name
	case there.Priority > nixos.PriorityForce:
		advice += ", or put lib.mkForce before one"
	}
	fails := "Nix refuses to evaluate"
	if c.When != nil {
		fails += " where the unit is defined"
	}
	f.Message = fmt.Sprintf("%s sets %s to %s here and to %s at %s:%d: %s, and %s; %s",
		subject, c.Name, here.Text, there.Text, file.Name, at.Line, c.Why, fails, advice)
	if here.Binding != there.Binding {
		f.Related = []lint.Related{{File: file, Span: span, Message: "the other definition"}}
	}
	p.Report(f)
}
