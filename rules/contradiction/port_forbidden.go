package contradiction

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wardnix/lint"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// PortForbidden reports ports that the service may not bind.
var PortForbidden = &lint.Rule{Page: lint.ReadPage(pages, "port-forbidden"), Unit: ofSystem(checkPorts)}

func checkPorts(p *lint.Pass, u *unit.Unit) {
	at, port, ok := lowPortOf(u)
	if !ok {
		return
	}
	as := u.RunsAs()
	_, given := u.Names("AmbientCapabilities", "CAP_NET_BIND_SERVICE") // whatever takes it away is reported by AmbientUnbounded
	if given || as.Who != unit.Named && as.Who != unit.Dynamic || as.At.Def == nil || !u.Together(as.At, at) || !u.Complete() || u.SocketActivated() ||
		u.MayBeOn("PrivateNetwork", "NetworkNamespacePath", "PAMName") ||
		u.Allows("CAP_NET_BIND_SERVICE") != value.No ||
		u.Host.Option("boot", "kernel", "sysctl", "net.ipv4.ip_unprivileged_port_start").IsSet() {
		return
	}
	p.At(u, at, as.At).Concerns(u.About("AmbientCapabilities")...).
		Note("ports below 1024 are for root and for processes with the capability").
		Help("add `AmbientCapabilities = [ \"CAP_NET_BIND_SERVICE\" ];`, or let a socket unit open the port").
		Reportf("port %s requires CAP_NET_BIND_SERVICE", port)
}

// lowPortOf is the first port below 1024 on which the main command or a variable
// has the service listen.
func lowPortOf(u *unit.Unit) (at unit.Setting, port string, ok bool) {
	for c := range u.Confined() {
		if !c.Main() || c.AsRoot || strings.Contains(c.Words[0], "wrapper") {
			continue
		}
		for flag, value := range c.Flags() {
			if port, low := lowPort(value); low && listenFlag.MatchString(flag) {
				return c.Setting, port, true
			}
		}
	}
	variables := u.Variables()
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if port, low := lowPort(variables[name].Text); low && listenVariable.MatchString(name) {
			return variables[name], port, true
		}
	}
	return unit.Setting{}, "", false
}

// listenVariable is as listenFlag, for variables of the environment.
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
