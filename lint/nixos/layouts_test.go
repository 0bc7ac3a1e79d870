package nixos

import (
	"fmt"
	"strings"
	"testing"
)

// TestLayouts looks which units of projects belong to a host, for the ways in which people
// and their tools lay configurations out. Where some do not, it is known that there may be
// hosts that are not in sight.
func TestLayouts(t *testing.T) { golden(t, "testdata/layouts", unitsByHost) }

// unitsByHost lists the units of a project with their hosts.
func unitsByHost(p *Project) string {
	var b strings.Builder
	named := false
	for _, h := range p.Hosts() {
		named = named || h.Name != ""
		for _, u := range h.Units {
			if h.Name == "" {
				fmt.Fprintf(&b, "%s: no host\n", u.Name)
			} else {
				fmt.Fprintf(&b, "%s: host %s\n", u.Name, h.Name)
			}
		}
	}
	if !named && p.HidesHosts() {
		b.WriteString("there may be hosts that are not in sight\n")
	}
	return b.String()
}
