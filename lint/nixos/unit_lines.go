package nixos

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"wardnix/nixast/eval"
)

// Lines is the text of the unit file as NixOS derives it, without the lines
// that open a section, blank lines, and the environment that NixOS adds to
// every service. Lines of one key are in the order of the unit file; keys are in
//
// They are derived once; the caller must not change them.
func (u *Unit) Lines() []Line {
	if u.option(); !u.derived {
		u.lines, u.derived = u.derive(), true
		u.override = u.isOverride()
	}
	return u.lines
}

func (u *Unit) derive() []Line {
	switch u.Style {
	case TextStyle:
		if u.conf != nil {
			return u.confTextLines()
		}
		return u.textLines()
	case ConfStyle:
		return u.confLines()
	}
	w := u.option().node.world
	gathered := w.spareLines[:0]
	w.spareLines = nil
	if u.Style == SectionStyle {
		for _, section := range sectionsOf(u.Type()) {
			gathered = u.sectionLines(gathered, section, nil)
		}
	} else {
		gathered = u.optionLines(gathered)
	}
	lines := slices.Clone(gathered)
	clear(gathered)
	w.spareLines = gathered
	return lines
}

// optionLines adds the lines of a unit that options of NixOS describe.
func (u *Unit) optionLines(lines []Line) []Line {
	own := OwnSection(u.Type())
	lines = u.sectionLines(lines, "Unit", u.unitDirectives())
	switch u.Type() {
	case "service":
		lines = append(lines, u.environmentLines()...)
		lines = append(lines, u.restartLines()...)
		lines = u.sectionLines(lines, own, u.scriptDirectives())
	case "timer":
		lines = u.sectionLines(lines, own, u.startAtDirectives())
	case "mount", "automount":
		lines = u.sectionLines(lines, own, u.mountDirectives())
	case "socket":
		lines = u.sectionLines(lines, own, nil)
		lines = append(lines, u.listLines(own, "ListenStream", "listenStreams")...)
		lines = append(lines, u.listLines(own, "ListenDatagram", "listenDatagrams")...)
	default:
		if own != "" {
			lines = u.sectionLines(lines, own, nil)
		}
	}
	if u.rendersInstall() {
		lines = append(lines, u.installLines()...)
	}
	for i := range lines {
		if lines[i].Def != nil {
			lines[i].Origin = lines[i].Def.Binding
		}
	}
	return lines
}

// installLines are the [Install] section. The timer of a startAt is wanted by
// timers.target.
func (u *Unit) installLines() []Line {
	lines := u.joined("Install", "WantedBy", "wantedBy")
	switch {
	case u.derivedFrom == nil:
	case len(lines) == 0:
		d := u.derivedFrom.Defs[0]
		lines = []Line{{Section: "Install", Key: "WantedBy", Text: "timers.target", Shown: "timers.target", Known: true, Def: d}}
	default:
		lines[0].Known, lines[0].Text = false, "" // in which order is not worth knowing
		lines[0].Shown += " timers.target"
	}
	return lines
}

// rendersInstall reports whether NixOS writes WantedBy into the unit, which it
// does not for targets, nor in old releases (20.09 does not, 26.11 does).
func (u *Unit) rendersInstall() bool {
	return u.Type() != "target" && (u.Host == nil || !u.Host.Release.Before(installSince))
}

// installSince is the first release that writes [Install].
var installSince = Release{22, 11}

// sectionLines adds the directives of a section, those that NixOS derives from
// other options first, by key.
func (u *Unit) sectionLines(lines []Line, section string, derived map[string][]Line) []Line {
	set := u.Section(section)
	if set.outranks(PriorityPlain) {
		derived = nil
	}
	keys := slices.Sorted(maps.Keys(derived))
	var unseen []Line
	for _, d := range u.Directives(section) {
		if d.IsPattern() {
			unseen = append(unseen, Line{Section: section, Unseen: "the name of the setting `" + d.Name() + "` is not known", Def: d.Defs[0]})
			continue
		}
		for len(keys) > 0 && keys[0] <= d.Name() {
			if keys[0] < d.Name() {
				lines = append(lines, derived[keys[0]]...)
			}
			keys = keys[1:]
		}
		before := len(lines)
		lines = u.directiveLines(lines, section, d)
		if same := derived[d.Name()]; len(same) > 0 {
			lines = append(lines[:before], mergeLines(same, d, slices.Clone(lines[before:]))...)
		}
	}
	for _, key := range keys {
		lines = append(lines, derived[key]...)
	}
	for _, r := range set.node.unseen {
		unseen = append(unseen, Line{Section: section, Unseen: r.Text, Origin: r.Node})
	}
	return append(lines, unseen...)
}

