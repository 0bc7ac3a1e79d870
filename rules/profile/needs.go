package profile

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"wardnix/lint/systemd/directive"
)

// HostCapabilities are capabilities over things that belong to the host's user
// namespace. The caller must not change them.
func HostCapabilities() []string { return hostCapabilities }

// hostCapabilities are capabilities over things that belong to the host's user
// namespace, whatever else the unit has of its own: privileged ports and devices
// of the network, the clock, the kernel and its log, other users' files.
// (capabilities(7); user_namespaces(7), "Interaction of user namespaces and other
// types of namespaces".)
var hostCapabilities = []string{"CAP_NET_BIND_SERVICE", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SYS_TIME", "CAP_SYS_MODULE", "CAP_SYS_RAWIO",
	"CAP_SYSLOG", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_IPC_LOCK", "CAP_SYS_BOOT", "CAP_MKNOD", "CAP_DAC_READ_SEARCH", "CAP_DAC_OVERRIDE",
	"CAP_SYS_PTRACE", "CAP_BPF", "CAP_PERFMON", "CAP_WAKE_ALARM", "CAP_AUDIT_CONTROL", "CAP_AUDIT_WRITE", "CAP_AUDIT_READ", "CAP_LINUX_IMMUTABLE",
	"CAP_BLOCK_SUSPEND", "CAP_SYS_TTY_CONFIG"}

// RealDevices matches the names below /dev of devices that PrivateDevices=
// hides.
const RealDevices = `tty[A-Z]+\d+|dri(?:/.*)?|kvm|fuse|net/tun|snd(?:/.*)?|serial/.+|input(?:/.*)?|hidraw\d+|video\d+|disk/.+|mapper/.+|sd[a-z]\d*|nvme\d.*|watchdog\d*|rfkill|uinput|uhid|bus/usb.*|i2c-\d+|spidev.*|gpiochip\d+|rtc\d*|kmsg|mem|zfs|nvidia.*|dvb(?:/.*)?|vfio(?:/.*)?|loop.*|ppp|vhost-.*|tpm\w*`

// A Need is what a unit's own text shows that it does, or may do, and what each of
// some directives takes away. Baselines do not require these of such a unit; if it is
// unsure whether the unit does it, they are for unsafe fixes.
type Need struct {
	Directives []string
	// Why says in a clause what the unit does, or, if that is unsure, what may break.
	Why string
	// Source says where it comes from: manual pages, and what was run with the
	// directives and broke.
	Source string
	// Unsure reports that the unit may do it, and that its text cannot show whether it
	// does.
	Unsure bool
	// Before is the version of systemd in which the directives no longer take it away;
	// 0 if all do.
	Before directive.Version
	// Unless is a directive that takes it away already if the unit has it on.
	Unless string
	// Programs that the unit may run show it.
	Programs []string
	// Text matches what of its commands and scripts shows it, and Line what does from
	// the beginning of a line on; nil for none. One of Marks is in whatever they match.
	Text, Line *regexp.Regexp
	Marks      []string
	// Capabilities that the unit is given show it.
	Capabilities []string
	// Settings of the unit show it: a directive, and the values that do (any if empty).
	Settings []NeededBy
	// Uses are commands that do nothing else, and Doing is what they do: "setting
	// the clock".
	Uses  []Use
	Doing string
}

// A Use is a way to run one of some programs: with the first arguments, and with one
// of the arguments, if there are any.
type Use struct {
	Programs   []string
	First, Any []string
	// Below are directories all of whose programs are meant.
	Below []string
}

// A NeedSet is a set of [Needs], a bit for each by its index.
type NeedSet uint64

// Has reports whether the need of an index is in the set.
func (s NeedSet) Has(i int) bool { return s&(1<<i) != 0 }

// ShownBy are the needs that a text of a unit shows.
func ShownBy(text string) NeedSet {
	var shown NeedSet
	for _, s := range textSigns() {
		if s.need.isIn(text) {
			shown |= s.shows
		}
	}
	return shown
}

