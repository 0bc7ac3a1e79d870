package activation

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// ProgramMissing reports commands whose program NixOS does not have at its path.
var ProgramMissing = &lint.Rule{Page: lint.ReadPage(pages, "program-missing"), Unit: checkProgramMissing}

func checkProgramMissing(p *lint.Pass, u *unit.Unit) {
	if !standsAlone(u) || u.Style == nixos.SectionStyle || u.Scope.Kind == nixos.HomeManager || hasOtherRoot(u) {
		return // home-manager is used on other distributions, too
	}
	var reported []string
	for _, c := range u.Commands() {
		program := c.Words[0]
		if !c.Certain() || c.MayFail || c.When != nil || slices.Contains(reported, program) {
			continue
		}
		why := missing(&c, u)
		if why == "" || hasEnvfs(u.Host) {
			continue
		}
		reported = append(reported, program)
		name := c.Program()
		d := p.At(u, c.Setting).Note("%s", why).
			Help("name the program by its package, such as `${pkgs.%s}/bin/%s`", packageOf(name), name)
		p.Later(d, func(p *lint.Pass, d *lint.Draft) {
			if !providesPath(p, program) {
				d.Reportf("NixOS has no program `%s`", program)
			}
		})
	}
}

// elsewhere are the directories of programs on other distributions.
var elsewhere = []string{"/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/", "/usr/lib/", "/usr/libexec/", "/opt/"}

// there are the programs that NixOS has in these directories: environment.binsh and
// environment.usrbinenv (nixos/modules/config/shells-environment.nix and
// nixos/modules/system/activation/activation-script.nix, NixOS 26.11).
var there = []string{"/bin/sh", "/usr/bin/env"}

// missing says why a command does not find its program; "" if it may.
func missing(c *unit.Command, u *unit.Unit) string {
	program := c.Words[0]
	if strings.ContainsAny(program, "$%") || slices.Contains(there, program) {
		return ""
	}
	if slices.ContainsFunc(elsewhere, func(dir string) bool { return strings.HasPrefix(program, dir) }) {
		return "the directory has nothing but /bin/sh and /usr/bin/env"
	}
	if c.Origin == unit.Line && strings.HasPrefix(strings.TrimLeft(c.Text, "@-:+!|"), program) && !strings.Contains(program, "/") &&
		!ofSystemd(program) && !u.MayBeOn("ExecSearchPath") {
		return "systemd looks in its own directory of programs, not in `path`"
	}
	return ""
}

// ofSystemd reports whether a program is one of systemd's package.
func ofSystemd(program string) bool {
	return strings.HasPrefix(program, "systemd-") || strings.HasSuffix(program, "ctl") || slices.Contains(systemdPrograms, program)
}

// systemdPrograms are the programs of systemd by other names than systemd-… and …ctl.
var systemdPrograms = []string{
	"udevadm", "run0", "varlinkctl", "halt", "poweroff", "reboot", "shutdown", "init", "telinit", "runlevel", "kernel-install", "resolvconf",
	"mount.ddi", "ukify", "systemd",
}

// otherRoots are settings by which a service has another file system, or other programs
// in these directories.
var otherRoots = []string{
	"RootDirectory", "RootImage", "RootMStack", "RootEphemeral", "BindPaths", "BindReadOnlyPaths", "MountImages", "ExtensionImages", "ExtensionDirectories",
	"TemporaryFileSystem",
}

// hasOtherRoot reports whether the unit may see other directories of programs than the
// host has.
func hasOtherRoot(u *unit.Unit) bool {
	return u.MayBeOn(otherRoots...) || u.Option("confinement").IsSet() || len(u.Option("confinement").Attrs()) > 0
}

// hasEnvfs reports whether envfs gives the host programs at all paths, or may.
func hasEnvfs(h *nixos.Host) bool {
	envfs := h.Option("services", "envfs", "enable")
	return envfs.IsSet() && envfs.Bool() != eval.No || len(envfs.Unseen) > 0
}

// providesPath reports whether a host may have a program at a path nevertheless: by
// a link that the project makes, or because another distribution runs it.
func providesPath(p *lint.Pass, program string) bool {
	elsewhere := p.Once(distributionKey{}, func() any { return runsElsewhere(p.Project) }).(bool)
	return elsewhere || strings.Contains(program, "/") && p.Once(madeKey{program}, func() any { return isMade(p.Project, program) }).(bool)
}

type distributionKey struct{}

// runsElsewhere reports whether another distribution runs the project.
func runsElsewhere(project *nixos.Project) bool {
	return slices.ContainsFunc(project.Files(), func(f *nixos.File) bool {
		return f.Tree != nil && strings.Contains(f.Tree.Src, "system-manager")
	})
}

type madeKey struct{ path string }

// isMade reports whether a string of the project may make something at a path.
func isMade(project *nixos.Project, path string) bool {
	return slices.ContainsFunc(project.Files(), func(f *nixos.File) bool {
		if f.Tree == nil || !strings.Contains(f.Tree.Src, path) {
			return false
		}
		for n := range f.Tree.Root().Descendants() {
			if k := n.Kind(); (k == nixast.String || k == nixast.IndString) && strings.Contains(n.Text(), path) && makesPath(n.Text()) {
				return true
			}
		}
		return false
	})
}

// makesPath reports whether a string may make something at a path that it names: it is
// a rule of systemd-tmpfiles, or has commands of an activation script.
func makesPath(text string) bool {
	return strings.HasPrefix(strings.TrimLeft(text, `"' `+"\n"), "L") ||
		slices.ContainsFunc([]string{"ln ", "install ", "cp "}, func(w string) bool { return strings.Contains(text, w) })
}

// packageOf is the package of a well-known program, which most often has its name.
func packageOf(program string) string {
	packages := map[string]string{
		"python": "python3", "node": "nodejs", "modprobe": "kmod", "mount": "util-linux", "umount": "util-linux", "ip": "iproute2", "ps": "procps", "pkill": "procps",
		"grep": "gnugrep", "sed": "gnused", "awk": "gawk", "tar": "gnutar", "find": "findutils", "killall": "psmisc", "java": "jre",
	}
	if name, ok := packages[program]; ok {
		return name
	}
	if slices.Contains(coreutils, program) {
		return "coreutils"
	}
	return program
}

// coreutils are the programs of GNU coreutils that units run.
var coreutils = []string{
	"cat", "chmod", "chown", "cp", "cut", "date", "dd", "echo", "env", "false", "head", "install", "kill", "ln", "ls", "mkdir", "mktemp", "mv", "rm", "rmdir",
	"sleep", "sort", "stat", "sync", "tail", "tee", "test", "touch", "tr", "true", "truncate", "wc",
}
