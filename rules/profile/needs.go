package profile

import (
	"regexp"
)

// HostCapabilities are capabilities over things that belong to the host's user
// namespace, whatever else the unit has of its own: privileged ports and devices
// of the network, the clock, the kernel and its log, other users' files.
// (capabilities(7); user_namespaces(7), "Interaction of user namespaces and other
// types of namespaces".)
var HostCapabilities = []string{"CAP_NET_BIND_SERVICE", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SYS_TIME", "CAP_SYS_MODULE", "CAP_SYS_RAWIO",
	"CAP_SYSLOG", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_IPC_LOCK", "CAP_SYS_BOOT", "CAP_MKNOD", "CAP_DAC_READ_SEARCH", "CAP_DAC_OVERRIDE",
	"CAP_SYS_PTRACE", "CAP_BPF", "CAP_PERFMON", "CAP_WAKE_ALARM", "CAP_AUDIT_CONTROL", "CAP_AUDIT_WRITE", "CAP_AUDIT_READ", "CAP_LINUX_IMMUTABLE",
	"CAP_BLOCK_SUSPEND", "CAP_SYS_TTY_CONFIG"}

// RealDevices matches the names below /dev of devices that PrivateDevices=
// hides.
const RealDevices = `tty[A-Z]+\d+|dri(?:/.*)?|kvm|fuse|net/tun|snd(?:/.*)?|serial/.+|input(?:/.*)?|hidraw\d+|video\d+|disk/.+|mapper/.+|sd[a-z]\d*|nvme\d.*|watchdog\d*|rfkill|uinput|uhid|bus/usb.*|i2c-\d+|spidev.*|gpiochip\d+|rtc\d*|kmsg|mem|zfs|nvidia.*|dvb(?:/.*)?|vfio(?:/.*)?|loop.*|ppp|vhost-.*|tpm\w*`

