package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"wardnix/lint/report"
	"wardnix/lint/systemd/security"
	"wardnix/lint/workspace"
)

// scoreVerb computes exposures.
type scoreVerb struct {
	format    string
	detail    string
	failAbove string
	ratchet   string
	source    sourceFlags
}

func (*scoreVerb) about() about {
	return about{name: "score", args: "[PATH…]", line: "compute the exposure that systemd-analyze security would print", text: `
Paths are Nix files, .service files (with their drop-ins next to them), or directories of either. If the
source does not determine everything, the lowest and the highest
possible exposure are printed.

Exposures are those on x86-64. On 64-bit ARM, systemd-analyze security prints up to 0.3 less for a unit with
SystemCallFilter: @cpu-emulation, @obsolete and @raw-io contain no system call of that architecture.

Exits with 1 when a unit's lowest exposure is above --fail-above, or a unit is more exposed than
--ratchet records, and with 2 when a unit cannot be read or would not be loaded by systemd.`}
}

func (v *scoreVerb) flags(fs *pflag.FlagSet) {
	fs.StringVar(&v.detail, "detail", "", "print every check of this `UNIT`, as systemd-analyze security does")
	fs.StringVar(&v.failAbove, "fail-above", "", "exit with 1 when an exposure is above `N`, from 0.0 to 10.0")
	fs.StringVar(&v.ratchet, "ratchet", "", "exit with 1 when a unit is more exposed than this `FILE` of wardnix known records")
	fs.StringVar(&v.format, "format", "text", "print as `FORMAT`: text or json")
	takes(fs, "format", "text", "json")
	v.source.flags(fs)
}

// scored is a unit with the hosts that it belongs to.
type scored struct {
	hosts []string
	report.Unit
}

// sameAs reports whether two units are one that several hosts have.
func (s *scored) sameAs(u *report.Unit) bool {
	same := func(a, b *security.Assessment) bool {
		return a == b || a != nil && b != nil && a.Low == b.Low && a.High == b.High
	}
	return s.Name == u.Name && s.Scope == u.Scope && s.File == u.File && s.Line == u.Line &&
		same(s.Now, u.Now) && same(s.Safe, u.Safe) && same(s.All, u.All)
}

func (v *scoreVerb) run(c *Command, args []string) int {
	limit, err := exposureLimit(v.failAbove)
	if err == nil {
		err = oneOf("format", v.format, "text", "json")
	}
	if err != nil {
		return c.fail("score: %v", err)
	}
	opts, err := v.source.options(c, args)
	if err != nil {
		return c.fail("score: %v", err)
	}
	boundMemory(ofScore)
	w, err := workspace.Open(opts)
	if err != nil {
		return c.fail("score: %v", err)
	}
	scores, err := w.Score(context.Background(), v.detail != "" || v.format == "json")
	if err != nil {
		return c.fail("score: %v", err)
	}
	c.warnOld(w)
	status := max(c.sources(scores.Problems), c.problems(scores.Hosts))
	units := v.units(scores.Hosts)
	if v.detail != "" && len(units) == 0 {
		return c.fail("score: no unit %q was found", v.detail)
	}
	if err := v.print(c, units, status); err != nil {
		return c.fail("%v", err)
	}
	return max(status, v.judge(c, w, scores.Hosts, limit))
}

// problems says on standard error which units systemd would not load.
func (c *Command) problems(hosts []report.Host) int {
	status := exitClean
	for _, u := range workspace.UnitsNotLoaded(hosts) {
		status = c.fail("%s: %s", report.Name(u.File), u.Problem)
	}
	return status
}

// units are the units to print: one of several hosts once, the most exposed ones
// first, and those that are not known exactly last.
func (v *scoreVerb) units(hosts []report.Host) []scored {
	var units []scored
	for _, h := range hosts {
		for _, u := range h.Units {
			if u.Now == nil || v.detail != "" && u.Name != v.detail && u.Name != v.detail+".service" {
				continue
			}
			if i := slices.IndexFunc(units, func(s scored) bool { return s.sameAs(&u) }); i >= 0 && v.format != "json" {
				units[i].hosts = append(units[i].hosts, h.Name)
			} else {
				units = append(units, scored{[]string{h.Name}, u})
			}
		}
	}
	unknown := func(s scored) int { return min(int(s.Now.High-s.Now.Low), 1) }
	slices.SortStableFunc(units, func(a, b scored) int {
		return cmp.Or(cmp.Compare(unknown(a), unknown(b)), cmp.Compare(b.Now.High, a.Now.High), strings.Compare(a.Name, b.Name))
	})
	return units
}

