package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"wardnix/lint"
	"wardnix/lint/audit"
	"wardnix/lint/config"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/unitfiles"
)

// auditVerb judges systems as they were evaluated or installed.
type auditVerb struct {
	compare, agreement bool
	source             string
	write              string
	unsafe             bool
	baselines          []string
	selected, ignored  []string
	failOn, failAbove  string
	format, color      string
	settings           projectFlags
}

func (*auditVerb) about() about {
	return about{name: "audit", args: "TARGET…", line: "check systems as they were evaluated, down to the unit files", text: `
A target is a .drv of a system or of a unit, a built system (a path of the store, or a result link), a
folder of unit files, or an attribute of a flake: .#server is its nixosConfigurations.server, and
.#nixosConfigurations all of them. For a flake, nix evaluates; nothing is built.

  wardnix audit TARGET…                      what the rules find, and the exposures
  wardnix audit --project PATH TARGET        the same, at the lines of the project
  wardnix audit --compare OLD NEW            what an update does to the units
  wardnix audit --agreement --project PATH TARGET   whether wardnix reads the project as Nix does

With --project, what nixpkgs sets is told with the override to write; --write FILE puts these overrides
into a module.

Exits with 0 when no finding of severity --fail-on or above is there and no exposure is above
--fail-above, with 1 when one is (with --compare: when an exposure grew; with --agreement: when
something disagrees), and with 2 when something could not be read.`}
}

func (v *auditVerb) flags(fs *pflag.FlagSet) {
	fs.BoolVar(&v.compare, "compare", false, "tell what changed from one system to another")
	fs.BoolVar(&v.agreement, "agreement", false, "compare the units that the source tells with the evaluated ones")
	fs.StringVar(&v.source, "project", "", "tell findings at the lines of the project at `PATH`")
	fs.StringVar(&v.write, "write", "", "write overrides that repair the units to the module `FILE`, new or not")
	fs.BoolVar(&v.unsafe, "unsafe", false, "with --write or --project: also overrides that may take away what a service needs")
	fs.StringSliceVar(&v.baselines, "baseline", nil, "compare with this hardening `BASELINE` too, as in lint")
	fs.StringSliceVar(&v.selected, "select", nil, "look for these `RULES` only: IDs, names, letters of families, default or all")
	fs.StringSliceVar(&v.ignored, "ignore", nil, "leave these `RULES` out")
	fs.StringVar(&v.failOn, "fail-on", "", "exit with 1 for findings of this `SEVERITY` or above: error, warning (the default), info or none")
	takes(fs, "fail-on", severities...)
	fs.StringVar(&v.failAbove, "fail-above", "", "exit with 1 when an exposure is above `N`, from 0.0 to 10.0")
	v.settings.flags(fs)
	fs.StringVar(&v.format, "format", "text", "print as `FORMAT`: text or json")
	takes(fs, "format", "text", "json")
	fs.StringVar(&v.color, "color", "auto", "colour the output `WHEN`: auto, always or never")
	takes(fs, "color", "auto", "always", "never")
}

// check looks at what the flags and arguments say together.
func (v *auditVerb) check(args []string) error {
	switch {
	case len(args) == 0:
		return fmt.Errorf("say what to audit: a .drv, a built system, a folder of unit files, or an attribute of a flake")
	case v.compare && len(args) != 2:
		return fmt.Errorf("--compare takes two targets, not %d", len(args))
	case v.compare && (v.agreement || v.source != "" || v.write != ""):
		return fmt.Errorf("--compare goes with neither --agreement, --project nor --write")
	case v.agreement && v.source == "":
		return fmt.Errorf("--agreement needs --project")
	case v.agreement && v.write != "":
		return fmt.Errorf("--agreement and --write exclude each other")
	case v.unsafe && v.write == "" && v.source == "":
		return fmt.Errorf("--unsafe needs --write or --project")
	case v.format != "text" && v.format != "json":
		return fmt.Errorf("--format takes text or json, not %q", v.format)
	case v.color != "auto" && v.color != "always" && v.color != "never":
		return fmt.Errorf("--color takes auto, always or never, not %q", v.color)
	}
	if _, err := lint.ParseThreshold(v.failOn); v.failOn != "" && err != nil {
		return fmt.Errorf("--fail-on: %w", err)
	}
	return nil
}

func (v *auditVerb) run(c *Command, args []string) int {
	err := v.check(args)
	if err != nil {
		return c.fail("audit: %v", err)
	}
	limit, err := exposureLimit(v.failAbove)
	if err != nil {
		return c.fail("audit: %v", err)
	}
	a := &auditing{c: c, v: v, limit: limit}
	if err := a.open(); err != nil {
		return c.fail("audit: %v", err)
	}
	targets, err := c.targets(args)
	if err != nil {
		return c.fail("audit: %v", err)
	}
	if v.compare {
		return a.compare(targets)
	}
	var out auditReport
	for _, t := range targets {
		sys, err := a.system(t)
		if err != nil {
			a.status = c.fail("audit: %s: %v", t.shown, err)
			continue
		}
		if err := a.one(sys, &out); err != nil {
			a.status = c.fail("audit: %s: %v", t.shown, err)
		}
	}
	return a.finish(&out)
}

