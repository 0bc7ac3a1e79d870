package value

import (
	"testing"

	"wardnix/lint/systemd/directive"
)

func TestServers(t *testing.T) {
	for value, want := range map[string]Status{
		"192.0.2.1":                              Valid,
		"192.0.2.1 2001:db8::1":                  Valid,
		"192.0.2.1:5353#dns.example.org":         Valid,
		"[2001:db8::1]:853%eth0#dns.example.org": Valid,
		"fe80::1%eth0":                           Valid,
		"192.0.2.1%eth0":                         Valid,
		"dns.example.org":                        Ignored,
		"192.0.2.1,192.0.2.2":                    Ignored,
		"192.0.2.1, 192.0.2.2":                   Partly,
		"192.0.2.1#":                             Ignored,
		"192.0.2.1:0":                            Ignored,
		"192.0.2.1:70000":                        Ignored,
		"192.0.2.300":                            Ignored,
		"[192.0.2.1]:53":                         Ignored,
		"2001:db8::1:53":                         Valid, // an address that ends with 53
		"[2001:db8::1]":                          Ignored,
		"192.0.2.1/24":                           Ignored,
		"":                                       Valid,
	} {
		if got := Check("Resolve", "DNS", value, directive.Newest); got.Status != want {
			t.Errorf("%q: %v, want %v (%s)", value, got.Status, want, got.Reason)
		}
	}
	if got := Check("Resolve", "FallbackDNS", "192.0.2.1, 192.0.2.2", directive.Newest).Nearest; got != "192.0.2.1 192.0.2.2" {
		t.Errorf("nearest is %q", got)
	}
}
