package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/report"
	"wardnix/lint/systemd"
	"wardnix/rules"
)

// lintVerb finds what is wrong, and repairs it.
type lintVerb struct {
	write, diff, unsafe bool
	format              string
	color               string
	stdinFilename       string
	baselines           []string
	selected, ignored   []string
	target              target
}

func (*lintVerb) about() about {
	return about{name: "lint", args: "[PATH…]", line: "find what is wrong with systemd services, and repair it", text: `
Paths are files or folders; without one, the working directory. Findings are told for these
files; the project around them (up to the flake, the repository or the configuration file) is read
to understand them. What .gitignore excludes is left out. "-" reads one file from standard input.

Exits with 0 when no finding of severity warning or above remains, with 1 when some remain (with
--diff: when there is a diff), and with 2 when something could not be read or written; the other files
are still reported.`}
}

func (v *lintVerb) flags(fs *pflag.FlagSet) {
	fs.BoolVar(&v.write, "write", false, "apply the safe fixes to the files")
	fs.BoolVar(&v.diff, "diff", false, "print what --write would change, and change nothing")
	fs.BoolVar(&v.unsafe, "unsafe", false, "with --write or --diff: also the fixes that may take away what a service needs")
	fs.StringSliceVar(&v.baselines, "baseline", nil, "compare with this `BASELINE` too: cloudflared, server, or the path of a NixOS module")
	fs.StringSliceVar(&v.selected, "select", nil, "look for these `RULES` only: IDs, names, letters of families, or all")
	fs.StringSliceVar(&v.ignored, "ignore", nil, "leave these `RULES` out")
	v.target.flags(fs)
	fs.StringVar(&v.format, "format", "text", "print as `FORMAT`: text or json")
	fs.StringVar(&v.color, "color", "auto", "colour the output `WHEN`: auto, always or never")
	fs.StringVar(&v.stdinFilename, "stdin-filename", "", "the `NAME` of the file that - stands for")
}

// target are the flags that say for what a configuration is meant.
type target struct{ systemd, release string }

func (t *target) flags(fs *pflag.FlagSet) {
	fs.StringVar(&t.systemd, "systemd-version", "", "judge by this `VERSION` of systemd, 252 to 262; else by that of the release")
	fs.StringVar(&t.release, "nixos-release", "", "judge by this `RELEASE` of NixOS, such as 25.11; else by what the project says")
}

// apply sets what the flags say in opts.
func (t *target) apply(opts *nixos.Options) error {
	if t.systemd != "" {
		v, err := systemd.ParseVersion(t.systemd)
		if err != nil {
			return fmt.Errorf("--systemd-version: %w", err)
		}
		opts.Systemd = int(v)
	}
	if t.release != "" {
		r, err := nixos.ParseRelease(t.release)
		if err != nil {
			return fmt.Errorf("--nixos-release: %w", err)
		}
		opts.Release = r
	}
	return nil
}

func (v *lintVerb) run(c *Command, args []string) int {
	if err := v.check(args); err != nil {
		return c.fail("lint: %v", err)
	}
	baselines, err := rules.Baselines(c.Dir, v.baselines)
	if err != nil {
		return c.fail("lint: %v", err)
	}
	chosen, err := lint.Select(rules.All(baselines), v.selected, v.ignored)
	if err != nil {
		return c.fail("lint: %v", err)
	}
	project, err := v.load(c, args)
	if err != nil {
		return c.fail("lint: %v", err)
	}
	status := c.tellProblems(project, report.Style{Color: c.colors(v.color, c.Stderr)})
	result := v.work(project, chosen)
	for _, b := range result.Bugs {
		p := b.Finding.File.Position(b.Finding.Span.Start)
		status = c.fail("%s:%d:%d: a fix of %s was dropped: %v; this is a bug of wardnix", b.Finding.File.Name, p.Line, p.Column, b.Finding.Rule, b.Err)
	}
	return max(status, v.output(c, result, v.stdin(args)))
}

// check looks at what the flags and arguments say together.
func (v *lintVerb) check(args []string) error {
	stdin := false
	for _, a := range args {
		stdin = stdin || a == "-"
	}
	switch {
	case v.write && v.diff:
		return fmt.Errorf("--write and --diff exclude each other")
	case v.unsafe && !v.write && !v.diff:
		return fmt.Errorf("--unsafe needs --write or --diff")
	case v.format != "text" && v.format != "json":
		return fmt.Errorf("--format takes text or json, not %q", v.format)
	case v.color != "auto" && v.color != "always" && v.color != "never":
		return fmt.Errorf("--color takes auto, always or never, not %q", v.color)
	case stdin && len(args) > 1:
		return fmt.Errorf("- cannot be mixed with other paths")
	case v.stdinFilename != "" && !stdin:
		return fmt.Errorf("--stdin-filename goes with -")
	}
	return nil
}

