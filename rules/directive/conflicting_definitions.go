package directive

import (
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
)

// ConflictingDefinitions reports options that are defined twice in ways that NixOS
// does not merge.
var ConflictingDefinitions = &lint.Rule{
	Page: lint.ReadPage(pages, "conflicting-definitions"), Unit: checkUnitConflicts, Conf: checkUnitConflicts, Host: checkHostConflicts,
}

// systemOptions are options of the host of which several definitions must be equal.
var systemOptions = [][]string{
	{"systemd", "enableEmergencyMode"}, {"boot", "initrd", "systemd", "enable"}, {"boot", "initrd", "systemd", "emergencyAccess"},
	{"systemd", "defaultUnit"}, {"systemd", "ctrlAltDelUnit"}, {"systemd", "coredump", "enable"}, {"systemd", "oomd", "enable"},
}

// systemVariables are options of the host that are sets of environment variables.
var systemVariables = [][]string{{"systemd", "globalEnvironment"}, {"systemd", "managerEnvironment"}, {"boot", "initrd", "systemd", "managerEnvironment"}}

func checkUnitConflicts(p *lint.Pass, u *unit.Unit) {
	if u.Pattern {
		return // different units may be meant
	}
	for _, c := range u.Clashes() {
		here, there := inOrder(c)
		reportConflict(p.AtDef(u, here.Def, c.Name), c, here, there)
	}
}

func checkHostConflicts(p *lint.Pass, h *nixos.Host) {
	var options []*nixos.Option
	for _, path := range systemOptions {
		options = append(options, h.Option(path...))
	}
	for _, path := range systemVariables {
		options = append(options, h.Option(path...).Attrs()...)
	}
	for _, o := range options {
		if c, ok := unit.ClashOf(h, o, ""); ok {
			here, there := inOrder(c)
			reportConflict(p.AtOption(h, here.Def, o.Path), c, here, there)
		}
	}
}

// inOrder are the two definitions, first the one to report: that in a file that was
// requested, or the later one.
func inOrder(c unit.Clash) (here, there unit.Worth) {
	asked := func(w unit.Worth) bool { return w.File != nil && w.File.Reported }
	if !asked(c.B) && asked(c.A) || c.B.Binding.File() == c.A.Binding.File() && c.B.Binding.Span().Start < c.A.Binding.Span().Start {
		return c.A, c.B
	}
	return c.B, c.A
}

func reportConflict(d *lint.Draft, c unit.Clash, here, there unit.Worth) {
	file, span := there.Def.ValuePlace()
	at := file.Position(span.Start)
	d.Note("`%s` here, `%s` at %s:%d: %s", here.Text, there.Text, file.Name, at.Line, c.Why)
	if c.When != nil {
		d.Note("Nix fails to evaluate the configuration if the unit is defined")
	} else {
		d.Note("Nix fails to evaluate the configuration")
	}
	switch {
	case c.Derived:
		d.Help("remove one of them, or use lib.mkForce for `%s`", c.Name)
	case there.Priority > nixos.PriorityForce:
		d.Help("remove one of them, or use lib.mkForce for one")
	default:
		d.Help("remove one of them")
	}
	if here.Binding != there.Binding {
		d.See(file, span, "the other definition")
	}
	d.Reportf("conflicting definitions of `%s`", c.Name)
}
