package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"wardnix/lint"
)

// homeHidden reports paths of the unit's own text that ProtectHome hides.
func homeHidden(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C008", Name: "home-hidden", Since: "0.1.0", Severity: lint.Warning,
		Title: "ProtectHome hides a path that the unit itself names",
		Text: "`ProtectHome = true`" + ` makes /home, /root and /run/user empty and closed for the service, and "tmpfs" puts an
empty folder there. A command, a working directory or an argument below them is then not to be found;
` + "`ReadWritePaths` and `BindPaths`" + ` below a closed folder are dropped without a word. What systemd reads itself, such as
` + "`EnvironmentFile` and `LoadCredential`" + `, is not concerned.`,
		WhenNot: "",
		Before: `{
  systemd.services.sync.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/sync --config /home/anna/sync.conf";
    ProtectHome = true;
  };
}
`,
		References: []string{"systemd.exec(5), ProtectHome= and InaccessiblePaths=", "src/core/namespace.c, drop_inaccessible (systemd 252 to 262)"},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				checkHome(p, u)
			}
		},
	}
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

func checkHome(p *lint.Pass, u *subject) {
	home, ok := u.is("ProtectHome", "true", "yes", "1", "on", "tmpfs")
	if !ok {
		return
	}
	if home.Text != "tmpfs" && u.lacks("Service", "RootDirectory", "RootImage", "TemporaryFileSystem") {
		checkHomeMounts(p, u, home)
	}
	if !u.lacks("Service", "RootDirectory", "RootImage", "BindPaths", "BindReadOnlyPaths", "TemporaryFileSystem") {
		return
	}
	report := func(at setting, path, consequence string) bool {
		if !u.together(home, at) {
			return false
		}
		u.report(p, lint.Finding{
			Message:    fmt.Sprintf("ProtectHome=%s hides %s, %s", home.Text, path, consequence),
			Directives: []string{"ProtectHome", at.Key},
			Notes:      []lint.Note{{Label: "help", Text: "keep it outside of home folders; or `ProtectHome = \"tmpfs\"` with `BindPaths` or `BindReadOnlyPaths` of it, or \"read-only\""}},
		}, at, home)
		return true
	}
	for _, c := range u.commands {
		if c.privileged() && strings.Contains(c.prefix, "+") {
			continue
		}
		if homePath.MatchString(c.words[0]) && report(c.setting, c.words[0], "the program that "+c.Key+" runs") {
			return
		}
		for i, w := range c.words[1:] {
			if path := argumentPath(w); homePath.MatchString(path) && !urlFlag.MatchString(c.words[i]) && report(c.setting, path, "which "+c.Key+" names") {
				return
			}
		}
	}
	if at, ok := u.last("Service", "WorkingDirectory"); ok && homePath.MatchString(at.Text) && report(at, at.Text, "the working directory") {
		return
	}
	for _, key := range []string{"ReadWritePaths", "ReadOnlyPaths"} {
		all, _ := u.of("Service", key)
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
func checkHomeMounts(p *lint.Pass, u *subject, home setting) {
	for _, key := range []string{"BindPaths", "BindReadOnlyPaths"} {
		all, _ := u.of("Service", key)
		for _, at := range all {
			for _, w := range strings.Fields(at.Text) {
				target := mountTarget(w)
				if !homePath.MatchString(target) || slices.Contains([]string{"/home", "/root", "/run/user"}, strings.TrimRight(target, "/")) || !u.together(home, at) || all[len(all)-1].Text == "" {
					continue
				}
				u.report(p, lint.Finding{
					Message:    fmt.Sprintf("ProtectHome=%s closes the folder around %s, so %s of it has no effect", home.Text, target, key),
					Directives: []string{"ProtectHome", key},
					Notes:      []lint.Note{{Label: "help", Text: "write `ProtectHome = \"tmpfs\"`, on which paths can be mounted"}},
				}, at, home)
				return
			}
		}
	}
}

// dataReadOnly reports places where the unit's own text has it write, and which
// are read-only for it.
func dataReadOnly(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C012", Name: "data-read-only", Since: "0.1.0", Severity: lint.Warning,
		Title: "the service is told to keep data where it may not write",
		Text: "With `ProtectSystem = \"strict\"`" + `, which ` + "`DynamicUser`" + ` implies, the whole file system is read-only but for the folders
that the unit names: ` + "`StateDirectory`, `CacheDirectory`, `LogsDirectory`, `RuntimeDirectory`, `ReadWritePaths`, `BindPaths`" + ` and the
folders for temporary files. A folder for data that the command line, a variable or ` + "`PIDFile`" + ` names must be one of them.`,
		WhenNot: "Where the service only reads what is there.",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web --data-dir /var/lib/web";
    User = "web";
    ProtectSystem = "strict";
  };
}
`,
		References: []string{"systemd.exec(5), ProtectSystem= and StateDirectory="},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				checkData(p, u)
			}
		},
	}
}

// dataFlag matches options that name a folder or file to be written.
var dataFlag = regexp.MustCompile(`^--?(?:[a-z]+[-_.])*(?:data|state|cache|storage|db|database|log|logs|spool)(?:[-_.]?(?:dir|directory|path|folder|root|file))$`)

// pidFlag matches options that name the file to which a service writes its PID.
var pidFlag = regexp.MustCompile(`^--(?:pidfile|pid-file)$`)

// dataVariable is the same for variables of the environment.
var dataVariable = regexp.MustCompile(`^(?:[A-Z0-9]+_)*(?:DATA|STATE|CACHE|STORAGE|DB|DATABASE|LOG|LOGS)_?(?:DIR|DIRECTORY|PATH|FOLDER|FILE|HOME)$`)

// varPath matches a path that a service would write below.
var varPath = regexp.MustCompile(`^/(?:var/(?:lib|cache|log|spool|db)|srv|data|run)/([^\s:;,"'$%{}*/]+)(?:/[^\s:;,"'$%{}*]*)?$`)

func checkData(p *lint.Pass, u *subject) {
	strict, ok := u.is("ProtectSystem", "strict")
	if !ok {
		if strict, ok = u.on("DynamicUser"); !ok {
			return
		}
	}
	writable, ok := u.writable()
	if !ok {
		return
	}
	var told []string
	report := func(at setting, path, what string) {
		if slices.Contains(told, path) || !u.together(strict, at) || slices.ContainsFunc(writable, func(dir string) bool { return within(path, dir) || within(dir, path) }) {
			return
		}
		told = append(told, path)
		u.report(p, lint.Finding{
			Message:    fmt.Sprintf("the service cannot write %s, which %s names: %s makes it read-only", path, what, strict.Key),
			Directives: []string{at.Key, strict.Key},
			Notes:      []lint.Note{{Label: "help", Text: ownDirectory(path)}},
		}, at, strict)
	}
	if at, ok := u.last("Service", "PIDFile"); ok {
		path := at.Text
		if rest, old := strings.CutPrefix(path, "/var/run/"); old {
			path = "/run/" + rest
		}
		if varPath.MatchString(path) {
			report(at, path, "PIDFile")
		}
	}
	for _, c := range u.commands {
		if strings.Contains(c.prefix, "+") {
			continue
		}
		for i, w := range c.words[1:] {
			flag, value, joined := strings.Cut(w, "=")
			if !joined && i+2 < len(c.words) {
				value = c.words[i+2]
			}
			if pidFlag.MatchString(flag) && varPath.MatchString(value) || dataFlag.MatchString(flag) && u.ownPath(value) {
				report(c.setting, value, flag)
			}
		}
	}
	variables := u.variables()
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if at := variables[name]; dataVariable.MatchString(name) && u.ownPath(at.Text) {
			report(at, at.Text, "the variable "+name)
		}
	}
}

// ownPath reports whether a path is where the service would keep data of its
// own, by its name: others are read as often as written.
func (s *subject) ownPath(path string) bool {
	m := varPath.FindStringSubmatch(path)
	if m == nil {
		return false
	}
	user, ok := s.last("Service", "User")
	return m[1] == s.BaseName() || ok && m[1] == user.Text
}

// ownDirectory is the advice for a folder.
func ownDirectory(path string) string {
	for _, d := range ownDirectories {
		if rest, ok := strings.CutPrefix(path, d.below+"/"); ok {
			first, _, _ := strings.Cut(rest, "/")
			return fmt.Sprintf("add `%s = \"%s\";`, or `ReadWritePaths = [ \"%s\" ];` if it belongs to somebody else", d.key, first, path)
		}
	}
	return fmt.Sprintf("add `ReadWritePaths = [ \"%s\" ];`", path)
}

// ownDirectories are the directives that give a service folders of its own, and
// where these lie (systemd.exec(5)).
var ownDirectories = []struct{ key, below string }{
	{"StateDirectory", "/var/lib"},
	{"CacheDirectory", "/var/cache"},
	{"LogsDirectory", "/var/log"},
	{"RuntimeDirectory", "/run"},
}

// apiFolders are those that a strict ProtectSystem leaves alone.
var apiFolders = []string{"/dev", "/proc", "/sys"}

// writable are the folders that the service may write to in spite of a strict
// ProtectSystem; false if they are not all known.
func (s *subject) writable() ([]string, bool) {
	if !s.complete || !s.lacks("Service", "RootDirectory", "RootImage", "TemporaryFileSystem", "MountImages", "RootMStack") {
		return nil, false
	}
	dirs := slices.Clone(apiFolders)
	if s.mayBeOn("PrivateTmp", "DynamicUser") {
		dirs = append(dirs, "/tmp", "/var/tmp")
	}
	for _, key := range []string{"StateDirectory", "CacheDirectory", "LogsDirectory", "RuntimeDirectory", "ReadWritePaths", "BindPaths"} {
		if s.lacks("Service", key) {
			continue
		}
		all, ok := s.of("Service", key)
		if !ok {
			return nil, false
		}
		for _, at := range all {
			for _, w := range strings.Fields(at.Text) {
				dirs = append(dirs, folderOf(key, w)...)
			}
		}
	}
	return dirs, true
}

// folderOf are the folders that a word of one of these directives means.
func folderOf(key, word string) []string {
	for _, d := range ownDirectories {
		if d.key == key {
			name, link, _ := strings.Cut(word, ":")
			link, _, _ = strings.Cut(link, ":")
			out := []string{d.below + "/" + name, d.below + "/private/" + name}
			if link != "" {
				out = append(out, d.below+"/"+link)
			}
			if d.below == "/run" {
				out = append(out, "/var/run/"+name)
			}
			return out
		}
	}
	return []string{mountTarget(word)}
}

// deviceHidden reports devices that PrivateDevices hides.
func deviceHidden(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C013", Name: "device-hidden", Since: "0.1.0", Severity: lint.Warning,
		Title: "PrivateDevices hides a device that the unit itself names",
		Text: "`PrivateDevices`" + ` gives the service a /dev with null, zero, random, tty and the like, and without any real device.
` + "`DeviceAllow`" + ` is a permission and creates no node, so it does not bring the device back; and a command that is
given /dev/ttyUSB0 does not find it. To allow some devices and no others, use ` + "`DevicePolicy = \"closed\"`" + ` with
` + "`DeviceAllow`, and no `PrivateDevices`" + `.`,
		WhenNot: "Where the open device is handed to the service by another process.",
		Before: `{
  systemd.services.meter.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/meter --port /dev/ttyUSB0";
    PrivateDevices = true;
    DeviceAllow = [ "/dev/ttyUSB0 rw" ];
  };
}
`,
		After: `{
  systemd.services.meter.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/meter --port /dev/ttyUSB0";
    PrivateDevices = false;
    DeviceAllow = [ "/dev/ttyUSB0 rw" ];
  };
}
`,
		References: []string{"systemd.exec(5), PrivateDevices=", "systemd.resource-control(5), DeviceAllow= and DevicePolicy="},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				checkDevices(p, u)
			}
		},
	}
}

