package gen

import (
	"fmt"
	"strings"
)

// Class is a kind of service, and what is known of such services.
type Class struct {
	// Name is how it is asked for: "web-server".
	Name string
	// About says what services are meant.
	About string

	rules    string   // what package rules calls it; its needs are left out
	families []string // address families besides those of the Internet and of Unix
	calls    []string // groups of system calls that it makes
	// capabilities that it needs over the host.
	capabilities []string
	devices      []string // that it opens in any case
	setting      map[string]setting
	once         bool // it runs and ends
	daily        bool // it runs every day
	online       bool // it connects to the outside as soon as it starts
	listens      bool // on a port below 1024, unless it is told another
	state        bool // it is of no use without state
	writes       bool // where else it writes is not known
}

// setting is a value with its reason.
type setting struct {
	value  any
	reason string
}

// classes follow what nixpkgs (26.11) opens for such services.
var classes = []Class{
	{
		Name: "network-client", About: "a daemon that connects to others: tunnel, exporter, updater", online: true,
	},
	{
		Name: "web-server", About: "a web server or reverse proxy", rules: "web server", listens: true,
		setting: map[string]setting{"UMask": {"0027", "Files it creates can be read by its group too: sockets, certificates."}},
	},
	{
		Name: "database", About: "a database", rules: "database", state: true,
		calls:   []string{"@resources"},
		setting: map[string]setting{"UMask": {"0027", "Files it creates can be read by its group too: the socket, for instance."}},
	},
	{
		Name: "jit", About: "a program for node, java, .NET or another just-in-time compiler", rules: "just-in-time runtime",
		families: []string{"AF_NETLINK"}, calls: []string{"@resources"}, online: true,
	},
	{
		Name: "backup", About: "a job that saves files of all users", rules: "backup job",
		calls: []string{"@privileged"}, capabilities: []string{"CAP_DAC_READ_SEARCH"},
		once: true, daily: true, online: true, writes: true,
		setting: map[string]setting{"ProtectHome": {"read-only", "Home directories can be read, which is what is saved, and not written."}},
	},
	{
		Name: "hardware", About: "a daemon for devices of the machine", rules: "hardware daemon",
		families: []string{"AF_NETLINK"}, calls: []string{"@raw-io", "@mount"},
	},
	{
		Name: "oneshot", About: "a script that runs and ends", rules: "oneshot", once: true, writes: true,
	},
	{
		Name: "vpn", About: "a VPN, firewall or router", rules: "VPN, firewall or router",
		families: []string{"AF_NETLINK", "AF_PACKET"}, calls: []string{"@privileged"},
		capabilities: []string{"CAP_NET_ADMIN", "CAP_NET_RAW"}, devices: []string{"/dev/net/tun rw"},
	},
	{
		Name: "time", About: "a daemon that sets the clock", rules: "time service",
		calls: []string{"@clock"}, capabilities: []string{"CAP_SYS_TIME"}, online: true,
	},
}

// Classes are the classes of services, in the order in which help lists them.
func Classes() []Class { return classes }

// ClassNames are their names.
func ClassNames() []string {
	names := make([]string, len(classes))
	for i, c := range classes {
		names[i] = c.Name
	}
	return names
}

func classNamed(name string) (*Class, error) {
	for i := range classes {
		if classes[i].Name == name {
			return &classes[i], nil
		}
	}
	if name == "" {
		return nil, fmt.Errorf("a class is missing: one of %s", strings.Join(ClassNames(), ", "))
	}
	return nil, fmt.Errorf("there is no class %q; there are %s", name, strings.Join(ClassNames(), ", "))
}