// isIn reports whether a text shows the need.
func (n *Need) isIn(text string) bool {
	switch {
	case !slices.ContainsFunc(n.Marks, func(m string) bool { return strings.Contains(text, m) }):
		return false
	case n.Line != nil:
		for line := range strings.Lines(text) {
			if n.Line.MatchString(line) {
				return true
			}
		}
		return false
	}
	return n.Text == nil || n.Text.MatchString(text)
}

// A textSign is the text of a need, and the needs that have the same.
type textSign struct {
	need  *Need
	shows NeedSet
}

var textSigns = sync.OnceValue(func() []textSign {
	var signs []textSign
	for i := range needs {
		n := &needs[i]
		if len(n.Marks) == 0 {
			continue
		}
		at := slices.IndexFunc(signs, func(s textSign) bool { return n.Text != nil && s.need.Text == n.Text })
		if at < 0 {
			at = len(signs)
			signs = append(signs, textSign{need: n})
		}
		signs[at].shows |= 1 << i
	}
	return signs
})

// Takes reports whether a directive takes away what is needed, as a version of systemd
// has it.
func (n *Need) Takes(name string, v directive.Version) bool {
	return slices.Contains(n.Directives, name) && (n.Before == 0 || v < n.Before)
}

// NeededBy is a directive that shows a need, if it has one of the values.
type NeededBy struct {
	Key    string
	Values []string
}

// Needs are the signs that are known. The caller must not change them.
func Needs() []Need { return needs }

