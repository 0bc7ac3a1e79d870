package value

import (
	"math"
	"net/netip"
	"strings"
)

// serverProblem says what is wrong with a DNS server (src/shared/socket-netlink.c,
// in_addr_port_ifindex_name_from_string_auto).
func serverProblem(_ *context, word string) string {
	if validServer(word) {
		return ""
	}
	return "not an IP address, with :PORT, %INTERFACE and #NAME where they are wanted"
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
