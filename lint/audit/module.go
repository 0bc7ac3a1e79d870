package audit

import (
	"slices"
	"strings"
	"unicode/utf8"

	"wardnix/lint/spell"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/nixast"
)

// origin is the line of a unit that a line of the module comes from.
type origin struct {
	unit *Unit
	file int    // the number of the file; -1 for the unit as a whole
	line int    // from 1
	key  string // "" for a line that opens a section
}

// module is a system's units as the NixOS module that would make them. What it
// sets is on separate lines, each of which knows the line that it comes
// from: what rules find in the module is found in the units.
type module struct {
	text     strings.Builder
	origins  []origin // by line, from 0
	complete bool     // no other unit is there, and links say what wants each
}

// line writes one line.
func (m *module) line(o origin, parts ...string) {
	for _, p := range parts {
		m.text.WriteString(p)
	}
	m.text.WriteByte('\n')
	m.origins = append(m.origins, o)
}

// argument is what a module takes for a value that is not known.
const argument = "elsewhere"

// translate writes the module of all units that have a text.
func translate(units []*Unit, complete bool) *module {
	m := &module{complete: complete}
	m.line(origin{file: -1}, "{ ", argument, ", ... }:")
	m.line(origin{file: -1}, "{")
	seen := map[unitKey]bool{}
	for _, u := range units {
		if !seen[keyOf(u)] && sayable(u.Name) {
			m.unit(u)
		}
		seen[keyOf(u)] = true
	}
	m.line(origin{file: -1}, "}")
	return m
}

// optionSets are the options that have the units of a type. Other types run
// nothing and have no sandbox, or NixOS has no options for them.
var optionSets = map[string]string{
	"service": "services", "socket": "sockets", "timer": "timers", "path": "paths", "target": "targets", "slice": "slices",
}

// listOptions are the options of a unit that hold names of units.
var listOptions = map[string]string{
	"Unit.After": "after", "Unit.Before": "before", "Unit.Wants": "wants", "Unit.Requires": "requires",
	"Unit.BindsTo": "bindsTo", "Unit.PartOf": "partOf", "Unit.Conflicts": "conflicts",
	"Install.WantedBy": "wantedBy", "Install.RequiredBy": "requiredBy",
}

func (m *module) unit(u *Unit) {
	whole := origin{unit: u, line: 1}
	if optionSets[u.kind()] == "" {
		return
	}
	if u.Masked || len(u.assignments) == 0 {
		m.textless(u)
		return
	}
	m.line(whole, "  ", nixast.QuoteAttrPath(u.path()...), " = {")
	if u.Dropin || u.elsewhere() {
		m.line(whole, "    overrideStrategy = \"asDropin\";")
	}
	if len(u.Aliases) > 0 {
		m.names(whole, "aliases", u.Aliases)
	}
	done := map[string]bool{}
	for _, a := range u.assignments {
		option, ok := listOptions[a.Section+"."+a.Key]
		if a.Section == "Install" && m.complete {
			continue // NixOS reads the links only
		}
		if key := a.Section + "." + a.Key; ok && !done[key] && m.list(u, option, u.values(a.Section, a.Key)) {
			done[key] = true
		}
	}
	switch {
	case m.complete && len(u.WantedBy) > 0:
		m.names(whole, "wantedBy", u.WantedBy)
	case m.complete && !u.installs():
	case !done["Install.WantedBy"]: // links, and other units' Wants, say it, too
		m.line(whole, "    wantedBy = ", argument, ";")
	}
	for _, section := range []string{"Unit", spell.Capitalised(u.kind())} {
		m.section(u, section, done)
	}
	m.line(whole, "  };")
}

// textless writes a unit that has no text, for others that name it.
func (m *module) textless(u *Unit) {
	switch o := (origin{file: -1}); {
	case m.complete && u.Masked:
		m.line(o, "  ", nixast.QuoteAttrPath(append(u.path(), "enable")...), " = false;")
	case m.complete:
		m.line(o, "  ", nixast.QuoteAttrPath(u.path()...), " = ", argument, ";")
	}
}