var needs = []Need{
	{
		Directives: separating, Why: "the host would not see what it mounts",
		Source:   "systemd.exec(5), PrivateMounts=",
		Programs: []string{"mount", "umount", "fusermount", "fusermount3", "sshfs", "mergerfs", "s3fs", "gocryptfs", "encfs", "bindfs", "lxcfs"},
		Uses:     []Use{{Programs: []string{"mount", "umount", "sshfs"}}, {Programs: []string{"rclone"}, First: []string{"mount"}}},
		Doing:    "mounting for the host",
	},
	{
		Directives: []string{"ProtectSystem"}, Why: "it writes below /etc, /usr or /boot, or does not see those of the host",
		Source:   "systemd.exec(5), ProtectSystem=; run: cups loses new printers (systemd 252, 262)",
		Programs: []string{"cupsd", "NetworkManager"},
		Settings: []NeededBy{{Key: "RootDirectory"}, {Key: "RootImage"}},
		Marks:    []string{"/etc", "/usr", "/boot", "/efi"},
		Text: regexp.MustCompile(`(?m)(?:>|\b(?:tee|cp|mv|install|mkdir|rm|ln|touch|chown|chmod|rsync)\b|\bsed\s+-i)[^|;&\n]*[\s>"'=]` +
			`/(?:etc|usr|boot|efi)(?:/[^\s;&|)]*)?["']?\s*(?:$|[;&|)])`),
	},
	{
		Directives: []string{"ProtectKernelTunables"}, Why: "it sets variables of the kernel",
		Source:       "systemd.exec(5), ProtectKernelTunables=; net_ctl_permissions in the kernel's net/sysctl_net.c: CAP_NET_ADMIN opens /proc/sys/net",
		Programs:     []string{"sysctl"},
		Uses:         []Use{{Programs: []string{"sysctl"}, Any: []string{"-w", "--write", "-p", "--system", "--load"}}},
		Doing:        "changing kernel settings",
		Marks:        []string{"/proc/", "/sys/"},
		Text:         regexp.MustCompile(`/proc/(?:sys|irq)\b|/sys/(?:block|bus|class|dev|devices|firmware|kernel|module|power)\b`),
		Capabilities: []string{"CAP_NET_ADMIN"},
	},
	{
		Directives: []string{"ProtectKernelModules"}, Why: "it loads modules of the kernel",
		Source:       "systemd.exec(5), ProtectKernelModules=",
		Programs:     []string{"modprobe", "insmod", "rmmod", "depmod", "kmod"},
		Marks:        []string{"/lib/modules"},
		Uses:         []Use{{Programs: []string{"modprobe", "insmod", "rmmod"}}},
		Doing:        "loading or unloading kernel modules",
		Capabilities: []string{"CAP_SYS_MODULE"},
	},
	{
		Directives: []string{"ProtectKernelLogs"}, Why: "it reads the kernel's log",
		Source: "systemd.exec(5), ProtectKernelLogs=",
		Programs: []string{
			"dmesg", "rsyslogd", "syslog-ng", "klogd", "vector", "fluent-bit", "fluentd", "promtail", "alloy", "filebeat", "telegraf", "netdata",
		},
		Uses:         []Use{{Programs: []string{"dmesg"}}},
		Doing:        "reading the kernel's log",
		Marks:        []string{"/dev/kmsg", "/proc/kmsg"},
		Capabilities: []string{"CAP_SYSLOG"},
	},
	{
		Directives: []string{"ProtectControlGroups"}, Why: "it manages control groups",
		Source:   "systemd.exec(5), ProtectControlGroups=",
		Programs: []string{"cgexec", "cgcreate", "cgset", "cgclassify"},
		Marks:    []string{"/sys/fs/cgroup"},
		Settings: []NeededBy{{Key: "Delegate"}},
	},
	{
		Directives: []string{"ProtectHostname"}, Why: "it sets or follows the host's name",
		Source:   "systemd.exec(5), ProtectHostname=",
		Programs: []string{"dhcpcd", "dhclient", "avahi-daemon", "rsyslogd", "syslog-ng", "cloud-init"},
		Marks:    []string{"hostname"},
		Text:     regexp.MustCompile(`(?m)(?:^|[;&|(/])\s*hostname\s+[^-\s=:;|&)]|\bhostnamectl\s+(?:set-)?hostname\b|/proc/sys/kernel/hostname\b`),
	},
	{
		Directives: []string{"ProtectClock"}, Why: "it sets the clock, or asks how well it is set, which is the same system call",
		Source: "systemd.exec(5), ProtectClock=; adjtimex(2)",
		Programs: []string{
			"hwclock", "ntpdate", "rtcwake", "google_clock_skew_daemon", "adjtimex", "ntptime", "node_exporter", "owampd", "netdata",
		},
		Uses:         []Use{{Programs: []string{"hwclock", "ntpd"}}, {Programs: []string{"date"}, Any: []string{"-s", "--set"}}},
		Doing:        "setting the clock",
		Marks:        []string{"/dev/rtc", "date "},
		Text:         regexp.MustCompile(`/dev/rtc|\bdate\s+(?:-s|--set)\b`),
		Capabilities: []string{"CAP_SYS_TIME", "CAP_WAKE_ALARM"},
		Settings:     []NeededBy{{Key: "DeviceAllow", Values: []string{"char-rtc", "/dev/rtc", "/dev/rtc0"}}},
	},
	{
		Directives: []string{"SystemCallArchitectures"}, Why: "it runs 32-bit programs",
		Source:   "run: a 32-bit program called srcds_linux (systemd 252, 262)",
		Programs: append([]string{"srcds_linux", "srcds_run", "hlds_linux", "hlds_run"}, emulators...), Marks: []string{"i686", "wineWow"},
	},
	{
		Directives: []string{"NoNewPrivileges"}, Why: "it runs programs that take privileges",
		Source: "systemd.exec(5), NoNewPrivileges=; run: sendmail, sudo, and ping with a file capability (systemd 252, 262)",
		Programs: []string{
			"sudo", "doas", "pkexec", "newuidmap", "newgidmap", "sendmail", "crontab", "unix_chkpwd",
			"fusermount", "fusermount3", "sshfs", "mergerfs", "s3fs", "gocryptfs", "encfs", "bindfs", "unionfs", "curlftpfs", "onedriver", "lxcfs",
		},
		Uses:  []Use{{Programs: []string{"sudo", "doas", "su", "pkexec"}}, {Below: []string{"/run/wrappers/bin/", "${config.security.wrapperDir}/"}}},
		Doing: "gaining privileges",
		Marks: []string{"su ", "mail ", "mount ", "/run/wrappers", "wrapperDir", "/var/setuid-wrappers"},
		Text:  regexp.MustCompile(`\bsu\s+(?:-|\w+\s+-c\b)|\bmail\s+-s\b|\b(?:rclone|restic|borg|juicefs|weed|gcsfuse)\s+(?:\S+\s+)*?mount\b|/run/wrappers\b|wrapperDir\b|/var/setuid-wrappers\b`),
	},
	{
		Directives: []string{"PrivateDevices"}, Why: "it uses devices",
		Source:   "run: a reader of a serial port, openvpn and tinc (systemd 252, 262)",
		Marks:    []string{"/dev/"},
		Text:     regexp.MustCompile(`/dev/(?:` + RealDevices + `)(?:$|[^\w/])`),
		Settings: []NeededBy{{Key: "DeviceAllow"}},
	},
	{
		Directives: []string{"PrivateUsers"}, Why: "it is given capabilities over the host",
		Source:       "user_namespaces(7); run: bind, bird, caddy, haproxy, lighttpd and nginx (systemd 252, 262)",
		Capabilities: hostCapabilities,
	},
	{
		Directives: []string{"RestrictNamespaces"}, Why: "it makes or enters namespaces",
		Source:   "systemd.exec(5), RestrictNamespaces=",
		Programs: []string{"unshare", "nsenter", "firefox", "slirp4netns", "pasta", "newuidmap"},
		Marks:    []string{"netns"},
		Uses: []Use{
			{Programs: []string{"bwrap", "bubblewrap", "unshare", "systemd-nspawn", "podman"}},
			{Programs: []string{"ip"}, First: []string{"netns", "exec"}},
		},
		Doing: "creating or entering namespaces",
	},
	{
		Directives: []string{"LockPersonality"}, Why: "it changes its execution domain",
		Source:   "systemd.exec(5), LockPersonality=; personality(2)",
		Programs: append([]string{"setarch", "linux32", "linux64"}, emulators...),
	},
	{
		Directives: []string{"RestrictRealtime"}, Why: "it takes realtime priority",
		Source:       "systemd.exec(5), RestrictRealtime=; sched(7)",
		Programs:     []string{"chrt", "jackd", "pipewire", "wireplumber", "pulseaudio", "squeezelite", "shairport-sync", "freeswitch", "asterisk", "mpd"},
		Marks:        []string{"SCHED_FIFO", "SCHED_RR"},
		Capabilities: []string{"CAP_SYS_NICE"},
		Settings:     []NeededBy{{Key: "CPUSchedulingPolicy", Values: []string{"fifo", "rr"}}, {Key: "CPUSchedulingPriority"}, {Key: "LimitRTPRIO"}},
	},
	{
		Directives: []string{"RestrictSUIDSGID"}, Why: "it sets setuid or setgid bits",
		Source: "run: a program that sets the setgid bit of its state directory (systemd 252, 262)",
		Marks:  []string{"chmod", "-m", "--shared", "sharedRepository"}, // "-m" of install and mkdir
		Text: regexp.MustCompile(`\bchmod\([^)\n]*\b0o?[2-7][0-7]{3}\b|\bchmod\s+(?:-\S+\s+)*(?:0?[2-7][0-7]{3}|[ugoa]*[-+=][rwxXt]*s[rwxXst]*|\S+,[ugoa]*[-+=][rwxXt]*s[rwxXst]*)\b` +
			`|\b(?:install|mkdir)\b[^;&|\n]*\s(?:-m\s*|--mode[= ])0?[2-7][0-7]{3}\b|\binit\b[^;&|\n]*--shared\b|\bsharedRepository\b`),
	},
	{
		Directives: []string{"PrivatePIDs"}, Why: "its first process does not end by a signal that it does not handle",
		Source: "pid_namespaces(7); run: python, node, sleep and sh take until TimeoutStopSec to stop (systemd 262)",
		Text:   interpreted, Marks: interpreters,
		Programs: []string{"sleep"},
		Settings: []NeededBy{{Key: "Type", Values: []string{"forking"}}},
	},
	{
		Directives: []string{"NoNewPrivileges", "PrivateUsers", "CapabilityBoundingSet"}, Unless: "NoNewPrivileges",
		Why: "programs that take privileges, such as sendmail, sudo and ping, if the code that it runs calls them", Unsure: true,
		Source: "run: programs in Python that send mail, or call sudo or ping (systemd 252, 262)",
		Text:   interpreted, Marks: interpreters, Programs: callers,
	},
	{
		Directives: []string{"CapabilityBoundingSet"}, Why: "a program with file capabilities does not start, unless it is on a file system without them", Unsure: true,
		Source: "execve(2), EPERM; run: ss-server, which Debian gives capabilities; systemd mounts nosuid what ProtectSystem= makes read-only if NoNewPrivileges= is set (systemd 262)",
		Unless: "ProtectSystem",
		Marks:  []string{"/"},
		Line:   regexp.MustCompile(`^[-+!:@| ]*/(?:[^nr\s/]|n[^i]|r[^u])`), // not /nix, whose files have none, nor /run
	},
	{
		Directives: []string{"RestrictSUIDSGID"}, Why: "setuid and setgid bits, if the code that it runs sets them", Unsure: true,
		Source: "run: a program in Python that sets the setgid bit of its state directory (systemd 252, 262)",
		Text:   interpreted, Marks: interpreters,
	},
	{
		Directives: []string{"RestrictNamespaces"}, Why: "sandboxes of browsers, if the code that it runs drives one", Unsure: true,
		Source: "user_namespaces(7), which browsers make their sandboxes of",
		Text:   interpreted, Marks: interpreters,
	},
	{
		Directives: filtering, Before: 255, Unless: "NoNewPrivileges",
		Why: "programs that take privileges, such as sendmail and sudo, if the code that it runs calls them", Unsure: true,
		Source: "systemd.exec(5) of systemd 252, NoNewPrivileges=: implied if User= is set; run: each of them breaks a program in Python that calls sudo (systemd 252)",
		Text:   interpreted, Marks: interpreters, Programs: callers,
	},
	{
		Directives: []string{"RestrictSUIDSGID"}, Why: "setuid and setgid bits of the files that it copies", Unsure: true,
		Source:   "run: rsync as a server (systemd 252, 262); logrotate in a directory with the setgid bit (logrotate/logrotate#345)",
		Programs: []string{"logrotate", "rsync", "unison", "rclone", "tar", "cpio", "borg", "restic", "rustic", "kopia", "duplicity"},
	},
	{
		Directives: []string{"PrivateUsers"}, Why: "it knows its clients by their user",
		Source: "unix(7), SO_PEERCRED; user_namespaces(7): others are seen as nobody; postgresql, \"Peer Authentication\"",
		Programs: []string{
			"postgres", "postgresql", "mysqld", "mariadbd", "slapd", "mpd", "dbus-daemon", "dbus-broker-launch", "munged", "pcscd", "pulseaudio", "pipewire",
		},
	},
	{
		Directives: []string{"PrivateUsers"}, Why: "what it does with the groups or capabilities that it is given", Unsure: true,
		Source:   "user_namespaces(7): others are seen as nobody; chown(2), EINVAL",
		Settings: []NeededBy{{Key: "SupplementaryGroups"}, {Key: "AmbientCapabilities"}},
	},
	{
		Directives: []string{"RemoveIPC"}, Why: "shared memory and queues of another service with the same user, when this one stops", Unsure: true,
		Source:   "systemd.exec(5), RemoveIPC=; run: a daemon that started as root and dropped to the user (systemd 252, 262)",
		Settings: []NeededBy{{Key: "User"}},
	},
	{
		Directives: []string{"ProtectSystem"}, Why: "a directory below /etc that its command names", Unsure: true,
		Source: "run: deluged with -c /etc/delt (systemd 252, 262)",
		Marks:  []string{"/etc/"},
		Text:   regexp.MustCompile(`(?m)(?:^|[\s"'=])/etc/(?:[\w@+.-]+/)*[\w@+-]+/?["']?(?:\s|$)`),
	},
	{
		Directives: []string{"SystemCallArchitectures"}, Why: "a program that no package brought, which may be a 32-bit one", Unsure: true,
		Source: "run: a 32-bit program (systemd 252, 262)",
		Marks:  []string{"/opt/", "/srv/", "/home/", "/mnt/", "/data/", "/var/"},
		Line:   regexp.MustCompile(`^[-+!:@| ]*/(?:opt|srv|home|mnt|data|var)/\S`),
	},
}

