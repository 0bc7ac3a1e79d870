package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/value"
	"wardnix/nixast"
)

// notifyWithoutUnix reports services that must notify and cannot.
func notifyWithoutUnix(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C007", Name: "notify-without-unix", Since: "0.1.0", Severity: lint.Error,
		Title: "the service must notify systemd, and may not open the socket for it",
		Text: "With `Type = \"notify\"`" + ` a service tells systemd over a socket of the family AF_UNIX that it is ready. Where
` + "`RestrictAddressFamilies`" + ` leaves AF_UNIX out (AF_LOCAL is the same), that message never comes, and the start
times out. A watchdog (` + "`WatchdogSec`" + `) is fed over the same socket.`,
		WhenNot: "",
		Before: `{
  systemd.services.web.serviceConfig = {
    Type = "notify";
    ExecStart = "/run/current-system/sw/bin/web";
    RestrictAddressFamilies = [ "AF_INET" "AF_INET6" ];
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    Type = "notify";
    ExecStart = "/run/current-system/sw/bin/web";
    RestrictAddressFamilies = [ "AF_INET" "AF_INET6" "AF_UNIX" ];
  };
}
`,
		References: []string{"systemd.service(5), Type=", "systemd.exec(5), RestrictAddressFamilies=", "sd_notify(3)"},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				checkNotify(p, u)
			}
		},
	}
}

func checkNotify(p *lint.Pass, u *subject) {
	kind, ok := u.is("Type", "notify", "notify-reload")
	what := "the start times out: Type=" + kind.Text + " needs AF_UNIX"
	if !ok {
		kind, ok = u.last("Service", "WatchdogSec")
		what = "the watchdog kills the service: WatchdogSec needs AF_UNIX"
		if span, isSpan := value.ParseSpan(kind.Text); !ok || !isSpan || span == 0 || span == value.Infinite {
			return
		}
	}
	all, set := u.of("Service", "RestrictAddressFamilies")
	if !set || u.denies("RestrictAddressFamilies", "AF_UNIX") != value.Yes || !u.together(append(all, kind)...) ||
		slices.ContainsFunc(u.commands, func(c command) bool { return c.main() && strings.Contains(c.prefix, "+") }) {
		return
	}
	f := lint.Finding{
		Message:    what + ", which RestrictAddressFamilies leaves out",
		Directives: []string{"RestrictAddressFamilies", kind.Key},
	}
	if d := all[0].Def; len(u.Directive("Service", "RestrictAddressFamilies").Defs) == 1 && d.When == nil && d.Maybe == nil {
		if node, err := valueNode(d); err == nil && node.Unparen().Kind() == nixast.List {
			if edits, err := emit.New(node.File()).Append(node.Unparen(), "AF_UNIX"); err == nil {
				f.Fixes = []lint.Fix{{Title: "add AF_UNIX", Applicability: lint.Safe, Edits: lint.In(node.File(), edits)}}
			}
		}
	}
	u.report(p, f, setting{valueLine(all[0])}, kind)
}

// valueLine is a line as one of the whole value, not of its element.
func valueLine(at setting) nixos.Line {
	l := at.Line
	l.Shown = ""
	return l
}

