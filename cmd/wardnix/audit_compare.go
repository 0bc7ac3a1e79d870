package main

import (
	"context"
	"strings"

	"wardnix/lint/audit"
	"wardnix/lint/report"
	"wardnix/lint/systemd/security"
	"wardnix/lint/workspace"
)

// compared prints what became of the units from one system to another.
func (v *auditVerb) compared(ctx context.Context, c *Command, w *workspace.Workspace, targets []workspace.Target, limit security.Exposure) int {
	if len(targets) != 2 {
		return c.fail("audit: --compare takes two systems, not %d", len(targets))
	}
	found, err := w.Compare(ctx, targets[0], targets[1])
	if err != nil {
		return c.fail("audit: %v", err)
	}
	if v.output.format == "json" {
		if err := compareJSON(c, found); err != nil {
			return c.fail("%v", err)
		}
	} else {
		c.print(compareText(found))
	}
	for _, d := range found {
		if d.Is != nil && (d.Was != nil && d.Is.High > d.Was.High || limit >= 0 && d.Is.Low > limit) {
			return exitFindings
		}
	}
	return exitClean
}

// fate is what became of the unit, in a word.
func fate(d *audit.Difference) string {
	switch {
	case d.Old == nil:
		return "added"
	case d.New == nil:
		return "removed"
	case d.New.Masked && !d.Old.Masked:
		return "masked"
	case d.Old.Masked && !d.New.Masked:
		return "unmasked"
	}
	return "changed"
}

func compareText(found []audit.Difference) report.Text {
	var p report.Printer
	counts := map[string]int{}
	for i := range found {
		d := &found[i]
		counts[fate(d)]++
		p.Printf("%s: %s%s\n", unitName(d.Unit()), fate(d), exposureChange(d))
		for _, ch := range d.Changes {
			p.Printf("  %s %s: %s\n", ch.Section, ch.Key, ch.Effect)
			kept := common(ch.Old, ch.New)
			for _, v := range ch.Old {
				if !kept[v] {
					p.Printf("    - %s\n", v)
				}
			}
			for _, v := range ch.New {
				if !kept[v] {
					p.Printf("    + %s\n", v)
				}
			}
		}
	}
	var parts []string
	for _, f := range []string{"added", "removed", "changed", "masked", "unmasked"} {
		if counts[f] > 0 {
			parts = append(parts, plural(counts[f], "unit")+" "+f)
		}
	}
	if len(parts) == 0 {
		parts = []string{"no unit changed"}
	}
	p.Printf("%s\n", strings.Join(parts, ", "))
	return p.Text()
}

// common are the values in both; none if only their order differs.
func common(old, new []string) map[string]bool {
	kept := map[string]bool{}
	for _, o := range old {
		for _, n := range new {
			kept[o] = kept[o] || o == n
		}
	}
	all := len(old) == len(new)
	for _, v := range append(append([]string{}, old...), new...) {
		all = all && kept[v]
	}
	if all {
		return nil
	}
	return kept
}

func unitName(u *audit.Unit) string {
	if s := u.Scope.String(); s != "system" {
		return u.Name + " (" + s + ")"
	}
	return u.Name
}

// exposureChange is the exposure before and after.
func exposureChange(d *audit.Difference) report.Text {
	switch {
	case d.Was == nil && d.Is == nil:
		return report.Text{}
	case d.Was == nil:
		return report.Textf(", exposure %s", report.ExposureText(d.Is))
	case d.Is == nil:
		return report.Textf(", exposure was %s", report.ExposureText(d.Was))
	case d.Was.High == d.Is.High && d.Was.Low == d.Is.Low:
		return report.Textf(", exposure %s as before", report.ExposureText(d.Is))
	}
	return report.Textf(", exposure %s → %s", report.ExposureText(d.Was), report.ExposureText(d.Is))
}

func compareJSON(c *Command, found []audit.Difference) error {
	type change struct {
		Section   string   `json:"section"`
		Directive string   `json:"directive"`
		Effect    string   `json:"effect"`
		Old       []string `json:"old"`
		New       []string `json:"new"`
	}
	type unit struct {
		Unit    string   `json:"unit"`
		Scope   string   `json:"scope"`
		Change  string   `json:"change"`
		Was     *string  `json:"exposure_before"`
		Is      *string  `json:"exposure_after"`
		Changes []change `json:"directives"`
	}
	units := []unit{}
	for i := range found {
		d := &found[i]
		u := unit{d.Unit().Name, d.Unit().Scope.String(), fate(d), high(d.Was), high(d.Is), []change{}}
		for _, ch := range d.Changes {
			u.Changes = append(u.Changes, change{ch.Section, ch.Key, ch.Effect, append([]string{}, ch.Old...), append([]string{}, ch.New...)})
		}
		units = append(units, u)
	}
	return c.json(struct {
		Units []unit `json:"units"`
	}{units})
}

// high is the highest exposure that a unit can have.
func high(a *security.Assessment) *string {
	if a == nil {
		return nil
	}
	s := a.High.String()
	return &s
}