// shownHosts is the number of hosts of a unit that are named.
const shownHosts = 3

// hostNames are the hosts of a unit.
func (s *scored) hostNames() report.Text {
	names := slices.Clone(s.hosts)
	for i, name := range names {
		names[i] = cmp.Or(name, "-")
	}
	if more := len(names) - shownHosts; more > 1 {
		names = append(names[:shownHosts], fmt.Sprintf("%d more", more))
	}
	return report.Safe(strings.Join(names, ", "))
}

func (v *scoreVerb) print(c *Command, units []scored, status int) error {
	switch {
	case v.format == "json":
		return scoresJSON(c, units)
	case v.detail != "":
		for _, s := range units {
			c.print(detail(&s.Unit))
		}
	case len(units) > 0 || status == exitClean:
		c.print(scoresText(units))
	}
	return nil
}

// judge is the exit status that the limits lead to.
func (v *scoreVerb) judge(c *Command, w *workspace.Workspace, hosts []report.Host, limit security.Exposure) int {
	status := exitClean
	if v.ratchet != "" {
		worse, err := w.Worse(v.ratchet, hosts)
		if err != nil {
			return c.fail("score: %v", err)
		}
		for _, l := range worse {
			c.say(l)
			status = exitFindings
		}
	}
	if limit >= 0 && workspace.AnyAbove(hosts, limit) {
		status = exitFindings
	}
	return status
}

func scoresText(units []scored) report.Text {
	hosts := slices.ContainsFunc(units, func(s scored) bool { return len(s.hosts) > 1 || s.hosts[0] != "" })
	head := []report.Text{report.Safe("UNIT"), report.Safe("EXPOSURE"), report.Safe("SAFE FIXES"), report.Safe("ALL FIXES"), report.Safe("FILE")}
	rows := [][]report.Text{head}
	for _, s := range units {
		rows = append(rows, []report.Text{report.Name(s.Shown()), report.ExposureText(s.Now), afterFixes(s.Now, s.Safe), afterFixes(s.Now, s.All), report.Name(s.File)})
	}
	if hosts {
		rows[0] = slices.Insert(rows[0], 0, report.Safe("HOST"))
		for i, s := range units {
			rows[i+1] = slices.Insert(rows[i+1], 0, s.hostNames())
		}
	}
	var p report.Printer
	p.Table(rows...)
	return p.Text()
}

// afterFixes is an exposure after fixes, or a dash if they change nothing.
func afterFixes(now, then *security.Assessment) report.Text {
	if then == nil || then.Low == now.Low && then.High == now.High {
		return report.Safe("-")
	}
	return report.ExposureText(then)
}

// detail are the checks as systemd-analyze security prints them, and for each that
// is not good the line that would make it so.
func detail(u *report.Unit) report.Text {
	rows := [][]report.Text{{report.Safe("  NAME"), report.Safe("DESCRIPTION"), report.Safe("EXPOSURE"), report.Safe("REMEDY")}}
	for _, r := range u.Now.Rows {
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
		rows = append(rows, []report.Text{report.Textf("%s %s", mark, r.Name), report.Safe(orEmpty(r.Description)), report.Safe(orEmpty(r.Exposure)), report.Safe(remedy)})
	}
	var p report.Printer
	p.Table(rows...)
	p.Printf("\n→ Overall exposure level for %s: %s\n", u.Name, report.ExposureText(u.Now))
	return p.Text()
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func scoresJSON(c *Command, units []scored) error {
	type unit struct {
		Unit      string         `json:"unit"`
		Host      string         `json:"host"`
		Scope     string         `json:"scope"`
		File      string         `json:"file"`
		Overall   *string        `json:"overall"` // null for an interval
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
			Unit: s.Name, Host: s.hosts[0], Scope: s.Scope, File: s.File, Low: s.Now.Low.String(), High: s.Now.High.String(),
			Overall: single(s.Now), AfterSafe: single(s.Safe), AfterAll: single(s.All), Checks: s.Now.Rows,
		}
		if u.Overall != nil {
			word := s.Now.High.Predicate()
			u.Predicate = &word
		}
		out.Units = append(out.Units, u)
	}
	return c.json(out)
}

// single is an exposure that is known; nil for an interval.
func single(a *security.Assessment) *string {
	if a == nil || a.Low != a.High {
		return nil
	}
	s := a.High.String()
	return &s
}
