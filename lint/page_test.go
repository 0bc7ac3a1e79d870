package lint

import "testing"

// A rule's page is at its address, or is printed by a command if there is none.
func TestLink(t *testing.T) {
	p := &Page{ID: "B001", Name: "baseline-missing"}
	for _, c := range []struct{ docs, link, help string }{
		{"", "", "wardnix explain B001"},
		{"https://example.org/docs/", "https://example.org/docs/rules/B001.html", "https://example.org/docs/rules/B001.html"},
	} {
		if link, help := p.linkBelow(c.docs), p.helpBelow(c.docs); link != c.link || help != c.help {
			t.Errorf("below %q: %q and %q, not %q and %q", c.docs, link, help, c.link, c.help)
		}
	}
}
