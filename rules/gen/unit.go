package gen

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/nix-community/go-nix/pkg/storepath"

	"wardnix/emit"
	"wardnix/lint/spell"
	"wardnix/lint/systemd/unitfile"
)

// Source is the text of a unit file or of a drop-in.
type Source struct {
	Name string // as messages call it
	Text []byte
}

// shhMark begins the lines around the options that shh run prints, without a
// section (shh 2026.1, src/systemd/mod.rs).
const shhMark = "-------- "

// FromUnit turns a unit of systemd into a module that defines the same unit.
// The name is that of the unit, "web.service"; main is its file, nil where
// there are drop-ins only, which then change a unit that is defined elsewhere;
// drop-ins are in the order in which systemd reads them. Lines without a section,
// as the tool shh prints them, belong to [Service] in a drop-in that is alone.
//
// What NixOS has an option for becomes that option, what is repeated a list; a
// unit that options cannot express is set as text (a swap, and a socket that
// listens in an order that NixOS would change). An empty assignment, which resets, stays in it. Comments stay with the line
// below them. What has no place in NixOS is reported by the notes of the module, and
// so is every path of the store. The error reports a unit that systemd would
// not load, or that NixOS has no place for.
func FromUnit(name string, main *Source, dropins []Source, t Target) (*Module, error) {
	base, kind, err := splitName(name)
	if err != nil {
		return nil, err
	}
	c := &conversion{name: name, base: base, kind: kind, target: t, dropin: main == nil,
		byKey: map[[2]string]*entry{}, sections: map[string][]string{}, replaced: map[string]bool{}}
	if main != nil {
		dropins = append([]Source{*main}, dropins...)
	}
	for i, s := range dropins {
		if err := c.read(s, main == nil || i > 0); err != nil {
			return nil, err
		}
	}
	if len(c.entries) == 0 {
		return nil, fmt.Errorf("%s sets nothing", name)
	}
	switch {
	case kind == "swap":
		c.note("NixOS has no options for units of swap but swapDevices, which makes them; this one is set as text")
		return c.asText(), nil
	case !c.listening():
		c.note("the options of NixOS change the order in which the service gets what %s listens on, so the unit is set as text", name)
		return c.asText(), nil
	}
	return c.module(), nil
}

// FromText is the module of a text that may be a whole unit or a drop-in: a service
// that runs nothing is a drop-in.
func FromText(name string, s Source, t Target) (*Module, error) {
	if strings.HasSuffix(name, ".service") && !strings.Contains("\n"+string(s.Text), "\nExecStart=") {
		return FromUnit(name, nil, []Source{s}, t)
	}
	return FromUnit(name, &s, nil, t)
}

// splitName is the name of a unit without its suffix, and the suffix.
func splitName(name string) (base, suffix string, err error) {
	i := strings.LastIndexByte(name, '.')
	if i <= 0 || sets[name[i+1:]] == "" && name[i:] != ".swap" || !unitFileName(name) {
		return "", "", fmt.Errorf("%q is not a unit name that NixOS can set", name)
	}
	return name[:i], name[i+1:], nil
}

func unitFileName(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune("/\"'$`", r)
	})
}

// sets are the options below systemd that hold units of a kind.
var sets = map[string]string{
	"service": "services", "socket": "sockets", "timer": "timers", "path": "paths",
	"target": "targets", "slice": "slices", "mount": "mounts", "automount": "automounts",
}

// entry is all that a unit says of one key.
type entry struct {
	section, key string
	values       []unitfile.Assignment
	comments     []string
}

// conversion is a unit on its way to a module.
type conversion struct {
	name, base, kind string
	target           Target
	dropin           bool // it changes a unit that is defined elsewhere

	sources  []Source
	all      []unitfile.Assignment // of all sources
	entries  []*entry
	byKey    map[[2]string]*entry
	sections map[string][]string // comments that belong to a section as a whole
	plain    []string            // keys that have an option but are not to be set by it
	replaced map[string]bool     // paths of the store that NixOS has options for
	notes    []string
	head     []string
}

