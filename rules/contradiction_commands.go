package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/systemd/directive"
)

// jitForbidden reports runtimes that cannot work without executable memory of
// their own making.
func jitForbidden(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C009", Name: "jit-forbidden", Since: "0.1.0", Severity: lint.Error,
		Title: "MemoryDenyWriteExecute kills the runtime that the unit starts",
		Text: "`MemoryDenyWriteExecute`" + ` forbids memory that is written and then executed. A just-in-time compiler does nothing
else: Node.js, Deno, Bun, Java and LuaJIT stop at the start, or as soon as they compile. Node.js can do without
(` + "`--jitless`" + `), and so can Java (` + "`-Xint`" + `), at a great loss of speed.`,
		WhenNot: "",
		Before: `{ pkgs, ... }:
{
  systemd.services.bot.serviceConfig = {
    ExecStart = "${pkgs.nodejs}/bin/node /srv/bot/index.js";
    MemoryDenyWriteExecute = true;
  };
}
`,
		After: `{ pkgs, ... }:
{
  systemd.services.bot.serviceConfig = {
    ExecStart = "${pkgs.nodejs}/bin/node /srv/bot/index.js";
    MemoryDenyWriteExecute = false;
  };
}
`,
		References: []string{"systemd.exec(5), MemoryDenyWriteExecute=",
			"nixos/modules/services/monitoring/uptime-kuma.nix, networking/unifi.nix, audio/marytts.nix, misc/db-rest.nix (NixOS 26.11)"},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				checkJIT(p, u)
			}
		},
	}
}

type runtime struct {
	name    string
	program *regexp.Regexp
	without string // the argument that makes it do without a compiler
}

// runtimes match programs and packages by the runtime that they are.
var runtimes = []runtime{
	{"Node.js", regexp.MustCompile(`^(?:node|nodejs(?:[-_]\d+|-slim(?:_\d+)?)?|npm|npx|yarn|pnpm)$`), "--jitless"},
	{"Java", regexp.MustCompile(`^(?:java|(?:open)?jdk\d*(?:_headless)?|(?:open)?jre\d*(?:_headless|_minimal)?|temurin-(?:jre-)?bin(?:-\d+)?)$`), "-Xint"},
	{"Deno", regexp.MustCompile(`^deno$`), "--jitless"},
	{"Bun", regexp.MustCompile(`^bun$`), ""},
	{"LuaJIT", regexp.MustCompile(`^luajit$`), "-joff"},
}

// isRuntime reports whether a word is the name of a runtime's program or package.
func isRuntime(word string) bool {
	return slices.ContainsFunc(runtimeMarks, func(m string) bool { return strings.Contains(word, m) }) &&
		slices.ContainsFunc(runtimes, func(r runtime) bool { return r.program.MatchString(word) })
}

// runtimeMarks spare most words the look at the expressions: those not listed in
// [classes] have one.
var runtimeMarks = []string{"node", "jdk", "jre", "temurin"}

func checkJIT(p *lint.Pass, u *subject) {
	deny, ok := u.on("MemoryDenyWriteExecute")
	if !ok || strings.Contains(u.environmentText(), "jitless") {
		return
	}
	for _, c := range u.commands {
		if strings.Contains(c.prefix, "+") || !u.together(deny, c.setting) {
			continue
		}
		for _, r := range runtimes {
			if !r.program.MatchString(c.program()) || r.without != "" && strings.Contains(c.Shown, r.without) {
				continue
			}
			u.report(p, lint.Finding{
				Message:    fmt.Sprintf("MemoryDenyWriteExecute kills %s, which %s starts: its compiler writes code into memory", r.name, c.Key),
				Directives: []string{"MemoryDenyWriteExecute", c.Key},
				Fixes:      u.replacement(deny, false, lint.Unsafe, "a flaw in the service may be used to run code that was written into its memory"),
			}, deny, c.setting)
			return
		}
	}
}

// environmentText is all that is known of the unit's environment.
func (s *subject) environmentText() string {
	var b strings.Builder
	for _, l := range s.lines {
		if l.Key == "Environment" {
			b.WriteString(l.Shown + "\n")
		}
	}
	return b.String()
}

// commandConfined reports commands that their unit does not let work.
func commandConfined(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C014", Name: "command-confined", Since: "0.1.0", Severity: lint.Warning,
		Title: "the unit runs a program and forbids what it is for",
		Text: `Some programs do one thing, and a directive of the sandbox forbids just that:

- ` + "`modprobe` with `ProtectKernelModules`, `sysctl -w` with `ProtectKernelTunables`" + `
- ` + "`hwclock` and `ntpd` with `ProtectClock`" + `
- ` + "`mount`, `umount`, `rclone mount`, `sshfs`" + ` with a directive that gives the service a mount namespace, so that
  the host does not see what is mounted
- ` + "`bwrap`, `unshare`, `systemd-nspawn`, `podman`, `ip netns`" + ` with ` + "`RestrictNamespaces = true`" + `
- ` + "`sudo`, `su`" + ` and other programs of /run/wrappers with ` + "`NoNewPrivileges`" + `, for a service that is not root`,
		WhenNot: "Where the command is a leftover and its failure does not matter.",
		Before: `{
  systemd.services.wifi.serviceConfig = {
    ExecStartPre = "/run/current-system/sw/bin/modprobe mac80211_hwsim";
    ExecStart = "/run/current-system/sw/bin/wifi";
    ProtectKernelModules = true;
  };
}
`,
		References: []string{"systemd.exec(5), ProtectKernelModules=, ProtectKernelTunables=, ProtectClock=, RestrictNamespaces=, NoNewPrivileges= and ReadWritePaths="},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				for _, c := range u.commands {
					if strings.Contains(c.prefix, "+") || strings.Contains(c.prefix, "-") {
						continue // outside the sandbox; or expected to fail
					}
					checkConfined(p, u, &c)
				}
			}
		},
	}
}

