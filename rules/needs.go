package rules

import (
	"regexp"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
)

// A need is what a unit's own text shows that it does, or may do, and what a
// directive of a generic baseline would take away. It is not asked of such a unit.
type need struct {
	directive, why string
	// programs that the unit runs show it.
	programs []string
	// text matches what of its commands and scripts shows it; nil for none. One of
	// marks is in whatever it matches.
	text  *regexp.Regexp
	marks []string
	// capabilities that the unit is given show it.
	capabilities []string
	// settings of the unit show it: a directive, and the values that do (any if empty).
	settings []neededBy
}

type neededBy struct {
	key    string
	values []string
}

// needs are the signs that are known. What each directive takes away is in
// systemd.exec(5); that CAP_NET_ADMIN opens /proc/sys/net is in the kernel's
// net/sysctl_net.c, net_ctl_permissions.
var needs = []need{
	{
		directive: "ProtectSystem", why: "it writes below /etc, /usr or /boot, or does not see those of the host",
		settings: []neededBy{{key: "RootDirectory"}, {key: "RootImage"}},
		marks:    []string{"/etc", "/usr", "/boot", "/efi"},
		text: regexp.MustCompile(`(?m)(?:>|\b(?:tee|cp|mv|install|mkdir|rm|ln|touch|chown|chmod|rsync)\b|\bsed\s+-i)[^|;&\n]*[\s>"'=]` +
			`/(?:etc|usr|boot|efi)(?:/[^\s;&|)]*)?["']?\s*(?:$|[;&|)])`),
	},
	{
		directive: "ProtectKernelTunables", why: "it sets variables of the kernel",
		programs:     []string{"sysctl"},
		marks:        []string{"/proc/", "/sys/"},
		text:         regexp.MustCompile(`/proc/(?:sys|irq)\b|/sys/(?:block|bus|class|dev|devices|firmware|kernel|module|power)\b`),
		capabilities: []string{"CAP_NET_ADMIN"},
	},
	{
		directive: "ProtectKernelModules", why: "it loads modules of the kernel",
		programs:     []string{"modprobe", "insmod", "rmmod", "depmod", "kmod"},
		marks:        []string{"/lib/modules"},
		capabilities: []string{"CAP_SYS_MODULE"},
	},
	{
		directive: "ProtectKernelLogs", why: "it reads the kernel's log",
		programs: []string{
			"dmesg", "rsyslogd", "syslog-ng", "klogd", "vector", "fluent-bit", "fluentd", "promtail", "alloy", "filebeat", "telegraf", "netdata",
		},
		marks:        []string{"/dev/kmsg", "/proc/kmsg"},
		capabilities: []string{"CAP_SYSLOG"},
	},
	{
		directive: "ProtectControlGroups", why: "it manages control groups",
		programs: []string{"cgexec", "cgcreate", "cgset", "cgclassify"},
		marks:    []string{"/sys/fs/cgroup"},
		settings: []neededBy{{key: "Delegate"}},
	},
	{
		directive: "ProtectHostname", why: "it sets or follows the host's name",
		programs: []string{"dhcpcd", "dhclient", "avahi-daemon", "rsyslogd", "syslog-ng", "cloud-init"},
		marks:    []string{"hostname"},
		text:     regexp.MustCompile(`(?m)(?:^|[;&|(/])\s*hostname\s+[^-\s=:;|&)]|\bhostnamectl\s+(?:set-)?hostname\b|/proc/sys/kernel/hostname\b`),
	},
	{
		directive: "ProtectClock", why: "it sets the clock, or asks how well it is set, which is the same system call",
		programs: []string{
			"hwclock", "ntpdate", "rtcwake", "google_clock_skew_daemon", "adjtimex", "ntptime", "node_exporter", "owampd", "netdata",
		},
		marks:        []string{"/dev/rtc", "date "},
		text:         regexp.MustCompile(`/dev/rtc|\bdate\s+(?:-s|--set)\b`),
		capabilities: []string{"CAP_SYS_TIME", "CAP_WAKE_ALARM"},
		settings:     []neededBy{{key: "DeviceAllow", values: []string{"char-rtc", "/dev/rtc", "/dev/rtc0"}}},
	},
	{
		directive: "SystemCallArchitectures", why: "it runs 32-bit programs",
		programs: emulators, marks: []string{"i686", "wineWow"},
	},
	{
		directive: "NoNewPrivileges", why: "it runs programs that take privileges",
		programs: []string{
			"sudo", "doas", "pkexec", "newuidmap", "newgidmap", "sendmail", "crontab", "unix_chkpwd",
			"fusermount", "fusermount3", "sshfs", "mergerfs", "s3fs", "gocryptfs", "encfs", "bindfs", "unionfs", "curlftpfs", "onedriver", "lxcfs",
		},
		marks: []string{"su ", "mail ", "mount ", "/run/wrappers", "wrapperDir", "/var/setuid-wrappers"},
		text:  regexp.MustCompile(`\bsu\s+(?:-|\w+\s+-c\b)|\bmail\s+-s\b|\brclone\s+mount\b|/run/wrappers\b|wrapperDir\b|/var/setuid-wrappers\b`),
	},
	{
		directive: "PrivateDevices", why: "it uses devices",
		marks:    []string{"/dev/"},
		text:     regexp.MustCompile(`/dev/(?:` + realDevices + `)(?:$|[^\w/])`),
		settings: []neededBy{{key: "DeviceAllow"}},
	},
	{
		directive: "PrivateUsers", why: "it is given capabilities over the host",
		capabilities: hostCapabilities,
	},
	{
		directive: "RestrictNamespaces", why: "it makes or enters namespaces",
		programs: []string{"unshare", "nsenter", "firefox", "slirp4netns", "pasta", "newuidmap"},
		marks:    []string{"netns"},
	},
	{
		directive: "LockPersonality", why: "it changes its execution domain",
		programs: append([]string{"setarch", "linux32", "linux64"}, emulators...),
	},
	{
		directive: "RestrictRealtime", why: "it takes realtime priority",
		programs:     []string{"chrt", "jackd", "pipewire", "wireplumber", "pulseaudio", "squeezelite", "shairport-sync", "freeswitch", "asterisk", "mpd"},
		marks:        []string{"SCHED_FIFO", "SCHED_RR"},
		capabilities: []string{"CAP_SYS_NICE"},
		settings:     []neededBy{{key: "CPUSchedulingPolicy", values: []string{"fifo", "rr"}}, {key: "CPUSchedulingPriority"}, {key: "LimitRTPRIO"}},
	},
	{
		directive: "RestrictSUIDSGID", why: "it sets setuid or setgid bits",
		marks: []string{"chmod", "install", "mkdir", "--shared", "sharedRepository"},
		text: regexp.MustCompile(`\bchmod\s+(?:-\S+\s+)*(?:0?[2-7][0-7]{3}|[ugoa]*[-+=][rwxXt]*s[rwxXst]*|\S+,[ugoa]*[-+=][rwxXt]*s[rwxXst]*)\b` +
			`|\b(?:install|mkdir)\b[^;&|\n]*\s(?:-m\s*|--mode[= ])0?[2-7][0-7]{3}\b|\binit\b[^;&|\n]*--shared\b|\bsharedRepository\b`),
	},
}