// installs reports whether the unit has a section that says what should want it.
func (u *Unit) installs() bool {
	return slices.ContainsFunc(u.assignments, func(a unitfile.Assignment) bool { return a.Section == "Install" })
}

// names writes an option that holds names of units.
func (m *module) names(o origin, option string, names []string) {
	m.line(o, "    ", option, " = [")
	for _, name := range names {
		m.line(o, "      ", nixast.QuoteString(name))
	}
	m.line(o, "    ];")
}

// list writes an option that holds names; false if it cannot say the same.
func (m *module) list(u *Unit, option string, values []unitfile.Assignment) bool {
	if slices.ContainsFunc(values, func(a unitfile.Assignment) bool {
		return a.Value == "" || strings.ContainsAny(a.Value, `"'\`) || !sayable(a.Value)
	}) {
		return false
	}
	m.line(u.at(values[0]), "    ", option, " = [")
	for _, a := range values {
		for _, word := range strings.Fields(a.Value) {
			m.line(u.at(a), "      ", nixast.QuoteString(word))
		}
	}
	m.line(u.at(values[len(values)-1]), "    ];")
	return true
}

// section writes what a section sets, but for what is done.
func (m *module) section(u *Unit, section string, done map[string]bool) {
	head := origin{unit: u, line: 1}
	for i := range u.files {
		if j := slices.IndexFunc(u.files[i].Headers, func(h unitfile.Header) bool { return h.Name == section }); j >= 0 {
			head = origin{unit: u, file: i, line: u.files[i].Headers[j].Line}
			break
		}
	}
	opened, others := false, ""
	if u.InPart() {
		others = argument + " // "
	}
	for _, a := range u.assignments {
		key := a.Section + "." + a.Key
		if a.Section != section || done[key] || !sayable(a.Key) || u.elsewhere() && slices.Contains(mains, a.Key) {
			continue
		}
		if done[key] = true; !opened {
			m.line(head, "    ", strings.ToLower(section), "Config = ", others, "{")
			opened = true
		}
		values := settle(u.values(section, a.Key), u.version)
		if len(values) == 1 {
			m.line(u.at(values[0]), "      ", nixast.QuoteAttr(a.Key), " = ", quote(values[0].Value), ";")
			continue
		}
		m.line(u.at(values[0]), "      ", nixast.QuoteAttr(a.Key), " = [")
		for _, v := range values {
			m.line(u.at(v), "        ", quote(v.Value))
		}
		m.line(u.at(values[len(values)-1]), "      ];")
	}
	switch {
	case opened:
		m.line(head, "    };")
	case others != "":
		m.line(head, "    ", strings.ToLower(section), "Config = ", argument, ";")
	}
}

// mains are the directives that make a unit one of its own. Without them it is
// one that is defined elsewhere, of which the rules ask nothing that no baseline
// asks of it by name.
var mains = []string{"ExecStart", "ExecStop", "SuccessAction"}

// sayable reports whether Nix can express a text.
func sayable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// quote is a text as Nix has it.
func quote(s string) string {
	if !sayable(s) {
		return argument
	}
	return nixast.QuoteString(s)
}

// elsewhere reports whether what the unit needs is not for its text to say: it is
// systemd's own, or it runs a script that NixOS made of its options, which is
// in the store.
func (u *Unit) elsewhere() bool {
	return u.Upstream || slices.ContainsFunc(u.values("Service", "ExecStart"), func(a unitfile.Assignment) bool {
		return strings.Contains(a.Value, "-unit-script-")
	})
}

// settle leaves only the last line of a directive of which only that counts.
func settle(values []unitfile.Assignment, v directive.Version) []unitfile.Assignment {
	last := values[len(values)-1]
	d, ok := directive.Lookup(last.Section, last.Key, v)
	if ok && d.Repeat == directive.Override && last.Value != "" && value.Check(last.Section, last.Key, last.Value, v).Status == value.Valid {
		return values[len(values)-1:]
	}
	return values
}