// mergeLines merges what NixOS derives, at the plain priority, with the lines of
// what is written for the same key. Two scalars must be equal, so that one is
// enough.
func mergeLines(derived []Line, o *Option, written []Line) []Line {
	if len(derived) == 0 || o.outranks(PriorityPlain) {
		return written
	}
	for _, d := range o.Defs {
		for i := range derived {
			if d.Priority < PriorityPlain && d.When != nil {
				derived[i].When, _ = d.ev.And(derived[i].When, d.ev.Not(d.When))
			}
		}
	}
	if slices.ContainsFunc(derived, func(l Line) bool { return l.When == nil && l.Unseen == "" }) {
		written = slices.DeleteFunc(written, func(l Line) bool { return l.Def.Priority > PriorityPlain })
	}
	if len(derived) == 1 && len(written) == 1 && derived[0].Known && written[0].isString(derived[0].Text) && written[0].When == nil {
		return written
	}
	return append(derived, written...)
}

// isString reports whether the value of the line is the string, and no number that
// renders alike.
func (l *Line) isString(text string) bool {
	if !l.Known || l.Text != text || l.Def == nil {
		return false
	}
	_, ok := l.Def.ev.Force(l.Value).(*eval.String)
	return ok
}

// outranks reports whether the option is certainly set at a stronger priority.
func (o *Option) outranks(priority int32) bool {
	return slices.ContainsFunc(o.Defs, func(d *Def) bool { return d.Priority < priority && d.certain() })
}

// directiveLines adds the lines of one directive: one for a scalar, one for
// each element of a list (unitOption in nixos/lib/systemd-unit-options.nix).
func (u *Unit) directiveLines(lines []Line, section string, o *Option) []Line {
	defs := o.Defs
	if !slices.ContainsFunc(defs, (*Def).isList) {
		if i := slices.IndexFunc(defs, (*Def).certain); i >= 0 {
			defs = defs[i : i+1] // the others must be equal
		}
	}
	for _, d := range defs {
		if _, unknown := d.ev.Force(d.Value).(*eval.Unknown); unknown && d.Maybe != nil && len(defs) > 1 {
			continue // the others report it
		}
		for _, e := range d.elements() {
			lines = elementLines(lines, section, o.Name(), e)
		}
	}
	return lines
}

func (d *Def) isList() bool {
	_, ok := d.ev.Force(d.Value).(*eval.List)
	return ok
}

// elementLines adds the line of an element, or those of its cases.
func elementLines(lines []Line, section, key string, e Element) []Line {
	line := Line{Section: section, Key: key, When: e.When, Unseen: e.Unseen, Def: e.Def}
	if e.Def != nil {
		line.Origin = e.Def.Binding
	}
	if e.Value == nil {
		line.Shown = "…"
		return append(lines, line)
	}
	ev := e.Def.ev
	for when, value := range cases(ev, e.Value, line.When) {
		if !ev.Budget().Draw(1, defSize) {
			break
		}
		one := line
		one.When, one.Value = when, value
		one.Text, one.Known = render(ev, ev.Force(value))
		one.Shown = one.Text
		if one.Known = one.Known && e.Unseen == ""; !one.Known {
			one.Text = ""
		}
		lines = append(lines, one)
	}
	return lines
}

// derivedLists are the options of every unit whose elements NixOS joins into
// one line of [Unit] (unitConfig in nixos/lib/systemd-lib.nix).
var derivedLists = [...]struct{ key, option string }{
	{"After", "after"},
	{"Before", "before"},
	{"BindsTo", "bindsTo"},
	{"Conflicts", "conflicts"},
	{"Documentation", "documentation"},
	{"OnFailure", "onFailure"},
	{"OnSuccess", "onSuccess"},
	{"PartOf", "partOf"},
	{"Requires", "requires"},
	{"Requisite", "requisite"},
	{"Upholds", "upholds"},
	{"Wants", "wants"},
}