// portForbidden reports ports that the service may not bind.
func portForbidden(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C010", Name: "port-forbidden", Since: "0.1.0", Severity: lint.Warning,
		Title: "the service listens on a port below 1024 and lacks CAP_NET_BIND_SERVICE",
		Text: `Ports below 1024 are for root and for processes with CAP_NET_BIND_SERVICE. A service with a user of its own gets
that by ` + "`AmbientCapabilities`" + `, or is handed the open socket by a socket unit. Only arguments and variables that
say plainly that they are an address to listen on are looked at.`,
		WhenNot: "Where the port is opened by something else, or `net.ipv4.ip_unprivileged_port_start` is lower.",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web --listen 0.0.0.0:80";
    DynamicUser = true;
  };
}
`,
		References: []string{"capabilities(7), CAP_NET_BIND_SERVICE", "ip(7), ip_unprivileged_port_start"},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				checkPorts(p, u)
			}
		},
	}
}

// listenFlag matches a flag whose argument is an address or port to listen on.
var listenFlag = regexp.MustCompile(`^--?(?:(?:[a-z]+[-.])*(?:listen|bind)(?:[-.]?(?:addr|address|port|on))?|(?:http|https|web|ui|listening)[-.](?:port|addr|address))$`)

// listenVariable is the same for variables of the environment.
var listenVariable = regexp.MustCompile(`^(?:[A-Z0-9]+_)*(?:LISTEN|BIND)(?:_?(?:ADDR|ADDRESS|PORT|ON))?$|^(?:HTTP|HTTPS|WEB)_PORT$`)

// addressPort matches an address with a port, or a port alone.
var addressPort = regexp.MustCompile(`^(?:(?:https?|tcp|udp)://)?(?:(?:[\w.*-]*|\[[0-9a-fA-F:]*\]):)?(\d{1,5})/?$`)

func lowPort(value string) (string, bool) {
	m := addressPort.FindStringSubmatch(value)
	if m == nil {
		return "", false
	}
	n, err := strconv.Atoi(m[1])
	return m[1], err == nil && 0 < n && n < 1024
}

func checkPorts(p *lint.Pass, u *subject) {
	user, ok := u.nonRoot()
	if !ok || u.socketActivated() || !u.complete || u.mayBeOn("PrivateNetwork", "NetworkNamespacePath", "PAMName") ||
		u.denies("AmbientCapabilities", "CAP_NET_BIND_SERVICE") != value.Yes ||
		u.Host.Option("boot", "kernel", "sysctl", "net.ipv4.ip_unprivileged_port_start").IsSet() {
		return
	}
	report := func(at setting, port string) {
		if u.together(user, at) {
			u.report(p, lint.Finding{
				Message:    fmt.Sprintf("the service cannot listen on port %s: it does not run as root and lacks CAP_NET_BIND_SERVICE", port),
				Directives: []string{at.Key, "AmbientCapabilities"},
				Notes:      []lint.Note{{Label: "help", Text: "add `AmbientCapabilities = [ \"CAP_NET_BIND_SERVICE\" ];`, or let a socket unit open the port"}},
			}, at, user)
		}
	}
	for _, c := range u.commands {
		if !c.main() || c.privileged() || strings.Contains(c.words[0], "wrapper") {
			continue
		}
		for i, w := range c.words[1:] {
			flag, value, joined := strings.Cut(w, "=")
			if !joined && i+2 < len(c.words) {
				value = c.words[i+2]
			}
			if port, low := lowPort(value); low && listenFlag.MatchString(flag) {
				report(c.setting, port)
				return
			}
		}
	}
	variables := u.variables()
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		at := variables[name]
		if port, low := lowPort(at.Text); low && listenVariable.MatchString(name) {
			report(at, port)
			return
		}
	}
}

// socketActivated reports whether a socket unit may open sockets for the service.
func (s *subject) socketActivated() bool {
	if s.mayBeOn("Sockets", "StandardInput") || strings.Contains(s.Name, "@") {
		return true
	}
	for _, u := range s.Host.Units {
		if u.Type() != "socket" {
			continue
		}
		if u.BaseName() == s.BaseName() || u.Pattern {
			return true
		}
		for _, l := range u.Lines() {
			if l.Key == "Service" && (!l.Known || l.Text == s.Name) {
				return true
			}
		}
	}
	for _, l := range s.lines {
		if l.Section == "Unit" && strings.Contains(l.Shown, ".socket") {
			return true
		}
	}
	return false
}

// variables are the variables of the option environment that are known, by name.
func (s *subject) variables() map[string]setting {
	out := map[string]setting{}
	for _, v := range s.Option("environment").Attrs() {
		if text, ok := v.Text(); ok && !v.IsPattern() && len(v.Unseen) == 0 && len(v.Defs) == 1 {
			d := v.Defs[0]
			out[v.Name()] = setting{nixos.Line{Section: "Service", Key: "Environment", Text: text, Shown: text, Known: true, When: d.When, Def: d}}
		}
	}
	return out
}

// networkMissing reports clients of the network without one.
func networkMissing(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C011", Name: "network-missing", Since: "0.1.0", Severity: lint.Warning,
		Title: "the service is cut off from the network that its command needs",
		Text: "With `PrivateNetwork`" + ` a service sees a loopback device and nothing else. A program that is to fetch something from
an address in its own command line cannot reach it. Only programs are looked at that do nothing but that:
curl, wget, git, rsync, ssh, ping and the like. The same holds where ` + "`IPAddressDeny = \"any\"`" + ` has no exception, and where
` + "`RestrictAddressFamilies`" + ` allows neither AF_INET nor AF_INET6; and a service that listens in a network of its own
is heard by nobody.`,
		WhenNot: "",
		Before: `{
  systemd.services.fetch.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/curl -o /var/lib/fetch/list https://example.org/list";
    PrivateNetwork = true;
  };
}
`,
		After: `{
  systemd.services.fetch.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/curl -o /var/lib/fetch/list https://example.org/list";
    PrivateNetwork = false;
  };
}
`,
		References: []string{"systemd.exec(5), PrivateNetwork="},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				checkNetworkMissing(p, u)
			}
		},
	}
}

var (
	remoteURL  = regexp.MustCompile(`^(?:https?|ftps?|wss?|ssh|git|rsync|tcp)://([^/:@]*@)?([\w.-]+)`)
	remoteHost = regexp.MustCompile(`^(?:[\w.-]+@)?([\w-]+(?:\.[\w-]+)+)(?::\S*)?$`)
)

