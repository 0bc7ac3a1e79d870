package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"wardnix/lint"
	"wardnix/lint/config"
	"wardnix/lint/nixos"
	"wardnix/lint/report"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/workspace"
	"wardnix/rules/profile"
)

// target are the flags that say for what a configuration is meant.
type target struct{ systemd, release string }

func (t *target) flags(fs *pflag.FlagSet) {
	fs.StringVar(&t.systemd, "systemd-version", "", fmt.Sprintf("target this `VERSION` of systemd, %s to %s (default: that of the release)", directive.Oldest, directive.Newest))
	fs.StringVar(&t.release, "nixos-release", "", "target this `RELEASE` of NixOS, such as 25.11 (default: that of the project)")
}

// apply sets what the flags say.
func (t *target) apply(given *config.Flags) error {
	if t.systemd != "" {
		v, err := directive.ParseVersion(t.systemd)
		if err != nil {
			return fmt.Errorf("--systemd-version: %w", err)
		}
		given.SystemdVersion = int(v)
	}
	if t.release != "" {
		r, err := nixos.ParseRelease(t.release)
		if err != nil {
			return fmt.Errorf("--nixos-release: %w", err)
		}
		given.NixOSRelease = r.String()
	}
	return nil
}

// sourceFlags are the flags of every command that reads projects.
type sourceFlags struct {
	target
	config      string
	noConfig    bool
	baselines   []string
	noGitignore bool
}

func (f *sourceFlags) flags(fs *pflag.FlagSet) {
	f.target.flags(fs)
	fs.StringSliceVar(&f.baselines, "baseline", nil, "compare units with this `BASELINE` as well: cloudflared, server, light, proven, strict, or the path of a NixOS module")
	fs.StringVar(&f.config, "config", "", "read settings from this `FILE` only; its paths are relative to the working directory (default: the nearest wardnix.toml)")
	fs.BoolVar(&f.noConfig, "no-config", false, "do not read "+config.Name)
	fs.BoolVar(&f.noGitignore, "no-gitignore", false, "also read files that .gitignore excludes")
	offers(fs, "baseline", profile.BuiltinNames()...)
	fromEnv(fs, "systemd-version", "nixos-release", "baseline", "config", "no-config", "no-gitignore")
}

// options are what to open for the paths.
func (f *sourceFlags) options(c *Command, paths []string) (workspace.Options, error) {
	opts := workspace.Options{
		Dir: c.Dir, Paths: paths, Config: f.config, NoConfig: f.noConfig, NoGitignore: f.noGitignore,
		Flags: config.Flags{Baseline: f.baselines},
	}
	return opts, f.target.apply(&opts.Flags)
}

// ruleFlags choose among rules and say what fails a run.
type ruleFlags struct {
	selected, extra, ignored []string
	failOn                   string
	exitZero                 bool
	noSilencing              bool
}

func (f *ruleFlags) flags(fs *pflag.FlagSet) {
	fs.StringSliceVar(&f.selected, "select", nil, "enable only these `RULES`: IDs, names, family letters, default or all")
	fs.StringSliceVar(&f.extra, "extend-select", nil, "also enable these `RULES`")
	fs.StringSliceVar(&f.ignored, "ignore", nil, "disable these `RULES`")
	fs.StringVar(&f.failOn, "fail-on", "", "exit with 1 for findings of this `SEVERITY` or above: error, warning, info or none (default: warning)")
	takes(fs, "fail-on", severities...)
	fs.BoolVar(&f.exitZero, "exit-zero", false, "exit with 0 whatever is found, as --fail-on none")
	fs.BoolVar(&f.noSilencing, "no-silencing", false, "disregard everything in a project that keeps findings from being reported: suppression comments, settings that ignore, exclude or lower, known findings, .gitignore")
	for _, name := range []string{"select", "extend-select", "ignore"} {
		offers(fs, name, ruleWords()...)
	}
	fromEnv(fs, "select", "extend-select", "ignore", "fail-on", "exit-zero", "no-silencing")
}

func (f *ruleFlags) apply(opts *workspace.Options) error {
	if _, err := lint.ParseThreshold(f.failOn); f.failOn != "" && err != nil {
		return fmt.Errorf("--fail-on: %w", err)
	}
	opts.NoSilencing = f.noSilencing
	opts.Flags.Select, opts.Flags.ExtendSelect, opts.Flags.Ignore, opts.Flags.FailOn = f.selected, f.extra, f.ignored, f.failOn
	if f.exitZero {
		opts.Flags.FailOn = lint.Never.String()
	}
	return nil
}

// knownFlags say which findings are known.
type knownFlags struct {
	list string
	none bool
}

func (f *knownFlags) flags(fs *pflag.FlagSet, usage string) {
	fs.StringVar(&f.list, "known", "", usage)
	fs.BoolVar(&f.none, "no-known", false, "also report known findings")
	fromEnv(fs, "known", "no-known")
}

// outputFlags say how to write a report.
type outputFlags struct {
	format     string
	statistics bool
	outputFile string
	trend      string
	color      string
	quiet      bool
	verbose    bool
}

