package unit

import (
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/value"
	"wardnix/rules/profile"
)

// needOf is why the unit's own text shows that it needs what a directive takes
// away, whatever its class; "" if it does not show it.
func (u *Unit) needOf(directive string) string {
	why, asked := u.signs().needs[directive]
	if !asked {
		why = u.findNeed(directive)
		u.signs().needs[directive] = why
	}
	return why
}

func (u *Unit) findNeed(directive string) string {
	if slices.Contains(profile.Separating, directive) && u.signs().runAny(profile.Mounters) {
		return "the host would not see what it mounts"
	}
	for i := range profile.Needs {
		if n := &profile.Needs[i]; n.Directive == directive && (u.given(n.Capabilities) || u.setTo(n.Settings) || u.signs().show(n)) {
			return n.Why
		}
	}
	return ""
}

// needOfClass is why services of the classes of the programs that the unit runs need
// what a directive takes away. What a daemon was seen to work without, which may be
// nil, is not a need of its class.
func (u *Unit) needOfClass(directive string, seen *profile.Daemon) string {
	for i := range profile.Classes {
		if c := &profile.Classes[i]; !c.All && c.Needs[directive] != "" && u.signs().runAny(c.Programs) && !isOf(seen, c) {
			return c.Needs[directive]
		}
	}
	if why := profile.Client.Needs[directive]; why != "" && u.signs().runAny(profile.Client.Programs) {
		return why
	}
	return ""
}

// isOf reports whether a daemon, which may be nil, belongs to a class.
func isOf(d *profile.Daemon, c *profile.Class) bool {
	return d != nil && slices.ContainsFunc(d.Programs, func(p string) bool { return slices.Contains(c.Programs, p) })
}

// show reports whether what the unit executes shows the need.
func (s *signs) show(n *profile.Need) bool {
	if s.runAny(n.Programs) {
		return true
	}
	marked := slices.ContainsFunc(n.Marks, func(m string) bool { return strings.Contains(s.text, m) })
	return marked && (n.Text == nil || n.Text.MatchString(s.text))
}

// runAny reports whether the unit may run one of the programs.
func (s *signs) runAny(programs []string) bool {
	return slices.ContainsFunc(programs, func(p string) bool { return s.programs[p] })
}

// setTo reports whether the unit has one of the settings, or may have.
func (u *Unit) setTo(settings []profile.NeededBy) bool {
	for _, s := range settings {
		for _, a := range u.Full.Values("Service", s.Key) {
			word, _, _ := strings.Cut(a.Value, " ")
			if on, isBool := value.ParseBool(a.Value); isBool && !on && len(s.Values) == 0 {
				continue
			}
			if a.Unknown || len(s.Values) == 0 && a.Value != "" || slices.Contains(s.Values, word) {
				return true
			}
		}
	}
	return false
}

// ActsAsRoot reports whether something of a unit that has another user acts with
// root's rights and within the sandbox, or says that it must. Before systemd 255 a filter of system calls
// implied NoNewPrivileges, too.
func (u *Unit) ActsAsRoot() bool {
	s := u.signs()
	if !s.rootKnown {
		s.asRoot, s.rootKnown = u.findRoot(), true
	}
	return s.asRoot
}

func (u *Unit) findRoot() bool {
	text, set, known := u.Effective("Service", "NoNewPrivileges")
	on, isBool := value.ParseBool(text)
	return set && known && isBool && !on || u.given([]string{"CAP_SYS_ADMIN"}) || u.needOf("NoNewPrivileges") != "" || u.rootSteps()
}

// rootSteps reports whether the unit runs a step of its start or end as root
// and within its sandbox, whoever its user is (systemd.service(5), the prefix "!";
// PermissionsStartOnly, which older units have).
func (u *Unit) rootSteps() bool {
	only := false
	if text, set, known := u.Effective("Service", "PermissionsStartOnly"); set {
		on, _ := value.ParseBool(text)
		only = on || !known
	}
	return slices.ContainsFunc(u.Lines(), func(l nixos.Line) bool {
		if l.Section != "Service" || !strings.HasPrefix(l.Key, "Exec") {
			return false
		}
		line := strings.TrimSpace(l.Shown)
		prefix := line[:len(line)-len(strings.TrimLeft(line, "-@:+!|"))]
		return !strings.Contains(prefix, "+") && (only && l.Key != "ExecStart" || strings.Contains(prefix, "!") && !strings.Contains(prefix, "!!"))
	})
}
