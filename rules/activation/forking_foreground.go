package activation

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/unit"
)

// ForkingForeground reports services of Type=forking whose command stays in the
// foreground.
var ForkingForeground = &lint.Rule{Page: lint.ReadPage(pages, "forking-foreground"), Unit: checkForking}

func checkForking(p *lint.Pass, u *unit.Unit) {
	at, ok := u.Is("Type", "forking")
	if !ok || at.When != nil {
		return
	}
	for _, c := range u.Commands() {
		if c.Key != "ExecStart" || c.Origin != unit.Line || c.Reads || c.When != nil {
			continue
		}
		i := slices.IndexFunc(c.Args(), func(arg string) bool { return slices.Contains(foreground, arg) })
		if i < 0 || !u.Together(at, c.Setting) {
			continue
		}
		p.At(u, at, c.Setting).Note("%s keeps the process in the foreground, and systemd waits until it exits", c.Args()[i]).
			Help("set Type to \"exec\", or \"notify\" if the program supports it").
			Reportf("Type=forking, but %s does not fork", c.Program())
	}
}

// foreground are options by which daemons do not fork, whatever the program.
var foreground = []string{
	"--foreground", "--no-daemon", "--nodaemon", "--no-daemonize", "--nodaemonize", "--no-fork", "--nofork", "--no-detach", "--nodetach", "-nodaemon",
	"--foreground=true", "--daemonize=no", "--daemon=false", "-DFOREGROUND",
}
