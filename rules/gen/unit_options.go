package gen

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wardnix/emit"
	"wardnix/lint/spell"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
)

// where is the place of the i-th line of an entry.
func (e *entry) where(i int) string {
	return fmt.Sprintf("%s:%d", e.values[i].File, e.values[i].Line)
}

// settle leaves only the last line of a directive that has one value: NixOS takes
// no list for some of them.
func (e *entry) settle(v directive.Version) {
	d, ok := directive.Lookup(e.section, e.key, v)
	last := e.values[len(e.values)-1]
	if ok && d.Repeat == directive.Override && last.Value != "" &&
		value.Check(e.section, e.key, last.Value, v).Status == value.Valid {
		e.values = []unitfile.Assignment{last}
	}
}

// value is what the section's option is set to: a list where the key is
// repeated.
func (e *entry) value(v directive.Version) any {
	list := make([]any, len(e.values))
	for i, a := range e.values {
		list[i] = scalar(a, v)
	}
	if len(list) == 1 {
		return list[0]
	}
	return list
}

var decimal = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,14})$`)

// scalar is the text of a line as the value of Nix that means the same.
func scalar(a unitfile.Assignment, v directive.Version) any {
	d, ok := directive.Lookup(a.Section, a.Key, v)
	if !ok || value.Check(a.Section, a.Key, a.Value, v).Status != value.Valid {
		return a.Value
	}
	form := value.FormOf(d.KindIn(v))
	isSwitch := form == value.Boolean || form == value.Switch
	switch {
	case isSwitch && (a.Value == "yes" || a.Value == "true"):
		return true
	case isSwitch && (a.Value == "no" || a.Value == "false"):
		return false
	case (form == value.Number || form == value.Span) && decimal.MatchString(a.Value) && a.Value != "-0":
		n, err := strconv.ParseInt(a.Value, 10, 64)
		if err == nil {
			return n
		}
	}
	return a.Value
}

// unitLists are the options of every unit that hold names of units (NixOS 26.11,
// nixos/lib/systemd-unit-options.nix).
var unitLists = map[[2]string]string{
	{"Unit", "After"}: "after", {"Unit", "Before"}: "before", {"Unit", "BindsTo"}: "bindsTo",
	{"Unit", "Conflicts"}: "conflicts", {"Unit", "OnFailure"}: "onFailure", {"Unit", "OnSuccess"}: "onSuccess",
	{"Unit", "PartOf"}: "partOf", {"Unit", "Requires"}: "requires", {"Unit", "Requisite"}: "requisite",
	{"Unit", "Upholds"}: "upholds", {"Unit", "Wants"}: "wants",
	{"Install", "WantedBy"}: "wantedBy", {"Install", "RequiredBy"}: "requiredBy", {"Install", "UpheldBy"}: "upheldBy",
	{"Install", "Alias"}: "aliases",
}

// scalars are the options that are copied into a unit.
var scalars = map[[2]string]string{
	{"Unit", "Description"}: "description",
	{"Mount", "What"}:       "what", {"Mount", "Where"}: "where", {"Mount", "Type"}: "type", {"Mount", "Options"}: "options",
	{"Automount", "Where"}: "where",
}

// flags are the options that switch-to-configuration goes by.
var flags = map[string]struct {
	option string
	value  bool
}{
	"X-RestartIfChanged":   {"restartIfChanged", false},
	"X-ReloadIfChanged":    {"reloadIfChanged", true},
	"X-StopIfChanged":      {"stopIfChanged", false},
	"X-NotSocketActivated": {"notSocketActivated", true},
}

// options are the options, besides those of a section, that an entry turns into;
// false if it stays in its section. There are none for what NixOS does anyway.
func (c *conversion) options(e *entry) (emit.Attrs, bool) {
	key := [2]string{e.section, e.key}
	if name, ok := unitLists[key]; ok {
		words, ok := e.words(e.section == "Install")
		return emit.Attrs{emit.A(name, words)}, ok && !slices.ContainsFunc(words, func(w string) bool { return !unitName.MatchString(w) })
	}
	if name, ok := scalars[key]; ok && len(e.values) == 1 && e.last() != "" {
		return emit.Attrs{emit.A(name, e.last())}, true
	}
	if e.section == "Service" {
		return c.serviceOptions(e)
	}
	switch {
	case e.section == "Unit" && e.key == "Documentation":
		words, ok := e.words(false)
		return emit.Attrs{emit.A("documentation", words)}, ok && !strings.ContainsAny(strings.Join(words, ""), `"'\`)
	case e.section == "Unit" && (e.key == "StartLimitIntervalSec" || e.key == "StartLimitBurst"):
		n, isInt := e.value(c.target.version()).(int64)
		return emit.Attrs{emit.A(spell.Uncapitalised(e.key), n)}, isInt
	case e.section == "Socket" && (e.key == "ListenStream" || e.key == "ListenDatagram"):
		return c.listen(e)
	}
	return nil, false
}

// serviceOptions are those that only an entry of [Service] turns into.
func (c *conversion) serviceOptions(e *entry) (emit.Attrs, bool) {
	flag, isFlag := flags[e.key]
	switch {
	case isFlag && len(e.values) == 1 && e.last() == strconv.FormatBool(flag.value):
		return emit.Attrs{emit.A(flag.option, flag.value)}, true
	case e.key == "Environment":
		return c.environment(e)
	case e.key == "ExecStart" && !c.dropin && len(e.values) == 1:
		script, ok := plainScript(e.last(), c.target.version())
		return emit.Attrs{emit.A("script", script)}, ok
	}
	return nil, false
}

// last is the value of the last line.
func (e *entry) last() string { return e.values[len(e.values)-1].Value }

// words are those of all lines. An empty line empties the list where NixOS does
// not write it back; elsewhere it has no place in an option.
func (e *entry) words(resets bool) ([]string, bool) {
	var words []string
	for _, v := range e.values {
		fields := strings.Fields(v.Value)
		if len(fields) == 0 {
			if !resets {
				return nil, false
			}
			words = nil
		}
		words = append(words, fields...)
	}
	return words, len(words) > 0
}

// listen are the addresses of a socket. Where a reset or the order requires it,
// they stay in their section.
func (c *conversion) listen(e *entry) (emit.Attrs, bool) {
	if e.resets() || slices.Contains(c.plain, e.key) {
		return nil, false
	}
	var addresses []string
	for _, v := range e.values {
		addresses = append(addresses, v.Value)
	}
	return emit.Attrs{emit.A(spell.Uncapitalised(e.key)+"s", addresses)}, true
}

// shell finds a command that is a shell with one line of script, in quotes of
// one kind without escapes.
var shell = regexp.MustCompile(`^/(?:usr/)?bin/(?:ba)?sh -(e?c) (?:'([^'"\\]+)'|"([^'"\\]+)")$`)

// plainScript is the script that a command line runs, if a script of NixOS does
// the same: such a script ends at the first command that fails, and systemd puts
// neither variables nor specifiers in.
func plainScript(command string, v directive.Version) (string, bool) {
	m := shell.FindStringSubmatch(command)
	if m == nil || value.Check("Service", "ExecStart", command, v).Status != value.Valid {
		return "", false
	}
	script := m[2] + m[3]
	if strings.ContainsAny(script, "$%") || m[1] == "c" && strings.ContainsAny(script, ";&|\n(){}") {
		return "", false
	}
	return script, true
}
