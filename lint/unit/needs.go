package unit

import (
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/rules/profile"
)

// A Need is what the unit's own text shows that it does, or may do, and that
// directives take away.
type Need struct {
	*profile.Need
	// At is the place that shows it; the zero Setting if that is the unit's name, or
	// not in the project.
	At Setting
	// Command does it within the sandbox, if the unit comes to run it; nil if the unit
	// only may do it.
	Command *Command
}

// Needs are what the unit shows that it needs, whatever its class. The caller must
// not change them.
func (u *Unit) Needs() []Need {
	u.findNeeds()
	return u.needs
}

// findNeeds finds what the unit needs, and what it may need.
func (u *Unit) findNeeds() {
	if u.needs != nil {
		return
	}
	u.needs = []Need{}
	texts := u.signs().texts
	for i := range texts {
		texts[i].shows = u.Part.shown.by(texts[i].text)
	}
	attempted := slices.Collect(u.Attempted())
	all := profile.Needs()
	for i := range all {
		n := &all[i]
		found := findUses(n, attempted)
		if found == nil {
			found = u.showsNeed(i)
		}
		switch {
		case found == nil || n.Unless != "" && u.has(n.Unless):
		case n.Unsure:
			u.doubts = append(u.doubts, found...)
		default:
			u.needs = append(u.needs, found...)
		}
	}
}

// findUses are the commands that do what takes the need.
func findUses(n *profile.Need, attempted []*Command) (found []Need) {
	if len(n.Uses) == 0 {
		return nil
	}
	for _, c := range attempted {
		if slices.ContainsFunc(n.Uses, c.is) {
			found = append(found, Need{n, c.Setting, c})
		}
	}
	return found
}

// showsNeed is the first place that shows a need, by its index.
func (u *Unit) showsNeed(i int) []Need {
	n := &profile.Needs()[i]
	if at, ok := u.given(n.Capabilities...); ok {
		return []Need{{n, at, nil}}
	}
	if at, ok := u.setTo(n.Settings...); ok {
		return []Need{{n, at, nil}}
	}
	s := u.signs()
	for _, p := range n.Programs {
		if at, ok := s.programs[p]; ok {
			return []Need{{n, at, nil}}
		}
	}
	for j := range s.texts {
		if t := &s.texts[j]; t.shows.Has(i) {
			return []Need{{n, t.at, nil}}
		}
	}
	return nil
}

// has reports whether the unit certainly has a directive on, or another one that
// implies it.
func (u *Unit) has(name string) bool {
	return u.wholeReading().AtLeast("Service", name, []unitfile.Assignment{{Section: "Service", Key: name, Value: "yes"}}) == value.Yes
}

// is reports whether the command is a use of a program.
func (c *Command) is(use profile.Use) bool {
	if slices.ContainsFunc(use.Below, func(dir string) bool { return strings.HasPrefix(c.Words[0], dir) }) {
		return true
	}
	return slices.Contains(use.Programs, c.Program()) && len(c.Args()) >= len(use.First) && slices.Equal(c.Args()[:len(use.First)], use.First) &&
		(len(use.Any) == 0 || c.Has(use.Any...))
}

// needOf is why the unit shows that it needs what a directive takes away; "" if it
// does not show it.
func (u *Unit) needOf(directive string) string { return u.whyOf(u.Needs(), directive) }

// doubtOf is what a directive may break, if the unit cannot show whether it needs what
// that takes away; "" if there is nothing.
func (u *Unit) doubtOf(directive string) string {
	u.findNeeds()
	return u.whyOf(u.doubts, directive)
}

func (u *Unit) whyOf(needs []Need, directive string) string {
	for _, n := range needs {
		if n.Takes(directive, u.Version) {
			return n.Why
		}
	}
	return ""
}

// needOfClass is why services of the classes of the programs that the unit runs need
// what a directive takes away. What a daemon was seen to work without, which may be
// nil, is not a need of its class.
func (u *Unit) needOfClass(directive string, seen *profile.Daemon) string {
	classes, client := profile.Classes(), profile.Client()
	for i := range classes {
		if c := &classes[i]; !c.All && c.Needs[directive] != "" && u.signs().runAny(c.Programs) && !isOf(seen, c) && !u.showsCapabilities(directive) {
			return c.Needs[directive]
		}
	}
	if why := client.Needs[directive]; why != "" && u.signs().runAny(client.Programs) {
		return why
	}
	return ""
}

// showsCapabilities reports whether a directive limits capabilities, and the unit itself
// shows which it needs, whatever its class: a user has only those that it is given.
func (u *Unit) showsCapabilities(directive string) bool {
	return (directive == "CapabilityBoundingSet" || directive == "AmbientCapabilities") && u.RunsAs().Ordinary()
}

// isOf reports whether a daemon, which may be nil, belongs to a class.
func isOf(d *profile.Daemon, c *profile.Class) bool {
	return d != nil && slices.ContainsFunc(d.Programs, func(p string) bool { return slices.Contains(c.Programs, p) })
}

// runAny reports whether the unit may run one of the programs.
func (s *signs) runAny(programs []string) bool {
	return slices.ContainsFunc(programs, func(p string) bool { _, ok := s.programs[p]; return ok })
}

// setTo is the setting of the unit that has a directive on, or at one of the values; false
// if it has none and cannot have one.
func (u *Unit) setTo(any ...profile.NeededBy) (Setting, bool) {
	for _, s := range any {
		for _, a := range u.Full().Values("Service", s.Key) {
			word, _, _ := strings.Cut(a.Value, " ")
			if on, isBool := value.ParseBool(a.Value); isBool && !on && len(s.Values) == 0 {
				continue
			}
			if a.Unknown || len(s.Values) == 0 && a.Value != "" || slices.Contains(s.Values, word) {
				at, _ := u.lineOf(func(l *nixos.Line) bool { return l.Section == "Service" && l.Key == s.Key })
				return at, true
			}
		}
	}
	return Setting{}, false
}

// lineOf is the first line of the unit that is one of those meant.
func (u *Unit) lineOf(meant func(*nixos.Line) bool) (Setting, bool) {
	lines := u.Lines()
	for i := range lines {
		if meant(&lines[i]) {
			return Setting{lines[i]}, true
		}
	}
	return Setting{}, false
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
	_, administers := u.given("CAP_SYS_ADMIN")
	return set && known && isBool && !on || administers || u.needOf("NoNewPrivileges") != "" || u.rootSteps()
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
	return slices.ContainsFunc(u.Lines(), func(l nixos.Line) bool { // those that may be there, too
		c := value.ParsePrefixes(strings.TrimSpace(l.Shown), u.Version)
		return l.Section == "Service" && strings.HasPrefix(l.Key, "Exec") && !c.Privileged && (c.NoSetuid || only && l.Key != "ExecStart")
	})
}
