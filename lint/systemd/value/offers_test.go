package value

import (
	"slices"
	"testing"

	"wardnix/lint/systemd/directive"
)

// What is offered is valid, in every version.
func TestOffersAreValid(t *testing.T) {
	offered := 0
	for v := directive.Oldest; v <= directive.Newest; v++ {
		for _, section := range directive.Sections() {
			for _, d := range directive.Directives(section, v) {
				for _, word := range Offers(d, v) {
					offered++
					if got := CheckLine(d, word, Expander{Version: v}); got.Status != Valid {
						t.Errorf("systemd %s: %s=%s: %v", v, d.Name, word, got)
					}
				}
			}
		}
	}
	if offered == 0 {
		t.Error("nothing is offered")
	}
}

func TestOffers(t *testing.T) {
	for name, want := range map[string]string{
		"ProtectSystem": "full", "SystemCallFilter": "~@clock", "CapabilityBoundingSet": "CAP_KILL",
		"RestrictAddressFamilies": "AF_INET6", "RestrictNamespaces": "mnt", "Type": "notify",
	} {
		d, _ := directive.Lookup("Service", name, directive.Newest)
		if got := Offers(d, directive.Newest); !slices.Contains(got, want) {
			t.Errorf("%s offers %v, without %s", name, got, want)
		}
	}
}
