package contradiction

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// NotifyWithoutUnix reports services that must notify and cannot.
var NotifyWithoutUnix = &lint.Rule{
	Page: lint.ReadPage(pages, "notify-without-unix"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			checkNotify(p, u)
		}
	},
}

func checkNotify(p *lint.Pass, u *unit.Unit) {
	kind, ok := u.Is("Type", "notify", "notify-reload")
	what := "the start times out: Type=" + kind.Text + " needs AF_UNIX"
	if !ok {
		kind, ok = u.Setting("Service", "WatchdogSec")
		what = "the watchdog kills the service: WatchdogSec needs AF_UNIX"
		if span, isSpan := value.ParseSpan(kind.Text); !ok || !isSpan || span == 0 || span == value.Infinite {
			return
		}
	}
	all, set := u.Settings("Service", "RestrictAddressFamilies")
	if !set || u.Denies("RestrictAddressFamilies", "AF_UNIX") != value.Yes || !u.Together(append(all, kind)...) ||
		slices.ContainsFunc(u.Commands(), func(c unit.Command) bool { return c.Main() && strings.Contains(c.Prefix, "+") }) {
		return
	}
	f := lint.Finding{
		Message: what + ", which RestrictAddressFamilies leaves out",
		About:   u.About("RestrictAddressFamilies", kind.Key),
	}
	if d := all[0].Def; len(u.Directive("Service", "RestrictAddressFamilies").Defs) == 1 && d.When == nil && d.Maybe == nil {
		if node, err := unit.ValueNode(d); err == nil && node.Unparen().Kind() == nixast.List {
			if edits, err := emit.New(node.File()).Append(node.Unparen(), "AF_UNIX"); err == nil {
				f.Fixes = []lint.Fix{{Title: "add AF_UNIX", Applicability: lint.Safe, Edits: lint.In(node.File(), edits)}}
			}
		}
	}
	lint.ReportSetting(p, u, f, unit.Setting{Line: unit.ValueLine(all[0])}, kind)
}

// PortForbidden reports ports that the service may not bind.
var PortForbidden = &lint.Rule{
	Page: lint.ReadPage(pages, "port-forbidden"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			checkPorts(p, u)
		}
	},
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

func checkPorts(p *lint.Pass, u *unit.Unit) {
	as := u.RunsAs()
	user, ok := as.At, as.Who != unit.Anyone && !as.Root() && as.At.Def != nil
	if !ok || u.SocketActivated() || !u.Complete() || u.MayBeOn("PrivateNetwork", "NetworkNamespacePath", "PAMName") ||
		u.Denies("AmbientCapabilities", "CAP_NET_BIND_SERVICE") != value.Yes ||
		u.Host.Option("boot", "kernel", "sysctl", "net.ipv4.ip_unprivileged_port_start").IsSet() {
		return
	}
	report := func(at unit.Setting, port string) {
		if u.Together(user, at) {
			lint.ReportSetting(p, u, lint.Finding{
				Message: fmt.Sprintf("the service cannot listen on port %s: it does not run as root and lacks CAP_NET_BIND_SERVICE", port),
				About:   u.About(at.Key, "AmbientCapabilities"),
				Notes:   []lint.Note{{Label: "help", Text: "add `AmbientCapabilities = [ \"CAP_NET_BIND_SERVICE\" ];`, or let a socket unit open the port"}},
			}, at, user)
		}
	}
	for _, c := range u.Commands() {
		if !c.Main() || c.Privileged() || strings.Contains(c.Words[0], "wrapper") {
			continue
		}
		for i, w := range c.Words[1:] {
			flag, value, joined := strings.Cut(w, "=")
			if !joined && i+2 < len(c.Words) {
				value = c.Words[i+2]
			}
			if port, low := lowPort(value); low && listenFlag.MatchString(flag) {
				report(c.Setting, port)
				return
			}
		}
	}
	variables := u.Variables()
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		at := variables[name]
		if port, low := lowPort(at.Text); low && listenVariable.MatchString(name) {
			report(at, port)
			return
		}
	}
}

// NetworkMissing reports clients of the network without one.
var NetworkMissing = &lint.Rule{
	Page: lint.ReadPage(pages, "network-missing"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			checkNetworkMissing(p, u)
		}
	},
}

var (
	remoteURL  = regexp.MustCompile(`^(?:https?|ftps?|wss?|ssh|git|rsync|tcp)://([^/:@]*@)?([\w.-]+)`)
	remoteHost = regexp.MustCompile(`^(?:[\w.-]+@)?([\w-]+(?:\.[\w-]+)+)(?::\S*)?$`)
)

func checkNetworkMissing(p *lint.Pass, u *unit.Unit) {
	if checkPrivateNetwork(p, u) {
		return
	}
	cut, how, ok := u.CutOff()
	if !ok {
		return
	}
	for _, c := range u.Commands() {
		if host, remote := remoteOf(&c); remote && !strings.Contains(c.Prefix, "+") && u.Together(cut, c.Setting) {
			lint.ReportSetting(p, u, lint.Finding{
				Message: fmt.Sprintf("%s cannot reach %s: %s", c.Program(), host, how),
				About:   u.About(cut.Key, c.Key),
			}, cut, c.Setting)
			return
		}
	}
}

// checkPrivateNetwork reports commands that need more than a loopback device, and
// whether there is one.
func checkPrivateNetwork(p *lint.Pass, u *unit.Unit) bool {
	private, ok := u.On("PrivateNetwork")
	if !ok || !u.Lacks("Unit", "JoinsNamespaceOf") || !u.Lacks("Service", "NetworkNamespacePath") || u.SocketActivated() {
		return false
	}
	for _, c := range u.Commands() {
		if strings.Contains(c.Prefix, "+") || !u.Together(private, c.Setting) {
			continue
		}
		message := ""
		if host, remote := remoteOf(&c); remote {
			message = fmt.Sprintf("%s cannot reach %s: PrivateNetwork leaves the service without a network", c.Program(), host)
		} else if address, listens := unheard(&c); listens && c.Main() && !u.Joined() {
			message = fmt.Sprintf("nobody reaches %s: PrivateNetwork leaves the service without a network", address)
		}
		if message == "" {
			continue
		}
		lint.ReportSetting(p, u, lint.Finding{
			Message: message,
			About:   u.About("PrivateNetwork", c.Key),
			Fixes:   fix.ReplaceSetting(u, private, false, lint.Unsafe, "the service can reach the network again"),
		}, private, c.Setting)
		return true
	}
	return false
}

// unheard is the address that a command listens at for others.
func unheard(c *unit.Command) (string, bool) {
	for i, w := range c.Words[1:] {
		flag, value, joined := strings.Cut(w, "=")
		if !joined && i+2 < len(c.Words) {
			value = c.Words[i+2]
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
func remoteOf(c *unit.Command) (string, bool) {
	var pattern *regexp.Regexp
	switch c.Program() {
	case "curl", "wget", "git", "rsync", "aria2c", "rclone", "cloudflared":
		pattern = remoteURL
	case "ssh", "autossh", "ping", "mosh":
		pattern = remoteHost
	default:
		return "", false
	}
	if slices.ContainsFunc(c.Words, func(w string) bool { return elsewhere.MatchString(w) }) {
		return "", false
	}
	for _, w := range c.Words[1:] {
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