func (c *conversion) note(format string, args ...any) {
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

// read takes in one file.
func (c *conversion) read(s Source, dropin bool) error {
	if c.dropin {
		s.Text = unshh(s.Text)
	}
	c.sources = append(c.sources, s)
	f := unitfile.Parse(s.Name, s.Text)
	c.all = append(c.all, f.Assignments...)
	for _, p := range f.Problems {
		if f.Broken && p == f.Problems[len(f.Problems)-1] && !dropin {
			return fmt.Errorf("%s:%d: %s: systemd does not load the unit", s.Name, p.Line, p.Message)
		}
		c.note("%s:%d: %s", s.Name, p.Line, p.Message)
	}
	comments := f.Comments
	// Comments belong to the line below them.
	above := func(line int) []string {
		var texts []string
		for len(comments) > 0 && comments[0].Line < line {
			texts = append(texts, commentText(comments[0].Text))
			comments = comments[1:]
		}
		return texts
	}
	headers := f.Headers
	first := true
	section := func(line int) {
		for len(headers) > 0 && headers[0].Line <= line {
			if texts := above(headers[0].Line); first {
				c.head = append(c.head, texts...)
			} else {
				c.sections[headers[0].Name] = append(c.sections[headers[0].Name], texts...)
			}
			first = false
			headers = headers[1:]
		}
	}
	last := ""
	for _, a := range f.Assignments {
		section(a.Line)
		e := c.entry(a.Section, a.Key)
		e.comments = append(e.comments, above(a.Line)...)
		e.values = append(e.values, a)
		last = a.Section
	}
	section(1 << 30)
	if rest := above(1 << 30); last != "" {
		c.sections[last] = append(c.sections[last], rest...)
	} else {
		c.head = append(c.head, rest...)
	}
	return nil
}

// entry is the entry of a key, made at its first line.
func (c *conversion) entry(section, key string) *entry {
	k := [2]string{section, key}
	if e := c.byKey[k]; e != nil {
		return e
	}
	e := &entry{section: section, key: key}
	c.entries = append(c.entries, e)
	c.byKey[k] = e
	return e
}

// unshh turns what shh prints into a drop-in: its marks become blank lines, and
// lines without a section get one.
func unshh(text []byte) []byte {
	lines := strings.Split(string(text), "\n")
	bare := true
	for i, line := range lines {
		switch line = strings.TrimSpace(line); {
		case strings.HasPrefix(line, shhMark):
			lines[i] = ""
		case strings.HasPrefix(line, "["):
			bare = false
		case line != "" && bare && strings.Contains(line, "=") && line[0] != '#' && line[0] != ';':
			return []byte(strings.Join(lines[:i], "\n") + "\n[Service]\n" + strings.Join(withoutMarks(lines[i:]), "\n"))
		}
		if !bare {
			break
		}
	}
	return text
}

func withoutMarks(lines []string) []string {
	return slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, shhMark) })
}

// commentText is a comment without its mark.
func commentText(s string) string {
	return strings.TrimRight(strings.TrimPrefix(strings.TrimLeft(s, "#;"), " "), " \t\r")
}

