package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"wardnix/lint/config"
	"wardnix/lint/nixos"
	"wardnix/lint/report"
	"wardnix/nixast"
)

// unitsVerb shows what wardnix understood.
type unitsVerb struct {
	render bool
	format string
	target projectFlags
}

func (*unitsVerb) about() about {
	return about{name: "units", args: "[PATH…]", line: "list the units that a configuration defines, as wardnix understands them", text: `
Each unit is told with its host and the places that define it. With --render, its text is printed as
NixOS would write it, each line with the place that it comes from. What the source does not tell is written
as ${…}, with the reason. Units are those of the files named; the project around them is read, too.`}
}

func (v *unitsVerb) flags(fs *pflag.FlagSet) {
	fs.BoolVar(&v.render, "render", false, "print the text of each unit")
	fs.StringVar(&v.format, "format", "text", "print as `FORMAT`: text or json")
	takes(fs, "format", "text", "json")
	v.target.flags(fs)
}

func (v *unitsVerb) run(c *Command, args []string) int {
	if v.format != "text" && v.format != "json" {
		return c.fail("units: --format takes text or json, not %q", v.format)
	}
	s, err := v.target.open(c, config.Flags{}, args)
	if err == nil {
		err = s.load(nil, args)
	}
	if err != nil {
		return c.fail("units: %v", err)
	}
	project := s.project
	status := c.tellProblems(project, report.Style{Color: c.colors("auto", c.Stderr)})
	var units []*nixos.Unit
	for _, h := range project.Hosts() {
		for _, u := range h.Units {
			if asked(u) {
				units = append(units, u)
			}
		}
	}
	if v.format == "json" {
		err = unitsJSON(c.Stdout, units, v.render)
	} else {
		for i, u := range units {
			v.text(c.Stdout, u, i == 0)
		}
	}
	if err != nil {
		return c.fail("%v", err)
	}
	return status
}

// asked reports whether a file that was asked for has a part in the unit.
func asked(u *nixos.Unit) bool {
	for _, f := range u.Files() {
		if f.Asked {
			return true
		}
	}
	return false
}

// text prints one unit.
func (v *unitsVerb) text(w io.Writer, u *nixos.Unit, first bool) {
	if v.render && !first {
		fmt.Fprintln(w)
	}
	mark := ""
	if v.render {
		mark = "# "
	}
	fmt.Fprintf(w, "%s%s%s\n", mark, u.Name, unitTraits(u))
	for _, d := range u.Defs() {
		fmt.Fprintf(w, "%s  %s\n", mark, where(d.Binding))
	}
	for _, r := range u.Partial {
		fmt.Fprintf(w, "%s  not seen: %s%s\n", mark, r.Text, at(r.Node))
	}
	if v.render {
		renderUnit(w, u)
	}
}

// unitTraits are what is worth knowing of a unit, in brackets.
func unitTraits(u *nixos.Unit) string {
	var traits []string
	if u.Host.Name != "" {
		traits = append(traits, "host "+u.Host.Name)
	}
	if s := u.Scope.String(); s != "system" {
		traits = append(traits, s)
	}
	switch {
	case u.Enabled() < 0:
		traits = append(traits, "masked")
	case u.IsOverride():
		traits = append(traits, "overrides a unit from elsewhere")
	}
	if u.When != nil {
		traits = append(traits, "under a condition")
	}
	if len(traits) == 0 {
		return ""
	}
	return " (" + strings.Join(traits, ", ") + ")"
}

func renderUnit(w io.Writer, u *nixos.Unit) {
	section := ""
	for _, l := range u.Lines() {
		if l.Section != section {
			section = l.Section
			fmt.Fprintf(w, "[%s]\n", section)
		}
		if l.Unseen != "" {
			key := l.Key
			if key == "" {
				key = "…"
			}
			fmt.Fprintf(w, "# %s may be set here: %s\n", key, l.Unseen)
			continue
		}
		fmt.Fprintf(w, "%s=%s", l.Key, l.Shown)
		var notes []string
		if p := where(l.Origin); p != "" {
			notes = append(notes, p)
		}
		if l.When != nil {
			notes = append(notes, "under a condition")
		}
		if !l.Known {
			notes = append(notes, "not known in full")
		}
		if len(notes) > 0 {
			fmt.Fprintf(w, "  # %s", strings.Join(notes, ", "))
		}
		fmt.Fprintln(w)
	}
}

// where is the place of a node: file:line:column; "" for the zero Node.
func where(n nixast.Node) string {
	if n.IsZero() {
		return ""
	}
	p := n.File().Position(n.Span().Start)
	return fmt.Sprintf("%s:%d:%d", n.File().Name, p.Line, p.Column)
}

func at(n nixast.Node) string {
	if p := where(n); p != "" {
		return " (" + p + ")"
	}
	return ""
}

func unitsJSON(w io.Writer, units []*nixos.Unit, render bool) error {
	type line struct {
		Section string `json:"section"`
		Key     string `json:"key"`
		Text    string `json:"text"`
		Known   bool   `json:"known"`
		Origin  string `json:"origin,omitempty"`
		Unseen  string `json:"unseen,omitempty"`
	}
	type unit struct {
		Unit        string   `json:"unit"`
		Host        string   `json:"host"`
		Scope       string   `json:"scope"`
		Masked      bool     `json:"masked"`
		Override    bool     `json:"override"`
		Definitions []string `json:"definitions"`
		NotSeen     []string `json:"not_seen"`
		Lines       []line   `json:"lines,omitempty"`
	}
	out := struct {
		Units []unit `json:"units"`
	}{Units: []unit{}}
	for _, u := range units {
		one := unit{
			Unit: u.Name, Host: u.Host.Name, Scope: u.Scope.String(), Masked: u.Enabled() < 0, Override: u.IsOverride(),
			Definitions: []string{}, NotSeen: []string{},
		}
		for _, d := range u.Defs() {
			one.Definitions = append(one.Definitions, where(d.Binding))
		}
		for _, r := range u.Partial {
			one.NotSeen = append(one.NotSeen, r.Text)
		}
		if render {
			for _, l := range u.Lines() {
				one.Lines = append(one.Lines, line{l.Section, l.Key, l.Shown, l.Known, where(l.Origin), l.Unseen})
			}
		}
		out.Units = append(out.Units, one)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