// emulators run programs of other architectures.
var emulators = []string{"wine", "wine64", "wineserver", "steam", "steamcmd", "steam-run", "box64", "box86"}

// mounters mount for the host, and separating are the directives that give a service
// a view of the file system of its own (systemd.exec(5), PrivateMounts=): the host
// does not see what is mounted in it.
var (
	mounters   = []string{"mount", "umount", "fusermount", "fusermount3", "sshfs", "mergerfs", "s3fs", "gocryptfs", "encfs", "bindfs", "lxcfs"}
	separating = []string{
		"ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateMounts", "ProtectKernelTunables", "ProtectKernelModules",
		"ProtectKernelLogs", "ProtectControlGroups", "ProtectProc", "ProcSubset",
	}
)

// needOf is why the unit's own text shows that it needs what a directive takes
// away; "" if it does not show it.
func (u *unitView) needOf(directive string) string {
	why, asked := u.signs().needs[directive]
	if !asked {
		why = u.findNeed(directive)
		u.signs().needs[directive] = why
	}
	return why
}

func (u *unitView) findNeed(directive string) string {
	if slices.Contains(separating, directive) && u.signs().runAny(mounters) {
		return "the host would not see what it mounts"
	}
	for i := range needs {
		if n := &needs[i]; n.directive == directive && (u.given(n.capabilities) || u.setTo(n.settings) || u.signs().show(n)) {
			return n.why
		}
	}
	return ""
}

