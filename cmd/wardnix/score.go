package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/pflag"

	"wardnix/lint"
	"wardnix/lint/config"
	"wardnix/lint/nixos"
	"wardnix/lint/report"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/unitfiles"
)

// scoreVerb computes exposures.
type scoreVerb struct {
	format    string
	detail    string
	failAbove string
	baselines []string
	ratchet   string
	target    projectFlags
}

func (*scoreVerb) about() about {
	return about{name: "score", args: "[PATH…]", line: "compute the exposure that systemd-analyze security would print", text: `
Paths are Nix files, .service files (with their drop-ins beside them), or folders of either. Where the
source does not tell everything, the lowest and the highest exposure that the unit can have are given.

Exits with 1 when a unit's lowest exposure is above --fail-above, or a unit got worse than --ratchet
knows it, and with 2 when a unit cannot be read
or would not be loaded by systemd.`}
}

func (v *scoreVerb) flags(fs *pflag.FlagSet) {
	fs.StringVar(&v.detail, "detail", "", "print every check of this `UNIT`, as systemd-analyze security does")
	fs.StringVar(&v.failAbove, "fail-above", "", "exit with 1 when an exposure is above `N`, from 0.0 to 10.0")
	fs.StringSliceVar(&v.baselines, "baseline", nil, "the hardening `BASELINE` that the fixes compare with, as in lint")
	fs.StringVar(&v.ratchet, "ratchet", "", "exit with 1 when a unit is more exposed than this `FILE` of wardnix baseline knows it")
	fs.StringVar(&v.format, "format", "text", "print as `FORMAT`: text or json")
	takes(fs, "format", "text", "json")
	v.target.flags(fs)
}

// scored is a unit and its exposure.
type scored struct {
	name, file string
	line       int     // of a unit in Nix
	key        unitKey // of a unit in Nix
	now        *security.Assessment
	afterSafe  *security.Assessment // nil where there are no fixes to speak of
	afterAll   *security.Assessment
}

func (v *scoreVerb) run(c *Command, args []string) int {
	limit, err := v.check()
	if err != nil {
		return c.fail("score: %v", err)
	}
	units, status := v.collect(c, args)
	slices.SortStableFunc(units, func(a, b scored) int {
		return int(b.now.High-a.now.High)*1000 + strings.Compare(a.name, b.name)
	})
	if v.detail != "" {
		units = slices.DeleteFunc(units, func(s scored) bool { return s.name != v.detail && s.name != v.detail+".service" })
		if len(units) == 0 {
			return c.fail("score: no unit %q was found", v.detail)
		}
	}
	switch {
	case v.format == "json":
		err = scoresJSON(c.Stdout, units)
	case v.detail != "":
		for _, s := range units {
			err = errors.Join(err, detail(c.Stdout, s))
		}
	case len(units) > 0 || status == exitClean:
		err = scoresText(c.Stdout, units)
	}
	if err != nil {
		return c.fail("%v", err)
	}
	worse, err := v.worse(c, units)
	if err != nil {
		return c.fail("score: %v", err)
	}
	if worse {
		status = max(status, exitFindings)
	}
	if limit >= 0 && slices.ContainsFunc(units, func(s scored) bool { return s.now.Low > limit }) {
		status = max(status, exitFindings)
	}
	return status
}

// check looks at the flags; the limit is negative if none was given.
func (v *scoreVerb) check() (limit security.Exposure, err error) {
	if v.format != "text" && v.format != "json" {
		return 0, fmt.Errorf("--format takes text or json, not %q", v.format)
	}
	return exposureLimit(v.failAbove)
}