// load reads the project.
func (v *lintVerb) load(c *Command, args []string) (*nixos.Project, error) {
	opts := nixos.Options{Dir: c.Dir}
	if err := v.target.apply(&opts); err != nil {
		return nil, err
	}
	if v.stdin(args) {
		text, err := io.ReadAll(c.Stdin)
		if err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		name := v.stdinFilename
		if name == "" {
			name = "stdin.nix"
		}
		opts.Overlay = map[string]string{name: string(text)}
		args = []string{name}
	}
	return nixos.Load(context.Background(), opts, args...)
}

func (v *lintVerb) stdin(args []string) bool { return len(args) == 1 && args[0] == "-" }

// work runs the rules, and the fixes where they are asked for.
func (v *lintVerb) work(project *nixos.Project, chosen []*lint.Rule) *lint.Result {
	switch {
	case !v.write && !v.diff:
		return lint.Run(project, chosen)
	case v.unsafe:
		return lint.Repair(project, chosen, lint.Unsafe)
	}
	return lint.Repair(project, chosen, lint.Safe)
}

// tellProblems says on standard error what of the project could not be read.
func (c *Command) tellProblems(project *nixos.Project, style report.Style) int {
	status := exitClean
	for _, p := range project.Problems() {
		status = c.fail("%s: %v", p.Name, p.Err)
	}
	for _, f := range project.Files() {
		switch {
		case !f.Asked:
		case f.Err != nil:
			status = c.fail("%s: %v", f.Name, f.Err)
		case lint.Broken(f.Tree):
			io.WriteString(c.Stderr, style.Diagnostics(f.Tree))
			status = exitFailed
		}
	}
	return status
}

// output writes what the run came to, files and report, and tells the status.
func (v *lintVerb) output(c *Command, r *lint.Result, stdin bool) int {
	status := exitClean
	if lint.Failing(r.Findings, lint.Warning) {
		status = exitFindings
	}
	diff := ""
	switch {
	case v.write && stdin:
		// The text itself is the result, changed or not.
		text := r.Project.Files()
		for _, f := range text {
			if f.Asked && f.Tree != nil {
				io.WriteString(c.Stdout, f.Tree.Src)
			}
		}
	case v.write:
		status = max(status, c.writeChanges(r))
	case v.diff:
		for _, ch := range r.Changes {
			diff += emit.Diff(ch.File.Name, ch.Old, ch.New)
		}
		if diff != "" {
			status = exitFindings
		}
	}
	if err := v.report(c, r, diff, v.write && stdin); err != nil {
		return c.fail("%v", err)
	}
	return status
}

// writeChanges brings the changed files to disk.
func (c *Command) writeChanges(r *lint.Result) int {
	status := exitClean
	for _, ch := range r.Changes {
		root := r.Project.Root(ch.File)
		if err := emit.WriteFile(root, filepath.FromSlash(ch.File.Path), ch.Old, ch.New); err != nil {
			status = c.fail("%s: not written: %v", ch.File.Name, err)
		}
	}
	return status
}

// report prints the findings, and the diff if there is one. The diff alone goes
// to standard output, so that it can be piped into git apply; so does the text
// that was fixed on its way through.
func (v *lintVerb) report(c *Command, r *lint.Result, diff string, piped bool) error {
	if v.diff { // the files are as they were
		r = &lint.Result{Files: r.Files, Findings: r.Before}
	}
	if v.format == "json" && !piped {
		return report.JSON(c.Stdout, r, diff)
	}
	w := c.Stdout
	if v.diff || piped {
		w = c.Stderr
	}
	style := report.Style{Color: c.colors(v.color, w)}
	if err := style.Text(w, r); err != nil {
		return err
	}
	_, err := io.WriteString(c.Stdout, diff)
	return err
}

// colors reports whether to colour what goes to w: FORCE_COLOR wins over
// NO_COLOR and a dumb terminal, and those over whether w is a terminal.
func (c *Command) colors(when string, w io.Writer) bool {
	switch when {
	case "always":
		return true
	case "never":
		return false
	}
	if force, ok := c.Env("FORCE_COLOR"); ok && force != "" {
		return force != "0"
	}
	if no, ok := c.Env("NO_COLOR"); ok && no != "" {
		return false
	}
	if t, ok := c.Env("TERM"); ok && t == "dumb" {
		return false
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
