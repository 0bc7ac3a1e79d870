package nixos

import (
	"path"
	"slices"
	"strings"

	"wardnix/nixast/eval"
)

// A confOption is an option that NixOS writes into a configuration file of
// systemd without looking at the names in it, or at the value.
type confOption struct {
	file    string
	section string
	// path is the option; "*" in it matches any name, which goes into that of
	// the file.
	path []string
	// text reports that it holds lines of the section, or, with whole, a text that
	// names its sections itself; else it is a set of settings.
	text, whole bool
	// key is the one setting that the option holds; empty for the others.
	key string
	// skipsNull reports that null writes no line.
	skipsNull bool
	kind      ScopeKind
}

// confOptions are all of them, with those of earlier releases
// (nixos/modules/system/boot/{systemd,resolved,timesyncd}.nix and systemd/*.nix,
// NixOS 20.09 to 26.11; home-manager, modules/systemd.nix).
var confOptions = [...]confOption{
	{file: "system.conf", section: "Manager", path: []string{"systemd", "settings", "Manager"}},
	{file: "system.conf", section: "Manager", path: []string{"systemd", "extraConfig"}, text: true},
	{file: "system.conf", section: "Manager", path: []string{"boot", "initrd", "systemd", "settings", "Manager"}, kind: Initrd},
	{file: "system.conf", section: "Manager", path: []string{"boot", "initrd", "systemd", "extraConfig"}, text: true, kind: Initrd},
	{file: "user.conf", section: "Manager", path: []string{"systemd", "user", "settings", "Manager"}},
	{file: "user.conf", section: "Manager", path: []string{"systemd", "user", "extraConfig"}, text: true},
	{file: "sleep.conf", section: "Sleep", path: []string{"systemd", "sleep", "settings", "Sleep"}},
	{file: "sleep.conf", section: "Sleep", path: []string{"systemd", "sleep", "extraConfig"}, text: true},
	{file: "coredump.conf", section: "Coredump", path: []string{"systemd", "coredump", "settings", "Coredump"}},
	{file: "coredump.conf", section: "Coredump", path: []string{"systemd", "coredump", "extraConfig"}, text: true},
	{file: "oomd.conf", section: "OOM", path: []string{"systemd", "oomd", "settings", "OOM"}},
	{file: "oomd.conf", section: "OOM", path: []string{"systemd", "oomd", "extraConfig"}},
	{file: "logind.conf", section: "Login", path: []string{"services", "logind", "settings", "Login"}},
	{file: "logind.conf", section: "Login", path: []string{"services", "logind", "extraConfig"}, text: true},
	{file: "journald.conf", section: "Journal", path: []string{"services", "journald", "extraConfig"}, text: true},
	{file: "journald.conf", section: "Journal", path: []string{"services", "journald", "settings", "Journal"}},
	{file: "journald@*.conf", section: "Journal", path: []string{"services", "journald", "namespaces", "*", "settings", "Journal"}},
	{file: "journal-remote.conf", section: "Remote", path: []string{"services", "journald", "remote", "settings", "Remote"}, skipsNull: true},
	{file: "journal-upload.conf", section: "Upload", path: []string{"services", "journald", "upload", "settings", "Upload"}, skipsNull: true},
	{file: "resolved.conf", section: "Resolve", path: []string{"services", "resolved", "settings", "Resolve"}},
	{file: "resolved.conf", section: "Resolve", path: []string{"services", "resolved", "extraConfig"}, text: true},
	{file: "*.dns-delegate", section: "Delegate", path: []string{"services", "resolved", "dnsDelegates", "*", "Delegate"}},
	{file: "timesyncd.conf", section: "Time", path: []string{"services", "timesyncd", "settings", "Time"}},
	{file: "timesyncd.conf", section: "Time", path: []string{"services", "timesyncd", "extraConfig"}, text: true},
	{file: "homed.conf", section: "Home", path: []string{"services", "homed", "settings", "Home"}},
	{file: "system.conf", section: "Manager", path: []string{"systemd", "watchdog", "device"}, key: "WatchdogDevice", skipsNull: true},
	{file: "system.conf", section: "Manager", path: []string{"systemd", "watchdog", "runtimeTime"}, key: "RuntimeWatchdogSec", skipsNull: true},
	{file: "system.conf", section: "Manager", path: []string{"systemd", "watchdog", "rebootTime"}, key: "RebootWatchdogSec", skipsNull: true},
	{file: "system.conf", section: "Manager", path: []string{"systemd", "watchdog", "kexecTime"}, key: "KExecWatchdogSec", skipsNull: true},
	{file: "journald.conf", section: "Journal", path: []string{"services", "journald", "rateLimitInterval"}, key: "RateLimitIntervalSec"},
	{file: "journald.conf", section: "Journal", path: []string{"services", "journald", "console"}, key: "TTYPath"},
	{file: "resolved.conf", section: "Resolve", path: []string{"services", "resolved", "fallbackDns"}, key: "FallbackDNS", skipsNull: true},
	// These have no option but environment.etc.
	{file: "pstore.conf", section: "PStore"},
	{file: "oomd/rules.d/*.oomrule", section: "Rule"},
	{file: "*.conf", section: "Partition", path: []string{"systemd", "repart", "partitions", "*"}},
	{file: "*.conf", section: "Partition", path: []string{"image", "repart", "partitions", "*", "repartConfig"}},
}