func checkConfined(p *lint.Pass, u *subject, c *command) {
	args := c.words[1:]
	has := func(words ...string) bool {
		return slices.ContainsFunc(args, func(w string) bool { return slices.Contains(words, w) })
	}
	var at setting
	var ok bool
	why := ""
	switch program := c.program(); {
	case program == "modprobe" || program == "insmod" || program == "rmmod":
		at, ok = u.on("ProtectKernelModules")
		why = "cannot load or unload kernel modules"
	case program == "sysctl" && has("-w", "--write", "-p", "--system", "--load"):
		at, ok = u.on("ProtectKernelTunables")
		why = "cannot change settings of the kernel: /proc/sys is read-only"
	case program == "hwclock" || program == "ntpd":
		at, ok = u.on("ProtectClock")
		why = "cannot set the clock"
	case program == "mount" || program == "umount" || program == "sshfs" || program == "rclone" && len(args) > 0 && args[0] == "mount":
		at, ok = u.namespaced()
		ok = ok && u.lacks("Service", "MountFlags") && !u.mountsForItself()
		why = "acts on mounts of the service alone, which the host does not see"
	case slices.Contains([]string{"bwrap", "bubblewrap", "unshare", "systemd-nspawn", "podman"}, program) || program == "ip" && len(args) > 1 && args[0] == "netns" && args[1] == "exec":
		at, ok = u.on("RestrictNamespaces")
		why = "cannot create or enter namespaces"
	case strings.HasPrefix(c.words[0], "/run/wrappers/bin/") || strings.HasPrefix(c.words[0], "${config.security.wrapperDir}/"):
		at, ok = u.on("NoNewPrivileges")
		if _, other := u.nonRoot(); !other {
			ok = false
		}
		why = "gets no privileges from its wrapper"
	}
	if !ok || !u.together(at, c.setting) {
		return
	}
	u.report(p, lint.Finding{
		Message:    fmt.Sprintf("%s of %s %s: %s forbids it", c.program(), c.Key, why, at.Key),
		Directives: []string{at.Key, c.Key},
		Notes:      []lint.Note{{Label: "help", Text: fmt.Sprintf("take %s away; or run this one command outside the sandbox, with the prefix \"+\"", at.Key)}},
	}, at, c.setting)
}

// mountsForItself reports whether the service mounts in an ExecStartPre what its
// main command, in the same namespace, uses.
func (s *subject) mountsForItself() bool {
	return slices.ContainsFunc(s.commands, func(c command) bool {
		return c.main() && !slices.Contains([]string{"mount", "umount", "sshfs", "rclone"}, c.program())
	})
}

// commandUnconfined reports main commands that run outside the sandbox.
func commandUnconfined(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C015", Name: "command-unconfined", Since: "0.1.0", Severity: lint.Warning,
		Title: "the prefix \"+\" runs the service outside of its own sandbox",
		Text: `A command with the prefix "+" runs with full privileges: as root whatever ` + "`User`" + ` says, without the mounts, the
capability bounds and the filters that the unit sets. For a step of preparation that is what the prefix is
for; before the command of ` + "`ExecStart`" + ` it makes every directive of the sandbox void.`,
		WhenNot: "",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "+/run/current-system/sw/bin/web";
    User = "web";
    ProtectSystem = "strict";
  };
}
`,
		References: []string{"systemd.service(5), special executable prefixes"},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				mains := slices.DeleteFunc(slices.Clone(u.commands), func(c command) bool { return !c.main() })
				if len(mains) != 1 || !strings.Contains(mains[0].prefix, "+") {
					continue
				}
				for _, key := range []string{"User", "DynamicUser", "ProtectSystem", "ProtectHome", "PrivateDevices", "CapabilityBoundingSet", "SystemCallFilter", "NoNewPrivileges"} {
					if all, ok := u.of("Service", key); ok && u.together(all[0], mains[0].setting) {
						u.report(p, lint.Finding{
							Message:    fmt.Sprintf("the prefix \"+\" runs the service as root and outside of its sandbox: %s and the like do not hold", key),
							Directives: []string{"ExecStart", key},
						}, mains[0].setting, all[0])
						break
					}
				}
			}
		},
	}
}

// programForbidden reports units whose own program may not be executed.
func programForbidden(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C018", Name: "program-forbidden", Since: "0.1.0", Severity: lint.Error,
		Title: "NoExecPaths or RootDirectory leaves the service without its own program",
		Text: "`NoExecPaths`" + ` mounts paths so that nothing on them can be executed. On NixOS every program, and the loader and