// auditing is one run of the verb.
type auditing struct {
	c         *Command
	v         *auditVerb
	workspace *workspace
	project   *nixos.Project // of --project; else nil
	limit     security.Exposure
	overrides []audit.Override // for --write
	status    int
}

// open reads the settings, and the project if there is one.
func (a *auditing) open() error {
	given := config.Flags{Select: a.v.selected, Ignore: a.v.ignored, FailOn: a.v.failOn, Baseline: a.v.baselines}
	var paths []string
	if a.v.source != "" {
		paths = []string{a.v.source}
	}
	s, err := a.v.settings.open(a.c, given, paths)
	if err != nil {
		return err
	}
	for _, list := range [][]string{a.v.selected, a.v.ignored} {
		if _, err := lint.Select(s.catalogue, list, nil); err != nil {
			return err
		}
	}
	a.workspace = s
	if a.v.source == "" {
		return nil
	}
	if err := s.load(nil, paths); err != nil {
		return err
	}
	for _, p := range s.project.Problems() {
		return fmt.Errorf("%s: %w", p.Name, p.Err)
	}
	a.project = s.project
	return nil
}

// system reads a target and what to judge it by.
func (a *auditing) system(t auditTarget) (*audit.System, error) {
	path, err := t.path(a.c)
	if err != nil {
		return nil, err
	}
	read, err := unitfiles.Open(context.Background(), path)
	if err != nil {
		return nil, err
	}
	if t.name != "" {
		read.Name = t.name
	}
	for _, u := range read.Units {
		for i := range u.Files {
			u.Files[i].Path = a.c.shown(path, u.Files[i].Path)
		}
	}
	var release nixos.Release
	if text := a.workspace.main.NixOSRelease; text != "" {
		if release, err = nixos.ParseRelease(text); err != nil {
			return nil, err
		}
	}
	return audit.New(read, release, directive.Version(a.workspace.main.SystemdVersion)), nil
}

// linter is the linter that the settings ask for, for unit files.
func (a *auditing) linter() *lint.Linter {
	s := a.workspace
	l := &lint.Linter{Baselines: s.baselines, NoIgnores: true}
	for _, r := range s.catalogue {
		if s.main.Mentions(r) {
			l.Rules = append(l.Rules, r)
		}
	}
	l.Filters = append(l.Filters, func(found []lint.Finding) []lint.Finding {
		var out []lint.Finding
		for _, f := range found {
			if severity, wanted := s.main.Judge(f.Rule, f.Severity, config.Subject{Unit: f.Unit()}); wanted {
				f.Severity = severity
				out = append(out, f)
			}
		}
		return out
	})
	return l
}

// one audits a system.
func (a *auditing) one(sys *audit.System, out *auditReport) error {
	var source *audit.Source
	if a.project != nil {
		if source = audit.SourceOf(a.project, sys.Name); source == nil {
			return fmt.Errorf("the project at %s has no host of that name", a.v.source)
		}
	}
	if a.v.agreement {
		out.agreements = append(out.agreements, hostAgreement{sys.Name, audit.Agree(source, sys)})
		return nil
	}
	l := a.linter()
	found, err := sys.Lint(l)
	if err != nil {
		return err
	}
	var overrides []audit.Override
	if a.project != nil || a.v.write != "" {
		upTo := lint.Safe
		if a.v.unsafe {
			upTo = lint.Unsafe
		}
		if overrides, err = sys.Overrides(l, upTo); err != nil {
			return err
		}
	}
	for _, o := range overrides {
		if source == nil || source.Sets(o.Unit, o.Directive()).IsZero() {
			a.overrides = append(a.overrides, o)
		}
	}
	for _, f := range found {
		one := f.Finding
		if source != nil {
			one = source.Place(f, overrides)
		}
		out.findings = append(out.findings, hostFinding{sys.Name, one})
	}
	out.host(a.c, sys)
	return nil
}

// finish reports, writes, and tells the exit status.
func (a *auditing) finish(out *auditReport) int {
	if err := out.print(a); err != nil {
		return a.c.fail("%v", err)
	}
	if a.v.write != "" {
		if err := a.writeOverrides(); err != nil {
			return a.c.fail("audit: %s: %v", a.v.write, err)
		}
	}
	failing := slices.ContainsFunc(out.agreements, func(g hostAgreement) bool { return len(g.Disagreements) > 0 })
	for _, f := range out.findings {
		failing = failing || lint.Failing([]lint.Finding{f.Finding}, a.workspace.main.Threshold())
	}
	for _, h := range out.hosts {
		for _, u := range h.units {
			failing = failing || a.limit >= 0 && u.exposure != nil && u.exposure.Low > a.limit
		}
		if h.broken {
			a.status = exitFailed
		}
	}
	if failing {
		return max(a.status, exitFindings)
	}
	return a.status
}
