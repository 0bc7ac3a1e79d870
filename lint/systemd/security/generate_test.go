package security

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"wardnix/lint/systemd/directive"
)

// drawer draws random unit files from the value grammars: valid, odd and
// invalid values, resets, repeated lines, strange syntax.
// scored are the directives that count by themselves.
var scored = func() (names []string) {
	for i := range fields {
		if fields[i].unknown != nil && fields[i].section == "" {
			names = append(names, fields[i].name)
		}
	}
	return names
}()

type drawer struct{ *rand.Rand }

func newDrawer(seed uint64) drawer { return drawer{rand.New(rand.NewPCG(seed, 0))} }

func (d drawer) one(list ...string) string { return list[d.IntN(len(list))] }

func (d drawer) chance(percent int) bool { return d.IntN(100) < percent }

// from picks a word of a list written with blanks.
func (d drawer) from(list string) string { return d.one(strings.Fields(list)...) }

// unit draws a unit file of up to most lines.
func (d drawer) unit(most int) string {
	var b strings.Builder
	if d.chance(3) {
		b.WriteString("\uFEFF")
	}
	if d.chance(20) {
		fmt.Fprintf(&b, "[Unit]\n%s\n", d.one("DefaultDependencies=no", "DefaultDependencies=yes", "Description=a unit", "DefaultDependencies=", "PrivateTmp=yes",
			"After=network.target, x.service", "Documentation=man:x(1) nonsense", "After=a.service b", "Requires=%i.service"))
	}
	b.WriteString("[Service]\nExecStart=/bin/true\n")
	for range d.IntN(most) {
		b.WriteString(d.line())
		b.WriteString(d.one("\n", "\n", "\n", "\n", "\n", "\r\n", "\n\n", "\n# a comment\n", "\n  ; another\n"))
	}
	return b.String()
}

func (d drawer) line() string {
	if d.chance(4) {
		return d.one("[Service]", "[X-Own]", "[Nonsense]", "no equals sign", "=value", "X-Key=y", "privatetmp=yes", "PrivateTempp=yes",
			"[Service]\n[Install]\nWantedBy=multi-user.target\n[Service]", "  PrivateTmp  =  yes  ", "PrivateTmp=no\\", "Nice=1 \\\n\n", "# only a comment",
			"SystemCallFilter=@system-service \\\n# comment inside\n  ~@mount", "ExecStart=", "ExecStart=/bin/false", "Type=oneshot", "Restart=always")
	}
	key := d.from(drawnKeys)
	return key + d.one("=", "=", "=", " = ", "\t=") + d.value(key)
}

// drawnKeys are the directives that are drawn; those that count for the
// assessment are there three times.
var drawnKeys = strings.Repeat(strings.Join(scored, " ")+" ", 3) + `Type WatchdogSec FileDescriptorStoreMax IPEgressFilterPath MountImages
 LoadCredential LoadCredentialEncrypted SetCredential SetCredentialEncrypted BusName PAMName KillMode ExitType RestartForceExitStatus
 Nice OOMScoreAdjust CPUSchedulingPolicy CPUSchedulingPriority IOSchedulingClass IOSchedulingPriority LimitNOFILE LimitNICE LimitCPU LimitRTTIME
 LimitMEMLOCK LimitCORE MemoryMax MemoryHigh MemoryLow MemorySwapMax TasksMax CPUWeight IOWeight CPUQuota TimeoutStopSec TimeoutStartSec RestartSec
 RuntimeMaxSec StateDirectory CacheDirectory ConfigurationDirectory StateDirectoryMode ReadWritePaths ReadOnlyPaths InaccessiblePaths ExecPaths
 BindPaths BindReadOnlyPaths TemporaryFileSystem Environment PassEnvironment UnsetEnvironment EnvironmentFile WorkingDirectory PIDFile
 StandardOutput StandardInput StandardError SyslogIdentifier SyslogLevel SyslogFacility LogLevelMax Slice SuccessExitStatus KillSignal
 SystemCallErrorNumber SystemCallLog SecureBits MountFlags Personality RestrictNetworkInterfaces Group Restart OOMPolicy UtmpMode
 RuntimeDirectoryPreserve CPUAffinity AllowedCPUs DisableControllers ExecSearchPath PrivateIPC RestrictFileSystems ExecStartPre ExecStop
 ManagedOOMPreference IODeviceWeight IOReadBandwidthMax TimerSlackNSec NUMAPolicy SendSIGHUP GuessMainPID RemainAfterExit SocketBindAllow
 TTYRows TTYPath LogRateLimitIntervalSec LogRateLimitBurst TimeoutAbortSec TimeoutStartFailureMode MountAPIVFS KeyringMode CoredumpFilter
 ProtectProc ProcSubset Delegate DeviceAllow DevicePolicy`