// confTexts are the options that hold files below /etc, or below ~/.config.
var confTexts = [...][]string{{"environment", "etc"}, {"xdg", "configFile"}}

// ConfFile is the configuration file of systemd that has a section: "logind.conf"
// for "Login", with "*" for a name of the user's choice; empty if there is none
// among those that NixOS writes.
func ConfFile(section string) string {
	for i := range confOptions {
		if c := &confOptions[i]; c.section == section {
			return c.file
		}
	}
	return ""
}

// A ConfSetting is a setting of a configuration file of systemd.
type ConfSetting struct {
	// File is the name of the file: "logind.conf".
	File string
	// Section and Key name the setting.
	Section, Key string
	// Scope is the service manager that reads the file.
	Scope ScopeKind
}

// ConfSettingOf is the setting that an option, by its path, writes into a
// configuration file of systemd; false if it writes none.
func ConfSettingOf(path []string) (ConfSetting, bool) {
	for i := range confOptions {
		c := &confOptions[i]
		key := c.key
		if n := len(c.path); key == "" && !c.text && len(path) == n+1 && slices.Equal(c.path, path[:n]) {
			key = path[n]
		} else if key == "" || !slices.Equal(c.path, path) {
			continue
		}
		return ConfSetting{c.file, c.section, key, c.kind}, true
	}
	return ConfSetting{}, false
}

// IsConf reports whether an option is one that NixOS writes into a configuration
// file of systemd without looking at the names in it.
func IsConf(path []string) bool {
	return slices.ContainsFunc(confOptions[:], func(c confOption) bool {
		return slices.EqualFunc(c.path, path, func(a, b string) bool { return a == b || a == "*" })
	})
}

// confs are the configuration files that the modules of a world write, one for
// each option.
func (w *world) confs(h *Host, scope Scope) []*Unit {
	var confs []*Unit
	for i := range confOptions {
		c := &confOptions[i]
		inner := scope
		if c.kind != System && scope.Kind == System {
			inner.Kind = c.kind
		}
		star := slices.Index(c.path, "*")
		switch {
		case c.path == nil:
			continue
		case star < 0:
			confs = c.add(confs, h, inner, w.root.find(c.path...), c.file)
			continue
		}
		for _, n := range w.root.childrenAt(c.path[:star]...) {
			confs = c.add(confs, h, inner, n.find(c.path[star+1:]...), strings.Replace(c.file, "*", n.name, 1))
		}
	}
	for _, path := range confTexts {
		for _, n := range w.root.childrenAt(path...) {
			if name, c := confText(n.name); c != nil && !n.pattern {
				confs = c.add(confs, h, scope, n.find("text"), name)
			}
		}
	}
	return confs
}

// confText is the configuration file that a path below /etc or ~/.config is, or is
// a drop-in of; nil for others.
func confText(etc string) (string, *confOption) {
	name, ok := strings.CutPrefix(etc, "systemd/")
	if !ok {
		return "", nil
	}
	file, dropin, isDropin := strings.Cut(name, ".d/")
	for i := range confOptions {
		c := &confOptions[i]
		known := c.file == file && (!isDropin || strings.HasSuffix(dropin, ".conf"))
		if c.path == nil && !known {
			known, _ = path.Match(c.file, name)
		}
		if known {
			return name, &confOption{file: c.file, section: c.section, text: true, whole: true}
		}
	}
	return "", nil
}

func (c *confOption) add(confs []*Unit, h *Host, scope Scope, n *node, name string) []*Unit {
	if n == nil {
		return confs
	}
	if n.settle(); len(n.defs) == 0 {
		return confs
	}
	u := &Unit{identity: new(Identity), Name: name, Pattern: n.pattern, Scope: scope, Host: h, Style: ConfStyle, conf: c, opt: n.option()}
	if c.text {
		u.Style = TextStyle
	} else {
		u.Partial = u.partial()
	}
	return append(confs, u)
}

// Conf is the section of a configuration file that the unit represents; empty
// for a unit.
func (u *Unit) Conf() string {
	if u.conf == nil {
		return ""
	}
	return u.conf.section
}

// sections are the sections that the unit may have.
func (u *Unit) sections() []string {
	if u.conf != nil {
		return []string{u.conf.section}
	}
	return sectionsOf(u.Type())
}

// confLines are the lines of a set of settings.
func (u *Unit) confLines() []Line {
	var lines []Line
	if u.conf.key != "" {
		for _, e := range u.opt.List() {
			lines = elementLines(lines, u.conf.section, u.conf.key, e)
		}
	} else {
		lines = u.sectionLines(nil, u.conf.section, nil)
	}
	if u.conf.skipsNull {
		lines = slices.DeleteFunc(lines, func(l Line) bool {
			if l.Value == nil {
				return false
			}
			_, isNull := u.Host.Evaluator().Force(l.Value).(*eval.Null)
			return isNull
		})
	}
	return lines
}
