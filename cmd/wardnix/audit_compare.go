package main

import (
	"fmt"
	"io"
	"strings"

	"wardnix/lint/audit"
	"wardnix/lint/systemd/security"
)

// compare tells what became of the units from one system to another.
func (a *auditing) compare(targets []auditTarget) int {
	if len(targets) != 2 {
		return a.c.fail("audit: --compare takes two systems, not %d", len(targets))
	}
	var systems [2]*audit.System
	for i, t := range targets {
		var err error
		if systems[i], err = a.system(t); err != nil {
			return a.c.fail("audit: %s: %v", t.shown, err)
		}
	}
	found := audit.Compare(systems[0], systems[1])
	var err error
	if a.v.format == "json" {
		err = compareJSON(a.c.Stdout, found)
	} else {
		err = compareText(a.c.Stdout, found)
	}
	if err != nil {
		return a.c.fail("%v", err)
	}
	for _, d := range found {
		if d.Is != nil && (d.Was != nil && d.Is.High > d.Was.High || a.limit >= 0 && d.Is.Low > a.limit) {
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

func compareText(w io.Writer, found []audit.Difference) error {
	var b strings.Builder
	counts := map[string]int{}
	for i := range found {
		d := &found[i]
		counts[fate(d)]++
		fmt.Fprintf(&b, "%s: %s%s\n", unitName(d.Unit()), fate(d), exposureChange(d))
		for _, ch := range d.Changes {
			fmt.Fprintf(&b, "  %s %s: %s\n", ch.Section, ch.Key, ch.Effect)
			kept := common(ch.Old, ch.New)
			for _, v := range ch.Old {
				if !kept[v] {
					fmt.Fprintf(&b, "    - %s\n", v)
				}
			}
			for _, v := range ch.New {
				if !kept[v] {
					fmt.Fprintf(&b, "    + %s\n", v)
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
	_, err := io.WriteString(w, b.String()+strings.Join(parts, ", ")+"\n")
	return err
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
func exposureChange(d *audit.Difference) string {
	switch {
	case d.Was == nil && d.Is == nil:
		return ""
	case d.Was == nil:
		return ", exposure " + exposureText(d.Is)
	case d.Is == nil:
		return ", exposure was " + exposureText(d.Was)
	case d.Was.High == d.Is.High && d.Was.Low == d.Is.Low:
		return ", exposure " + exposureText(d.Is) + " as before"
	}
	return ", exposure " + exposureText(d.Was) + " → " + exposureText(d.Is)
}

func compareJSON(w io.Writer, found []audit.Difference) error {
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
	return writeJSON(w, struct {
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

// low is the lowest exposure that a unit can have.
func low(a *security.Assessment) *string {
	if a == nil {
		return nil
	}
	s := a.Low.String()
	return &s
}
