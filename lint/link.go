package lint

import (
	"strings"

	"wardnix/lint/release"
)

// Link is the address of the rule's page; "" if the pages are not published.
func (p *Page) Link() string { return p.linkBelow(release.Documentation) }

func (p *Page) linkBelow(docs string) string {
	if docs == "" {
		return ""
	}
	return docs + "rules/" + p.ID + ".html"
}

// Anchor is the heading of the rule on the page of all rules, as Markdown links to
// it.
func (p *Page) Anchor() string { return strings.ToLower(p.ID) + "-" + p.Name }

// Help is where to read about the rule: its address, else the command that prints
// its page.
func (p *Page) Help() string { return p.helpBelow(release.Documentation) }

func (p *Page) helpBelow(docs string) string {
	if link := p.linkBelow(docs); link != "" {
		return link
	}
	return "wardnix explain " + p.ID
}
