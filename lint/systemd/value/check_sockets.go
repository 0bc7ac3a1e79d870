package value

import (
	"math"
	"net/netip"
	"slices"
	"strings"
)

// checkListenPath judges the path of a FIFO, a message queue or a USB gadget.
func checkListenPath(c *context, text string) Verdict {
	problem := c.absolute(text)
	if problem == "" && c.Version >= 256 {
		problem = c.belowAPI(text)
	}
	return ignoredUnless(problem == "", "%s", problem)
}

// checkListenAddress judges the address of a socket
// (src/shared/socket-netlink.c, socket_address_parse).
func checkListenAddress(c *context, text string) Verdict {
	address, ok := c.full(text)
	switch {
	case !ok:
		return ignored(badSpecifier)
	case !validAddress(address):
		return c.not(text)
	case c.of.Name == "ListenSequentialPacket" && address[0] != '/' && address[0] != '@':
		return ignored("only file system and abstract sockets support sequential packets: %s", Clip(text))
	}
	return Verdict{}
}

// validAddress reports whether text is a path, an abstract name, a port, an address
// with a port, or one of AF_VSOCK.
func validAddress(text string) bool {
	const longest = 107 // sun_path without its NUL
	switch {
	case text == "":
		return false
	case text[0] == '/' || text[0] == '@':
		return len(text) > 1 && len(text) <= longest
	case strings.HasPrefix(text, "vsock"):
		return validVsock(text)
	}
	if n, ok := ParseUint(text, 0, math.MaxUint16); ok {
		return n > 0
	}
	address, _, _ := strings.Cut(text, "#")
	if _, err := netip.ParseAddr(address); err == nil {
		return false // no port
	}
	return validServer(text)
}

// validVsock reports whether text is vsock[-TYPE]:[CID]:PORT.
func validVsock(text string) bool {
	parts := strings.Split(text, ":")
	if len(parts) != 3 || !slices.Contains([]string{"vsock", "vsock-dgram", "vsock-seqpacket", "vsock-stream"}, parts[0]) {
		return false
	}
	_, cid := ParseUint(parts[1], 0, math.MaxUint32)
	_, port := ParseUint(parts[2], 0, math.MaxUint32)
	return port && (cid || parts[1] == "")
}

// netlinkFamilies are the families of ListenNetlink= (src/basic/socket-util.c).
var netlinkFamilies = strings.Fields("route firewall inet-diag nflog xfrm selinux iscsi audit fib-lookup connector netfilter " +
	"ip6-fw dnrtmsg kobject-uevent generic scsitransport ecryptfs rdma")

// checkListenNetlink judges FAMILY [GROUP].
func checkListenNetlink(c *context, text string) Verdict {
	address, ok := c.full(text)
	if !ok {
		return ignored(badSpecifier)
	}
	family, group, _, _, bad := extractWord(address, Blanks, 0)
	if bad {
		return c.not(text)
	}
	_, isNumber := ParseUint(family, 0, math.MaxInt32)
	_, groupOK := ParseUint(strings.Trim(group, Blanks), 0, math.MaxUint32)
	if (isNumber || slices.Contains(netlinkFamilies, family)) && (group == "" || groupOK) {
		return Verdict{}
	}
	return c.not(text)
}

// checkInterface judges one network interface with a name of at most as many bytes.
func checkInterface(most int) func(*context, string) Verdict {
	return func(c *context, text string) Verdict {
		name, ok := c.full(text)
		if ok && validInterface(name, most) {
			return Verdict{}
		}
		return c.not(text)
	}
}

// checkBoundInterface judges BindToDevice=, in which specifiers are expanded from 258 on.
func checkBoundInterface(c *context, text string) Verdict {
	if c.Version < 258 && !validInterface(text, longestName) {
		return c.not(text)
	}
	return checkInterface(longestName)(c, text)
}

// The lengths of the names of network interfaces (linux/if.h).
const (
	longestName        = 15
	longestAlternative = 127
)

// checkInterfaces judges the interfaces of RestrictNetworkInterfaces=, which takes
// alternative names from 256 on.
func checkInterfaces(c *context, text string) Verdict {
	most := longestName
	if c.Version >= 256 {
		most = longestAlternative
	}
	return c.each(strings.TrimPrefix(text, "~"), Unquote, func(word string) string {
		if validInterface(word, most) {
			return ""
		}
		return "not an interface name"
	})
}

// checkSocketBind judges [FAMILY:][PROTOCOL:]PORTS, where port 0 is one from 256 on.
func checkSocketBind(c *context, text string) Verdict {
	least := uint64(1)
	if c.Version >= 256 {
		least = 0
	}
	if validSocketBind(text, least) {
		return Verdict{}
	}
	return c.not(text)
}

// checkDescriptorName judges the name of a file descriptor.
func checkDescriptorName(c *context, text string) Verdict {
	name, ok := c.full(text)
	if ok && validDescriptorName(name) {
		return Verdict{}
	}
	return c.not(text)
}

// checkSymlinks judges absolute paths, of which the first bad one ends the reading.
func checkSymlinks(c *context, text string) Verdict { return c.each(text, Unquote, c.absolute) }

// checkAttribute judges an extended attribute, user.NAME=VALUE.
func checkAttribute(c *context, text string) Verdict {
	name, rest, found := strings.Cut(text, "=")
	name, ok := c.full(name)
	_, good := c.full(rest)
	if found && ok && good && strings.HasPrefix(name, "user.") {
		return Verdict{}
	}
	return c.not(text)
}

// isTOS reports whether text is a type of service.
func isTOS(text string) bool {
	_, ok := ParseUint(text, 0, 0xff)
	return ok || slices.Contains([]string{"low-delay", "throughput", "reliability", "low-cost"}, text)
}

// socketProtocols are the values of SocketProtocol= (src/core/load-fragment.c,
// config_parse_socket_protocol).
var socketProtocols = []string{"udplite", "sctp", "mptcp"}

func isSocketProtocol(text string) bool {
	return slices.ContainsFunc(socketProtocols, func(name string) bool { return EqualFold(name, text) })
}

// isTimestamping reports whether text is a precision of time stamps
// (src/core/socket.c, socket_timestamping_from_string_harder).
func isTimestamping(text string) bool {
	if _, ok := ParseBool(text); ok {
		return true
	}
	return slices.Contains([]string{"off", "us", "ns", "nsec", "usec", "µs", "μs"}, text)
}

// isDeferral reports whether text is a value of DeferTrigger=.
func isDeferral(text string) bool {
	_, ok := ParseBool(text)
	return ok || text == "patient"
}