// unitDirectives are the lines of [Unit] that come from other options.
func (u *Unit) unitDirectives() map[string][]Line {
	lines := map[string][]Line{}
	add := func(key string, found []Line) {
		if len(found) > 0 {
			lines[key] = found
		}
	}
	for _, d := range derivedLists {
		add(d.key, u.joined("Unit", d.key, d.option))
	}
	for _, trigger := range []struct{ key, option string }{
		{"X-Restart-Triggers", "restartTriggers"},
		{"X-Reload-Triggers", "reloadTriggers"},
	} {
		found := u.joined("Unit", trigger.key, trigger.option)
		for i := range found { // a store path, or made of some
			found[i].Known, found[i].Text = false, ""
		}
		add(trigger.key, found)
	}
	for _, scalar := range []struct{ key, option string }{
		{"Description", "description"},
		{"StartLimitIntervalSec", "startLimitIntervalSec"},
		{"StartLimitBurst", "startLimitBurst"},
	} {
		add(scalar.key, u.scalar("Unit", scalar.key, scalar.option))
	}
	return lines
}

// joined is the line that joins the elements of a list; none if it is empty.
func (u *Unit) joined(section, key, option string) []Line {
	o := u.set(option)
	if o == nil {
		return nil
	}
	elements := o.List()
	if len(elements) == 0 {
		return nil
	}
	line := Line{Section: section, Key: key, Known: true, Def: elements[0].Def, Origin: elements[0].Def.Binding}
	var words []string
	always := false
	for _, e := range elements {
		for _, l := range elementLines(nil, section, key, e) {
			words = append(words, l.Shown)
			line.Known = line.Known && l.Known && l.When == nil
			always = always || l.When == nil && l.Unseen == ""
		}
	}
	line.Shown = strings.Join(words, " ")
	if !always {
		line.When, line.Unseen = elements[0].When, elements[0].Unseen
	}
	if line.Known {
		line.Text = line.Shown
	}
	return []Line{line}
}

// scalar is the line of an option that is copied into the unit; none if it is
// the empty string.
func (u *Unit) scalar(section, key, option string) []Line {
	return slices.DeleteFunc(u.renamed(section, key, option), func(l Line) bool { return l.Known && l.Text == "" })
}

func (u *Unit) renamed(section, key, option string) []Line {
	o := u.set(option)
	if o == nil {
		return nil
	}
	lines := u.directiveLines(nil, section, o)
	for i := range lines {
		lines[i].Key = key
	}
	return lines
}

func (u *Unit) listLines(section, key, option string) []Line {
	return u.renamed(section, key, option)
}

// scripts are the options of a service that become a script in the store.
var scripts = [...]struct{ key, option, name string }{
	{"ExecStartPre", "preStart", "pre-start"},
	{"ExecStart", "script", "start"},
	{"ExecStartPost", "postStart", "post-start"},
	{"ExecReload", "reload", "reload"},
	{"ExecStop", "preStop", "pre-stop"},
	{"ExecStopPost", "postStop", "post-stop"},
}

// IsScript reports whether NixOS makes a program of the shell of an option of
// units.
func IsScript(option string) bool {
	for _, s := range scripts {
		if s.option == option {
			return true
		}
	}
	return false
}

// scriptDirectives are the lines of [Service] that run scripts.
func (u *Unit) scriptDirectives() map[string][]Line {
	lines := map[string][]Line{}
	for _, s := range scripts {
		o := u.set(s.option)
		if o == nil || o.isEmpty() {
			continue
		}
		line := Line{
			Section: "Service", Key: s.key, Def: o.Defs[0],
			Shown: "${unit-script-" + u.BaseName() + "-" + s.name + "}/bin/" + u.BaseName() + "-" + s.name,
		}
		if s.option == "script" {
			line.Shown += " "
			if args := u.set("scriptArgs"); args != nil {
				text, _ := args.Text()
				line.Shown += text
			}
		}
		if !slices.ContainsFunc(o.Defs, (*Def).certain) {
			line.When = o.Defs[0].When
			if len(o.Defs) > 1 || o.Defs[0].Maybe != nil {
				line.Unseen = "the script depends on conditions"
			}
		}
		lines[s.key] = []Line{line}
	}
	if confinement := u.set("confinement", "enable"); confinement != nil && confinement.Bool() != eval.No {
		lines[""] = []Line{{Section: "Service", Unseen: "`confinement` adds settings", Def: confinement.Defs[0]}}
	}
	return lines
}

