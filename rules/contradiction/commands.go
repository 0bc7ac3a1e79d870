package contradiction

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// JitForbidden reports runtimes that cannot work without executable memory of
// their own making.
var JitForbidden = &lint.Rule{
	Page: lint.ReadPage(pages, "jit-forbidden"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			checkJIT(p, u)
		}
	},
}

func checkJIT(p *lint.Pass, u *unit.Unit) {
	deny, ok := u.On("MemoryDenyWriteExecute")
	if !ok || strings.Contains(u.EnvironmentText(), "jitless") {
		return
	}
	for _, c := range u.Commands() {
		if strings.Contains(c.Prefix, "+") || !u.Together(deny, c.Setting) {
			continue
		}
		for _, r := range profile.Runtimes {
			if !r.Program.MatchString(c.Program()) || r.Without != "" && strings.Contains(c.Shown, r.Without) {
				continue
			}
			lint.ReportSetting(p, u, lint.Finding{
				Message: fmt.Sprintf("MemoryDenyWriteExecute kills %s, which %s starts: its compiler writes code into memory", r.Name, c.Key),
				About:   u.About("MemoryDenyWriteExecute", c.Key),
				Fixes:   fix.ReplaceSetting(u, deny, false, lint.Unsafe, "a flaw in the service may be used to run code that was written into its memory"),
			}, deny, c.Setting)
			return
		}
	}
}

// CommandConfined reports commands that their unit does not let work.
var CommandConfined = &lint.Rule{
	Page: lint.ReadPage(pages, "command-confined"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			for _, c := range u.Commands() {
				if strings.Contains(c.Prefix, "+") || strings.Contains(c.Prefix, "-") {
					continue // outside the sandbox; or expected to fail
				}
				checkConfined(p, u, &c)
			}
		}
	},
}

func checkConfined(p *lint.Pass, u *unit.Unit, c *unit.Command) {
	args := c.Words[1:]
	has := func(words ...string) bool {
		return slices.ContainsFunc(args, func(w string) bool { return slices.Contains(words, w) })
	}
	var at unit.Setting
	var ok bool
	why := ""
	switch program := c.Program(); {
	case program == "modprobe" || program == "insmod" || program == "rmmod":
		at, ok = u.On("ProtectKernelModules")
		why = "cannot load or unload kernel modules"
	case program == "sysctl" && has("-w", "--write", "-p", "--system", "--load"):
		at, ok = u.On("ProtectKernelTunables")
		why = "cannot change settings of the kernel: /proc/sys is read-only"
	case program == "hwclock" || program == "ntpd":
		at, ok = u.On("ProtectClock")
		why = "cannot set the clock"
	case program == "mount" || program == "umount" || program == "sshfs" || program == "rclone" && len(args) > 0 && args[0] == "mount":
		at, ok = u.Namespaced()
		ok = ok && u.Lacks("Service", "MountFlags") && !u.MountsForItself()
		why = "acts on mounts of the service alone, which the host does not see"
	case slices.Contains([]string{"bwrap", "bubblewrap", "unshare", "systemd-nspawn", "podman"}, program) || program == "ip" && len(args) > 1 && args[0] == "netns" && args[1] == "exec":
		at, ok = u.On("RestrictNamespaces")
		why = "cannot create or enter namespaces"
	case strings.HasPrefix(c.Words[0], "/run/wrappers/bin/") || strings.HasPrefix(c.Words[0], "${config.security.wrapperDir}/"):
		at, ok = u.On("NoNewPrivileges")
		if as := u.RunsAs(); as.Who == unit.Anyone || as.Root() {
			ok = false
		}
		why = "gets no privileges from its wrapper"
	}
	if !ok || !u.Together(at, c.Setting) {
		return
	}
	lint.ReportSetting(p, u, lint.Finding{
		Message: fmt.Sprintf("%s of %s %s: %s forbids it", c.Program(), c.Key, why, at.Key),
		About:   u.About(at.Key, c.Key),
		Notes:   []lint.Note{{Label: "help", Text: fmt.Sprintf("take %s away; or run this one command outside the sandbox, with the prefix \"+\"", at.Key)}},
	}, at, c.Setting)
}

// CommandUnconfined reports main commands that run outside the sandbox.
var CommandUnconfined = &lint.Rule{
	Page: lint.ReadPage(pages, "command-unconfined"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			mains := slices.DeleteFunc(slices.Clone(u.Commands()), func(c unit.Command) bool { return !c.Main() })
			if len(mains) != 1 || !strings.Contains(mains[0].Prefix, "+") {
				continue
			}
			for _, key := range []string{"User", "DynamicUser", "ProtectSystem", "ProtectHome", "PrivateDevices", "CapabilityBoundingSet", "SystemCallFilter", "NoNewPrivileges"} {
				if all, ok := u.Settings("Service", key); ok && u.Together(all[0], mains[0].Setting) {
					lint.ReportSetting(p, u, lint.Finding{
						Message: fmt.Sprintf("the prefix \"+\" runs the service as root and outside of its sandbox: %s and the like do not hold", key),
						About:   u.About("ExecStart", key),
					}, mains[0].Setting, all[0])
					break
				}
			}
		}
	},
}