func (f *outputFlags) flags(fs *pflag.FlagSet) {
	fs.StringVar(&f.format, "format", "full", "print as `FORMAT`: "+formatNames())
	offers(fs, "format", formats()...)
	fs.BoolVar(&f.statistics, "statistics", false, "print counts per rule instead of the findings")
	fs.StringVar(&f.trend, "trend", "", "with --format html: compare with this `FILE`, an earlier HTML report")
	fs.StringVar(&f.outputFile, "output-file", "", "write the report to this `FILE` instead of standard output")
	fs.StringVar(&f.color, "color", "auto", "color the output `WHEN`: auto, always or never")
	takes(fs, "color", "auto", "always", "never")
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "print findings only: no summary, no progress")
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "also say on standard error what was read and which settings apply")
	fromEnv(fs, "format", "statistics", "output-file", "color", "quiet", "verbose")
}

// find is the format that the flags name.
func (f *outputFlags) find() (report.Format, error) {
	format, err := report.FindFormat(f.format)
	switch {
	case err != nil:
		return format, fmt.Errorf("--format: %w", err)
	case f.statistics && !format.Statistics:
		return format, fmt.Errorf("--statistics works with the formats full, concise and json, not with %s", format.Name)
	}
	return format, nil
}

// formats are the names of the formats of a report.
func formats() []string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return names
}

// formatNames are the formats as help lists them.
func formatNames() string {
	names := formats()
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// exposureLimit reads the number of --fail-above; negative if there is none.
func exposureLimit(text string) (security.Exposure, error) {
	if text == "" {
		return -1, nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0 && n <= 10) {
		return 0, fmt.Errorf("--fail-above takes a number from 0.0 to 10.0, not %q", text)
	}
	return security.Exposure(n*10 + 1e-9), nil
}

// A relation says what a flag needs or excludes. The words "-" and "PATH" mean
// standard input and for another path among the arguments.
type relation struct {
	flag     string
	needs    []string // one of these
	excludes []string // all of these
	why      string   // what else to say
}

const (
	stdinWord = "-"
	pathWord  = "PATH"
)

// relations are those of the flags of all verbs.
var relations = []relation{
	{flag: "write", excludes: []string{"diff"}},
	{flag: "exit-zero", excludes: []string{"fail-on"}},
	{flag: "quiet", excludes: []string{"verbose"}},
	{flag: "verify", needs: []string{"write"}},
	{flag: "unsafe", needs: []string{"write", "diff", "project"}},
	{flag: "add-ignore", excludes: []string{"write", "unsafe"}, why: "fix first, then ignore what is left"},
	{flag: "add-ignore", excludes: []string{"no-ignores", "no-silencing"}},
	{flag: "known", excludes: []string{"no-known", "no-silencing"}},
	{flag: "config", excludes: []string{"no-config"}},
	{flag: "stdin-filename", needs: []string{stdinWord}},
	{flag: stdinWord, excludes: []string{pathWord, "since"}},
	{flag: "compare", excludes: []string{"agreement", "project", "write"}},
	{flag: "agreement", needs: []string{"project"}, excludes: []string{"write"}},
}

// checkFlags looks at what flags and arguments say together, and at flags that take
// one of some words.
func checkFlags(fs *pflag.FlagSet, args []string) error {
	given := func(word string) bool {
		switch word {
		case stdinWord:
			return slices.Contains(args, stdinWord)
		case pathWord:
			return len(args) > 1
		}
		f := fs.Lookup(word)
		return f != nil && f.Changed && f.Value.String() != "false" && f.Value.String() != ""
	}
	for _, r := range relations {
		if !given(r.flag) {
			continue
		}
		known := slices.DeleteFunc(slices.Clone(r.needs), func(n string) bool { return n != stdinWord && fs.Lookup(n) == nil })
		if len(known) > 0 && !slices.ContainsFunc(known, given) {
			return fmt.Errorf("%s needs %s", flagName(r.flag), flagNames(known))
		}
		for _, x := range r.excludes {
			if given(x) {
				return r.conflict(x)
			}
		}
	}
	var err error
	fs.Visit(func(f *pflag.Flag) {
		words := f.Annotations[wordsKey]
		if _, closed := f.Annotations[closedKey]; err == nil && closed && !slices.Contains(words, f.Value.String()) {
			err = oneOf(f.Name, f.Value.String(), words...)
		}
	})
	return err
}

func (r *relation) conflict(other string) error {
	text := flagName(r.flag) + " and " + flagName(other) + " exclude each other"
	if r.why != "" {
		text += ": " + r.why
	}
	return fmt.Errorf("%s", text)
}

func flagName(word string) string {
	switch word {
	case stdinWord:
		return "- (standard input)"
	case pathWord:
		return "another path"
	}
	return "--" + word
}

func flagNames(words []string) string {
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = flagName(w)
	}
	return orList(names)
}

// oneOf is an error for a value of a flag that is none of some words.
func oneOf(flag, value string, words ...string) error {
	if slices.Contains(words, value) {
		return nil
	}
	return fmt.Errorf("--%s takes %s, not %q", flag, orList(words), value)
}

// orList is "a, b or c".
func orList(words []string) string {
	last := len(words) - 1
	if last <= 0 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
