package config

import (
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"wardnix/lint"
)

// Flags are what the command line says: its settings win over a file's. A nil
// slice or an empty string says nothing.
type Flags struct {
	Select, ExtendSelect, Ignore []string
	Fixable, Unfixable           []string
	FailOn                       string
	Baseline                     []string
	NixOSRelease                 string
	SystemdVersion               int
}

// Under is the configuration with what the command line says in its place. --select replaces
// all lists of the file that select rules, --fixable those that choose fixes.
func (f *File) Under(flags Flags) *File {
	g := *f
	g.origin = maps.Clone(f.origin)
	if g.origin == nil {
		g.origin = map[string]string{}
	}
	if flags.Select != nil {
		g.Select, g.ExtendSelect, g.Ignore = flags.Select, nil, nil
		g.origin["select"], g.origin["extend-select"], g.origin["ignore"] = "--select", "--select", "--select"
	}
	if flags.ExtendSelect != nil {
		g.ExtendSelect, g.origin["extend-select"] = flags.ExtendSelect, "--extend-select"
	}
	if flags.Fixable != nil {
		g.Fixable, g.Unfixable = flags.Fixable, nil
		g.origin["fixable"], g.origin["unfixable"] = "--fixable", "--fixable"
	}
	if flags.Unfixable != nil {
		g.Unfixable, g.origin["unfixable"] = flags.Unfixable, "--unfixable"
	}
	if flags.Ignore != nil {
		g.Ignore, g.origin["ignore"] = flags.Ignore, "--ignore"
	}
	if flags.FailOn != "" {
		g.FailOn, g.origin["fail-on"] = flags.FailOn, "--fail-on"
	}
	if flags.Baseline != nil {
		g.Baseline, g.origin["baseline"] = flags.Baseline, "--baseline"
	}
	if flags.NixOSRelease != "" {
		g.NixOSRelease, g.origin["nixos-release"] = flags.NixOSRelease, "--nixos-release"
	}
	if flags.SystemdVersion != 0 {
		g.SystemdVersion, g.origin["systemd-version"] = flags.SystemdVersion, "--systemd-version"
	}
	return &g
}

// WithoutSilencing is the configuration without what keeps findings from being
// reported: selections, exclusions, lower severities, a higher threshold, and units
// or classes without a baseline. What makes it stricter stays.
func (f *File) WithoutSilencing() *File {
	g := *f
	g.Select, g.Ignore, g.Exclude = nil, nil, nil
	g.Fixable, g.Unfixable = nil, nil
	g.Severity = raised(f.Severity)
	if g.Threshold() > lint.Warning {
		g.FailOn = ""
	}
	g.Path = map[string]place{}
	for key, p := range f.Path {
		g.Path[key] = place{Select: p.Select, Severity: raised(p.Severity)}
	}
	g.Class, g.Unit = audible(f.Class), audible(f.Unit)
	return &g
}

func audible(units map[string]unit) map[string]unit {
	out := map[string]unit{}
	for key, u := range units {
		u = unit{Select: u.Select, Severity: raised(u.Severity), Baseline: u.Baseline}
		if u.Baseline == "none" {
			u.Baseline = ""
		}
		out[key] = u
	}
	return out
}

// raised are the severities that no rule has above: those of errors.
func raised(severity map[string]string) map[string]string {
	out := map[string]string{}
	for rule, s := range severity {
		if s == lint.Error.String() {
			out[rule] = s
		}
	}
	return out
}

// Excluding is a configuration of a directory, an absolute path with "/", that
// only excludes what globs match.
func Excluding(dir string, globs []string) *File {
	f := &File{Dir: dir}
	f.Exclude = globs
	return f
}

// runWide are the keys that apply to a run as a whole.
var runWide = [...]string{"fail-on", "baseline", "nixos-release", "systemd-version"}