// show reports whether what the unit executes shows the need.
func (s *signs) show(n *need) bool {
	if s.runAny(n.programs) {
		return true
	}
	marked := slices.ContainsFunc(n.marks, func(m string) bool { return strings.Contains(s.text, m) })
	return marked && (n.text == nil || n.text.MatchString(s.text))
}

// runAny reports whether the unit may run one of the programs.
func (s *signs) runAny(programs []string) bool {
	return slices.ContainsFunc(programs, func(p string) bool { return s.programs[p] })
}

// given reports whether the unit names one of the capabilities as one to have, be
// it under a condition.
func (u *unitView) given(capabilities []string) bool {
	return len(capabilities) > 0 && slices.ContainsFunc(u.Lines(), func(l nixos.Line) bool {
		return (l.Key == "AmbientCapabilities" || l.Key == "CapabilityBoundingSet") && !strings.HasPrefix(l.Shown, "~") &&
			slices.ContainsFunc(strings.Fields(strings.ToUpper(l.Shown)), func(c string) bool { return slices.Contains(capabilities, c) })
	})
}

// mayBeGiven reports whether a directive that is a list of names may have any.
func (u *unitView) mayBeGiven(key string) bool {
	return len(u.Directive("Service", key).Unseen) > 0 ||
		slices.ContainsFunc(u.whole.Values("Service", key), func(a unitfile.Assignment) bool { return a.Unknown || a.Value != "" })
}

// setTo reports whether the unit has one of the settings, or may have.
func (u *unitView) setTo(settings []neededBy) bool {
	for _, s := range settings {
		for _, a := range u.whole.Values("Service", s.key) {
			word, _, _ := strings.Cut(a.Value, " ")
			if on, isBool := value.ParseBool(a.Value); isBool && !on && len(s.values) == 0 {
				continue
			}
			if a.Unknown || len(s.values) == 0 && a.Value != "" || slices.Contains(s.values, word) {
				return true
			}
		}
	}
	return false
}

// actsAsRoot reports whether something of a unit that has another user acts with
// root's rights and within the sandbox, or says that it must. Before systemd 255 a filter of system calls
// implied NoNewPrivileges, too.
func (u *unitView) actsAsRoot() bool {
	s := u.signs()
	if !s.rootKnown {
		s.asRoot, s.rootKnown = u.findRoot(), true
	}
	return s.asRoot
}

func (u *unitView) findRoot() bool {
	text, set, known := lastValue(u.whole, "Service", "NoNewPrivileges")
	on, isBool := value.ParseBool(text)
	return set && known && isBool && !on || u.given([]string{"CAP_SYS_ADMIN"}) || u.needOf("NoNewPrivileges") != "" || u.rootSteps()
}

// rootSteps reports whether the unit runs a step of its start or end as root
// and within its sandbox, whoever its user is (systemd.service(5), the prefix "!";
// PermissionsStartOnly, which older units have).
func (u *unitView) rootSteps() bool {
	only := false
	if text, set, known := lastValue(u.whole, "Service", "PermissionsStartOnly"); set {
		on, _ := value.ParseBool(text)
		only = on || !known
	}
	return slices.ContainsFunc(u.Lines(), func(l nixos.Line) bool {
		if l.Section != "Service" || !strings.HasPrefix(l.Key, "Exec") {
			return false
		}
		line := strings.TrimSpace(l.Shown)
		prefix := line[:len(line)-len(strings.TrimLeft(line, "-@:+!|"))]
		return !strings.Contains(prefix, "+") && (only && l.Key != "ExecStart" || strings.Contains(prefix, "!") && !strings.Contains(prefix, "!!"))
	})
}
