package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/spf13/pflag"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/config"
	"wardnix/lint/nixos"
	"wardnix/lint/report"
)

// lintVerb finds what is wrong, and repairs it.
type lintVerb struct {
	write, diff, unsafe bool
	verify              bool
	format              string
	statistics          bool
	outputFile          string
	color               string
	stdinFilename       string
	failOn              string
	baselines           []string
	selected, ignored   []string
	exclude             []string
	forceExclude        bool
	noIgnores           bool
	addIgnore           string
	known               string
	noKnown             bool
	since               string
	showSettings        bool
	project             projectFlags
}

func (*lintVerb) about() about {
	return about{name: "lint", args: "[PATH…]", line: "find what is wrong with systemd services, and repair it", text: `
Paths are files or folders; without one, the working directory. Findings are told for these
files; the project around them (up to the flake, the repository or the configuration file) is read
to understand them. What .gitignore excludes is left out. "-" reads one file from standard input.

Settings are those of the nearest wardnix.toml; flags win. A comment "# wardnix: ignore[RULE] reason"
ignores findings in the binding below it or on its line. Findings that wardnix-baseline.json in the
project's folder knows are not told; wardnix baseline writes it.

Exits with 0 when no finding of severity --fail-on or above remains, with 1 when some remain (with
--diff: when there is a diff), and with 2 when something could not be read or written; the other files
are still reported.`}
}

func (v *lintVerb) flags(fs *pflag.FlagSet) {
	fs.BoolVar(&v.write, "write", false, "apply the safe fixes to the files")
	fs.BoolVar(&v.diff, "diff", false, "print what --write would change, and change nothing")
	fs.BoolVar(&v.unsafe, "unsafe", false, "with --write or --diff: also the fixes that may take away what a service needs")
	fs.BoolVar(&v.verify, "verify", false, "with --write: have nix-instantiate read each file before and after, and write only where nothing else changed")
	fs.StringSliceVar(&v.baselines, "baseline", nil, "compare with this hardening `BASELINE` too: cloudflared, server, light, strict, or the path of a NixOS module")
	fs.StringSliceVar(&v.selected, "select", nil, "look for these `RULES` only: IDs, names, letters of families, default or all")
	fs.StringSliceVar(&v.ignored, "ignore", nil, "leave these `RULES` out")
	fs.StringVar(&v.failOn, "fail-on", "", "exit with 1 for findings of this `SEVERITY` or above: error, warning (the default), info or none")
	takes(fs, "fail-on", severities...)
	fs.StringSliceVar(&v.exclude, "exclude", nil, "leave out what this `GLOB` matches in folders, besides what the settings leave out")
	fs.BoolVar(&v.forceExclude, "force-exclude", false, "leave out excluded files even where they are named")
	fs.BoolVar(&v.noIgnores, "no-ignores", false, "take no notice of comments that ignore findings")
	fs.StringVar(&v.addIgnore, "add-ignore", "", "write comments that ignore what is found, with this `REASON`; with --diff: print them")
	fs.StringVar(&v.known, "known", "", "do not tell findings that this `FILE` knows; else wardnix-baseline.json, if it is there")
	fs.BoolVar(&v.noKnown, "no-known", false, "tell known findings, too")
	fs.StringVar(&v.since, "since", "", "only tell of units and options changed since this git `REVISION`, or since it and HEAD parted")
	v.project.flags(fs)
	fs.BoolVar(&v.showSettings, "show-settings", false, "print the settings and where each comes from, and lint nothing")
	fs.StringVar(&v.format, "format", "full", "print as `FORMAT`: "+formatNames())
	takes(fs, "format", formats()...)
	fs.BoolVar(&v.statistics, "statistics", false, "print how often each rule finds something")
	fs.StringVar(&v.outputFile, "output-file", "", "write the report to this `FILE` instead of printing it")
	fs.StringVar(&v.color, "color", "auto", "colour the output `WHEN`: auto, always or never")
	takes(fs, "color", "auto", "always", "never")
	fs.StringVar(&v.stdinFilename, "stdin-filename", "", "the `NAME` of the file that - stands for")
}