// filtering are the directives that systemd enforces by a filter of system calls.
// Before version 255 each of them implied NoNewPrivileges= in a service with a user.
var filtering = []string{
	"PrivateDevices", "ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs", "ProtectHostname", "ProtectClock",
	"RestrictAddressFamilies", "SystemCallArchitectures", "SystemCallFilter", "LockPersonality", "MemoryDenyWriteExecute", "RestrictRealtime",
	"RestrictSUIDSGID", "RestrictNamespaces",
}

// callers are programs that run others of the host: checks, plugins and mailers, of which
// some take privileges.
var callers = []string{
	"nagios", "naemon", "icinga2", "zabbix_server", "zabbix_proxy", "zabbix_agentd", "zabbix_agent2", "smokeping", "netdata",
	"fetchmail", "procmail", "maildrop", "mailman", "logwatch", "logcheck",
}

// interpreted matches commands whose program is a text that the unit does not show, and
// each of interpreters is in what it matches.
var (
	interpreters = []string{"python", "perl", "ruby", "php", "node", "deno", "bun", "lua", "gunicorn", "corn", "daphne", "celery", "uwsgi", "puma",
		"rackup", "sidekiq", "bundle", "starman", "plackup", "jupyter", "fcgi", ".py", ".pl", ".rb", ".cgi"}
	interpreted = regexp.MustCompile(`(?m)(?:^|[\s/"'])(?:i?python[\d.]*|pypy[\d.]*|perl[\d.]*|ruby[\d.]*|php[\d.]*|php-fpm[\d.]*|php-cgi|node|nodejs|deno|bun|lua[\d.]*` +
		`|gunicorn|uvicorn|hypercorn|daphne|celery|uwsgi|puma|unicorn|rackup|sidekiq|bundle|starman|plackup|jupyter\S*|fcgiwrap|spawn-fcgi|\S+\.(?:py|pl|rb|php|cgi))(?:["'\s]|$)`)
)

// emulators run programs of other architectures.
var emulators = []string{"wine", "wine64", "wineserver", "steam", "steamcmd", "steam-run", "box64", "box86"}

// separating are the directives that give a service a view of the file system of its
// own (systemd.exec(5), PrivateMounts=): the host does not see what is mounted in it.
var separating = []string{
	"ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateMounts", "ProtectKernelTunables", "ProtectKernelModules",
	"ProtectKernelLogs", "ProtectControlGroups", "ProtectProc", "ProcSubset",
}
