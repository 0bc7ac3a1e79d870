package value

import (
	"math"
	"slices"
	"strings"

	"wardnix/lint/systemd/directive"
)

// IsArchitecture reports whether SystemCallArchitectures= takes a word.
func IsArchitecture(word string) bool { return slices.Contains(architectures, word) }

// architectures are the names of SystemCallArchitectures= (src/shared/seccomp-util.c,
// seccomp_arch_from_string).
var architectures = strings.Fields("native x86 x86-64 x32 arm arm64 loongarch64 mips mips64 mips64-n32 mips-le " +
	"mips64-le mips64-le-n32 parisc parisc64 ppc ppc64 ppc64-le riscv64 s390 s390x")

// signals are the Linux signals by number, without SIG.
var signals = strings.Fields("HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP " +
	"TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS")

// validSignal reads a signal name or number (src/basic/signal-util.c).
func validSignal(text string) bool {
	if _, ok := parseInt(text, math.MinInt32, math.MaxInt32); ok {
		_, ok = parseInt(text, 1, 64)
		return ok
	}
	name := strings.TrimPrefix(text, "SIG")
	if slices.Contains(signals, name) {
		return true
	}
	if rest, ok := strings.CutPrefix(name, "RTMIN"); ok {
		return realtimeOffset(rest, '+')
	}
	rest, ok := strings.CutPrefix(name, "RTMAX")
	return ok && realtimeOffset(rest, '-')
}

// realtimeOffset reads what follows RTMIN or RTMAX; glibc leaves 34 to 64.
func realtimeOffset(text string, sign byte) bool {
	if text == "" {
		return true
	}
	if text[0] != sign {
		return false
	}
	_, ok := parseInt(text[1:], 0, 30)
	return ok
}

// exitStatuses are the names of exit statuses
// (src/shared/exit-status.c).
var exitStatuses = strings.Fields("SUCCESS FAILURE INVALIDARGUMENT NOTIMPLEMENTED NOPERMISSION NOTINSTALLED " +
	"NOTCONFIGURED NOTRUNNING USAGE DATAERR NOINPUT NOUSER NOHOST UNAVAILABLE SOFTWARE OSERR OSFILE CANTCREAT IOERR " +
	"TEMPFAIL PROTOCOL NOPERM CONFIG CHDIR NICE FDS EXEC MEMORY LIMITS OOM_ADJUST SIGNAL_MASK STDIN STDOUT CHROOT " +
	"IOPRIO TIMERSLACK SECUREBITS SETSCHEDULER CPUAFFINITY GROUP USER CAPABILITIES CGROUP SETSID CONFIRM STDERR PAM " +
	"NETWORK NAMESPACE NO_NEW_PRIVILEGES SECCOMP SELINUX_CONTEXT PERSONALITY APPARMOR_PROFILE ADDRESS_FAMILIES " +
	"RUNTIME_DIRECTORY CHOWN SMACK_PROCESS_LABEL KEYRING STATE_DIRECTORY CACHE_DIRECTORY LOGS_DIRECTORY " +
	"CONFIGURATION_DIRECTORY NUMA_POLICY CREDENTIALS BPF EXCEPTION")

func validExitStatus(text string) bool {
	_, ok := ParseUint(text, 0, 255)
	return ok || slices.Contains(exitStatuses, text)
}

var logLevels = strings.Fields("emerg alert crit err warning notice info debug")

var logFacilities = strings.Fields("kern user mail daemon auth syslog lpr news uucp cron authpriv ftp " +
	"local0 local1 local2 local3 local4 local5 local6 local7")

var controllers = strings.Fields("cpu cpuacct cpuset io blkio memory devices pids bpf-firewall bpf-devices bpf-foreign " +
	"bpf-socket-bind bpf-restrict-network-interfaces bpf-bind-network-interface")

var secureBits = strings.Fields("keep-caps keep-caps-locked no-setuid-fixup no-setuid-fixup-locked noroot noroot-locked")

var secureBits262 = strings.Fields("no-cap-ambient-raise no-cap-ambient-raise-locked exec-restrict-file " +
	"exec-restrict-file-locked exec-deny-interactive exec-deny-interactive-locked")

// fileSystemGroups are the groups of RestrictFileSystems= (src/basic/filesystem-sets.py).
var fileSystemGroups = strings.Fields("@basic-api @anonymous @application @auxiliary-api @common-block @historical-block " +
	"@network @privileged-api @security @temporary @known")

// UnitTypes are the types of units (systemd.unit(5)).
var UnitTypes = strings.Fields("service socket target device mount automount swap timer path slice scope")

// errnos are the names of Linux error numbers (errno(3), asm-generic).
var errnos = strings.Fields("EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT " +
	"ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK " +
	"EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP EWOULDBLOCK ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT " +
	"EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT EDEADLOCK EBFONT ENOSTR ENODATA ETIME " +
	"ENOSR ENONET ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD " +
	"EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE " +
	"EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL " +
	"ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT " +
	"ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT " +
	"ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL " +
	"EHWPOISON ENOTSUP")

// parseErrno reads an error name or number, at most 4095.
func parseErrno(text string) bool {
	if _, ok := ParseUint(text, 0, 4095); ok {
		return true
	}
	return slices.ContainsFunc(errnos, func(name string) bool { return EqualFold(name, text) })
}

