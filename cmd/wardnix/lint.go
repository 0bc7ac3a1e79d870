package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"

	"github.com/spf13/pflag"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/report"
	"wardnix/lint/workspace"
)

// lintVerb finds what is wrong, and repairs it.
type lintVerb struct {
	write, diff, unsafe, verify bool
	stdinFilename               string
	exclude                     []string
	forceExclude                bool
	noIgnores                   bool
	addIgnore                   string
	known                       knownFlags
	since                       string
	showSettings, showFiles     bool
	fixable, unfixable          []string
	source                      sourceFlags
	rules                       ruleFlags
	output                      outputFlags
}

func (*lintVerb) about() about {
	return about{name: "lint", args: "[PATH…]", line: "find what is wrong with systemd services, and fix it", text: `
Paths are files or directories (default: the working directory). Only these are reported on; the
project around them (up to the flake, the repository or the configuration file) is read for context.
Files that .gitignore excludes are left out unless git tracks them. "-" reads one file from standard input.

Settings are those of the nearest wardnix.toml; flags take precedence. A comment
"# wardnix: ignore[RULE] reason" suppresses findings in the binding below it or on its line. Findings
recorded in wardnix-known.json in the project's directory are suppressed; wardnix known writes it.

Exits with 0 when no finding of severity --fail-on or above remains, with 1 when some remain (with
--diff: when there is a diff), and with 2 when something could not be read or written; the other files
are still reported.`}
}

func (v *lintVerb) flags(fs *pflag.FlagSet) {
	fs.BoolVar(&v.write, "write", false, "apply safe fixes to the files; also --fix")
	fs.BoolVar(&v.diff, "diff", false, "print what --write would change, and change nothing")
	fs.BoolVar(&v.unsafe, "unsafe", false, "with --write or --diff: also apply fixes that may take away what a service needs; also --unsafe-fixes")
	fs.BoolVar(&v.verify, "verify", false, "with --write: parse each file with nix-instantiate before and after, and discard fixes that change anything else")
	v.rules.flags(fs)
	fs.StringSliceVar(&v.fixable, "fixable", nil, "apply fixes of these `RULES` only")
	fs.StringSliceVar(&v.unfixable, "unfixable", nil, "apply no fix of these `RULES`")
	offers(fs, "fixable", ruleWords()...)
	offers(fs, "unfixable", ruleWords()...)
	fs.StringSliceVar(&v.exclude, "exclude", nil, "leave out paths in directories that match this `GLOB`, in addition to those of the settings")
	fs.BoolVar(&v.forceExclude, "force-exclude", false, "apply exclusions even to paths given explicitly")
	fs.BoolVar(&v.noIgnores, "no-ignores", false, "disregard suppression comments")
	fs.StringVar(&v.addIgnore, "add-ignore", "", "write comments that suppress what is found, with this `REASON`; with --diff: print them")
	v.known.flags(fs, "suppress findings recorded in `FILE` (default: wardnix-known.json, if present)")
	fs.StringVar(&v.since, "since", "", "report only units and options changed since the merge base of this git `REVISION` and HEAD")
	v.source.flags(fs)
	fs.BoolVar(&v.showSettings, "show-settings", false, "print the settings and where each comes from, and lint nothing")
	fs.BoolVar(&v.showFiles, "show-files", false, "list the files that would be linted, and lint nothing")
	v.output.flags(fs)
	fromEnv(fs, "fixable", "unfixable", "exclude", "force-exclude", "no-ignores", "since")
	fs.StringVar(&v.stdinFilename, "stdin-filename", "", "the `NAME` of the file on standard input")
}

func (v *lintVerb) run(c *Command, args []string) int {
	format, err := v.output.find()
	if err != nil {
		return c.fail("lint: %v", err)
	}
	w, err := v.open(c, args)
	if err != nil {
		return c.fail("lint: %v", err)
	}
	if v.showSettings {
		return v.settings(c, w)
	}
	if v.showFiles {
		return v.files(c, w)
	}
	stop := c.progress(v.output.quiet, "reading files and looking at what they say")
	run, err := w.Lint(context.Background(), v.task(format))
	stop()
	switch {
	case errors.Is(err, workspace.ErrNothing):
		run = w.Nothing()
	case err != nil:
		return c.fail("lint: %v", err)
	}
	c.warnOld(w)
	if v.output.verbose {
		c.describe(w)
	}
	piped := stdin(args) && v.changes()
	if piped {
		for _, text := range run.Texts {
			c.data(text)
		}
	}
	return max(v.status(c, w, run), c.report(&v.output, format, run.Report, piped || v.diff && !format.Diff))
}

