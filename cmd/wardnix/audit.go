package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"wardnix/lint"
	"wardnix/lint/report"
	"wardnix/lint/systemd/security"
	"wardnix/lint/workspace"
	"wardnix/nixast"
)

// auditVerb judges systems as they were evaluated or installed.
type auditVerb struct {
	compare, agreement bool
	project            string
	write              string
	unsafe             bool
	failAbove          string
	known              knownFlags
	source             sourceFlags
	rules              ruleFlags
	output             outputFlags
}

func (*auditVerb) about() about {
	return about{name: "audit", args: "TARGET…", line: "check systems as they were evaluated, down to the unit files", text: `
A target is a .drv of a system or of a unit, a built system (a store path, or a result link), a
directory of unit files, or an attribute of a flake: .#server is its nixosConfigurations.server, and
.#nixosConfigurations all of them. For a flake, nix evaluates; nothing is built, and imports from
derivations are refused.

  wardnix audit TARGET…                      findings and exposure scores
  wardnix audit --project PATH TARGET        the same, at the lines of the project
  wardnix audit --compare OLD NEW            what an update does to the units
  wardnix audit --agreement --project PATH TARGET   whether wardnix reads the project as Nix does

Findings recorded in the list that --known names are suppressed; wardnix known create --file FILE
TARGET… writes it.

With --project, findings about values that nixpkgs sets come with the override that changes them;
--write FILE writes these overrides to a module.

Exits with 0 when there is no finding of severity --fail-on or above and no exposure above
--fail-above, with 1 when there is one (with --compare: when an exposure grew; with --agreement: when
something disagrees), and with 2 when something could not be read.`}
}

func (v *auditVerb) flags(fs *pflag.FlagSet) {
	fs.BoolVar(&v.compare, "compare", false, "compare two systems")
	fs.BoolVar(&v.agreement, "agreement", false, "compare the units of the source with the evaluated ones")
	fs.StringVar(&v.project, "project", "", "report findings at the lines of the project at `PATH`")
	fs.StringVar(&v.write, "write", "", "write overrides that fix the units to the module `FILE`, new or not")
	fs.BoolVar(&v.unsafe, "unsafe", false, "with --write or --project: also overrides that may take away what a service needs")
	v.rules.flags(fs)
	v.known.flags(fs, "suppress findings recorded in `FILE` (default, with --project: wardnix-known.json of the project, if present)")
	fs.StringVar(&v.failAbove, "fail-above", "", "exit with 1 when an exposure is above `N`, from 0.0 to 10.0")
	v.source.flags(fs)
	v.output.flags(fs)
}

func (v *auditVerb) run(c *Command, args []string) int {
	format, limit, err := v.check(args)
	if err != nil {
		return c.fail("audit: %v", err)
	}
	ctx := context.Background()
	w, err := v.open(ctx, c)
	if err != nil {
		return c.fail("audit: %v", err)
	}
	targets, err := w.Targets(ctx, args)
	if err != nil {
		return c.fail("audit: %v", err)
	}
	if v.compare {
		return v.compared(ctx, c, w, targets, limit)
	}
	audit, err := w.Audit(ctx, targets, workspace.AuditTask{Source: v.project, Agreement: v.agreement, Overrides: v.upTo(), Checks: format.Hosts})
	if err != nil {
		return c.fail("audit: %v", err)
	}
	status := exitClean
	if v.write != "" {
		status = max(status, v.writeOverrides(c, w, audit))
	}
	if v.agreement {
		return max(status, c.unread(audit), v.agreed(c, audit.Agreements))
	}
	status = max(status, c.report(&v.output, format, audit.Report, false))
	if !audit.Complete() {
		status = exitFailed
	}
	if w.Failing(audit.Result.Findings) || limit >= 0 && workspace.AnyAbove(audit.Hosts, limit) {
		status = max(status, exitFindings)
	}
	return status
}

// check looks at what flags and arguments say together.
func (v *auditVerb) check(args []string) (report.Format, security.Exposure, error) {
	format, err := v.output.find()
	limit, limitErr := exposureLimit(v.failAbove)
	plain := slices.Contains([]string{"full", "json"}, format.Name)
	switch err = cmp.Or(err, limitErr); {
	case err != nil:
	case len(args) == 0:
		err = fmt.Errorf("say what to audit: a .drv, a built system, a directory of unit files, or an attribute of a flake")
	case v.compare && len(args) != 2:
		err = fmt.Errorf("--compare takes two targets, not %d", len(args))
	case (v.compare || v.agreement) && !plain:
		err = fmt.Errorf("--compare and --agreement print as text or json, not as %s", format.Name)
	}
	return format, limit, err
}

// open reads the settings, and the project if there is one.
func (v *auditVerb) open(ctx context.Context, c *Command) (*workspace.Workspace, error) {
	var paths []string
	if v.project != "" {
		paths = []string{v.project}
	}
	opts, err := v.source.options(c, paths)
	if err == nil {
		err = v.rules.apply(&opts)
	}
	if err != nil {
		return nil, err
	}
	opts.Known, opts.NoKnown = v.known.list, v.known.none
	opts.Describe = v.output.format == "html"
	w, err := workspace.Open(opts)
	if err == nil && v.project != "" {
		err = w.LoadSource(ctx)
	}
	return w, err
}

// upTo is the applicability of the overrides to collect.
func (v *auditVerb) upTo() lint.Applicability {
	switch {
	case v.project == "" && v.write == "" || v.agreement:
		return 0
	case v.unsafe:
		return lint.Unsafe
	}
	return lint.Safe
}

// unread says on standard error which targets could not be read.
func (c *Command) unread(audit *workspace.Audit) int {
	status := exitClean
	for _, f := range audit.Unread {
		status = c.fail("audit: %s: %v", report.Name(f.Name), f.Err)
	}
	return status
}

// writeOverrides puts the overrides into the module of --write.
func (v *auditVerb) writeOverrides(c *Command, w *workspace.Workspace, audit *workspace.Audit) int {
	if len(audit.Overrides) == 0 {
		c.say("there is nothing to override")
		return exitClean
	}
	kept, err := w.WriteOverrides(v.write, audit.Overrides)
	if err != nil {
		return c.fail("audit: %s: %v", report.Name(v.write), err)
	}
	for _, o := range kept {
		c.say(fmt.Sprintf("%s: %s is there already and stays as it is", report.Name(v.write), nixast.QuoteAttrPath(o.Path...)))
	}
	return exitClean
}

// agreed prints how far the project and the systems agree.
func (v *auditVerb) agreed(c *Command, agreements []workspace.Agreement) int {
	if v.output.format == "json" {
		if err := agreementJSON(c, agreements); err != nil {
			return c.fail("%v", err)
		}
	} else {
		c.print(agreementText(agreements))
	}
	if slices.ContainsFunc(agreements, func(g workspace.Agreement) bool { return len(g.Disagreements) > 0 }) {
		return exitFindings
	}
	return exitClean
}
