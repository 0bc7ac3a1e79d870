package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/report"
	"wardnix/lint/workspace"
	"wardnix/nixast"
)

// unitsVerb shows what wardnix understood.
type unitsVerb struct {
	render bool
	format string
	source sourceFlags
}

func (*unitsVerb) about() about {
	return about{name: "units", args: "[PATH…]", line: "list the units that a configuration defines, as wardnix understands them", text: `
Each unit is printed with its host and the places that define it. With --render, its text is printed as
NixOS would write it, each line with the place that it comes from. What the source does not determine is
written as ${…}, with the reason. Units are those of the files named; the project around them is read for context.`}
}

func (v *unitsVerb) flags(fs *pflag.FlagSet) {
	fs.BoolVar(&v.render, "render", false, "print the text of each unit")
	fs.StringVar(&v.format, "format", "text", "print as `FORMAT`: text or json")
	takes(fs, "format", "text", "json")
	v.source.flags(fs)
}

func (v *unitsVerb) run(c *Command, args []string) int {
	w, err := v.open(c, args)
	if err != nil {
		return c.fail("units: %v", err)
	}
	status := c.sources(lint.SourceFindings(w.Project))
	units := w.Units()
	if v.format == "json" {
		if err := unitsJSON(c, units, v.render); err != nil {
			return c.fail("%v", err)
		}
		return status
	}
	for i, u := range units {
		var p report.Printer
		v.text(&p, u, i == 0)
		c.print(p.Text())
	}
	return status
}

// open reads the project.
func (v *unitsVerb) open(c *Command, args []string) (*workspace.Workspace, error) {
	if err := oneOf("format", v.format, "text", "json"); err != nil {
		return nil, err
	}
	opts, err := v.source.options(c, args)
	if err != nil {
		return nil, err
	}
	w, err := workspace.Open(opts)
	if err != nil {
		return nil, err
	}
	return w, w.Load(context.Background())
}

// text prints one unit.
func (v *unitsVerb) text(p *report.Printer, u *nixos.Unit, first bool) {
	if v.render && !first {
		p.Printf("\n")
	}
	mark := ""
	if v.render {
		mark = "# "
	}
	p.Printf("%s%s%s\n", mark, u.Name, unitTraits(u))
	for _, d := range u.Defs() {
		p.Printf("%s  %s\n", mark, where(d.Binding))
	}
	for _, r := range u.Partial {
		p.Printf("%s  not seen: %s%s\n", mark, r.Text, at(r.Node))
	}
	if v.render {
		renderUnit(p, u)
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
	if u.When() != nil {
		traits = append(traits, "under a condition")
	}
	if len(traits) == 0 {
		return ""
	}
	return " (" + strings.Join(traits, ", ") + ")"
}

func renderUnit(p *report.Printer, u *nixos.Unit) {
	section := ""
	for _, l := range u.Lines() {
		if l.Section != section {
			section = l.Section
			p.Printf("[%s]\n", section)
		}
		if l.Unseen != "" {
			key := l.Key
			if key == "" {
				key = "…"
			}
			p.Printf("# %s may be set here: %s\n", key, l.Unseen)
			continue
		}
		p.Printf("%s=%s", l.Key, report.SafeLines(l.Shown))
		var notes []string
		if place := where(l.Origin); place != "" {
			notes = append(notes, place)
		}
		if l.When != nil {
			notes = append(notes, "under a condition")
		}
		if !l.Known {
			notes = append(notes, "not known in full")
		}
		if len(notes) > 0 {
			p.Printf("  # %s", strings.Join(notes, ", "))
		}
		p.Printf("\n")
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

func unitsJSON(c *Command, units []*nixos.Unit, render bool) error {
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
	return c.json(out)
}
