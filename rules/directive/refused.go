package directive

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// RefusedUnit reports directives that do not go together, so that systemd does
// not load the unit.
var RefusedUnit = &lint.Rule{
	Page: lint.ReadPage(pages, "unit-refused"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			checkUserDynamic(p, u)
			if !standsAlone(u) {
				return
			}
			problems := withCommands(u).Check(u.Version).Problems
			if slices.ContainsFunc(problems, func(p unitfile.Problem) bool {
				return p.Kind == unitfile.RefusedValue || p.Kind == unitfile.BadValue && strings.HasPrefix(p.Key, "Exec")
			}) {
				return // invalidValue tells that the unit does not load
			}
			for _, problem := range problems {
				if problem.Kind == unitfile.RefusedUnit && !u.IsRefused("Service", "ExecStart") {
					reportRefused(p, u, problem)
				}
			}
		})
	},
}

// noUserDynamic is the first version that refuses DynamicUser in units of a user's
// manager (src/core/unit.c, unit_verify_contexts); older ones ignored it.
const noUserDynamic directive.Version = 256

func checkUserDynamic(p *lint.Pass, u *unit.Unit) {
	o := u.Directive("Service", "DynamicUser")
	if !unit.OfUser(u) || !o.IsSet() || u.Version < noUserDynamic || !u.Host.ReleaseKnown {
		return
	}
	d := o.Defs[len(o.Defs)-1]
	text, set, known := u.Effective("Service", "DynamicUser")
	if on, ok := value.ParseBool(text); !set || !known || !ok || !on || !unit.IsSure(d) || d.Binding.IsZero() {
		return
	}
	f := lint.Finding{
		Message: fmt.Sprintf("systemd refuses %s: a user's manager cannot make users up, as DynamicUser asks", u.Name), Units: u.Self(), About: u.About("DynamicUser"),
	}
	f.File, f.Span = unit.ValuePlace(d)
	p.Report(f)
}

// withCommands is the unit with a command in the place of each that is certainly
// there, but whose text is not known: it lies in the store.
func withCommands(u *unit.Unit) *unitfile.Unit {
	unit, lines := u.Systemd(), u.Lines()
	for i, a := range unit.Assignments {
		if l := lines[a.Line-1]; a.Unknown && strings.HasPrefix(a.Key, "Exec") && l.When == nil && l.Unseen == "" && strings.HasPrefix(l.Shown, "${") {
			unit.Assignments[i].Unknown, unit.Assignments[i].Value = false, "/unknown"
		}
	}
	return unit
}

// standsAlone reports whether the project defines the unit as a whole, so that
// no module of nixpkgs has a part in it: it says what the unit runs, without
// resetting or overriding something, and what the unit is or when it starts.
func standsAlone(u *unit.Unit) bool {
	if u.IsOverride() || len(u.Partial) > 0 || u.Style == nixos.TextStyle {
		return false
	}
	commands := u.Directive("Service", "ExecStart")
	for _, l := range u.Lines() {
		if l.Key == "ExecStart" && (!l.Known && l.Shown == "" || l.Known && l.Text == "") {
			return false
		}
	}
	if len(commands.Overridden) > 0 || !commands.IsSet() && !u.Option("script").IsSet() {
		return false
	}
	return u.Option("description").IsSet() || u.Option("wantedBy").IsSet() || u.Option("startAt").IsSet() ||
		u.Directive("Unit", "Description").IsSet() || u.Directive("Service", "Type").IsSet()
}

var directiveName = regexp.MustCompile(`\b([A-Z][A-Za-z]+)=`)

func reportRefused(p *lint.Pass, u *unit.Unit, problem unitfile.Problem) {
	var places []nixos.Line
	for _, m := range directiveName.FindAllStringSubmatch(problem.Message, -1) {
		for _, l := range u.Lines() {
			if l.Key == m[1] && l.Def != nil && !l.Def.Binding.IsZero() {
				places = append(places, l)
			}
		}
	}
	if len(places) == 0 {
		return
	}
	at := places[0]
	f := lint.Finding{
		Message: fmt.Sprintf("systemd refuses %s: %s", u.Name, problem.Message), Units: u.Self(), About: u.About(at.Key),
	}
	if strings.Contains(problem.Message, "more than one ExecStart=") {
		at = lastOf(places, "ExecStart")
		if u.Option("script").IsSet() {
			f.Message += "; `script` makes one line and the list another"
		}
	}
	f.File, f.Span = unit.LinePlace(u, at)
	for _, l := range places {
		if file, span := unit.LinePlace(u, l); file != f.File || span != f.Span {
			f.Related = append(f.Related, lint.Related{File: file, Span: span, Message: l.Key + "=" + profile.OneLine(l.Shown)})
		}
	}
	p.Report(f)
}

func lastOf(lines []nixos.Line, key string) nixos.Line {
	found := lines[0]
	for _, l := range lines {
		if l.Key == key {
			found = l
		}
	}
	return found
}