func (v *lintVerb) run(c *Command, args []string) int {
	if err := v.check(args); err != nil {
		return c.fail("lint: %v", err)
	}
	overlay, paths, err := v.paths(c, args)
	if err != nil {
		return c.fail("lint: %v", err)
	}
	s, err := v.open(c, paths)
	if err != nil {
		return c.fail("lint: %v", err)
	}
	if v.showSettings {
		if err := s.main.Show(c.Stdout); err != nil {
			return c.fail("%v", err)
		}
		return exitClean
	}
	if v.forceExclude && len(paths) > 0 {
		if paths = s.keep(paths); len(paths) == 0 {
			return v.output(c, s, &lint.Linter{}, &lint.Result{}, false)
		}
	}
	stop := c.progress("reading files")
	err = s.load(overlay, paths)
	stop()
	if err != nil {
		return c.fail("lint: %v", err)
	}
	linter, known, err := v.linter(s)
	if err != nil {
		return c.fail("lint: %v", err)
	}
	status := c.tellProblems(s.project, report.Style{Color: c.colors(v.color, c.Stderr)})
	stop = c.progress("looking at what they say")
	result, err := v.work(s.project, linter)
	stop()
	if err != nil {
		return c.fail("lint: %v", err)
	}
	result.Known = known.count
	for _, b := range result.Bugs {
		p := b.Finding.File.Position(b.Finding.Span.Start)
		status = c.fail("%s:%d:%d: a fix of %s was dropped: %v; this is a bug of wardnix", report.Name(b.Finding.File.Name), p.Line, p.Column, b.Finding.Rule, b.Err)
	}
	return max(status, v.output(c, s, linter, result, stdin(args)))
}

// open reads the settings for paths.
func (v *lintVerb) open(c *Command, paths []string) (*workspace, error) {
	if _, err := lint.ParseThreshold(v.failOn); v.failOn != "" && err != nil {
		return nil, fmt.Errorf("--fail-on: %w", err)
	}
	given := config.Flags{Select: v.selected, Ignore: v.ignored, FailOn: v.failOn, Baseline: v.baselines}
	s, err := v.project.open(c, given, paths)
	if err != nil {
		return nil, err
	}
	for _, list := range [][]string{v.selected, v.ignored} {
		if _, err := lint.Select(s.catalogue, list, nil); err != nil {
			return nil, err
		}
	}
	for _, glob := range v.exclude {
		if !doublestar.ValidatePattern(glob) {
			return nil, fmt.Errorf("--exclude: %q is no glob", glob)
		}
	}
	s.exclude.Exclude = v.exclude
	return s, nil
}

// linter is the linter that the settings and flags ask for, and what its filters
// know.
func (v *lintVerb) linter(s *workspace) (*lint.Linter, *known, error) {
	l := s.linter()
	l.NoIgnores = v.noIgnores
	if v.since != "" {
		touched, err := s.touchedSince(v.since)
		if err != nil {
			return nil, nil, err
		}
		l.Filters = append(l.Filters, touched.filter)
	}
	if v.noKnown {
		return l, &known{}, nil
	}
	k, err := s.known(v.known)
	if err != nil {
		return nil, nil, err
	}
	l.Filters = append(l.Filters, k.filter)
	return l, k, nil
}

// check looks at what the flags and arguments say together.
func (v *lintVerb) check(args []string) error {
	piped := slices.Contains(args, "-")
	format, err := report.FindFormat(v.format)
	if err != nil {
		return fmt.Errorf("--format: %w", err)
	}
	if v.statistics && !format.Statistics {
		return fmt.Errorf("--statistics goes with the formats full, concise and json, not with %s", format.Name)
	}
	switch {
	case v.write && v.diff:
		return fmt.Errorf("--write and --diff exclude each other")
	case v.verify && !v.write:
		return fmt.Errorf("--verify needs --write")
	case v.unsafe && !v.write && !v.diff:
		return fmt.Errorf("--unsafe needs --write or --diff")
	case v.addIgnore != "" && (v.write || v.unsafe):
		return fmt.Errorf("--add-ignore and --write exclude each other: fix first, then ignore what is left")
	case v.addIgnore != "" && v.noIgnores:
		return fmt.Errorf("--add-ignore and --no-ignores exclude each other")
	case v.known != "" && v.noKnown:
		return fmt.Errorf("--known and --no-known exclude each other")
	case v.color != "auto" && v.color != "always" && v.color != "never":
		return fmt.Errorf("--color takes auto, always or never, not %q", v.color)
	case piped && len(args) > 1:
		return fmt.Errorf("- cannot be mixed with other paths")
	case piped && v.since != "":
		return fmt.Errorf("--since looks at files, not at standard input")
	case v.stdinFilename != "" && !piped:
		return fmt.Errorf("--stdin-filename goes with -")
	}
	return nil
}