func checkNetworkMissing(p *lint.Pass, u *subject) {
	if checkPrivateNetwork(p, u) {
		return
	}
	cut, how, ok := u.cutOff()
	if !ok {
		return
	}
	for _, c := range u.commands {
		if host, remote := remoteOf(&c); remote && !strings.Contains(c.prefix, "+") && u.together(cut, c.setting) {
			u.report(p, lint.Finding{
				Message:    fmt.Sprintf("%s cannot reach %s: %s", c.program(), host, how),
				Directives: []string{cut.Key, c.Key},
			}, cut, c.setting)
			return
		}
	}
}

// checkPrivateNetwork reports commands that need more than a loopback device, and
// whether there is one.
func checkPrivateNetwork(p *lint.Pass, u *subject) bool {
	private, ok := u.on("PrivateNetwork")
	if !ok || !u.lacks("Unit", "JoinsNamespaceOf") || !u.lacks("Service", "NetworkNamespacePath") || u.socketActivated() {
		return false
	}
	for _, c := range u.commands {
		if strings.Contains(c.prefix, "+") || !u.together(private, c.setting) {
			continue
		}
		message := ""
		if host, remote := remoteOf(&c); remote {
			message = fmt.Sprintf("%s cannot reach %s: PrivateNetwork leaves the service without a network", c.program(), host)
		} else if address, listens := unheard(&c); listens && c.main() && !u.joined() {
			message = fmt.Sprintf("nobody reaches %s: PrivateNetwork leaves the service without a network", address)
		}
		if message == "" {
			continue
		}
		u.report(p, lint.Finding{
			Message:    message,
			Directives: []string{"PrivateNetwork", c.Key},
			Fixes:      u.replacement(private, false, lint.Unsafe, "the service can reach the network again"),
		}, private, c.setting)
		return true
	}
	return false
}

// cutOff is the setting, besides PrivateNetwork, that keeps the service from every
// other host, and how.
func (s *subject) cutOff() (at setting, how string, ok bool) {
	if families, set := s.of("Service", "RestrictAddressFamilies"); set && s.denies("RestrictAddressFamilies", "AF_INET") == value.Yes &&
		s.denies("RestrictAddressFamilies", "AF_INET6") == value.Yes {
		return setting{valueLine(families[0])}, "RestrictAddressFamilies allows neither AF_INET nor AF_INET6", true
	}
	deny, set := s.of("Service", "IPAddressDeny")
	if set && s.lacks("Service", "IPAddressAllow", "Slice", "IPEgressFilterPath") && deny[len(deny)-1].Text == "any" {
		return deny[len(deny)-1], "IPAddressDeny denies every address, and no IPAddressAllow makes an exception", true
	}
	return setting{}, "", false
}

// joined reports whether another unit may share the network of this one.
func (s *subject) joined() bool {
	return slices.ContainsFunc(s.Host.Units, func(u *nixos.Unit) bool {
		return u.Pattern || u.Directive("Unit", "JoinsNamespaceOf").IsSet() || u.Directive("Service", "NetworkNamespacePath").IsSet()
	})
}

// unheard is the address that a command listens at for others.
func unheard(c *command) (string, bool) {
	for i, w := range c.words[1:] {
		flag, value, joined := strings.Cut(w, "=")
		if !joined && i+2 < len(c.words) {
			value = c.words[i+2]
		}
		if listenFlag.MatchString(flag) && openAddress.MatchString(value) {
			return value, true
		}
	}
	return "", false
}

// openAddress matches an address with a port that other hosts reach.
var openAddress = regexp.MustCompile(`^(?:(?:https?|tcp|udp)://)?(?:0\.0\.0\.0|\[::\]):\d{1,5}/?$`)

// elsewhere matches options by which a client connects to something other than the
// host of its address.
var elsewhere = regexp.MustCompile(`^(?:-x$|-J$|--(?:abstract-)?unix-socket|--(?:pre)?proxy|--socks|--connect-to|--resolve|--rsh)`)

// remoteOf is the host that a client connects to.
func remoteOf(c *command) (string, bool) {
	var pattern *regexp.Regexp
	switch c.program() {
	case "curl", "wget", "git", "rsync", "aria2c", "rclone", "cloudflared":
		pattern = remoteURL
	case "ssh", "autossh", "ping", "mosh":
		pattern = remoteHost
	default:
		return "", false
	}
	if slices.ContainsFunc(c.words, func(w string) bool { return elsewhere.MatchString(w) }) {
		return "", false
	}
	for _, w := range c.words[1:] {
		m := pattern.FindStringSubmatch(w)
		if m == nil || strings.Contains(w, "${") {
			continue
		}
		if host := m[len(m)-1]; host != "localhost" && !strings.HasPrefix(host, "127.") && !strings.HasSuffix(host, ".localhost") {
			return host, true
		}
	}
	return "", false
}
