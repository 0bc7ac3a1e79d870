package lint

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"wardnix/lint/release"
)

// Page is what a rule says about itself. Everything that is shown of a rule
// anywhere (explain, the documentation, SARIF) comes from its page.
type Page struct {
	// ID is the letter of the family and three digits: "B001". IDs are never reused.
	ID string
	// Name is the ID for people, in kebab case: "baseline-missing".
	Name string
	// Since is the release of wardnix that brought the rule.
	Since string
	// Severity is that of its findings, unless one says otherwise.
	Severity Severity
	// Audit reports that the rule also applies to units as evaluated or installed: it is
	// about what a unit says, not about how that is written in Nix, options of the host,
	// comments, or which units are started.
	Audit bool
	// AuditComplete reports that it applies to those of a system whose units are all in
	// sight: it is about units that are not there, or that nothing starts.
	AuditComplete bool
	// Title says what the rule finds, in one line.
	Title string
	// Tag is how editors show what it finds; the zero one for most rules.
	Tag Tag
	// Text says what happens, why it matters, and what systemd or Nix does, in
	// Markdown.
	Text string
	// WhenNot says when a finding can be left as it is.
	WhenNot string
	// Before is a module in which the rule finds something; After is the result
	// of its fixes, or "" if that stays as it is. Both are run as tests.
	Before, After string
	// Fixes reports that findings may have fixes.
	Fixes bool
	// Options are what Before and After are linted with.
	Options Options
	// References are manual pages, source files with their version, or
	// addresses where the facts come from.
	References []string
}

// Tag is a way in which editors show a place.
type Tag uint8

const (
	// Deprecated is what has a successor: editors strike it through.
	Deprecated Tag = iota + 1
	// Unnecessary is what has no effect: editors fade it.
	Unnecessary
)

// parseTag reads the name of a tag.
func parseTag(name string) (Tag, error) {
	switch name {
	case "deprecated":
		return Deprecated, nil
	case "unnecessary":
		return Unnecessary, nil
	}
	return 0, fmt.Errorf("a tag is deprecated or unnecessary, not %q", name)
}

// ReadPage reads the page NAME.md of a rule that is embedded next to its check. It
// panics where the page is malformed: that is a mistake in the program, and the
// first test of any kind finds it.
func ReadPage(pages fs.FS, name string) Page {
	text, err := fs.ReadFile(pages, name+".md")
	if err != nil {
		panic(err)
	}
	p, err := parsePage(string(text))
	if err != nil {
		panic(fmt.Errorf("%s.md: %w", name, err))
	}
	return p
}

// parsePage reads a rule's page: a front matter between lines of "---" with id,
// name, since, severity, title, references, and optionally audit, fixes, tag, release and systemd;
// the text; then the sections "## When not", "## Before" and "## After", of
// which the last two have one fenced block of Nix each. The error says what is
// missing or not understood.
func parsePage(text string) (Page, error) {
	var p Page
	front, body, ok := strings.Cut(strings.TrimPrefix(text, "---\n"), "\n---\n")
	if !ok || !strings.HasPrefix(text, "---\n") {
		return p, errors.New("no front matter")
	}
	if err := p.readFront(front); err != nil {
		return p, err
	}
	parts := strings.Split("\n"+body, "\n## ")
	p.Text = strings.TrimSpace(parts[0])
	for _, part := range parts[1:] {
		title, content, _ := strings.Cut(part, "\n")
		var err error
		switch title {
		case "When not":
			p.WhenNot = strings.TrimSpace(content)
		case "Before":
			p.Before, err = fenced(content)
		case "After":
			p.After, err = fenced(content)
			p.Fixes = true
		default:
			err = errors.New("unknown section")
		}
		if err != nil {
			return p, fmt.Errorf("%q: %w", title, err)
		}
	}
	return p, nil
}

// readFront reads the lines of the front matter.
func (p *Page) readFront(front string) error {
	fields := map[string]*string{
		"id": &p.ID, "name": &p.Name, "since": &p.Since, "title": &p.Title, "release": &p.Options.Release,
	}
	for line := range strings.SplitSeq(front, "\n") {
		if item, ok := strings.CutPrefix(line, "  - "); ok {
			p.References = append(p.References, item)
			continue
		}
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		var err error
		switch field := fields[key]; {
		case field != nil:
			*field = value
		case key == "severity":
			p.Severity, err = ParseSeverity(value)
		case key == "audit" && value == "complete":
			p.AuditComplete = true
		case key == "audit":
			p.Audit, err = strconv.ParseBool(value)
		case key == "fixes":
			p.Fixes, err = strconv.ParseBool(value)
		case key == "tag":
			p.Tag, err = parseTag(value)
		case key == "systemd":
			p.Options.Systemd, err = strconv.Atoi(value)
		case key == "references" && value == "":
		default:
			err = errors.New("unknown field")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

// fenced is the content of the one block of Nix in a section.
func fenced(section string) (string, error) {
	_, rest, opened := strings.Cut(section, "```nix\n")
	code, after, closed := strings.Cut(rest, "```")
	if !opened || !closed || strings.TrimSpace(after) != "" {
		return "", errors.New("not one block of ```nix")
	}
	return code, nil
}

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
