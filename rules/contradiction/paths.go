package contradiction

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// HomeHidden reports paths of the unit's own text that ProtectHome hides.
var HomeHidden = &lint.Rule{
	Page: lint.ReadPage(pages, "home-hidden"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			checkHome(p, u)
		}
	},
}

// homePath matches a path below the folders that ProtectHome hides.
var homePath = regexp.MustCompile(`^(?:/home|/root|/run/user)(?:/[^\s:;,"'$%{]*)?$`)

// argumentPath is the path that a word of a command line names, alone or as the
// value of an option.
func argumentPath(word string) string {
	if strings.HasPrefix(word, "/") {
		return word
	}
	if flag, value, ok := strings.Cut(word, "="); ok && strings.HasPrefix(flag, "-") && !urlFlag.MatchString(flag) {
		return value
	}
	return ""
}

// urlFlag matches options whose value looks like a path and is part of a URL.
var urlFlag = regexp.MustCompile(`(?i)url|uri|prefix|route|base|endpoint|root-path|context`)

func checkHome(p *lint.Pass, u *unit.Unit) {
	home, ok := u.Is("ProtectHome", "true", "yes", "1", "on", "tmpfs")
	if !ok {
		return
	}
	if home.Text != "tmpfs" && u.Lacks("Service", "RootDirectory", "RootImage", "TemporaryFileSystem") {
		checkHomeMounts(p, u, home)
	}
	if !u.Lacks("Service", "RootDirectory", "RootImage", "BindPaths", "BindReadOnlyPaths", "TemporaryFileSystem") {
		return
	}
	report := func(at unit.Setting, path, consequence string) bool {
		if !u.Together(home, at) {
			return false
		}
		lint.ReportSetting(p, u, lint.Finding{
			Message: fmt.Sprintf("ProtectHome=%s hides %s, %s", home.Text, path, consequence),
			About:   u.About("ProtectHome", at.Key),
			Notes:   []lint.Note{{Label: "help", Text: "keep it outside of home folders; or `ProtectHome = \"tmpfs\"` with `BindPaths` or `BindReadOnlyPaths` of it, or \"read-only\""}},
		}, at, home)
		return true
	}
	for _, c := range u.Commands() {
		if c.Privileged() && strings.Contains(c.Prefix, "+") {
			continue
		}
		if homePath.MatchString(c.Words[0]) && report(c.Setting, c.Words[0], "the program that "+c.Key+" runs") {
			return
		}
		for i, w := range c.Words[1:] {
			if path := argumentPath(w); homePath.MatchString(path) && !urlFlag.MatchString(c.Words[i]) && report(c.Setting, path, "which "+c.Key+" names") {
				return
			}
		}
	}
	if at, ok := u.Setting("Service", "WorkingDirectory"); ok && homePath.MatchString(at.Text) && report(at, at.Text, "the working directory") {
		return
	}
	for _, key := range []string{"ReadWritePaths", "ReadOnlyPaths"} {
		all, _ := u.Settings("Service", key)
		for _, at := range all {
			for _, w := range strings.Fields(at.Text) {
				if path := strings.TrimLeft(w, "+"); homePath.MatchString(path) && key == "ReadWritePaths" && report(at, path, "so "+key+" of it has no effect") {
					return
				}
			}
		}
	}
}

// checkHomeMounts reports mounts below the folders that ProtectHome closes.
func checkHomeMounts(p *lint.Pass, u *unit.Unit, home unit.Setting) {
	for _, key := range []string{"BindPaths", "BindReadOnlyPaths"} {
		all, _ := u.Settings("Service", key)
		for _, at := range all {
			for _, w := range strings.Fields(at.Text) {
				target := unit.MountTarget(w)
				if !homePath.MatchString(target) || slices.Contains([]string{"/home", "/root", "/run/user"}, strings.TrimRight(target, "/")) || !u.Together(home, at) || all[len(all)-1].Text == "" {
					continue
				}
				lint.ReportSetting(p, u, lint.Finding{
					Message: fmt.Sprintf("ProtectHome=%s closes the folder around %s, so %s of it has no effect", home.Text, target, key),
					About:   u.About("ProtectHome", key),
					Notes:   []lint.Note{{Label: "help", Text: "write `ProtectHome = \"tmpfs\"`, on which paths can be mounted"}},
				}, at, home)
				return
			}
		}
	}
}

// DataReadOnly reports places where the unit's own text has it write, and which
// are read-only for it.
var DataReadOnly = &lint.Rule{
	Page: lint.ReadPage(pages, "data-read-only"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			checkData(p, u)
		}
	},
}

