package directive

import (
	"regexp"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// UnitRefused reports combinations of directives for which systemd does not load
// the unit.
var UnitRefused = &lint.Rule{Page: lint.ReadPage(pages, "unit-refused"), Unit: checkRefused}

func checkRefused(p *lint.Pass, u *unit.Unit) {
	checkUserDynamic(p, u)
	if !standsAlone(u) || u.Enabled() == eval.No { // systemd does not load what is masked
		return
	}
	problems := withCommands(u).Check(u.Version).Problems
	if slices.ContainsFunc(problems, func(p unitfile.Problem) bool {
		return p.Kind == unitfile.RefusedValue || p.Kind == unitfile.BadValue && strings.HasPrefix(p.Key, "Exec")
	}) {
		return // the invalid value is a finding already
	}
	for _, problem := range problems {
		if problem.Kind == unitfile.RefusedUnit && !u.IsRefused("Service", "ExecStart") {
			reportRefused(p, u, problem.Message)
		}
	}
}

// noUserDynamic is the first version that refuses DynamicUser= in units of the user
// manager (src/core/unit.c, unit_verify_contexts); older ones ignored it.
const noUserDynamic directive.Version = 256

func checkUserDynamic(p *lint.Pass, u *unit.Unit) {
	o := u.Directive("Service", "DynamicUser")
	if !u.OfUser() || !o.IsSet() || u.Version < noUserDynamic || !u.Host.ReleaseKnown {
		return
	}
	def := o.Defs[len(o.Defs)-1]
	text, set, known := u.Effective("Service", "DynamicUser")
	if on, ok := value.ParseBool(text); !set || !known || !ok || !on || !def.IsSure() {
		return
	}
	p.AtDef(u, def, "DynamicUser").
		Note("systemd refuses to load the unit").
		Reportf("`DynamicUser` is not supported in the user manager")
}

// withCommands is a unit that needs no other, with a command in the place of each that certainly
// exists, but whose text is not known: it is in the store.
func withCommands(u *unit.Unit) *unitfile.Unit {
	unit, lines := *u.Full(), u.Lines()
	unit.Assignments = slices.Clone(unit.Assignments)
	for i, a := range unit.Assignments {
		if l := lines[a.Line-1]; a.Unknown && strings.HasPrefix(a.Key, "Exec") && l.When == nil && l.Unseen == "" && strings.HasPrefix(l.Shown, "${") {
			unit.Assignments[i].Unknown, unit.Assignments[i].Value = false, "/unknown"
		}
	}
	return &unit
}

// standsAlone reports whether the project defines the whole unit, so that no module
// of nixpkgs adds to it: it sets what the unit runs, without resetting or
// overriding something, and what the unit is or when it starts.
func standsAlone(u *unit.Unit) bool {
	switch {
	case u.IsOverride() || len(u.Partial) > 0:
		return false
	case u.Type() != "service":
		own := nixos.OwnSection(u.Type())
		return u.OverrideStrategy() != "asDropin" && slices.ContainsFunc(u.Lines(), func(l nixos.Line) bool { return l.Section == own })
	case u.Style == nixos.TextStyle:
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

// reportRefused reports systemd's reason at the first line of a directive that it
// names.
func reportRefused(p *lint.Pass, u *unit.Unit, why string) {
	var places []nixos.Line
	for _, m := range directiveName.FindAllStringSubmatch(why, -1) {
		for _, l := range u.Lines() {
			if l.Key == m[1] && l.IsWritten() {
				places = append(places, l)
			}
		}
	}
	if len(places) == 0 && u.Type() != "service" {
		p.AtUnit(u).Note("systemd refuses to load the unit").Reportf("%s", why)
	}
	if len(places) == 0 {
		return
	}
	at, several := places[0], strings.Contains(why, "more than one ExecStart=")
	if several {
		at = lastOf(places, "ExecStart")
	}
	d := p.AtLine(u, at).Note("systemd refuses to load the unit")
	if several && u.Option("script").IsSet() {
		d.Note("`script` adds one line, and the list another")
	}
	for _, l := range places {
		if file, span := u.LinePlace(l); file != d.File || span != d.Span {
			d.See(file, span, l.Key+"="+profile.OneLine(l.Shown))
		}
	}
	d.Reportf("%s", why)
}

// lastOf is the last of the lines with a key.
func lastOf(lines []nixos.Line, key string) nixos.Line {
	found := lines[0]
	for _, l := range lines {
		if l.Key == key {
			found = l
		}
	}
	return found
}