// open reads the settings for the arguments.
func (v *lintVerb) open(c *Command, args []string) (*workspace.Workspace, error) {
	opts, err := v.source.options(c, args)
	if err == nil {
		err = v.rules.apply(&opts)
	}
	if err != nil {
		return nil, err
	}
	if stdin(args) {
		text, err := c.input()
		if err != nil {
			return nil, err
		}
		name := cmp.Or(v.stdinFilename, "stdin.nix")
		opts.Overlay, opts.Paths = map[string]string{name: text}, []string{name}
	}
	opts.Describe = v.output.format == "html"
	opts.Flags.Fixable, opts.Flags.Unfixable = v.fixable, v.unfixable
	opts.Exclude, opts.ForceExclude = v.exclude, v.forceExclude
	opts.NoIgnores, opts.NoKnown, opts.Known, opts.Since = v.noIgnores, v.known.none, v.known.list, v.since
	return workspace.Open(opts)
}

func stdin(args []string) bool { return len(args) == 1 && args[0] == stdinWord }

// changes reports whether the run changes files, or the text that is piped through.
func (v *lintVerb) changes() bool { return v.write || v.addIgnore != "" && !v.diff }

// task is what the flags request.
func (v *lintVerb) task(format report.Format) workspace.Task {
	t := workspace.Task{
		Ignore: v.addIgnore, Diff: v.diff, Write: v.changes(), Verify: v.verify,
		Hosts: format.Hosts, Changes: format.Changes && !v.output.statistics, Hardening: format.Changes,
	}
	switch {
	case v.unsafe:
		t.Fix = lint.Unsafe
	case v.write || v.diff:
		t.Fix = lint.Safe
	}
	return t
}

// settings prints the settings of the run.
func (v *lintVerb) settings(c *Command, w *workspace.Workspace) int {
	if err := w.Load(context.Background()); err != nil && !errors.Is(err, workspace.ErrNothing) {
		return c.fail("lint: %v", err)
	}
	var b bytes.Buffer
	if err := w.Main.Show(&b, w.Used()); err != nil {
		return c.fail("%v", err)
	}
	c.print(report.SafeLines(b.String()))
	return exitClean
}

// files lists the files that would be linted.
func (v *lintVerb) files(c *Command, w *workspace.Workspace) int {
	switch err := w.Load(context.Background()); {
	case errors.Is(err, workspace.ErrNothing):
		return exitClean
	case err != nil:
		return c.fail("lint: %v", err)
	}
	for _, f := range w.Project.Files() {
		if f.Reported {
			c.print(report.Textf("%s\n", report.Name(f.Name)))
		}
	}
	return c.sources(lint.SourceFindings(w.Project))
}

// status says what went wrong, and is the exit status of a run.
func (v *lintVerb) status(c *Command, w *workspace.Workspace, run *workspace.Run) int {
	status := exitClean
	if w.Failing(run.Result.Findings) || run.Diff != "" && w.Main.Threshold() != lint.Never {
		status = exitFindings
	}
	for _, b := range run.Bugs {
		p := b.Finding.File.Position(b.Finding.Span.Start)
		status = c.fail("%s:%d:%d: a fix of %s was dropped: %v; this is a bug of wardnix", report.Name(b.Finding.File.Name), p.Line, p.Column, b.Finding.Rule, b.Err)
	}
	for _, f := range run.Unwritten {
		status = c.fail("%s: not written: %v", report.Name(f.Name), unwrapped(f.Err))
	}
	if !run.Complete() {
		status = exitFailed
	}
	return status
}

// unwrapped is an error that does not repeat the names of files.
func unwrapped(err error) error {
	var p *fs.PathError
	switch {
	case errors.Is(err, emit.ErrChanged):
		return emit.ErrChanged
	case errors.As(err, &p):
		return p.Err
	}
	return err
}