// Disagrees is an error if the configuration sets something for a whole run
// that another one, which the run is under, does not set likewise.
func (f *File) Disagrees(main *File) error {
	a, b := f.values(), main.values()
	for _, key := range runWide {
		if f.set(key) && main.origin[key] == "" && !reflect.DeepEqual(a[key], b[key]) {
			where := main.Name
			if where == "" {
				where = "a " + Name + " above"
			}
			return f.Errorf([]string{key}, "%s applies to a whole run: set it in %s, or lint this directory separately", key, where)
		}
	}
	for _, m := range []map[string]unit{f.Class, f.Unit} {
		for _, u := range m {
			if u.Baseline != "" && f.Name != main.Name {
				return &Error{Name: f.Name, Message: "baselines of units apply to a whole run: set them in " + main.Name}
			}
		}
	}
	return nil
}

// set reports whether the file sets a key.
func (f *File) set(key string) bool { return f.at[pathKey(key)].Line > 0 }

// values are the settings by key.
func (f *File) values() map[string]any {
	out := map[string]any{}
	v := reflect.ValueOf(f.settings)
	for i := range v.NumField() {
		out[v.Type().Field(i).Tag.Get("toml")] = v.Field(i).Interface()
	}
	return out
}

// defaults are the settings that hold where nothing is set, where they are not
// the zero value.
var defaults = map[string]any{"select": []string{"default"}, "fail-on": "warning"}

// Used are the target of a run as the project has it: "" if the hosts of the
// project differ.
type Used struct{ Release, Systemd string }

// Show writes the settings as TOML, each with where it comes from. What nothing
// sets has the value that is used.
func (f *File) Show(w io.Writer, used Used) error {
	values := f.values()
	v := reflect.TypeFor[settings]()
	for i := range v.NumField() {
		key := v.Field(i).Tag.Get("toml")
		if err := f.showKey(w, key, values[key], used); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) showKey(w io.Writer, key string, value any, used Used) error {
	origin := "default"
	switch {
	case f.origin[key] != "":
		origin = f.origin[key]
	case f.set(key):
		p := f.at[pathKey(key)]
		origin = fmt.Sprintf("%s:%d:%d", f.Name, p.Line, p.Column)
	case defaults[key] != nil:
		value = defaults[key]
	}
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.Map {
		return f.showTable(w, []string{key}, value)
	}
	if v.IsZero() && v.Kind() != reflect.Bool {
		if v.Kind() == reflect.Slice {
			value = []string{}
		} else {
			return showUnset(w, key, used)
		}
	}
	text, err := toml.Marshal(map[string]any{key: value})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s # %s\n", strings.TrimSuffix(string(text), "\n"), origin)
	return err
}

// showUnset says what is used for a key that nothing sets.
func showUnset(w io.Writer, key string, used Used) error {
	var err error
	switch {
	case key == "nixos-release" && used.Release != "":
		_, err = fmt.Fprintf(w, "%s = '%s' # from the project\n", key, used.Release)
	case key == "systemd-version" && used.Systemd != "":
		_, err = fmt.Fprintf(w, "%s = %s # that of the release\n", key, used.Systemd)
	default:
		_, err = fmt.Fprintf(w, "# %s is not set; the hosts differ, or do not say\n", key)
	}
	return err
}

// showTable writes a table by dotted keys, a line for each value.
func (f *File) showTable(w io.Writer, key []string, value any) error {
	text, err := toml.Marshal(value)
	if err != nil {
		return err
	}
	var m map[string]any
	if err := toml.Unmarshal(text, &m); err != nil {
		return err
	}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		full := append(slices.Clone(key), k)
		if sub, ok := m[k].(map[string]any); ok {
			if err := f.showTable(w, full, sub); err != nil {
				return err
			}
			continue
		}
		if !f.set(pathKey(full...)) {
			continue
		}
		one, err := toml.Marshal(map[string]any{"x": m[k]})
		if err != nil {
			return err
		}
		p := f.at[pathKey(full...)]
		_, err = fmt.Fprintf(w, "%s%s # %s:%d:%d\n", dotted(full), strings.TrimSuffix(strings.TrimPrefix(string(one), "x"), "\n"), f.Name, p.Line, p.Column)
		if err != nil {
			return err
		}
	}
	return nil
}

// dotted is a key as TOML writes it.
func dotted(key []string) string {
	parts := make([]string, len(key))
	for i, k := range key {
		text, _ := toml.Marshal(map[string]int{k: 0}) // cannot fail
		parts[i], _, _ = strings.Cut(string(text), " = ")
	}
	return strings.Join(parts, ".")
}
