// Package config reads wardnix.toml: the settings of a project.
//
// A file of a project is linted by the nearest wardnix.toml in its directory or
// above it; files are not merged. What the command line says wins.
package config

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"wardnix/lint"
)

// Name is the name of the configuration file.
const Name = "wardnix.toml"

// File is a configuration. The zero File is what holds without one.
type File struct {
	// Name is how messages call the file; "" for the zero File.
	Name string
	// Dir is the absolute directory, with "/", that globs and paths are relative to.
	Dir string
	settings
	at     positions
	origin map[string]string // of keys that the command line set
	// paths and units are the keys of these tables, weakest first, but for the names
	// of single units.
	paths, units []string
}

// settings are the keys, as TOML has them.
type settings struct {
	Select         []string          `toml:"select"`
	ExtendSelect   []string          `toml:"extend-select"`
	Ignore         []string          `toml:"ignore"`
	Severity       map[string]string `toml:"severity"`
	Fixable        []string          `toml:"fixable"`
	Unfixable      []string          `toml:"unfixable"`
	FailOn         string            `toml:"fail-on"`
	Baseline       []string          `toml:"baseline"`
	NixOSRelease   string            `toml:"nixos-release"`
	SystemdVersion int               `toml:"systemd-version"`
	Exclude        []string          `toml:"exclude"`
	RequireReasons bool              `toml:"require-reasons"`
	NotIgnorable   []string          `toml:"not-ignorable"`
	Path           map[string]place  `toml:"path"`
	Class          map[string]unit   `toml:"class"`
	Unit           map[string]unit   `toml:"unit"`
}

// place is what applies to some paths.
type place struct {
	Select   []string          `toml:"select"`
	Ignore   []string          `toml:"ignore"`
	Severity map[string]string `toml:"severity"`
}

// unit is what applies to some units.
type unit struct {
	Select   []string          `toml:"select"`
	Ignore   []string          `toml:"ignore"`
	Severity map[string]string `toml:"severity"`
	Baseline string            `toml:"baseline"`
}

func (u unit) place() place { return place{u.Select, u.Ignore, u.Severity} }

// Subject is what a finding is about, as far as settings distinguish it.
type Subject struct {
	// Path is the file's absolute path, with "/".
	Path string
	// Unit is the unit's full name; Class the class of what it runs.
	Unit, Class string
	// Suggestion reports that the finding is one that only selecting its rule by
	// name or family brings up.
	Suggestion bool
}

// Threshold is the least severity of a finding that fails a run.
func (f *File) Threshold() lint.Severity {
	if f.FailOn == "" {
		return lint.Warning
	}
	at, _ := lint.ParseThreshold(f.FailOn) // checked when it was read
	return at
}

// Excludes reports whether a file or directory is left out, by its absolute path.
func (f *File) Excludes(abs string) bool {
	rel, ok := f.relative(abs)
	return ok && matchesAny(f.Exclude, rel)
}

func matchesAny(globs []string, rel string) bool {
	return slices.ContainsFunc(globs, func(g string) bool { return matches(g, rel) })
}

// matches reports whether a glob is for a path: the path itself, or a directory
// above it. A glob without "/" is for names in any directory.
func matches(glob, rel string) bool {
	glob = strings.TrimSuffix(glob, "/")
	if !strings.Contains(glob, "/") {
		glob = "**/" + glob
	}
	glob = strings.TrimPrefix(glob, "/")
	return doublestar.MatchUnvalidated(glob, rel) || doublestar.MatchUnvalidated(glob+"/**", rel)
}

// relative is an absolute path relative to the configuration's directory.
func (f *File) relative(abs string) (string, bool) {
	if f.Dir == "/" {
		return strings.TrimPrefix(abs, "/"), true
	}
	return strings.CutPrefix(abs, f.Dir+"/")
}

// UsesClasses reports whether the configuration says something of a class.
func (f *File) UsesClasses() bool { return len(f.Class) > 0 }

// layers are the places that apply to a subject, the weakest first.
func (f *File) layers(s Subject) []place {
	out := []place{{Severity: f.Severity}}
	if c, ok := f.Class[s.Class]; ok && s.Class != "" {
		out = append(out, c.place())
	}
	if rel, ok := f.relative(s.Path); ok {
		for _, glob := range f.paths {
			if matches(glob, rel) {
				out = append(out, f.Path[glob])
			}
		}
	}
	for _, name := range f.unitKeys(s.Unit) {
		out = append(out, f.Unit[name].place())
	}
	return out
}

