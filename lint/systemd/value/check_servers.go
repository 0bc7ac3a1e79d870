package value

import (
	"math"
	"net/netip"
	"strings"
)

// judgeServers judges a list of DNS servers (src/shared/socket-netlink.c,
// in_addr_port_ifindex_name_from_string_auto).
func judgeServers(value string) Verdict {
	var c collector
	ok := Words(value, 0, func(word string) bool {
		if validServer(word) {
			c.good++
		} else {
			c.bad(word, "not an IP address, with :PORT, %INTERFACE and #NAME where they are wanted")
		}
		return true
	})
	return c.verdict(ok, value)
}

// validServer reports whether word is ADDRESS[:PORT][%INTERFACE][#NAME], with
// brackets around an IPv6 address before a port.
func validServer(word string) bool {
	address, name, named := strings.Cut(word, "#")
	address, device, onDevice := strings.Cut(address, "%")
	if named && name == "" || onDevice && device == "" {
		return false
	}
	if _, err := netip.ParseAddr(address); err == nil {
		return true
	}
	i := strings.LastIndexByte(address, ':')
	if i < 0 {
		return false
	}
	host, port := address[:i], address[i+1:]
	if n, ok := ParseUint(port, 0, math.MaxUint16); !ok || n == 0 {
		return false
	}
	inner, closed := strings.CutSuffix(host, "]")
	inner, open := strings.CutPrefix(inner, "[")
	a, err := netip.ParseAddr(inner)
	return err == nil && open == closed && open == a.Is6()
}