// exposureLimit reads the number of --fail-above; negative if there is none.
func exposureLimit(text string) (security.Exposure, error) {
	if text == "" {
		return -1, nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || n > 10 {
		return 0, fmt.Errorf("--fail-above takes a number from 0.0 to 10.0, not %q", text)
	}
	return security.Exposure(n*10 + 1e-9), nil
}

// collect scores everything that the paths lead to.
func (v *scoreVerb) collect(c *Command, args []string) ([]scored, int) {
	if len(args) == 0 {
		args = []string{"."}
	}
	s, err := v.target.open(c, config.Flags{Baseline: v.baselines}, args)
	if err != nil {
		return nil, c.fail("score: %v", err)
	}
	version := directive.Newest
	if s.main.SystemdVersion != 0 {
		version = directive.Version(s.main.SystemdVersion)
	}
	unitFiles, nix, status := c.sortPaths(args)
	var out []scored
	for _, name := range unitFiles {
		one, err := c.scoreFile(name, version)
		if err != nil {
			status = c.fail("%s: %v", name, err)
			continue
		}
		out = append(out, one)
	}
	if len(nix) == 0 {
		return out, status
	}
	fromNix, nixStatus := scoreNix(s, nix, len(unitFiles) > 0)
	return append(out, fromNix...), max(status, nixStatus)
}

// sortPaths tells unit files, found in folders too, from what is to be read as
// Nix.
func (c *Command) sortPaths(args []string) (unitFiles, nix []string, status int) {
	for _, arg := range args {
		info, err := os.Stat(c.abs(arg))
		switch {
		case err != nil:
			status = c.fail("%v", err)
		case !info.IsDir() && filepath.Ext(arg) != ".nix":
			unitFiles = append(unitFiles, arg)
		case !info.IsDir():
			nix = append(nix, arg)
		default:
			nix = append(nix, arg)
			filepath.WalkDir(c.abs(arg), func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() && path != c.abs(arg) && strings.HasPrefix(d.Name(), ".") {
					return fs.SkipDir
				}
				if d.Type().IsRegular() && filepath.Ext(path) == ".service" {
					if rel, err := filepath.Rel(c.Dir, path); err == nil {
						unitFiles = append(unitFiles, filepath.ToSlash(rel))
					}
				}
				return nil
			})
		}
	}
	return unitFiles, nix, status
}

// scoreFile scores a unit file with its drop-ins.
func (c *Command) scoreFile(name string, v directive.Version) (scored, error) {
	u, err := unitfiles.ReadFile(c.abs(name))
	if err != nil {
		return scored{}, err
	}
	unit := u.Merged()
	a, err := security.Assess(unit, v)
	return scored{name: unit.Name, file: name, now: a}, err
}

// scoreNix scores the services of a project. A folder may hold no Nix file if
// it has unit files.
func scoreNix(s *workspace, paths []string, others bool) ([]scored, int) {
	c := s.c
	if err := s.load(nil, paths); err != nil {
		return nil, c.fail("score: %v", err)
	}
	project := s.project
	for _, p := range project.Problems() {
		if others && errors.Is(p.Err, nixos.ErrNoNixFiles) {
			return nil, exitClean
		}
	}
	status := c.tellProblems(project, report.Style{Color: c.colors("auto", c.Stderr)})
	units := scoresOf(project, s.linter(), func(u *nixos.Unit, err error) {
		status = c.fail("%s: %s: %v", where(u.Def().Binding), u.Name, err)
	})
	return units, status
}

// scoresOf are the services of a project that were asked for, and what the fixes
// of the linter would make of them. refused is told of those that systemd would not
// load.
func scoresOf(project *nixos.Project, l *lint.Linter, refused func(*nixos.Unit, error)) []scored {
	safe := assessments(l.Repair(project, lint.Safe).Project)
	unsafe := assessments(l.Repair(project, lint.Unsafe).Project)
	var out []scored
	for _, h := range project.Hosts() {
		for _, u := range h.Units {
			if !scorable(u) || !asked(u) {
				continue
			}
			a, err := security.Assess(u.Whole(), h.Version())
			if err != nil {
				refused(u, err)
				continue
			}
			k, def := keyOf(u), u.Def().Binding
			line := def.File().Position(def.Span().Start).Line
			out = append(out, scored{u.Name, def.File().Name, line, k, a, safe[k], unsafe[k]})
		}
	}
	return out
}

