// Package handbook is what wardnix knows about rules, directives and baselines,
// for people to read: by name, and as HTML.
package handbook

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/systemd/directive"
	"wardnix/rules"
	"wardnix/rules/profile"
)

// A Topic is what one name means: a rule, a baseline, or directives of systemd
// and what baselines say of them.
type Topic struct {
	Rule *lint.Rule // or nil
	// Baseline is the name of a baseline, and Text its module; "" for none. The baseline
	// proven has a module for each daemon instead.
	Baseline, Text string
	// Directives are those of that name, one for each that differs.
	Directives []*directive.Directive
	// Settings are what the built-in baselines say of it.
	Settings []profile.Entry
}

// AboutProven says what the baseline proven requires.
const AboutProven = `The baseline proven requires of each of these daemons the strictest settings that it was seen to work under, with a
booted systemd of two versions and a client that uses it, and of any other service what light requires. It applies to a unit by the command
that it runs, if it runs it as root or as a user as it was run here.`

// Rules are all rules, in order.
func Rules() []*lint.Rule { return slices.Concat(rules.All(), lint.SourceRules()) }

// Lookup finds a rule by ID or name, a built-in baseline, a directive in any case, or
// an option that a baseline sets. The error names what may have been meant.
func Lookup(name string) (*Topic, error) {
	if r := lint.FindRule(Rules(), name); r != nil {
		return &Topic{Rule: r}, nil
	}
	if name == profile.ProvenName {
		return &Topic{Baseline: name}, nil
	}
	if text := profile.BuiltinText(name); text != "" {
		return &Topic{Baseline: name, Text: text}, nil
	}
	if d := profile.DaemonNamed(name); d != nil {
		return &Topic{Baseline: name, Text: d.Text()}, nil
	}
	t := &Topic{Settings: profile.Explain(name), Directives: DirectivesOf(name)}
	if len(t.Settings) == 0 && len(t.Directives) == 0 {
		return nil, fmt.Errorf("there is no rule, directive or baseline %q%s", name, didYouMean(name))
	}
	return t, nil
}

// Title is the name of the topic as wardnix writes it.
func (t *Topic) Title() string {
	switch {
	case t.Rule != nil:
		return t.Rule.ID + " " + t.Rule.Name
	case t.Baseline != "":
		return "Baseline " + t.Baseline
	case len(t.Directives) > 0:
		return t.Directives[0].Name
	}
	path, _, _ := strings.Cut(t.Settings[0].Setting, " ")
	return path
}

// TopicNames are all names that [Lookup] knows, options of NixOS excepted.
func TopicNames() []string {
	words := Baselines()
	for _, r := range Rules() {
		words = append(words, r.ID, r.Name)
	}
	words = append(words, DirectiveNames()...)
	slices.Sort(words)
	return slices.Compact(words)
}

// Baselines are the names of all baselines: those for any service, and those of daemons.
func Baselines() []string {
	names := slices.Clone(profile.BuiltinNames())
	daemons := profile.Daemons()
	for i := range daemons {
		names = append(names, daemons[i].Name)
	}
	return names
}

// DirectiveNames are the names of all directives of the newest systemd, sorted.
func DirectiveNames() []string {
	var names []string
	for _, section := range directive.Sections() {
		for _, d := range directive.Directives(section, directive.Newest) {
			names = append(names, d.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// DirectivesOf are the directives of that name, in any case, one for each that
// differs.
func DirectivesOf(name string) []*directive.Directive {
	var out []*directive.Directive
	for _, section := range directive.Sections() {
		for _, d := range directive.Directives(section, directive.Newest) {
			if strings.EqualFold(d.Name, name) && !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
	}
	return out
}

// didYouMean names the directive that was most likely meant.
func didYouMean(name string) string {
	for _, section := range directive.Sections() {
		if d, ok := directive.Nearest(section, name, directive.Newest); ok {
			return "; did you mean " + d.Name + "?"
		}
	}
	return ""
}

// A Change is what systemd accepts as the value of a directive from a version on.
type change struct {
	Since directive.Version // directive.Oldest: as far back as is known
	Names []string          // the words that it adds
}

// values are the words that a directive takes by the version that brought them; nil if
// it does not take one of a list.
func values(d *directive.Directive) []change {
	e := d.Enum()
	if e == nil {
		return nil
	}
	var out []change
	var before []string
	for v := directive.Oldest; v <= directive.Newest; v++ {
		now := e.Names(v)
		added := slices.DeleteFunc(slices.Clone(now), func(n string) bool { return slices.Contains(before, n) })
		if len(added) > 0 {
			out = append(out, change{v, added})
		}
		before = now
	}
	return out
}
