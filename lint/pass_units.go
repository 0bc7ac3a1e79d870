package lint

import (
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
)

// EachUnit calls do for the units of all hosts.
func EachUnit(p *Pass, do func(*unit.Unit)) {
	for _, u := range p.Units {
		do(u)
	}
}

// EachFile calls do for every unit, and for every configuration file of systemd.
func EachFile(p *Pass, do func(*unit.Unit)) {
	EachUnit(p, do)
	for _, u := range p.Confs {
		do(u)
	}
}

// UnitsOf are the units that a service manager of a system runs. The manager of
// a user's session is not among them: it has no privileges to give or to take
// away, and follows rules of its own.
func UnitsOf(p *Pass) []*unit.Unit {
	var found []*unit.Unit
	for _, u := range p.Units {
		switch u.Scope.Kind {
		case nixos.User, nixos.HomeManager, nixos.Initrd:
			continue
		}
		if u.Enabled() != -1 {
			found = append(found, u)
		}
	}
	return found
}

// EachCertainLine calls do for the lines that units certainly have.
func EachCertainLine(p *Pass, do func(*unit.Unit, *directive.Directive, *unit.DirectiveLines, nixos.Line)) {
	EachUnit(p, func(u *unit.Unit) {
		for k, l := range u.CertainLines() {
			do(u, k.Directive, k, l)
		}
	})
}

// EachDirectiveOption calls do for the options of eachNaming.
func EachDirectiveOption(p *Pass, do func(u *unit.Unit, section string, o *nixos.Option)) {
	EachNaming(p, func(n unit.Naming) {
		if n.Setting != nil {
			do(n.Unit, n.In, n.Setting)
		}
	})
}

// EachNaming calls do for all that units and configuration files set.
func EachNaming(p *Pass, do func(unit.Naming)) {
	EachFile(p, func(u *unit.Unit) {
		for n := range u.Namings() {
			do(n)
		}
	})
}