// module writes the unit down.
func (c *conversion) module() *Module {
	var unit emit.Attrs
	sections := map[string]emit.Attrs{}
	first := map[string]int{} // the first option of each section
	for _, e := range c.entries {
		e.settle(c.target.version())
		attrs, isOption := c.options(e)
		switch {
		case isOption && len(attrs) > 0:
			if _, seen := first[e.section]; !seen {
				first[e.section] = len(unit)
			}
			attrs[0].Comment = comment(e.comments)
			unit = append(unit, attrs...)
		case isOption:
			c.head = append(c.head, e.comments...)
		case e.section == "Unit" || e.section == spell.Capitalised(c.kind):
			sections[e.section] = append(sections[e.section], emit.Attr{
				Path: []string{e.key}, Value: e.value(c.target.version()), Comment: comment(e.comments)})
		default:
			c.note("%s: NixOS has no place for %s= in [%s]; it is left out", e.where(0), e.key, e.section)
			c.head = append(c.head, e.comments...)
		}
	}
	for _, s := range slices.Sorted(maps.Keys(first)) {
		if sections[s] == nil {
			above := &unit[first[s]]
			above.Comment = comment(append(c.takeSection(s), nonEmpty(above.Comment)...))
		}
	}
	slices.SortStableFunc(unit, func(a, b emit.Attr) int { return compareBool(a.Blank, b.Blank) }) // sets after lines
	for _, s := range slices.Backward(slices.Sorted(maps.Keys(sections))) {                        // [Unit] first
		unit = append(unit, c.section(s, sections[s]))
	}
	for _, s := range slices.Sorted(maps.Keys(c.sections)) { // those whose section came to nothing
		c.head = append(c.head, c.sections[s]...)
	}
	if c.dropin {
		c.note("this changes %s, which is defined elsewhere; where NixOS reports a conflict, the value to keep takes lib.mkForce", c.name)
	}
	c.storePaths()
	return &Module{Unit: c.name, Head: comment(c.head), Body: c.place(unit), Notes: c.notes}
}

// section is the option that holds the directives of a section.
func (c *conversion) section(name string, attrs emit.Attrs) emit.Attr {
	return apart(flat(emit.Attr{Path: []string{strings.ToLower(name) + "Config"}, Value: attrs, Comment: comment(c.takeSection(name))}))
}

// flat is a set of one binding as a binding with a longer path.
func flat(set emit.Attr) emit.Attr {
	attrs, ok := set.Value.(emit.Attrs)
	if !ok || len(attrs) != 1 {
		return set
	}
	only := attrs[0]
	only.Path = slices.Concat(set.Path, only.Path)
	only.Comment = comment(append(nonEmpty(set.Comment), nonEmpty(only.Comment)...))
	only.Blank = set.Blank
	return only
}

// compareBool puts false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// takeSection are the comments of a section, once.
func (c *conversion) takeSection(name string) []string {
	texts := c.sections[name]
	delete(c.sections, name)
	return slices.Clip(texts)
}

// comment is several comments as one.
func comment(lines []string) string { return strings.Join(lines, "\n") }

// place puts the options of the unit where NixOS has units of its kind.
func (c *conversion) place(unit emit.Attrs) emit.Attrs {
	if _, instance, ok := strings.Cut(c.base, "@"); ok && instance != "" && c.dropin {
		unit = append(emit.Attrs{a("overrideStrategy", "asDropin", "The rest of the unit is that of its template.")}, unit...)
	}
	if c.kind == "mount" || c.kind == "automount" {
		return emit.Attrs{at([]any{unit}, "systemd", sets[c.kind])}
	}
	return emit.Attrs{flat(at(unit, "systemd", sets[c.kind], c.base))}
}

// storePath finds paths of the store.
var storePath = regexp.MustCompile(storepath.StoreDir + `/[0-9a-z]{32}-[0-9a-zA-Z+\-._?=]+`)

// storePaths notes paths of the store. As text they bring no package along.
func (c *conversion) storePaths() {
	for _, e := range c.entries {
		for i, v := range e.values {
			for _, p := range storePath.FindAllString(v.Value, -1) {
				sp, err := storepath.FromAbsolutePath(p)
				if err != nil || c.replaced[p] {
					continue
				}
				c.replaced[p] = true
				name := version.ReplaceAllString(sp.Name, "")
				c.note("%s: %s= holds %s; name the package instead, as ${pkgs.%s} if that is it: a path of the store as text brings nothing along",
					e.where(i), e.key, p, name)
			}
		}
	}
}

// version is what comes after the name of a package.
var version = regexp.MustCompile(`-[0-9].*$`)
