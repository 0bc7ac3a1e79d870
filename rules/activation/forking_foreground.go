package activation

import (
	"path"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
)

// ForkingForeground reports services of Type=forking whose command stays in the
// foreground.
var ForkingForeground = &lint.Rule{Page: lint.ReadPage(pages, "forking-foreground"), Unit: checkForking}

func checkForking(p *lint.Pass, u *unit.Unit) {
	at, ok := u.Is("Type", "forking")
	if !ok || at.When != nil {
		return
	}
	for _, c := range u.Commands() {
		if c.Key != "ExecStart" || c.Origin != unit.Line || c.Reads || c.When != nil {
			continue
		}
		option, ok := staysBy(&c)
		if !ok || launches(c.Setting.Shown) || !u.Together(at, c.Setting) {
			continue
		}
		p.At(u, at, c.Setting).Note("%s keeps the process in the foreground, and systemd waits until it exits", option).
			Help("set Type to \"exec\", or \"notify\" if the program supports it").
			Reportf("Type=forking, but %s does not fork", c.Program())
	}
}

// launchers are programs that run another in the background, whose arguments are among
// theirs. The source is the manual page of each program.
var launchers = []string{"abduco", "daemon", "daemonize", "dtach", "screen", "setsid", "start-stop-daemon", "tmux"}

// launches reports whether a command runs a program by a launcher.
func launches(command string) bool {
	return slices.ContainsFunc(strings.Fields(command), func(word string) bool { return slices.Contains(launchers, path.Base(word)) })
}

// staysBy is the argument by which a command stays in the foreground.
func staysBy(c *unit.Command) (string, bool) {
	own := foregroundOf[c.Program()]
	for _, arg := range c.Args() {
		if slices.Contains(foreground, arg) || slices.Contains(own, strings.TrimSuffix(arg, ";")) {
			return arg, true
		}
	}
	return "", false
}

// foreground are options by which daemons do not fork, whatever the program.
var foreground = []string{
	"--foreground", "--no-daemon", "--nodaemon", "--no-daemonize", "--nodaemonize", "--no-fork", "--nofork", "--no-detach", "--nodetach", "-nodaemon",
	"--foreground=true", "--daemonize=no", "--daemon=false", "-DFOREGROUND",
}

// foregroundOf are such arguments of programs that fork by default, where the argument has
// another meaning elsewhere. The source is the manual page of each program.
var foregroundOf = map[string][]string{
	"acpid": {"-f"}, "apachectl": {"-X"}, "atd": {"-f"}, "bird": {"-f"}, "bluetoothd": {"-n"}, "chronyd": {"-d", "-n"}, "cron": {"-f"}, "crond": {"-f", "-n"},
	"dhcpcd": {"-B"}, "dhcpd": {"-f", "-d"}, "dnsmasq": {"-k", "--keep-in-foreground", "-d"}, "dovecot": {"-F"}, "haproxy": {"-db"}, "httpd": {"-X"}, "keepalived": {"-n", "--dont-fork"},
	"lighttpd": {"-D"}, "mumble-server": {"-fg"}, "murmurd": {"-fg"}, "named": {"-f", "-g"}, "nginx": {"daemon off"}, "ngircd": {"-n"}, "nmbd": {"-F", "-i"}, "nsd": {"-d"}, "ntpd": {"-n"},
	"opendkim": {"-f"}, "pcscd": {"-f"}, "php-fpm": {"-F"}, "postfix": {"start-fg"}, "rpc.mountd": {"-F"}, "rpc.statd": {"-F"}, "rpcbind": {"-f"}, "rsyslogd": {"-n"},
	"smbd": {"-F", "-i"}, "squid": {"-N"}, "sshd": {"-D"}, "syslog-ng": {"-F"}, "unbound": {"-d"}, "varnishd": {"-F"}, "winbindd": {"-F", "-i"}, "xinetd": {"-dontfork"}, "znc": {"-f"},
}