// dataFlag matches options that name a folder or file to be written.
var dataFlag = regexp.MustCompile(`^--?(?:[a-z]+[-_.])*(?:data|state|cache|storage|db|database|log|logs|spool)(?:[-_.]?(?:dir|directory|path|folder|root|file))$`)

// pidFlag matches options that name the file to which a service writes its PID.
var pidFlag = regexp.MustCompile(`^--(?:pidfile|pid-file)$`)

// dataVariable is the same for variables of the environment.
var dataVariable = regexp.MustCompile(`^(?:[A-Z0-9]+_)*(?:DATA|STATE|CACHE|STORAGE|DB|DATABASE|LOG|LOGS)_?(?:DIR|DIRECTORY|PATH|FOLDER|FILE|HOME)$`)

func checkData(p *lint.Pass, u *unit.Unit) {
	strict, ok := u.Is("ProtectSystem", "strict")
	if !ok {
		if strict, ok = u.On("DynamicUser"); !ok {
			return
		}
	}
	writable, ok := u.Writable()
	if !ok {
		return
	}
	var told []string
	report := func(at unit.Setting, path, what string) {
		if slices.Contains(told, path) || !u.Together(strict, at) || slices.ContainsFunc(writable, func(dir string) bool { return unit.Within(path, dir) || unit.Within(dir, path) }) {
			return
		}
		told = append(told, path)
		lint.ReportSetting(p, u, lint.Finding{
			Message: fmt.Sprintf("the service cannot write %s, which %s names: %s makes it read-only", path, what, strict.Key),
			About:   u.About(at.Key, strict.Key),
			Notes:   []lint.Note{{Label: "help", Text: unit.OwnDirectory(path)}},
		}, at, strict)
	}
	if at, ok := u.Setting("Service", "PIDFile"); ok {
		path := at.Text
		if rest, old := strings.CutPrefix(path, "/var/run/"); old {
			path = "/run/" + rest
		}
		if unit.VarPath.MatchString(path) {
			report(at, path, "PIDFile")
		}
	}
	for _, c := range u.Commands() {
		if strings.Contains(c.Prefix, "+") {
			continue
		}
		for i, w := range c.Words[1:] {
			flag, value, joined := strings.Cut(w, "=")
			if !joined && i+2 < len(c.Words) {
				value = c.Words[i+2]
			}
			if pidFlag.MatchString(flag) && unit.VarPath.MatchString(value) || dataFlag.MatchString(flag) && u.OwnPath(value) {
				report(c.Setting, value, flag)
			}
		}
	}
	variables := u.Variables()
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if at := variables[name]; dataVariable.MatchString(name) && u.OwnPath(at.Text) {
			report(at, at.Text, "the variable "+name)
		}
	}
}

// DeviceHidden reports devices that PrivateDevices hides.
var DeviceHidden = &lint.Rule{
	Page: lint.ReadPage(pages, "device-hidden"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			checkDevices(p, u)
		}
	},
}

// realDevice matches the path of a device that is not in the /dev that
// PrivateDevices makes (src/core/namespace.c, mount_private_dev).
var realDevice = regexp.MustCompile(`^/dev/(?:` + profile.RealDevices + `)$`)

func checkDevices(p *lint.Pass, u *unit.Unit) {
	private, ok := u.On("PrivateDevices")
	if !ok || !u.Lacks("Service", "BindPaths", "BindReadOnlyPaths", "RootDirectory", "RootImage", "MountImages") {
		return
	}
	report := func(at unit.Setting, what string) bool {
		if !u.Together(private, at) {
			return false
		}
		lint.ReportSetting(p, u, lint.Finding{
			Message: fmt.Sprintf("PrivateDevices hides %s, which %s names", what, at.Key),
			About:   u.About("PrivateDevices", at.Key),
			Notes:   []lint.Note{{Label: "help", Text: "to allow this device and no others: `DevicePolicy = \"closed\"` and `DeviceAllow`, without PrivateDevices"}},
			Fixes:   fix.ReplaceSetting(u, private, false, lint.Unsafe, "the service sees all devices, and may use those that its user, its capabilities and DeviceAllow leave it"),
		}, private, at)
		return true
	}
	all, _ := u.Settings("Service", "DeviceAllow")
	for _, at := range all {
		if device, _, _ := strings.Cut(at.Text, " "); realDevice.MatchString(device) && report(at, device) {
			return
		}
	}
	for _, c := range u.Commands() {
		if strings.Contains(c.Prefix, "+") {
			continue
		}
		for _, w := range c.Words[1:] {
			_, value, _ := strings.Cut(w, "=")
			for _, path := range []string{w, value} {
				if realDevice.MatchString(path) && report(c.Setting, path) {
					return
				}
			}
		}
	}
}
