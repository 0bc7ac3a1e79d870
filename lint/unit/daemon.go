package unit

import (
	"regexp"
	"slices"
	"strings"

	"wardnix/lint/systemd/value"
	"wardnix/rules/profile"
)

// daemon is the daemon with a proven baseline that the unit runs, as root if it was
// seen to work as root, and as another user otherwise; nil if there is none, or if the
// unit runs several.
func (u *Unit) daemon() *profile.Daemon {
	var found *profile.Daemon
	commands := u.Commands()
	for i := range commands {
		c := &commands[i]
		if !c.Main() || c.Reads || c.Outside {
			continue
		}
		d := profile.DaemonOf(c.Program(), c.Has)
		if d == nil {
			continue
		}
		if found != nil && found != d {
			return nil
		}
		found = d
	}
	if found == nil || found.Root && !u.RunsAs().Root() || !found.Root && !u.RunsAs().Ordinary() {
		return nil
	}
	return found
}

// fit changes the requirements for any service to what the unit itself shows that it
// needs: capabilities that it is given, and paths that it writes to. d is the daemon
// whose baseline they are; nil if they are not of a daemon's.
func (u *Unit) fit(rs []profile.Requirement, d *profile.Daemon) []profile.Requirement {
	given, known := u.granted()
	var fitted []profile.Requirement
	for _, r := range rs {
		switch r.Name() {
		case "AmbientCapabilities":
			if !known || len(given) > 0 {
				continue // it is given them for a reason
			}
		case "CapabilityBoundingSet":
			if !known || len(given) > 0 && len(u.Full().Values("Service", r.Name())) > 0 {
				continue // or it says itself which of them it keeps
			}
			if d == nil || !d.Root {
				r = bounded(r, given)
			}
		case "ProtectSystem":
			if d != nil && !u.writesOwn(d) {
				r, _ = r.Milder()
			}
		}
		fitted = append(fitted, r)
	}
	return fitted
}

// bounded is the requirement of a bounding set that has just the capabilities that the
// unit is given.
func bounded(r profile.Requirement, given []string) profile.Requirement {
	if len(given) == 0 {
		return r
	}
	return r.Fitted("Leaves the capabilities that AmbientCapabilities grants, and takes the others away for\n"+
		"good.\nCost: none, unless programs that it runs bring capabilities.", given...)
}

// granted are the capabilities that AmbientCapabilities grants; false if they are not
// known.
func (u *Unit) granted() (names []string, known bool) {
	if !u.MayBeGiven("AmbientCapabilities") {
		return nil, true
	}
	all, ok := u.Settings("Service", "AmbientCapabilities")
	for _, at := range all {
		if at.When != nil || strings.HasPrefix(at.Text, "~") {
			return nil, false
		}
		names = append(names, strings.Fields(at.Text)...)
	}
	slices.Sort(names)
	return slices.Compact(names), ok
}

// kept matches paths below which services keep files.
var kept = regexp.MustCompile(`/(?:var|srv|data|mnt|media|opt|home|root)(?:/[^\s:;,"'$%{}*]*)?`)

// writesOwn reports whether the unit can write all that a daemon, run with its
// commands, is seen to write, with nothing but its own directories writable.
func (u *Unit) writesOwn(d *profile.Daemon) bool {
	writable, known := u.Writable()
	if !known {
		return false
	}
	own := func(path string) bool {
		return slices.ContainsFunc(writable, func(dir string) bool { return value.Below(path, dir) })
	}
	if d.Files && !slices.ContainsFunc(writable, func(dir string) bool { return kept.MatchString(dir) && dir != "/var/tmp" }) {
		return false
	}
	if pid, ok := u.Setting("Service", "PIDFile"); ok && !own(pid.Text) {
		return false
	}
	text := u.EnvironmentText()
	if dir, ok := u.Setting("Service", "WorkingDirectory"); ok {
		text += dir.Text + "\n"
	}
	commands := u.Commands()
	for i := range commands {
		text += strings.Join(commands[i].Args(), "\n") + "\n"
	}
	return !slices.ContainsFunc(kept.FindAllString(text, -1), func(path string) bool { return !own(path) })
}