// ProgramForbidden reports units whose own program may not be executed.
var ProgramForbidden = &lint.Rule{
	Page: lint.ReadPage(pages, "program-forbidden"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			checkEmptyRoot(p, u)
			denied, ok := u.Settings("Service", "NoExecPaths")
			if !ok || !u.Lacks("Service", "ExecPaths", "RootDirectory", "RootImage") {
				continue
			}
			for _, at := range denied {
				if dir := strings.TrimLeft(at.Text, "-+"); (dir == "/" || dir == "/nix" || dir == "/nix/store") && u.Together(at) {
					lint.ReportSetting(p, u, lint.Finding{
						Message: "the service cannot execute its own program, which lies in /nix/store: no ExecPaths allows it",
						About:   u.About("NoExecPaths", "ExecPaths"),
						Notes:   []lint.Note{{Label: "help", Text: "add `ExecPaths = [ \"/nix/store\" ];`"}},
					}, at)
					break
				}
			}
		}
	},
}

// checkEmptyRoot reports a root directory that systemd makes, and that nothing
// puts the program into.
func checkEmptyRoot(p *lint.Pass, u *unit.Unit) {
	root, ok := u.Setting("Service", "RootDirectory")
	dirs, ok2 := u.Settings("Service", "RuntimeDirectory")
	if !ok || !ok2 || !u.Lacks("Service", "BindPaths", "BindReadOnlyPaths", "MountImages", "ExtensionImages", "ExtensionDirectories", "RootImage",
		"TemporaryFileSystem", "ExecStartPre", "ExecCondition", "RootEphemeral", "JoinsNamespaceOf") || u.Option("confinement").IsSet() {
		return
	}
	own := slices.ContainsFunc(dirs, func(d unit.Setting) bool {
		return slices.ContainsFunc(strings.Fields(d.Text), func(w string) bool {
			return slices.Contains(unit.DirectoriesOf("RuntimeDirectory", w), strings.TrimSuffix(root.Text, "/"))
		})
	})
	i := slices.IndexFunc(u.Commands(), func(c unit.Command) bool {
		return c.Main() && !strings.Contains(c.Prefix, "+") && (strings.HasPrefix(c.Words[0], "${") || strings.HasPrefix(c.Words[0], "/nix/store/"))
	})
	if !own || i < 0 || !u.Together(root, dirs[0]) {
		return
	}
	lint.ReportSetting(p, u, lint.Finding{
		Message: fmt.Sprintf("the service cannot execute its own program: the root directory %s is made empty, and nothing mounts /nix/store there", root.Text),
		About:   u.About("RootDirectory", "BindReadOnlyPaths"),
		Notes:   []lint.Note{{Label: "help", Text: "add `BindReadOnlyPaths = [ \"/nix/store\" ];`"}},
	}, root, dirs[0])
}

// implied are settings that another one brings along: the manual page of each
// says so. What a default may change is not among them.
var implied = []struct {
	key    string
	values []string
	by     string
	until  directive.Version // the last version in which it does; 0 for all
}{
	{"ProtectSystem", []string{"strict"}, "DynamicUser", 0},
	{"ProtectHome", []string{"read-only"}, "DynamicUser", 0},
	{"PrivateTmp", []string{"true", "yes"}, "DynamicUser", 256}, // later "disconnected"
	{"NoNewPrivileges", []string{"true", "yes"}, "DynamicUser", 0},
	{"RestrictSUIDSGID", []string{"true", "yes"}, "DynamicUser", 0},
	{"RemoveIPC", []string{"true", "yes"}, "DynamicUser", 0},
	{"DevicePolicy", []string{"auto", "closed"}, "PrivateDevices", 0},
	{"PrivateMounts", []string{"true", "yes"}, "PrivateTmp", 0},
	{"PrivateMounts", []string{"true", "yes"}, "PrivateDevices", 0},
	{"PrivateMounts", []string{"true", "yes"}, "ProtectKernelTunables", 0},
	{"PrivateMounts", []string{"true", "yes"}, "ProtectControlGroups", 0},
}

// RedundantSetting reports what another setting of the unit brings along.
var RedundantSetting = &lint.Rule{
	Page: lint.ReadPage(pages, "redundant-setting"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			checkRedundant(p, u)
		}
	},
}

func checkRedundant(p *lint.Pass, u *unit.Unit) {
	done := slices.Clone(u.Wanted())
	for _, i := range implied {
		at, ok := u.Is(i.key, i.values...)
		by, on := u.On(i.by)
		if !ok || !on || at.When != nil || by.When != nil || !u.Together(at, by) || i.until != 0 && u.Version > i.until || slices.Contains(done, i.key) {
			continue
		}
		done = append(done, i.key)
		lint.ReportSetting(p, u, lint.Finding{
			Message: fmt.Sprintf("%s=%s is implied by %s", i.key, at.Text, i.by),
			Fixes:   fix.Remove(u, "remove "+i.key, lint.Safe, "", at),
		}, at, by)
	}
}