// scorable reports whether a unit has an exposure: it is a service that is not
// masked.
func scorable(u *nixos.Unit) bool { return u.Type() == "service" && u.Enabled() >= 0 && !u.Pattern }

type unitKey struct{ host, scope, name string }

func keyOf(u *nixos.Unit) unitKey { return unitKey{u.Host.Name, u.Scope.String(), u.Name} }

// assessments are those of all services that can be scored.
func assessments(p *nixos.Project) map[unitKey]*security.Assessment {
	out := map[unitKey]*security.Assessment{}
	for _, h := range p.Hosts() {
		for _, u := range h.Units {
			if !scorable(u) {
				continue
			}
			if a, err := security.Assess(u.Whole(), h.Version()); err == nil {
				out[keyOf(u)] = a
			}
		}
	}
	return out
}

func scoresText(w io.Writer, units []scored) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "UNIT\tEXPOSURE\tSAFE FIXES\tALL FIXES\tFILE")
	for _, s := range units {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", s.name, exposureText(s.now), change(s.now, s.afterSafe), change(s.now, s.afterAll), s.file)
	}
	return tw.Flush()
}

// exposureText is an exposure with its word, or an interval.
func exposureText(a *security.Assessment) string {
	if a.Low != a.High {
		return a.Low.String() + "–" + a.High.String()
	}
	return a.High.String() + " " + a.High.Predicate()
}

// change is an exposure after fixes, or a dash where they change nothing.
func change(now, after *security.Assessment) string {
	if after == nil || after.Low == now.Low && after.High == now.High {
		return "-"
	}
	return exposureText(after)
}

// detail prints the checks as systemd-analyze security does, and for each that is
// not good the line that would make it so.
func detail(w io.Writer, s scored) error {
	tw := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	fmt.Fprintln(tw, "  NAME\tDESCRIPTION\tEXPOSURE\tREMEDY")
	for _, r := range s.now.Rows {
		mark, remedy := " ", ""
		switch {
		case r.Unknown:
			mark = "?"
		case r.Set != nil && *r.Set:
			mark = "✓"
		case r.Set != nil:
			mark = "✗"
		}
		if key, value := r.Remedy(); r.Badness > 0 && key != "" {
			remedy = key + "=" + value
		}
		fmt.Fprintf(tw, "%s %s\t%s\t%s\t%s\n", mark, r.Name, orEmpty(r.Description), orEmpty(r.Exposure), remedy)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n→ Overall exposure level for %s: %s\n", s.name, exposureText(s.now))
	return err
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func scoresJSON(w io.Writer, units []scored) error {
	type unit struct {
		Unit      string         `json:"unit"`
		File      string         `json:"file"`
		Overall   *string        `json:"overall"` // null where it is an interval
		Low       string         `json:"low"`
		High      string         `json:"high"`
		Predicate *string        `json:"predicate"`
		AfterSafe *string        `json:"after_safe"`
		AfterAll  *string        `json:"after_all"`
		Checks    []security.Row `json:"checks"`
	}
	out := struct {
		Units []unit `json:"units"`
	}{Units: []unit{}}
	for _, s := range units {
		u := unit{
			Unit: s.name, File: s.file, Low: s.now.Low.String(), High: s.now.High.String(),
			Overall: single(s.now), AfterSafe: single(s.afterSafe), AfterAll: single(s.afterAll), Checks: s.now.Rows,
		}
		if u.Overall != nil {
			word := s.now.High.Predicate()
			u.Predicate = &word
		}
		out.Units = append(out.Units, u)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

// single is an exposure that is known; nil for an interval.
func single(a *security.Assessment) *string {
	if a == nil || a.Low != a.High {
		return nil
	}
	s := a.High.String()
	return &s
}