// isEmpty reports whether all that an option of lines is set to is certainly
// the empty string.
func (o *Option) isEmpty() bool {
	for _, d := range o.Defs {
		s, ok := d.ev.Force(d.Value).(*eval.String)
		if !ok {
			return false
		}
		if text, ok := s.Text(); !ok || text != "" {
			return false
		}
	}
	return true
}

func (u *Unit) startAtDirectives() map[string][]Line {
	if u.derivedFrom == nil {
		return nil
	}
	lines := map[string][]Line{}
	for _, d := range u.derivedFrom.Defs {
		for _, e := range d.elements() {
			lines["OnCalendar"] = elementLines(lines["OnCalendar"], "Timer", "OnCalendar", e)
		}
	}
	return lines
}

func (u *Unit) mountDirectives() map[string][]Line {
	section := OwnSection(u.Type())
	lines := map[string][]Line{"Where": u.scalar(section, "Where", "where")}
	if u.Type() == "mount" {
		lines["What"] = u.scalar(section, "What", "what")
		lines["Type"] = u.scalar(section, "Type", "type")
		lines["Options"] = u.scalar(section, "Options", "options")
	}
	return lines
}

// environmentLines are the variables that the configuration sets. NixOS adds
// PATH, LOCALE_ARCHIVE and TZDIR.
func (u *Unit) environmentLines() []Line {
	env := u.set("environment")
	if env == nil {
		return nil
	}
	var lines []Line
	for _, variable := range env.Attrs() {
		for _, l := range u.directiveLines(nil, "Service", variable) {
			name := l.Key
			l.Key = "Environment"
			switch {
			case variable.IsPattern():
				l.Known, l.Text = false, ""
				l.Unseen = cmp.Or(l.Unseen, "the name of the variable `"+name+"` is not known")
			case isNull(l):
				continue
			case l.Known:
				l.Text = quoteJSON(name + "=" + l.Text)
				l.Shown = l.Text
			default:
				l.Shown = `"` + name + "=" + l.Shown + `"`
			}
			lines = append(lines, l)
		}
	}
	for _, r := range env.node.unseen {
		lines = append(lines, Line{Section: "Service", Key: "Environment", Unseen: r.Text, Origin: r.Node})
	}
	return lines
}

// isNull reports whether a line comes from null, which unsets a variable.
func isNull(l Line) bool {
	if !l.Known || l.Text != "" || l.Def == nil {
		return false
	}
	_, ok := l.Def.ev.Force(l.Def.Value).(*eval.Null)
	return ok
}

// quoteJSON is builtins.toJSON of a string.
func quoteJSON(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(s) != nil {
		return `"` + s + `"`
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// restartLines say to switch-to-configuration how to treat a changed unit.
func (u *Unit) restartLines() []Line {
	var lines []Line
	flag := func(option string, value bool, key string) eval.Truth {
		o := u.set(option)
		if o == nil {
			return eval.No
		}
		truth := o.Bool()
		if !value {
			truth = -truth
		}
		text := strconv.FormatBool(value)
		switch truth {
		case eval.Yes:
			lines = append(lines, Line{Section: "Service", Key: key, Text: text, Shown: text, Known: true, Def: o.Defs[0]})
		case eval.Maybe:
			lines = append(lines, Line{Section: "Service", Key: key, Shown: text, Unseen: "it depends on `" + option + "`", Def: o.Defs[0]})
		}
		return truth
	}
	if flag("reloadIfChanged", true, "X-ReloadIfChanged") != eval.Yes {
		flag("restartIfChanged", false, "X-RestartIfChanged")
	}
	flag("stopIfChanged", false, "X-StopIfChanged")
	flag("notSocketActivated", true, "X-NotSocketActivated")
	return lines
}
