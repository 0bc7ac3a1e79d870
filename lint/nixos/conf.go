package nixos

import (
	"slices"
	"strings"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// A confOption is an option that NixOS writes into a configuration file of
// systemd without looking at the names in it, or at the value.
type confOption struct {
	file    string
	section string
	// path is the option; "*" in it stands for any name, which goes into that of
	// the file.
	path []string
	// text tells that it holds lines of the section, or, with whole, a text that
	// names its sections itself; else it is a set of settings.
	text, whole bool
	// key is the one setting that the option holds; empty for the others.
	key string
	// skipsNull tells that null writes no line.
	skipsNull bool
	kind      ScopeKind
}

// confOptions are all of them, with those of earlier releases
// (nixos/modules/system/boot/{systemd,resolved,timesyncd}.nix and systemd/*.nix,
// NixOS 20.09 to 26.11; home-manager, modules/systemd.nix).
var confOptions = [...]confOption{
	{file: "system.conf", section: "Manager", path: []string{"systemd", "settings", "Manager"}},
	{file: "system.conf", section: "Manager", path: []string{"systemd", "extraConfig"}, text: true},
	{file: "system.conf", section: "Manager", path: []string{"boot", "initrd", "systemd", "settings", "Manager"}, kind: Initrd},
	{file: "system.conf", section: "Manager", path: []string{"boot", "initrd", "systemd", "extraConfig"}, text: true, kind: Initrd},
	{file: "user.conf", section: "Manager", path: []string{"systemd", "user", "settings", "Manager"}},
	{file: "user.conf", section: "Manager", path: []string{"systemd", "user", "extraConfig"}, text: true},
	{file: "sleep.conf", section: "Sleep", path: []string{"systemd", "sleep", "settings", "Sleep"}},
	{file: "sleep.conf", section: "Sleep", path: []string{"systemd", "sleep", "extraConfig"}, text: true},
	{file: "coredump.conf", section: "Coredump", path: []string{"systemd", "coredump", "settings", "Coredump"}},
	{file: "coredump.conf", section: "Coredump", path: []string{"systemd", "coredump", "extraConfig"}, text: true},
	{file: "oomd.conf", section: "OOM", path: []string{"systemd", "oomd", "settings", "OOM"}},
	{file: "oomd.conf", section: "OOM", path: []string{"systemd", "oomd", "extraConfig"}},
	{file: "logind.conf", section: "Login", path: []string{"services", "logind", "settings", "Login"}},
	{file: "logind.conf", section: "Login", path: []string{"services", "logind", "extraConfig"}, text: true},
	{file: "journald.conf", section: "Journal", path: []string{"services", "journald", "extraConfig"}, text: true},
	{file: "journald.conf", section: "Journal", path: []string{"services", "journald", "settings", "Journal"}},
	{file: "journald@*.conf", section: "Journal", path: []string{"services", "journald", "namespaces", "*", "settings", "Journal"}},
	{file: "journal-remote.conf", section: "Remote", path: []string{"services", "journald", "remote", "settings", "Remote"}, skipsNull: true},
	{file: "journal-upload.conf", section: "Upload", path: []string{"services", "journald", "upload", "settings", "Upload"}, skipsNull: true},
	{file: "resolved.conf", section: "Resolve", path: []string{"services", "resolved", "settings", "Resolve"}},
	{file: "resolved.conf", section: "Resolve", path: []string{"services", "resolved", "extraConfig"}, text: true},
	{file: "*.dns-delegate", section: "Delegate", path: []string{"services", "resolved", "dnsDelegates", "*", "Delegate"}},
	{file: "timesyncd.conf", section: "Time", path: []string{"services", "timesyncd", "settings", "Time"}},
	{file: "timesyncd.conf", section: "Time", path: []string{"services", "timesyncd", "extraConfig"}, text: true},
	{file: "homed.conf", section: "Home", path: []string{"services", "homed", "settings", "Home"}},
	{file: "system.conf", section: "Manager", path: []string{"systemd", "watchdog", "device"}, key: "WatchdogDevice", skipsNull: true},
	{file: "system.conf", section: "Manager", path: []string{"systemd", "watchdog", "runtimeTime"}, key: "RuntimeWatchdogSec", skipsNull: true},
	{file: "system.conf", section: "Manager", path: []string{"systemd", "watchdog", "rebootTime"}, key: "RebootWatchdogSec", skipsNull: true},
	{file: "system.conf", section: "Manager", path: []string{"systemd", "watchdog", "kexecTime"}, key: "KExecWatchdogSec", skipsNull: true},
	{file: "journald.conf", section: "Journal", path: []string{"services", "journald", "rateLimitInterval"}, key: "RateLimitIntervalSec"},
	{file: "journald.conf", section: "Journal", path: []string{"services", "journald", "console"}, key: "TTYPath"},
	{file: "resolved.conf", section: "Resolve", path: []string{"services", "resolved", "fallbackDns"}, key: "FallbackDNS", skipsNull: true},
	{file: "pstore.conf", section: "PStore"}, // no option but environment.etc
	{file: "*.conf", section: "Partition", path: []string{"systemd", "repart", "partitions", "*"}},
	{file: "*.conf", section: "Partition", path: []string{"image", "repart", "partitions", "*", "repartConfig"}},
}

// confTexts are the options that hold files below /etc, or below ~/.config.
var confTexts = [...][]string{{"environment", "etc"}, {"xdg", "configFile"}}

// ConfFile is the configuration file of systemd that has a section: "logind.conf"
// for "Login", with "*" for a name of the user's choice; empty if there is none
// among those that NixOS writes.
func ConfFile(section string) string {
	for i := range confOptions {
		if c := &confOptions[i]; c.section == section {
			return c.file
		}
	}
	return ""
}

// A ConfSetting is a setting of a configuration file of systemd.
type ConfSetting struct {
	// File is the name of the file: "logind.conf".
	File string
	// Section and Key name the setting.
	Section, Key string
	// Scope is the service manager that reads the file.
	Scope ScopeKind
}

// ConfSettingOf is the setting that an option, by its path, writes into a
// configuration file of systemd; false if it writes none.
func ConfSettingOf(path []string) (ConfSetting, bool) {
	for i := range confOptions {
		c := &confOptions[i]
		key := c.key
		if n := len(c.path); key == "" && !c.text && len(path) == n+1 && slices.Equal(c.path, path[:n]) {
			key = path[n]
		} else if key == "" || !slices.Equal(c.path, path) {
			continue
		}
		return ConfSetting{c.file, c.section, key, c.kind}, true
	}
	return ConfSetting{}, false
}

// IsConf reports whether an option is one that NixOS writes into a configuration
// file of systemd without looking at the names in it.
func IsConf(path []string) bool {
	return slices.ContainsFunc(confOptions[:], func(c confOption) bool {
		return slices.EqualFunc(c.path, path, func(a, b string) bool { return a == b || a == "*" })
	})
}

// confs are the configuration files that the modules of a world write, one for
// each option.
func (w *world) confs(h *Host, scope Scope) []*Unit {
	var confs []*Unit
	for i := range confOptions {
		c := &confOptions[i]
		inner := scope
		if c.kind != System && scope.Kind == System {
			inner.Kind = c.kind
		}
		star := slices.Index(c.path, "*")
		switch {
		case c.path == nil:
			continue
		case star < 0:
			confs = c.add(confs, h, inner, w.root.at(c.path...), c.file)
			continue
		}
		for _, n := range w.root.at(c.path[:star]...).children() {
			confs = c.add(confs, h, inner, n.at(c.path[star+1:]...), strings.Replace(c.file, "*", n.name, 1))
		}
	}
	for _, path := range confTexts {
		for _, n := range w.root.at(path...).children() {
			if name, c := confText(n.name); c != nil && !n.pattern {
				confs = c.add(confs, h, scope, n.at("text"), name)
			}
		}
	}
	return confs
}

// confText is the configuration file that a path below /etc or ~/.config is, or is
// a drop-in of; nil for others.
func confText(path string) (string, *confOption) {
	name, ok := strings.CutPrefix(path, "systemd/")
	if !ok {
		return "", nil
	}
	file, dropin, isDropin := strings.Cut(name, ".d/")
	for i := range confOptions {
		c := &confOptions[i]
		if file != "" && c.file == file && (!isDropin || strings.HasSuffix(dropin, ".conf")) {
			return name, &confOption{file: file, section: c.section, text: true, whole: true}
		}
	}
	return "", nil
}

func (c *confOption) add(confs []*Unit, h *Host, scope Scope, n *node, name string) []*Unit {
	n.settle()
	if len(n.defs) == 0 {
		return confs
	}
	u := &Unit{Name: name, Pattern: n.pattern, Scope: scope, Host: h, Style: ConfStyle, conf: c, opt: n.option()}
	if c.text {
		u.Style = TextStyle
	} else {
		u.Partial = u.partial()
	}
	return append(confs, u)
}

// Conf is the section of a configuration file that the unit stands for; empty
// for a unit.
func (u *Unit) Conf() string {
	if u.conf == nil {
		return ""
	}
	return u.conf.section
}

// sections are the sections that the unit may have.
func (u *Unit) sections() []string {
	if u.conf != nil {
		return []string{u.conf.section}
	}
	return sectionsOf(u.Type())
}

// confLines are the lines of a set of settings.
func (u *Unit) confLines() []Line {
	var lines []Line
	if u.conf.key != "" {
		for _, e := range u.opt.List() {
			lines = append(lines, elementLines(u.conf.section, u.conf.key, e)...)
		}
	} else {
		lines = u.sectionLines(u.conf.section, nil)
	}
	if u.conf.skipsNull {
		lines = slices.DeleteFunc(lines, func(l Line) bool {
			if l.Value == nil {
				return false
			}
			_, isNull := u.Host.Evaluator().Force(l.Value).(*eval.Null)
			return isNull
		})
	}
	return lines
}

// gap stands in the text of a line for what is not known.
const gap = "\x00"

// confTextLines are the lines of options that hold text. What is known in part
// only is told as far as it is known.
func (u *Unit) confTextLines() []Line {
	var lines []Line
	for _, d := range u.opt.Defs {
		for when, value := range cases(d.ev, d.Value, d.When) {
			s, ok := d.ev.Force(value).(*eval.String)
			if !ok || d.Maybe != nil {
				lines = append(lines, Line{Section: u.conf.section, Unseen: "the text is not known", Def: d, Origin: d.Binding})
				continue
			}
			p := textParser{ev: d.ev, base: Line{When: when, Def: d, Origin: d.Binding}, source: s.Origin()}
			if !u.conf.whole {
				p.section = u.conf.section
			}
			lines = append(lines, p.parse(s)...)
		}
	}
	return lines
}

// A textParser reads the text of an option line by line.
type textParser struct {
	ev      *eval.Evaluator
	section string // empty where it is not known
	base    Line
	source  nixast.Node
	from    int // where in the source the next line is looked for
	joined  bool
	lines   []Line
}

func (p *textParser) parse(s *eval.String) []Line {
	var line strings.Builder
	var when *eval.Cond
	for _, piece := range s.Pieces {
		if piece.Unknown != nil {
			line.WriteString(gap)
			continue
		}
		for i, part := range strings.Split(piece.Text, "\n") {
			if i > 0 {
				p.line(line.String(), when)
				line.Reset()
				when = nil
			}
			switch {
			case part == "":
			case piece.When == nil && when == nil:
				line.WriteString(part)
			case line.Len() == 0:
				when = piece.When
				line.WriteString(part)
			default:
				line.WriteString(gap) // a part of a line that is there at times
			}
		}
	}
	p.line(line.String(), when)
	return p.lines
}

func (p *textParser) line(text string, when *eval.Cond) {
	text = strings.Trim(text, " \t\r")
	isRest := p.joined
	p.joined = strings.HasSuffix(text, `\`)
	switch {
	case isRest, text == "", text[0] == '#', text[0] == ';':
		return
	case strings.HasPrefix(text, gap):
		p.section = "" // it may hold anything
		return
	case text[0] == '[':
		p.section = ""
		if name, ok := strings.CutSuffix(text[1:], "]"); ok && !strings.Contains(name, gap) && when == nil {
			p.section = name
		}
		return
	}
	key, value, ok := strings.Cut(text, "=")
	if !ok || strings.Contains(key, gap) || p.section == "" {
		return
	}
	l := p.base
	l.Section, l.Key, l.Text = p.section, strings.TrimRight(key, " \t"), strings.TrimLeft(value, " \t")
	if when != nil {
		l.When, _ = p.ev.And(l.When, when)
	}
	l.Known = !strings.Contains(value, gap) && !p.joined
	l.Shown = strings.ReplaceAll(l.Text, gap, "…")
	if !l.Known {
		l.Text = ""
	}
	l.Place = p.placeOf(text, l.Key)
	p.lines = append(p.lines, l)
}

// placeOf is where a line stands in the source, or at least its key.
func (p *textParser) placeOf(text, key string) Place {
	if place := p.place(text, ""); !place.In.IsZero() {
		return place
	}
	return p.place(key, "=") // what follows is written in another way
}

// place is where the text of a line stands in the source, as far as it has no
// gap, with something behind it; the zero Place if it does not stand there as it is.
func (p *textParser) place(text, behind string) Place {
	if p.source.IsZero() {
		return Place{}
	}
	text, _, _ = strings.Cut(text, gap)
	span, src := p.source.Span(), p.source.Text()
	for p.from < len(src) {
		i := strings.Index(src[p.from:], text)
		if i < 0 {
			break
		}
		at := p.from + i
		if end := at + len(text); beginsLine(src[:at]) && strings.HasPrefix(strings.TrimLeft(src[end:], " \t"), behind) {
			p.from = end
			return Place{p.source, nixast.Span{Start: span.Start + at, End: span.Start + p.from}}
		}
		p.from = at + 1
	}
	p.from = 0
	return Place{}
}

// beginsLine reports whether a line of a text begins behind the source before it.
func beginsLine(before string) bool {
	before = strings.TrimRight(before, " \t")
	return before == "" || strings.HasSuffix(before, `\n`) || strings.ContainsRune("\n\"'", rune(before[len(before)-1]))
}