libraries that it needs, lies in /nix/store, which ` + "`ExecPaths`" + ` must then name. And a ` + "`RootDirectory`" + ` that is the
service's own ` + "`RuntimeDirectory`" + ` is empty: ` + "`BindReadOnlyPaths`" + ` must put /nix/store there.`,
		WhenNot: "",
		Before: `{ pkgs, ... }:
{
  systemd.services.web.serviceConfig = {
    ExecStart = "${pkgs.hello}/bin/hello";
    NoExecPaths = [ "/" ];
  };
}
`,
		References: []string{"systemd.exec(5), ExecPaths= and NoExecPaths="},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				checkEmptyRoot(p, u)
				denied, ok := u.of("Service", "NoExecPaths")
				if !ok || !u.lacks("Service", "ExecPaths", "RootDirectory", "RootImage") {
					continue
				}
				for _, at := range denied {
					if dir := strings.TrimLeft(at.Text, "-+"); (dir == "/" || dir == "/nix" || dir == "/nix/store") && u.together(at) {
						u.report(p, lint.Finding{
							Message:    "the service cannot execute its own program, which lies in /nix/store: no ExecPaths allows it",
							Directives: []string{"NoExecPaths", "ExecPaths"},
							Notes:      []lint.Note{{Label: "help", Text: "add `ExecPaths = [ \"/nix/store\" ];`"}},
						}, at)
						break
					}
				}
			}
		},
	}
}

// checkEmptyRoot reports a root directory that systemd makes, and that nothing
// puts the program into.
func checkEmptyRoot(p *lint.Pass, u *subject) {
	root, ok := u.last("Service", "RootDirectory")
	dirs, ok2 := u.of("Service", "RuntimeDirectory")
	if !ok || !ok2 || !u.lacks("Service", "BindPaths", "BindReadOnlyPaths", "MountImages", "ExtensionImages", "ExtensionDirectories", "RootImage",
		"TemporaryFileSystem", "ExecStartPre", "ExecCondition", "RootEphemeral", "JoinsNamespaceOf") || u.Option("confinement").IsSet() {
		return
	}
	own := slices.ContainsFunc(dirs, func(d setting) bool {
		return slices.ContainsFunc(strings.Fields(d.Text), func(w string) bool {
			return slices.Contains(folderOf("RuntimeDirectory", w), strings.TrimSuffix(root.Text, "/"))
		})
	})
	i := slices.IndexFunc(u.commands, func(c command) bool {
		return c.main() && !strings.Contains(c.prefix, "+") && (strings.HasPrefix(c.words[0], "${") || strings.HasPrefix(c.words[0], "/nix/store/"))
	})
	if !own || i < 0 || !u.together(root, dirs[0]) {
		return
	}
	u.report(p, lint.Finding{
		Message:    fmt.Sprintf("the service cannot execute its own program: the root directory %s is made empty, and nothing mounts /nix/store there", root.Text),
		Directives: []string{"RootDirectory", "BindReadOnlyPaths"},
		Notes:      []lint.Note{{Label: "help", Text: "add `BindReadOnlyPaths = [ \"/nix/store\" ];`"}},
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

// redundantSetting reports what another setting of the unit brings along.
func redundantSetting(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C016", Name: "redundant-setting", Since: "0.1.0", Severity: lint.Info,
		Title: "another setting of the unit implies it",
		Text: "`DynamicUser` brings `ProtectSystem = \"strict\"`, `ProtectHome = \"read-only\"`, `NoNewPrivileges`, `RestrictSUIDSGID`\nand `RemoveIPC`, and up to systemd 256 the same `PrivateTmp`; `PrivateDevices` brings `DevicePolicy = \"closed\"`" + `; directives that make mounts of
their own bring ` + "`PrivateMounts`" + `. The line can go, or stay to say it plainly: a service that gets a user of
its own one day would need it. What the unit's baseline asks for is not reported.`,
		WhenNot: "Where the unit should not depend on what a directive happens to imply.",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    DevicePolicy = "closed";
    PrivateDevices = true;
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    PrivateDevices = true;
  };
}
`,
		References: []string{"systemd.exec(5), DynamicUser=, PrivateDevices= and PrivateMounts="},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				checkRedundant(p, u)
			}
		},
	}
}

func checkRedundant(p *lint.Pass, u *subject) {
	done := slices.Clone(u.wanted)
	for _, i := range implied {
		at, ok := u.is(i.key, i.values...)
		by, on := u.on(i.by)
		if !ok || !on || at.When != nil || by.When != nil || !u.together(at, by) || i.until != 0 && u.version > i.until || slices.Contains(done, i.key) {
			continue
		}
		done = append(done, i.key)
		u.report(p, lint.Finding{
			Message: fmt.Sprintf("%s=%s is implied by %s", i.key, at.Text, i.by),
			Fixes:   u.removal("remove "+i.key, lint.Safe, "", at),
		}, at, by)
	}
}
