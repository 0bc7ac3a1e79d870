package main

import (
	"context"

	"github.com/spf13/pflag"

	"wardnix/lint/report"
	"wardnix/lint/workspace"
)

// knownVerb keeps the list of known findings.
type knownVerb struct {
	file   string
	force  bool
	source sourceFlags
}

func (*knownVerb) about() about {
	return about{name: "known", args: "create|check|prune [TARGET…]", line: "record existing findings, so that lint reports only new ones", text: `
The list covers the whole project around the working directory, or the systems that TARGETs name, as for
wardnix audit. It records findings by file, unit or option, rule and directive, not by line; and the
exposure of each unit.

  create  record what is found now
  check   exit with 1 when something new is found, something recorded is gone,
          or a unit is more exposed than it was
  prune   remove what is gone, and record lower exposures`,
		words: func() []string { return []string{"create", "check", "prune"} }}
}

func (v *knownVerb) flags(fs *pflag.FlagSet) {
	fs.StringVar(&v.file, "file", "", "use the list in this `FILE` (default: wardnix-known.json in the project's directory)")
	fs.BoolVar(&v.force, "force", false, "with create: replace an existing list")
	v.source.flags(fs)
}

func (v *knownVerb) run(c *Command, args []string) int {
	if len(args) == 0 {
		return c.fail("known takes one of create, check and prune; see wardnix known --help")
	}
	do := map[string]func(*Command, *workspace.KnownList) (int, error){"create": v.create, "check": v.check, "prune": v.prune}[args[0]]
	if do == nil {
		return c.fail("known takes create, check or prune, not %q", args[0])
	}
	opts, err := v.source.options(c, nil)
	if err != nil {
		return c.fail("known: %v", err)
	}
	var list *workspace.KnownList
	if targets := args[1:]; len(targets) > 0 {
		list, err = workspace.OpenKnownSystems(context.Background(), opts, v.file, targets)
	} else {
		list, err = workspace.OpenKnown(context.Background(), opts, v.file)
	}
	if err != nil {
		return c.fail("known: %v", err)
	}
	status, err := do(c, list)
	if err != nil {
		return c.fail("known: %v", err)
	}
	return status
}

func (v *knownVerb) create(c *Command, list *workspace.KnownList) (int, error) {
	n, err := list.Create(v.force)
	if err == nil {
		c.print(report.Textf("wrote %s to %s\n", plural(n, "finding"), list.Name()))
	}
	return exitClean, err
}

func (v *knownVerb) check(c *Command, list *workspace.KnownList) (int, error) {
	changes, err := list.Check()
	if err != nil {
		return exitFailed, err
	}
	for _, f := range changes.New {
		p := f.File.Position(f.Span.Start)
		c.print(report.Textf("new: %s:%d:%d: %s %s\n", report.Name(f.File.Name), p.Line, p.Column, f.Rule.ID, f.Message))
	}
	c.lines("gone: ", changes.Gone)
	c.lines("", changes.Worse)
	if !changes.None() {
		return exitFindings, nil
	}
	c.print(report.Textf("%s is up to date\n", list.Name()))
	return exitClean, nil
}

func (v *knownVerb) prune(c *Command, list *workspace.KnownList) (int, error) {
	gone, left, err := list.Prune()
	if err != nil {
		return exitFailed, err
	}
	c.lines("gone: ", gone)
	c.print(report.Textf("wrote %s to %s\n", plural(left, "finding"), list.Name()))
	return exitClean, nil
}

// lines prints lines, each with a label.
func (c *Command) lines(label string, lines []string) {
	for _, l := range lines {
		c.print(report.Textf("%s%s\n", label, l))
	}
}