// validUser reports whether systemd takes a name as a user or group, in the
// relaxed manner of unit files (src/basic/user-util.c).
func validUser(name string) bool {
	if name == "" {
		return false
	}
	if leadingDigits(name) == len(name) { // a number: no leading zero, no reserved ID
		if name != "0" && name[0] == '0' {
			return false
		}
		n, ok := ParseUint(name, 10, math.MaxUint32)
		return ok && n != math.MaxUint32 && n != math.MaxUint16
	}
	if name[0] == '-' && leadingDigits(name[1:]) == len(name)-1 || name == "." || name == ".." {
		return false
	}
	return !strings.ContainsAny(name, ":/") && !strings.HasPrefix(name, " ") && !strings.HasSuffix(name, " ") && !hasControl(name)
}

func hasControl(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// validVariable reports whether text can name an environment variable.
func validVariable(text string) bool {
	for i := range len(text) {
		c := text[i]
		if !(c == '_' || 'a' <= lower(c) && lower(c) <= 'z' || i > 0 && '0' <= c && c <= '9') {
			return false
		}
	}
	return text != ""
}

// validAssignment reports whether text is NAME=VALUE.
func validAssignment(text string) bool {
	name, _, found := strings.Cut(text, "=")
	return found && validVariable(name)
}

// validVariableOrAssignment reports whether text is NAME or NAME=VALUE.
func validVariableOrAssignment(text string) bool { return validVariable(text) || validAssignment(text) }

// validUnitName reports whether text is the name of a unit, an instance or a
// template (src/basic/unit-name.c).
func validUnitName(text string) bool {
	dot := strings.LastIndexByte(text, '.')
	if dot <= 0 || len(text) >= 256 || !slices.Contains(UnitTypes, text[dot+1:]) || text[0] == '@' {
		return false
	}
	for i := range dot {
		c := text[i]
		if !('0' <= c && c <= '9' || 'a' <= lower(c) && lower(c) <= 'z' || strings.IndexByte(":-_.\\@", c) >= 0) {
			return false
		}
	}
	return true
}

// validInterface reports whether text, of at most as many bytes, can name a network
// interface (src/basic/socket-util.c, ifname_valid_full).
func validInterface(text string, most int) bool {
	if _, isIndex := parseInt(text, 1, math.MaxInt32); isIndex {
		return false
	}
	if text == "" || len(text) > most || text == "." || text == ".." || leadingDigits(text) == len(text) || text == "all" || text == "default" {
		return false
	}
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(":/%", c) >= 0 {
			return false
		}
	}
	return true
}

// validCredential reports whether text can name a credential.
func validCredential(text string) bool {
	return validFileName(text) && !strings.Contains(text, ":") && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7f })
}

// validCPUs reads a list of numbers and ranges below 8192, separated by blanks or
// commas. backwards reports a range that holds nothing.
func validCPUs(text string, v directive.Version) (backwards, ok bool) {
	for rest := text; rest != ""; {
		word, after, _, found, bad := extractWord(rest, Blanks+",", Unquote)
		if bad {
			return backwards, false
		}
		if !found {
			break
		}
		rest = after
		if word == "4294967295" && v < 262 {
			continue // one more overflows to none
		}
		low, high, ranged := strings.Cut(word, "-")
		a, good := ParseUint(low, 0, 8191)
		b := a
		if ranged && good {
			b, good = ParseUint(high, 0, 8191)
		}
		if !good {
			return backwards, false
		}
		backwards = backwards || a > b
	}
	return backwards, true
}

// validBusName reports whether text is a well-known D-Bus name.
func validBusName(text string) bool {
	parts := strings.Split(text, ".")
	if len(parts) < 2 || len(text) > 255 {
		return false
	}
	for _, part := range parts {
		if part == "" || part[0] >= '0' && part[0] <= '9' || strings.ContainsFunc(part, func(r rune) bool {
			return !(r == '_' || r == '-' || '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z')
		}) {
			return false
		}
	}
	return true
}

var dumpTypes = strings.Fields("private-anonymous shared-anonymous private-file-backed shared-file-backed elf-headers " +
	"private-huge shared-huge private-dax shared-dax default all")

// validDumpTypes reads the names or the hexadecimal mask of CoredumpFilter=.
func validDumpTypes(text string) bool {
	ok := true
	good := EachWord(text, 0, func(word string) bool {
		if !slices.Contains(dumpTypes, word) {
			_, ok = ParseUint(strings.TrimPrefix(lowerASCII(word), "0x"), 16, math.MaxUint64)
		}
		return ok
	})
	return ok && good
}

// validSocketBind reads [FAMILY:][PROTOCOL:]PORTS of SocketBindAllow=, from a least port on
// (src/shared/parse-socket-bind-item.c).
func validSocketBind(text string, least uint64) bool {
	parts, ok := colonFields(text, 0)
	if !ok {
		return false
	}
	if parts[0] == "ipv4" || parts[0] == "ipv6" {
		parts = parts[1:]
	}
	if len(parts) > 0 && (EqualFold(parts[0], "tcp") || EqualFold(parts[0], "udp")) {
		parts = parts[1:]
	}
	if len(parts) != 1 {
		return len(parts) == 0
	}
	if parts[0] == "any" {
		return true
	}
	low, high, ranged := strings.Cut(parts[0], "-")
	a, ok := ParseUint(low, 0, math.MaxUint16)
	b := a
	if ok && ranged {
		b, ok = ParseUint(high, 0, math.MaxUint16)
	}
	return ok && a >= least && a <= b
}