// paths are the paths to read, with the text from standard input.
func (v *lintVerb) paths(c *Command, args []string) (overlay map[string]string, paths []string, err error) {
	if !stdin(args) {
		return nil, args, nil
	}
	text, err := io.ReadAll(c.Stdin)
	if err != nil {
		return nil, nil, fmt.Errorf("standard input: %w", err)
	}
	name := cmp.Or(v.stdinFilename, "stdin.nix")
	return map[string]string{name: string(text)}, []string{name}, nil
}

func stdin(args []string) bool { return len(args) == 1 && args[0] == "-" }

// work runs the rules, and the fixes where they are asked for.
func (v *lintVerb) work(project *nixos.Project, l *lint.Linter) (*lint.Result, error) {
	switch {
	case v.addIgnore != "":
		return l.AddIgnores(project, v.addIgnore)
	case !v.write && !v.diff:
		return l.Run(project), nil
	case v.unsafe:
		return l.Repair(project, lint.Unsafe), nil
	}
	return l.Repair(project, lint.Safe), nil
}

// tellProblems says on standard error what of the project could not be read.
func (c *Command) tellProblems(project *nixos.Project, style report.Style) int {
	status := exitClean
	for _, p := range project.Problems() {
		status = c.fail("%s: %v", report.Name(p.Name), p.Err)
	}
	for _, f := range project.Files() {
		switch {
		case !f.Asked || f.Err != nil: // a problem of the project
		case lint.Broken(f.Tree):
			io.WriteString(c.Stderr, style.Diagnostics(f.Tree))
			status = exitFailed
		}
	}
	return status
}

// output writes what the run came to, files and report, and tells the status.
func (v *lintVerb) output(c *Command, s *workspace, l *lint.Linter, r *lint.Result, stdin bool) int {
	status := exitClean
	if lint.Failing(r.Findings, s.main.Threshold()) {
		status = exitFindings
	}
	diff := ""
	changes := v.write || v.addIgnore != "" && !v.diff
	switch {
	case changes && stdin:
		status = max(status, v.pipe(c, r))
	case changes && r.Project != nil: // else every path is excluded
		status = max(status, v.writeChanges(c, r))
	case v.diff:
		for _, ch := range r.Changes {
			diff += emit.Diff(ch.File.Name, ch.Old, ch.New)
		}
		if diff != "" && s.main.Threshold() != lint.Never {
			status = exitFindings
		}
	}
	if err := v.report(c, s, l, r, diff, changes && stdin); err != nil {
		return c.fail("%v", err)
	}
	return status
}

// pipe prints the text from standard input: it is the result, changed or not.
func (v *lintVerb) pipe(c *Command, r *lint.Result) int {
	status, keep := v.verified(c, r)
	for _, f := range r.Project.Files() {
		if f.Asked && f.Tree != nil {
			text := f.Tree.Src
			for _, ch := range r.Changes {
				if ch.File.Name == f.Name && keep[f.Name] {
					text = ch.Old
				}
			}
			io.WriteString(c.Stdout, text)
		}
	}
	return status
}

// verified says which files --verify wants kept as they are, and why.
func (v *lintVerb) verified(c *Command, r *lint.Result) (status int, keep map[string]bool) {
	if !v.verify {
		return exitClean, nil
	}
	keep = map[string]bool{}
	reasons := refused(r)
	for _, name := range slices.Sorted(maps.Keys(reasons)) {
		keep[name] = true
		status = c.fail("%s: not written: %v", name, reasons[name])
	}
	return status, keep
}

// writeChanges brings the changed files to disk.
func (v *lintVerb) writeChanges(c *Command, r *lint.Result) int {
	status, keep := v.verified(c, r)
	if err := removeStrays(r.Project); err != nil {
		status = c.fail("%v", err)
	}
	for _, ch := range r.Changes {
		if keep[ch.File.Name] {
			continue
		}
		root := r.Project.Root(ch.File)
		if err := emit.WriteFile(root, filepath.FromSlash(ch.File.Path), ch.Old, ch.New); err != nil {
			status = c.fail("%s: not written: %v", report.Name(ch.File.Name), err)
		}
	}
	return status
}

// removeStrays clears up behind runs that were killed while they wrote.
func removeStrays(p *nixos.Project) error {
	var errs []error
	done := map[string]bool{}
	for _, f := range p.Files() {
		dir := filepath.Dir(filepath.FromSlash(f.Path))
		if f.Asked && !done[dir] {
			done[dir] = true
			errs = append(errs, emit.RemoveStrays(dir))
		}
	}
	return errors.Join(errs...)
}