// A Need is what a unit's own text shows that it does, or may do, and what each of
// some directives takes away. Baselines do not require these of such a unit.
type Need struct {
	Directives []string
	Why        string
	// Programs that the unit may run show it.
	Programs []string
	// Text matches what of its commands and scripts shows it; nil for none. One of
	// Marks is in whatever it matches.
	Text  *regexp.Regexp
	Marks []string
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

// NeededBy is a directive that shows a need, if it has one of the values.
type NeededBy struct {
	Key    string
	Values []string
}

// Needs are the signs that are known. What each directive takes away is in
// systemd.exec(5); that CAP_NET_ADMIN opens /proc/sys/net is in the kernel's
// net/sysctl_net.c, net_ctl_permissions.
var Needs = []Need{
	{
		Directives: separating, Why: "the host would not see what it mounts",
		Programs: []string{"mount", "umount", "fusermount", "fusermount3", "sshfs", "mergerfs", "s3fs", "gocryptfs", "encfs", "bindfs", "lxcfs"},
		Uses:     []Use{{Programs: []string{"mount", "umount", "sshfs"}}, {Programs: []string{"rclone"}, First: []string{"mount"}}},
		Doing:    "mounting for the host",
	},
	{
		Directives: []string{"ProtectSystem"}, Why: "it writes below /etc, /usr or /boot, or does not see those of the host",
		Settings: []NeededBy{{Key: "RootDirectory"}, {Key: "RootImage"}},
		Marks:    []string{"/etc", "/usr", "/boot", "/efi"},
		Text: regexp.MustCompile(`(?m)(?:>|\b(?:tee|cp|mv|install|mkdir|rm|ln|touch|chown|chmod|rsync)\b|\bsed\s+-i)[^|;&\n]*[\s>"'=]` +
			`/(?:etc|usr|boot|efi)(?:/[^\s;&|)]*)?["']?\s*(?:$|[;&|)])`),
	},
	{
		Directives: []string{"ProtectKernelTunables"}, Why: "it sets variables of the kernel",
		Programs:     []string{"sysctl"},
		Uses:         []Use{{Programs: []string{"sysctl"}, Any: []string{"-w", "--write", "-p", "--system", "--load"}}},
		Doing:        "changing kernel settings",
		Marks:        []string{"/proc/", "/sys/"},
		Text:         regexp.MustCompile(`/proc/(?:sys|irq)\b|/sys/(?:block|bus|class|dev|devices|firmware|kernel|module|power)\b`),
		Capabilities: []string{"CAP_NET_ADMIN"},
	},
	{
		Directives: []string{"ProtectKernelModules"}, Why: "it loads modules of the kernel",
		Programs:     []string{"modprobe", "insmod", "rmmod", "depmod", "kmod"},
		Marks:        []string{"/lib/modules"},
		Uses:         []Use{{Programs: []string{"modprobe", "insmod", "rmmod"}}},
		Doing:        "loading or unloading kernel modules",
		Capabilities: []string{"CAP_SYS_MODULE"},
	},
	{
		Directives: []string{"ProtectKernelLogs"}, Why: "it reads the kernel's log",
		Programs: []string{
			"dmesg", "rsyslogd", "syslog-ng", "klogd", "vector", "fluent-bit", "fluentd", "promtail", "alloy", "filebeat", "telegraf", "netdata",
		},
		Marks:        []string{"/dev/kmsg", "/proc/kmsg"},
		Capabilities: []string{"CAP_SYSLOG"},
	},
	{
		Directives: []string{"ProtectControlGroups"}, Why: "it manages control groups",
		Programs: []string{"cgexec", "cgcreate", "cgset", "cgclassify"},
		Marks:    []string{"/sys/fs/cgroup"},
		Settings: []NeededBy{{Key: "Delegate"}},
	},
	{
		Directives: []string{"ProtectHostname"}, Why: "it sets or follows the host's name",
		Programs: []string{"dhcpcd", "dhclient", "avahi-daemon", "rsyslogd", "syslog-ng", "cloud-init"},
		Marks:    []string{"hostname"},
		Text:     regexp.MustCompile(`(?m)(?:^|[;&|(/])\s*hostname\s+[^-\s=:;|&)]|\bhostnamectl\s+(?:set-)?hostname\b|/proc/sys/kernel/hostname\b`),
	},
	{
		Directives: []string{"ProtectClock"}, Why: "it sets the clock, or asks how well it is set, which is the same system call",
		Programs: []string{
			"hwclock", "ntpdate", "rtcwake", "google_clock_skew_daemon", "adjtimex", "ntptime", "node_exporter", "owampd", "netdata",
		},
		Uses:         []Use{{Programs: []string{"hwclock", "ntpd"}}},
		Doing:        "setting the clock",
		Marks:        []string{"/dev/rtc", "date "},
		Text:         regexp.MustCompile(`/dev/rtc|\bdate\s+(?:-s|--set)\b`),
		Capabilities: []string{"CAP_SYS_TIME", "CAP_WAKE_ALARM"},
		Settings:     []NeededBy{{Key: "DeviceAllow", Values: []string{"char-rtc", "/dev/rtc", "/dev/rtc0"}}},
	},
	{
		Directives: []string{"SystemCallArchitectures"}, Why: "it runs 32-bit programs",
		Programs: emulators, Marks: []string{"i686", "wineWow"},
	},
	{
		Directives: []string{"NoNewPrivileges"}, Why: "it runs programs that take privileges",
		Programs: []string{
			"sudo", "doas", "pkexec", "newuidmap", "newgidmap", "sendmail", "crontab", "unix_chkpwd",
			"fusermount", "fusermount3", "sshfs", "mergerfs", "s3fs", "gocryptfs", "encfs", "bindfs", "unionfs", "curlftpfs", "onedriver", "lxcfs",
		},
		Uses:  []Use{{Programs: []string{"sudo", "doas", "su", "pkexec"}}, {Below: []string{"/run/wrappers/bin/", "${config.security.wrapperDir}/"}}},
		Doing: "gaining privileges",
		Marks: []string{"su ", "mail ", "mount ", "/run/wrappers", "wrapperDir", "/var/setuid-wrappers"},
		Text:  regexp.MustCompile(`\bsu\s+(?:-|\w+\s+-c\b)|\bmail\s+-s\b|\brclone\s+mount\b|/run/wrappers\b|wrapperDir\b|/var/setuid-wrappers\b`),
	},
	{
		Directives: []string{"PrivateDevices"}, Why: "it uses devices",
		Marks:    []string{"/dev/"},
		Text:     regexp.MustCompile(`/dev/(?:` + RealDevices + `)(?:$|[^\w/])`),
		Settings: []NeededBy{{Key: "DeviceAllow"}},
	},
	{
		Directives: []string{"PrivateUsers"}, Why: "it is given capabilities over the host",
		Capabilities: HostCapabilities,
	},
	{
		Directives: []string{"RestrictNamespaces"}, Why: "it makes or enters namespaces",
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
		Programs: append([]string{"setarch", "linux32", "linux64"}, emulators...),
	},
	{
		Directives: []string{"RestrictRealtime"}, Why: "it takes realtime priority",
		Programs:     []string{"chrt", "jackd", "pipewire", "wireplumber", "pulseaudio", "squeezelite", "shairport-sync", "freeswitch", "asterisk", "mpd"},
		Marks:        []string{"SCHED_FIFO", "SCHED_RR"},
		Capabilities: []string{"CAP_SYS_NICE"},
		Settings:     []NeededBy{{Key: "CPUSchedulingPolicy", Values: []string{"fifo", "rr"}}, {Key: "CPUSchedulingPriority"}, {Key: "LimitRTPRIO"}},
	},
	{
		Directives: []string{"RestrictSUIDSGID"}, Why: "it sets setuid or setgid bits",
		Marks: []string{"chmod", "install", "mkdir", "--shared", "sharedRepository"},
		Text: regexp.MustCompile(`\bchmod\s+(?:-\S+\s+)*(?:0?[2-7][0-7]{3}|[ugoa]*[-+=][rwxXt]*s[rwxXst]*|\S+,[ugoa]*[-+=][rwxXt]*s[rwxXst]*)\b` +
			`|\b(?:install|mkdir)\b[^;&|\n]*\s(?:-m\s*|--mode[= ])0?[2-7][0-7]{3}\b|\binit\b[^;&|\n]*--shared\b|\bsharedRepository\b`),
	},
}

// emulators run programs of other architectures.
var emulators = []string{"wine", "wine64", "wineserver", "steam", "steamcmd", "steam-run", "box64", "box86"}

// separating are the directives that give a service a view of the file system of its
// own (systemd.exec(5), PrivateMounts=): the host does not see what is mounted in it.
var separating = []string{
	"ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateMounts", "ProtectKernelTunables", "ProtectKernelModules",
	"ProtectKernelLogs", "ProtectControlGroups", "ProtectProc", "ProcSubset",
}