// value draws a value of a directive, mostly valid.
func (d drawer) value(key string) string {
	if d.chance(7) {
		return ""
	}
	v := d.plain(key)
	if d.chance(7) {
		v = d.spoil(v)
	}
	return v
}

// spoil makes a value odd.
func (d drawer) spoil(v string) string {
	switch d.IntN(10) {
	case 0:
		return `"` + v + `"`
	case 1:
		return v + " # why"
	case 2:
		return strings.ToUpper(v)
	case 3:
		return strings.ReplaceAll(v, " ", ",")
	case 4:
		return "~" + v
	case 5:
		return v + d.one("x", ";", " %i", "%Z", "%%", `\`+"x", "%", " 'open")
	case 6:
		return strings.ReplaceAll(v, " ", "   ")
	case 7:
		return "-" + v
	case 8:
		return v + " " + v
	}
	return d.from("yes no 0 1 true on infinity none default all 42 /abs/path rel/path ~ ~~ @system-service CAP_SYS_ADMIN AF_INET native %n")
}

func (d drawer) plain(key string) string {
	dir, ok := directive.LookupAny("Service", key)
	if !ok {
		return d.from("yes no")
	}
	switch kind := dir.KindIn(directive.Oldest); kind {
	case directive.KindBool, directive.KindTristate:
		return d.from("yes no true false 1 0 on off Yes TRUE y n t f enabled 2 yess")
	case directive.KindEnum, directive.KindSchedPolicy, directive.KindIOClass, directive.KindHostname:
		return d.one(append(dir.Enum().Names(directive.Newest), "yes", "no", "true", "bogus", "1", "99")...)
	case directive.KindInput, directive.KindOutput:
		return d.one("null", "journal", "inherit", "tty", "socket", "file:/tmp/x", "file:rel", "append:/tmp/y", "truncate:/t/../x", "fd:name", "fd:", "syslog", "kmsg", "/tmp/x", "data", "file", "tty-force", "file:%Z", "fd:a:b")
	case directive.KindCapabilities:
		return d.tilde() + d.several("CAP_SYS_ADMIN CAP_NET_RAW CAP_CHOWN CAP_SETUID cap_kill CAP_SYS_TIME CAP_BPF CAP_WAKE_ALARM CAP_SYSLOG CAP_MKNOD CAP_FOO NET_RAW 12 0x15 63 64 CAP_AUDIT_READ CAP_PERFMON 'CAP_LEASE' 017 +5")
	case directive.KindSyscallFilter, directive.KindSyscallLog:
		return d.tilde() + d.several("@system-service @privileged @resources @mount @clock @swap @debug @module @raw-io @reboot @obsolete @cpu-emulation "+
			"@default @known @network-io @file-system @typo ptrace mount umount2 reboot swapon swapoff settimeofday uname:EPERM @mount:EPERM "+
			"chown setuid bpf nosuchcall @ipc:kill mount:4096 umount:EFOO :EPERM @setuid adjtimex clock_adjtime clock_settime \\mount @basic-io:1")
	case directive.KindFamilies:
		return d.tilde() + d.several("AF_INET AF_INET6 AF_UNIX AF_NETLINK AF_PACKET AF_BLUETOOTH AF_VSOCK AF_LOCAL AF_ROUTE none INET af_inet AF_UNSPEC AF_CAN 'AF_KEY' AF_FILE")
	case directive.KindNamespaces:
		if d.chance(30) {
			return d.from("yes no true 0 on")
		}
		return d.tilde() + d.several("user mnt ipc pid cgroup net uts time user net network 'pid'")
	case directive.KindArchitectures:
		return d.several("native native native x86-64 x86 arm64 bogus x32 'native'")
	}
	return d.other(dir)
}

// tilde returns "~" now and then.
func (d drawer) tilde() string { return d.one("", "", "~", "~", " ") }

// several draws up to five words of a list.
func (d drawer) several(list string) string {
	var out []string
	for range d.IntN(5) {
		out = append(out, d.from(list))
	}
	if len(out) == 0 {
		return d.from(list)
	}
	return strings.Join(out, " ")
}

// other draws the values of the remaining grammars.
func (d drawer) other(dir *directive.Directive) string {
	switch dir.Kind {
	case directive.KindMode:
		return d.from("0077 077 77 0022 0 7777 07777 10000 0027 u=rwx 0o77 088 +077 0x3f 00000077 0007 0070 -1")
	case directive.KindSpan, directive.KindTimeout, directive.KindSpanOrEmpty, directive.KindWatchdog, directive.KindSpanNano:
		return d.one("5", "5s", "5min 20s", "1.5h", "infinity", "0", "-1", "5M", "5 m", "1d12h", "3y", "5x", "10.", ".5s", "1..5", "5us", "5µs", "+3", "0s", "1h1h", "99999999999y", "5 min 3", "1.s", "infinity5", "12.34.56", "3ns", "12.34 .56", "5nsec", "100ms")
	case directive.KindMemory, directive.KindBytes, directive.KindTasks:
		return d.one("1G", "512M", "1GB", "1g", "50%", "12.5%", "infinity", "0", "100", "1.5G", "1G 500M", "500M 1G", "101%", "-1", "18446744073709551615", "5‰", "1K1", "10.M", "0%", "16E", "15E", "1B", "0x10")
	case directive.KindLimit:
		return d.one("1024", "65536:65537", "infinity", "10:5", "64k", "64K", "unlimited", "+5", "-5", "-20", "+19", "+20", "40", "41", "5min", "1h:2h", "1:2:3", "100:", ":5", "10:infinity", "infinity:10", "1.5", "8M:16M")
	case directive.KindPercent:
		return d.one("20%", "150%", "0%", "1.5", "20", "12.5%", "1.234%", "50‰", "0.5%", "-5%", "99999999%", "0.00%", "20%%")
	case directive.KindInt, directive.KindLong, directive.KindCount, directive.KindNice, directive.KindOOMScore, directive.KindIOPriority, directive.KindRealtimePriority, directive.KindWeight, directive.KindCPUWeight, directive.KindExitStatus, directive.KindCountOrInfinity:
		return d.from("0 1 5 7 8 19 20 -20 -21 99 100 1000 -1000 1001 10000 10001 idle 0x10 010 09 0b11 0o7 +3 abc 1.5 65535 65536 4294967296 infinity -0 --1")
	case directive.KindUser, directive.KindGroups:
		return d.one("root", "0", "nobody", "daemon", "user1", "00", "65534", "65535", "1000", "a:b", "foo bar", "-foo", "-5", "%i", "%n", "%u", "%U", "%Z", "user.name", "ünïcode", "_x", "4294967295", "4294967296", ".", "a/b", "root x", "%%", "x%")
	case directive.KindAddresses:
		return d.several("any localhost link-local multicast 127.0.0.1 ::1 ::/0 0.0.0.0/0 10.0.0.0/8 192.168.0.1/33 fe80::1/64 bogus LOCALHOST Any foo.localhost 0.0.0.0/1 128.0.0.0/1 1.2.3.4/0 ::1/0 127.1 01.2.3.4 ::1/129 1.2.3.4/0x8 fe80::1%eth0 127.0.0.0/4 ::ffff:1.2.3.4 localhost.")
	case directive.KindDevices:
		return d.one("/dev/null", "/dev/null rw", "/dev/sda r", "char-rtc rw", "block-* rwm", "char-pts", "/etc/passwd", "/dev/x rx", "/dev//y", "/dev/z/", "/dev/../etc", "null", "/dev/a wr", "/dev/b rr", "'/dev/c d' r", "/dev/d  rwm", "/dev/e r w", "/run/systemd/inaccessible/chr", "char-", "/dev/./f", "/dev", "/dev/g R", "/dev/%i", "/dev/%Z")
	case directive.KindDelegate, directive.KindControllers:
		return d.several("yes no cpu memory pids io bogus cpuset true 'cpu' devices off cpu,memory")
	case directive.KindPath, directive.KindPathSpec, directive.KindPIDFile, directive.KindEnvironmentFile, directive.KindFilterPath, directive.KindWorkingDirectory, directive.KindPlainPath:
		return d.one("/", "/var/lib/x", "rel/path", "/a/../b", "//a//b/", "-/opt/x", "~", "-~", "/x y", "/%i", "/%Z", "-rel", "/var/run/x.pid", "x.pid", "/a/./b", "~/x", "../x", "%t/x", "/"+strings.Repeat("a", 300), "%%", "/proc/self", "///")
	case directive.KindPaths, directive.KindTmpfs, directive.KindMountsFor:
		return d.severalOf("/var/lib/x", "rel", "/a/../b", "-/opt", "+/run", "-+/x", "+-/y", "'/with blank'", "/tmp:rw,size=1M", "/%Z", "/%i", "~/x", "'/open", "/x\\ y", "//a", "/", ":ro", "-")
	case directive.KindBindPaths:
		return d.severalOf("/a", "/a:/b", "/a:/b:rbind", "/a:/b:norbind", "/a:/b:ro", "rel:/b", "/a:rel", "-/a:/b", "/a:", ":/b", "/a:/b:", "/%Z:/b", "'/a b':/c", "/a:/../c", "/a::")
	case directive.KindDirectories:
		return d.severalOf("foo", "foo/bar", "/abs", "../x", "private", "private/x", "foo:bar", "foo:/abs", "foo:bar:ro", "./x", "a/../b", "'a b'", "%i", "%n", "%Z", "foo:", ":bar", "privatex", "a\\:b")
	case directive.KindSearchPath:
		return d.one("/bin:/usr/bin", "bin", "/a:b:/c", "/a::/b", ":/a", "/a:", "/%Z", "/a/../b:/c")
	}
	return d.rest(dir)
}

func (d drawer) severalOf(list ...string) string {
	var out []string
	for range 1 + d.IntN(3) {
		out = append(out, d.one(list...))
	}
	return strings.Join(out, " ")
}

func (d drawer) rest(dir *directive.Directive) string {
	switch dir.Kind {
	case directive.KindEnvironment, directive.KindVariables, directive.KindUnsetEnvironment:
		return d.severalOf("A=1", "B=x y", `"C=d e"`, "D", "1E=x", "F=%i", "G=%Z", "H='quoted'", "I=a\\nb", "J=\\q", "=k", "L==", "M-N=x", "O=100%", "'open", "P", "_Q", "R=\\x41", "S=\\x00")
	case directive.KindSignal:
		return d.from("SIGTERM TERM 15 0 65 64 SIGFOO term RTMIN RTMIN+3 SIGRTMAX-1 RTMIN-1 RTMAX+1 RTMIN+31 KILL -1 SIGRTMIN+30 CLD POLL IOT")
	case directive.KindStatusSet:
		return d.several("0 1 255 256 SIGTERM TERM SUCCESS FAILURE DATAERR bogus -1 CHDIR SIGKILL SEGV RTMIN+1 NOTFOUND 0x10")
	case directive.KindErrno:
		return d.from("EPERM EACCES 1 4095 4096 0 kill EFOO eperm -1 EWOULDBLOCK ENOTSUP 0x5 EHWPOISON")
	case directive.KindLogLevel:
		return d.from("debug info notice warning err crit alert emerg error 0 7 8 -1 DEBUG")
	case directive.KindFacility:
		return d.from("daemon user local7 local8 0 127 128 kern mail auth foo")
	case directive.KindSecureBits:
		return d.several("keep-caps noroot no-setuid-fixup-locked bogus keep-caps-locked 'noroot'")
	case directive.KindMountFlags:
		return d.from("shared slave private rslave bogus 1")
	case directive.KindPersonality:
		return d.from("x86 x86-64 bogus native")
	case directive.KindInterfaces:
		return d.tilde() + d.several("lo eth0 bogus/if averyveryverylongname 1 wg0 all a:b default eth% 12 'eth1' ..")
	case directive.KindCPUSet, directive.KindCPUAffinity:
		return d.one("0", "0-3", "0,1", "0 2-4", "3-1", "numa", "abc", "8191", "8192", "0-", "-1", "0x1", "1-2-3", "0, 1", "", "1;2")
	case directive.KindLoadCredential, directive.KindSetCredential:
		return d.one("id:/path", "id:rel", "id", "id:", ":x", "a/b:/x", "id:/a/../b", "id:data", "id:bar/baz", "id:YWJj", "id:!!", "%i:/x", "%Z:/x", "id:%Z", "id:a\\nb", "id:a\\qb", "id:/", "id:YWJj YWJj", "id:YWI=", "..:x", "id:a:b", "id:YWJ")
	case directive.KindExec:
		return d.one("/bin/true", "true", "-/bin/false x", "@/bin/sh sh -c 'x y'", "+/bin/true", "!/bin/true", "!!/bin/true", "+!/bin/true", "./x", "bin/x", "/bin/echo 'open", "/bin/echo %Z", "/bin/date +%Y", "|/bin/x", "-", "@/bin/x", "/bin/a ; /bin/b",
			"/bin/a \\; x", ";", "/bin/dir/", "-rel/x", "/bin/echo \\q", ":/bin/x $A", "-@/bin/x y", "--/bin/x", "/bin/a;", "/bin/\"x\"", "'/bin/x y'", "-'/open", "-/bin/x %Z", "%Z", "", "/bin/x \\", "/bin/\\x", "/bin/a ; ; /bin/b", "; /bin/x", "/bin/a ;/bin/b")
	case directive.KindSlice, directive.KindUnit:
		return d.one("system.slice", "foo.slice", "foo", "foo.service", "a-b.slice", "%i.slice", "a b.slice", "machine.slice")
	case directive.KindDeviceBandwidth, directive.KindDeviceWeight, directive.KindDeviceLatency:
		return d.one("/dev/sda 5M", "/dev/sda", "/dev/sda 100", "rel 5", "/a/../b 1", "/dev/sda infinity", "/dev/sda 0", "/dev/sda 1GB", "/dev/sda 10001", "/%Z 5", "'/dev/a b' 5", "/dev/sda 5 6")
	case directive.KindString:
		return d.one("text", "%n", "%Z", "a b", "\"q\"", "100%", "%%")
	}
	return d.one("yes", "x", "/x")
}