// unitKeys are the keys that are for a unit, the most general first.
func (f *File) unitKeys(name string) []string {
	if name == "" {
		return nil
	}
	var keys []string
	for _, glob := range f.units {
		if ok, err := path.Match(unitName(glob), name); ok && err == nil {
			keys = append(keys, glob)
		}
	}
	for _, key := range []string{strings.TrimSuffix(name, ".service"), name} {
		if _, ok := f.Unit[key]; ok && unitName(key) == name && !isGlob(key) && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// unitName is the full name that a key of [unit] means.
func unitName(key string) string {
	if !strings.Contains(key, ".") {
		return key + ".service"
	}
	return key
}

func isGlob(key string) bool { return strings.ContainsAny(key, `*?[\`) }

// sortKeys notes the order in which tables apply.
func (f *File) sortKeys() {
	f.paths = bySpecificity(f.Path)
	f.units = slices.DeleteFunc(bySpecificity(f.Unit), func(key string) bool { return !isGlob(key) })
}

// bySpecificity are the keys, globs before plain names and short before long.
func bySpecificity[T any](m map[string]T) []string {
	return slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		if ga, gb := isGlob(a), isGlob(b); ga != gb {
			if ga {
				return -1
			}
			return 1
		}
		return cmp.Or(len(a)-len(b), strings.Compare(a, b))
	})
}

// BaselineFor is the baseline that the configuration requires of a unit: "" if
// it says nothing. named reports that it does so for the unit rather than its class.
func (f *File) BaselineFor(s Subject) (baseline string, named bool) {
	baseline = f.Class[s.Class].Baseline
	for _, key := range f.unitKeys(s.Unit) {
		if b := f.Unit[key].Baseline; b != "" {
			baseline, named = b, true
		}
	}
	return baseline, named
}

// UnitBaselines are the baselines that units and classes are given, each with
// its key.
func (f *File) UnitBaselines() map[string][]string {
	out := map[string][]string{}
	for table, m := range map[string]map[string]unit{"class": f.Class, "unit": f.Unit} {
		for key, u := range m {
			if u.Baseline != "" {
				out[u.Baseline] = []string{table, key, "baseline"}
			}
		}
	}
	return out
}

// Binding reports whether no comment may ignore the rule.
func (f *File) Binding(r *lint.Rule) bool { return anyNames(f.NotIgnorable, r) }

// Judge is the severity of a finding of the rule about the subject; false if
// the configuration does not want it.
func (f *File) Judge(r *lint.Rule, found lint.Severity, s Subject) (lint.Severity, bool) {
	wanted := f.wants(r, s.Suggestion)
	for _, l := range f.layers(s) {
		if name, n := severityOf(l.Severity, r); n > 0 {
			found, _ = lint.ParseSeverity(name) // checked when it was read
			wanted = wanted || len(f.Select) == 0 && !anyNames(f.Ignore, r)
		}
		wanted = (wanted || selects(l.Select, r, s.Suggestion)) && !anyNames(l.Ignore, r)
	}
	if f.reasonRule(r) {
		found = max(found, lint.Warning)
	}
	return found, wanted
}

// wants reports whether findings of the rule, or its suggestions, are selected for
// the project as a whole.
func (f *File) wants(r *lint.Rule, suggestion bool) bool {
	chosen := f.Select
	if len(chosen) == 0 {
		chosen = []string{lint.DefaultRules}
	}
	chosen = append(slices.Clone(chosen), f.ExtendSelect...)
	return (selects(chosen, r, suggestion) || f.reasonRule(r)) && !anyNames(f.Ignore, r)
}

// selects reports whether entries select findings of the rule, or its suggestions:
// the default rules have none.
func selects(entries []string, r *lint.Rule, suggestion bool) bool {
	return slices.ContainsFunc(entries, func(e string) bool {
		return r.NamedBy(e) > 0 && !(suggestion && strings.EqualFold(e, lint.DefaultRules))
	})
}

// reasonRule reports whether the rule is the one for missing reasons and the
// project requires reasons.
func (f *File) reasonRule(r *lint.Rule) bool {
	return f.RequireReasons && r.Name == "ignore-without-reason"
}

// Mentions reports whether the configuration may want findings of the rule
// about some subject: only such rules need to run.
func (f *File) Mentions(r *lint.Rule) bool { return f.mayWant(r, false) }

// Suggests reports whether the configuration may want suggestions of the rule about
// some subject.
func (f *File) Suggests(r *lint.Rule) bool { return f.mayWant(r, true) }

func (f *File) mayWant(r *lint.Rule, suggestion bool) bool {
	if f.wants(r, suggestion) {
		return true
	}
	named := func(p place) bool {
		_, n := severityOf(p.Severity, r)
		return n > 0 || anyNames(p.Select, r)
	}
	found := named(place{Severity: f.Severity})
	for _, p := range f.Path {
		found = found || named(p)
	}
	for _, m := range []map[string]unit{f.Class, f.Unit} {
		for _, u := range m {
			found = found || named(u.place())
		}
	}
	return found
}

// Fixes reports whether fixes of the rule may be applied.
func (f *File) Fixes(r *lint.Rule) bool {
	return (len(f.Fixable) == 0 || anyNames(f.Fixable, r)) && !anyNames(f.Unfixable, r)
}

// severityOf is the severity that a table gives to a rule, and how closely it
// names it: 3 by ID or name, 2 by family, 1 as all, 0 not at all.
func severityOf(m map[string]string, r *lint.Rule) (string, int) {
	best, n := "", 0
	for key, severity := range m {
		if k := r.NamedBy(key); k > n {
			best, n = severity, k
		}
	}
	return best, n
}

func anyNames(entries []string, r *lint.Rule) bool {
	return slices.ContainsFunc(entries, func(e string) bool { return r.NamedBy(e) > 0 })
}
