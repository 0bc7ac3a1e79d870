package contradiction

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/unit"
)

// CommandConfined reports commands that cannot work in the sandbox of their unit.
var CommandConfined = &lint.Rule{Page: lint.ReadPage(pages, "command-confined"), Unit: ofSystem(checkConfined)}

func checkConfined(p *lint.Pass, u *unit.Unit) {
	for _, n := range u.Needs() {
		if n.Command == nil || n.Command.MayFail {
			continue
		}
		at, ok := takenBy(u, &n)
		if !ok || !u.Together(at, n.At) {
			continue
		}
		p.At(u, at, n.At).Concerns(u.About(n.Command.Key)...).
			Note("%s runs %s", n.Command.Key, n.Command.Program()).
			Help("remove %s, or run this command outside the sandbox with the prefix `+` in an Exec line", at.Key).
			Reportf("%s keeps %s from %s", at.Key, n.Command.Program(), n.Doing)
	}
}

// takenBy is the setting that certainly takes away what the unit needs.
func takenBy(u *unit.Unit, n *unit.Need) (unit.Setting, bool) {
	switch {
	case slices.Contains(n.Directives, "PrivateMounts"):
		return mountsHidden(u)
	case slices.Contains(n.Directives, "NoNewPrivileges"):
		return noPrivileges(u)
	}
	return u.On(n.Directives[0])
}

// mountsHidden is the setting that hides mounts of the service from the host. A
// service that mounts what its main command uses wants no more.
func mountsHidden(u *unit.Unit) (unit.Setting, bool) {
	at, ok := u.Namespaced()
	return at, ok && u.Lacks("Service", "MountFlags") && !slices.ContainsFunc(u.Commands(), func(c unit.Command) bool {
		return c.Main() && !c.Reads && !slices.Contains([]string{"mount", "umount", "sshfs", "rclone"}, c.Program())
	})
}

// noPrivileges is NoNewPrivileges= of a service that is not root already.
func noPrivileges(u *unit.Unit) (unit.Setting, bool) {
	at, ok := u.On("NoNewPrivileges")
	as := u.RunsAs()
	return at, ok && (as.Who == unit.Named || as.Who == unit.Dynamic)
}
