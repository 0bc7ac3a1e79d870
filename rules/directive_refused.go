package rules

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
)

// refusedUnit reports directives that do not go together, so that systemd does
// not load the unit.
func refusedUnit() *lint.Rule {
	return &lint.Rule{
		ID: "D003", Name: "unit-refused", Since: "0.1.0", Severity: lint.Error,
		Title: "systemd refuses the unit: its directives do not go together",
		Text: `Some directives exclude each other, and some need each other. systemd checks that when it
loads the unit, refuses it, and the service never starts: several ` + "`ExecStart=`" + ` lines without
` + "`Type=oneshot`, `Type=dbus` without `BusName=`, `Type=oneshot` with `Restart=always`" + `, and others. ` + "`DynamicUser`" + ` in a unit
of a user's manager is refused from systemd 256 on.

NixOS makes an ` + "`ExecStart=`" + ` line of the option ` + "`script`" + `. A list in ` + "`serviceConfig.ExecStart`" + ` is
added to it in silence from NixOS 24.05 on, where a string would be an error of the evaluation.

Nothing is said of a unit that changes one from elsewhere, or of which a part cannot be seen.`,
		Before: `{
  systemd.services.web = {
    description = "a web server";
    script = "exec web";
    serviceConfig.ExecStart = [ "/run/current-system/sw/bin/web" ];
  };
}
`,
		References: []string{"systemd.service(5)", "systemd 262, src/core/service.c, service_verify",
			"nixos/lib/systemd-lib.nix, serviceConfig (NixOS 26.11)"},
		Check: func(p *lint.Pass) {
			eachUnit(p, func(u *unitView) {
				checkUserDynamic(p, u)
				if !standsAlone(u) {
					return
				}
				problems := withCommands(u).Check(u.version).Problems
				if slices.ContainsFunc(problems, func(p unitfile.Problem) bool {
					return p.Kind == unitfile.RefusedValue || p.Kind == unitfile.BadValue && strings.HasPrefix(p.Key, "Exec")
				}) {
					return // invalidValue tells that the unit does not load
				}
				for _, problem := range problems {
					if problem.Kind == unitfile.RefusedUnit && !u.isRefused("Service", "ExecStart") {
						reportRefused(p, u, problem)
					}
				}
			})
		},
	}
}

// noUserDynamic is the first version that refuses DynamicUser in units of a user's
// manager (src/core/unit.c, unit_verify_contexts); older ones ignored it.
const noUserDynamic directive.Version = 256

func checkUserDynamic(p *lint.Pass, u *unitView) {
	o := u.Directive("Service", "DynamicUser")
	if !ofUser(u) || !o.IsSet() || u.version < noUserDynamic || !u.Host.ReleaseKnown {
		return
	}
	d := o.Defs[len(o.Defs)-1]
	text, set, known := lastValue(u.whole, "Service", "DynamicUser")
	if on, ok := value.ParseBool(text); !set || !known || !ok || !on || !isSure(d) || d.Binding.IsZero() {
		return
	}
	f := lint.Finding{
		Message: fmt.Sprintf("systemd refuses %s: a user's manager cannot make users up, as DynamicUser asks", u.Name), Unit: u.Name, Directives: []string{"DynamicUser"},
	}
	f.File, f.Span = valuePlace(d)
	p.Report(f)
}

// withCommands is the unit with a command in the place of each that is certainly
// there, but whose text is not known: it lies in the store.
func withCommands(u *unitView) *unitfile.Unit {
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
func standsAlone(u *unitView) bool {
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

func reportRefused(p *lint.Pass, u *unitView, problem unitfile.Problem) {
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
		Message: fmt.Sprintf("systemd refuses %s: %s", u.Name, problem.Message), Unit: u.Name, Directives: []string{at.Key},
	}
	if strings.Contains(problem.Message, "more than one ExecStart=") {
		at = lastOf(places, "ExecStart")
		if u.Option("script").IsSet() {
			f.Message += "; `script` makes one line and the list another"
		}
	}
	f.File, f.Span = linePlace(u, at)
	for _, l := range places {
		if file, span := linePlace(u, l); file != f.File || span != f.Span {
			f.Related = append(f.Related, lint.Related{File: file, Span: span, Message: l.Key + "=" + oneLine(l.Shown)})
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