// realDevice matches the path of a device that is not in the /dev that
// PrivateDevices makes (src/core/namespace.c, mount_private_dev).
var realDevice = regexp.MustCompile(`^/dev/(?:` + realDevices + `)$`)

const realDevices = `tty[A-Z]+\d+|dri(?:/.*)?|kvm|fuse|net/tun|snd(?:/.*)?|serial/.+|input(?:/.*)?|hidraw\d+|video\d+|disk/.+|mapper/.+|sd[a-z]\d*|nvme\d.*|watchdog\d*|rfkill|uinput|uhid|bus/usb.*|i2c-\d+|spidev.*|gpiochip\d+|rtc\d*|kmsg|mem|zfs|nvidia.*|dvb(?:/.*)?|vfio(?:/.*)?|loop.*|ppp|vhost-.*|tpm\w*`

func checkDevices(p *lint.Pass, u *subject) {
	private, ok := u.on("PrivateDevices")
	if !ok || !u.lacks("Service", "BindPaths", "BindReadOnlyPaths", "RootDirectory", "RootImage", "MountImages") {
		return
	}
	report := func(at setting, what string) bool {
		if !u.together(private, at) {
			return false
		}
		u.report(p, lint.Finding{
			Message:    fmt.Sprintf("PrivateDevices hides %s, which %s names", what, at.Key),
			Directives: []string{"PrivateDevices", at.Key},
			Notes:      []lint.Note{{Label: "help", Text: "to allow this device and no others: `DevicePolicy = \"closed\"` and `DeviceAllow`, without PrivateDevices"}},
			Fixes:      u.replacement(private, false, lint.Unsafe, "the service sees all devices, and may use those that its user, its capabilities and DeviceAllow leave it"),
		}, private, at)
		return true
	}
	all, _ := u.of("Service", "DeviceAllow")
	for _, at := range all {
		if device, _, _ := strings.Cut(at.Text, " "); realDevice.MatchString(device) && report(at, device) {
			return
		}
	}
	for _, c := range u.commands {
		if strings.Contains(c.prefix, "+") {
			continue
		}
		for _, w := range c.words[1:] {
			_, value, _ := strings.Cut(w, "=")
			for _, path := range []string{w, value} {
				if realDevice.MatchString(path) && report(c.setting, path) {
					return
				}
			}
		}
	}
}
