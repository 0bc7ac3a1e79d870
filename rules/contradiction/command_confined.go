package contradiction

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
)

// CommandConfined reports commands that cannot work in the sandbox of their unit.
var CommandConfined = &lint.Rule{Page: lint.ReadPage(pages, "command-confined"), Unit: ofSystem(checkConfined)}

func checkConfined(p *lint.Pass, u *unit.Unit) {
	for c := range confined(u) {
		if c.MayFail {
			continue
		}
		i := slices.IndexFunc(confinements, func(f confinement) bool { return f.runs(c) })
		if i < 0 {
			continue
		}
		at, ok := confinements[i].by(u)
		if !ok || !u.Together(at, c.Setting) {
			continue
		}
		p.At(u, at, c.Setting).Concerns(u.About(c.Key)...).
			Note("%s runs %s", c.Key, c.Program()).
			Help("remove %s, or run this command outside the sandbox with the prefix `+` in an Exec line", at.Key).
			Reportf("%s keeps %s from %s", at.Key, c.Program(), confinements[i].from)
	}
}

// A confinement is what a directive keeps programs from doing that they are for.
type confinement struct {
	runs func(*unit.Command) bool
	by   func(*unit.Unit) (unit.Setting, bool)
	from string
}

// confinements follow systemd.exec(5) and the manual pages of the programs.
var confinements = []confinement{
	{programs("modprobe", "insmod", "rmmod"), on("ProtectKernelModules"), "loading or unloading kernel modules"},
	{
		func(c *unit.Command) bool {
			return c.Program() == "sysctl" && c.Has("-w", "--write", "-p", "--system", "--load")
		},
		on("ProtectKernelTunables"), "changing kernel settings",
	},
	{programs("hwclock", "ntpd"), on("ProtectClock"), "setting the clock"},
	{
		func(c *unit.Command) bool {
			return programs("mount", "umount", "sshfs")(c) || c.Program() == "rclone" && len(c.Args()) > 0 && c.Args()[0] == "mount"
		},
		mountsHidden, "mounting for the host",
	},
	{
		func(c *unit.Command) bool {
			return programs("bwrap", "bubblewrap", "unshare", "systemd-nspawn", "podman")(c) ||
				c.Program() == "ip" && len(c.Args()) > 1 && c.Args()[0] == "netns" && c.Args()[1] == "exec"
		},
		on("RestrictNamespaces"), "creating or entering namespaces",
	},
	{
		func(c *unit.Command) bool {
			return strings.HasPrefix(c.Words[0], "/run/wrappers/bin/") || strings.HasPrefix(c.Words[0], "${config.security.wrapperDir}/") ||
				programs("sudo", "doas", "su", "pkexec")(c)
		},
		noPrivileges, "gaining privileges",
	},
}

func programs(names ...string) func(*unit.Command) bool {
	return func(c *unit.Command) bool { return slices.Contains(names, c.Program()) }
}

func on(directive string) func(*unit.Unit) (unit.Setting, bool) {
	return func(u *unit.Unit) (unit.Setting, bool) { return u.On(directive) }
}

// mountsHidden is the setting that hides mounts of the service from the host. A
// service that mounts what its main command uses wants no more.
func mountsHidden(u *unit.Unit) (unit.Setting, bool) {
	at, ok := u.Namespaced()
	return at, ok && u.Lacks("Service", "MountFlags") && !slices.ContainsFunc(u.Commands(), func(c unit.Command) bool {
		return c.Main() && !c.Reads && !programs("mount", "umount", "sshfs", "rclone")(&c)
	})
}

// noPrivileges is NoNewPrivileges= of a service that is not root already.
func noPrivileges(u *unit.Unit) (unit.Setting, bool) {
	at, ok := u.On("NoNewPrivileges")
	as := u.RunsAs()
	return at, ok && (as.Who == unit.Named || as.Who == unit.Dynamic)
}
