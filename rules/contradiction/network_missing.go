package contradiction

import (
	"regexp"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/unit"
)

// NetworkMissing reports clients and servers of the network that are cut off from
// it.
var NetworkMissing = &lint.Rule{Page: lint.ReadPage(pages, "network-missing"), Unit: ofSystem(checkNetwork)}

func checkNetwork(p *lint.Pass, u *unit.Unit) {
	if checkPrivateNetwork(p, u) {
		return
	}
	cut, how, ok := u.CutOff()
	if !ok {
		return
	}
	for c := range u.Confined() {
		if host, remote := remoteOf(c); remote && u.Together(cut, c.Setting) {
			p.At(u, cut, c.Setting).Concerns(u.About(c.Key)...).Note("%s", how).
				Reportf("%s keeps %s from reaching %s", cut.Key, c.Program(), host)
			return
		}
	}
}

// checkPrivateNetwork reports commands that need more than a loopback device, and
// returns whether there is one.
func checkPrivateNetwork(p *lint.Pass, u *unit.Unit) bool {
	private, ok := u.On("PrivateNetwork")
	if !ok || !u.Lacks("Unit", "JoinsNamespaceOf") || !u.Lacks("Service", "NetworkNamespacePath") || u.SocketActivated() {
		return false
	}
	for c := range u.Confined() {
		host, remote := remoteOf(c)
		address, listens := unheard(c)
		if listens = listens && c.Main() && !u.Joined(); !remote && !listens || !u.Together(private, c.Setting) {
			continue
		}
		d := p.At(u, private, c.Setting).Concerns(u.About(c.Key)...).
			Note("PrivateNetwork leaves the service a loopback device only").
			Fix(fix.ReplaceSetting(u, private, false, "the service can reach the network again")...)
		if remote {
			d.Reportf("PrivateNetwork keeps %s from reaching %s", c.Program(), host)
		} else {
			d.Reportf("no client can connect to %s: PrivateNetwork is set", address)
		}
		return true
	}
	return false
}

// unheard is the address on which a command listens for other hosts.
func unheard(c *unit.Command) (string, bool) {
	for flag, value := range c.Flags() {
		if listenFlag.MatchString(flag) && openAddress.MatchString(value) {
			return value, true
		}
	}
	return "", false
}

var (
	// openAddress matches an address with a port that other hosts reach.
	openAddress = regexp.MustCompile(`^(?:(?:https?|tcp|udp)://)?(?:0\.0\.0\.0|\[::\]):\d{1,5}/?$`)
	// elsewhere matches options by which a client connects to something other than
	// the host of its address.
	elsewhere  = regexp.MustCompile(`^(?:-x$|-J$|--(?:abstract-)?unix-socket|--(?:pre)?proxy|--socks|--connect-to|--resolve|--rsh)`)
	remoteURL  = regexp.MustCompile(`^(?:https?|ftps?|wss?|ssh|git|rsync|tcp)://([^/:@]*@)?([\w.-]+)`)
	remoteHost = regexp.MustCompile(`^(?:[\w.-]+@)?([\w-]+(?:\.[\w-]+)+)(?::\S*)?$`)
)

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
	if slices.ContainsFunc(c.Words, elsewhere.MatchString) || c.Program() == "git" && !c.Has("clone", "fetch", "pull", "push", "ls-remote") {
		return "", false
	}
	for _, w := range c.Args() {
		m := pattern.FindStringSubmatch(w)
		if m == nil || strings.Contains(w, "$") {
			continue
		}
		if host := m[len(m)-1]; host != "localhost" && !strings.HasPrefix(host, "127.") && !strings.HasSuffix(host, ".localhost") {
			return host, true
		}
	}
	return "", false
}
