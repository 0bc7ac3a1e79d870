package main

import (
	"cmp"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/template"
)

//go:embed running.md.tmpl
var page string

// report writes what the evidence shows: the proven baselines, and the page
// of the documentation.
func (o *options) report() error {
	if err := o.writeProven(); err != nil {
		return err
	}
	all, err := readServices()
	if err != nil {
		return err
	}
	r := &results{services: all}
	if r.versions, r.evidence, err = o.evidences(); err != nil {
		return err
	}
	if r.strict, err = o.strict("999"); err != nil {
		return err
	}
	if r.light, err = o.readBaseline("light"); err != nil {
		return err
	}
	if r.nixos, err = o.nixosUnits(); err != nil {
		return err
	}
	t, err := template.New("page").Parse(page)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := t.Execute(&b, r); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(o.checkout, "docs/running.md"), []byte(b.String()), 0o644)
}

// results are what the page shows.
type results struct {
	services []*service
	versions []string
	evidence map[string]*evidence
	strict   []setting
	light    []directive
	nixos    map[string]nixosUnit
}

// Places say where each evidence was seen.
func (r *results) Places() string {
	var b strings.Builder
	for _, v := range r.versions {
		fmt.Fprintf(&b, "- %s\n", strings.Join(r.evidence[v].head, "; "))
	}
	return b.String()
}

// Count is the number of services that worked in their plain unit, somewhere.
func (r *results) Count() int {
	n := 0
	for _, s := range r.services {
		if slices.ContainsFunc(r.versions, func(v string) bool { return r.result(v, s, "plain") == "ok" }) {
			n++
		}
	}
	return n
}

func (r *results) result(version string, s *service, trial string) string {
	rows := r.evidence[version].of(s.name, trial)
	if len(rows) == 0 {
		return ""
	}
	return rows[0].result
}

func (r *results) exposure(version string, s *service, trial string) string {
	rows := r.evidence[version].of(s.name, trial)
	if len(rows) == 0 {
		return ""
	}
	return rows[0].exposure
}

// groups are the three kinds of units that are counted apart.
var groups = []struct {
	name string
	has  func(*service) bool
}{
	{"ordinary, with a user", func(s *service) bool { return s.trap == "" && s.user != "" }},
	{"ordinary, as root", func(s *service) bool { return s.trap == "" && s.user == "" }},
	{"traps", func(s *service) bool { return s.trap != "" }},
}

// Summary is a table of what each variant breaks, and of its mean exposure.
func (r *results) Summary() string {
	var b strings.Builder
	b.WriteString("| systemd | units | variant | broken | mean exposure |\n|---|---|---|---|---|\n")
	for _, version := range r.versions {
		for _, g := range groups {
			for _, trial := range append(variantNames(), "best", "proven", "harden") {
				tried, broken, sum := 0, []string(nil), 0.0
				for _, s := range r.services {
					result := r.result(version, s, trial)
					if !g.has(s) || result == "" || r.result(version, s, "plain") != "ok" {
						continue
					}
					tried++
					if result != "ok" {
						broken = append(broken, s.name)
					}
					e, _ := strconv.ParseFloat(r.exposure(version, s, trial), 64)
					sum += e
				}
				if tried == 0 {
					continue
				}
				names := ""
				if n := len(broken); n > 0 && n <= 8 {
					names = ": " + strings.Join(broken, ", ")
				}
				fmt.Fprintf(&b, "| %s | %s | %s | %d of %d%s | %.1f |\n", version, g.name, trial, len(broken), tried, names, sum/float64(tried))
			}
		}
	}
	return b.String()
}

// Hardened is a table of the services of NixOS that ran with what gen harden adds.
func (r *results) Hardened() string {
	var b strings.Builder
	b.WriteString("| systemd | ran | work | the module breaks | NixOS's settings alone break on Debian |\n|---|---|---|---|---|\n")
	for _, version := range r.versions {
		ran, work := 0, 0
		var module, alone []string
		for _, s := range r.services {
			rows := r.evidence[version].of(s.name, "harden")
			if len(rows) == 0 {
				continue
			}
			ran++
			cause, without := strings.CutPrefix(rows[0].seen, nixosAlone)
			switch {
			case rows[0].result == "ok":
				work++
			case without:
				alone = append(alone, s.name+" ("+cause+")")
			default:
				module = append(module, s.name+" ("+cause+")")
			}
		}
		fmt.Fprintf(&b, "| %s | %d of %d | %d | %s | %s |\n", version, ran, len(r.nixos), work,
			cmp.Or(strings.Join(module, ", "), "none"), cmp.Or(strings.Join(alone, ", "), "none"))
	}
	return b.String()
}

// Directives is a table of how many ordinary units each setting breaks.
func (r *results) Directives() string {
	var b strings.Builder
	b.WriteString("| setting | light |")
	for _, v := range r.versions {
		fmt.Fprintf(&b, " breaks, with a user, %[1]s | breaks, as root, %[1]s |", v)
	}
	b.WriteString(" which |\n|---|---|" + strings.Repeat("---|---|", len(r.versions)) + "---|\n")
	settings := append([]setting{{"ProtectSystem", "full"}}, r.strict...)
	for _, s := range settings {
		light := ""
		if slices.ContainsFunc(r.light, func(d directive) bool { return d.key == s.key && strings.Join(d.values, " ") == s.value }) {
			light = "yes"
		}
		fmt.Fprintf(&b, "| %s | %s |", s, light)
		var which []string
		for _, version := range r.versions {
			for _, g := range groups[:2] {
				tried, broken := r.breaks(version, s, g.has)
				fmt.Fprintf(&b, " %d of %d |", len(broken), tried)
				which = append(which, broken...)
			}
		}
		slices.Sort(which)
		fmt.Fprintf(&b, " %s |\n", strings.Join(slices.Compact(which), ", "))
	}
	return b.String()
}

// breaks are the services of a group that a setting alone breaks, of those that
// it was tried with: alone, or together with others without harm.
func (r *results) breaks(version string, s setting, has func(*service) bool) (tried int, broken []string) {
	e := r.evidence[version]
	for _, v := range r.services {
		if !has(v) || len(e.of(v.name, "best")) == 0 || since[s.key] > version {
			continue
		}
		tried++
		if r.breaksAlone(e, v, s) {
			broken = append(broken, v.name)
		}
	}
	return tried, broken
}

// breaksAlone reports whether a setting alone breaks a service. A weaker value is
// tried only where the strict one breaks.
func (r *results) breaksAlone(e *evidence, v *service, s setting) bool {
	level := slices.Index(weaker[s.key], s.value)
	if level < 0 {
		return slices.ContainsFunc(e.of(v.name, "alone"), func(x row) bool { return x.setting == s.String() && x.result == "breaks" })
	}
	return !slices.ContainsFunc(e.of(v.name, "best"), func(x row) bool {
		return slices.ContainsFunc(parseSettings(x.setting), func(kept setting) bool {
			return kept.key == s.key && slices.Index(weaker[s.key], kept.value) <= level
		})
	})
}

// Services is a table of all services.
func (r *results) Services() string {
	var b strings.Builder
	b.WriteString("| service | kind | runs as | systemd | version | plain | safe | unsafe | strict, safe part | strict, all | best | does not work with |\n")
	b.WriteString("|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, s := range r.services {
		for _, version := range r.versions {
			e := r.evidence[version]
			packaged := e.of(s.name, "version")
			if len(packaged) == 0 || r.result(version, s, "plain") == "" {
				continue
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |", s.name, s.kind, s.runsAs(), version, upstream(packaged[0].seen))
			for _, trial := range append(variantNames(), "best") {
				cell := r.exposure(version, s, trial)
				if r.result(version, s, trial) == "breaks" {
					cell = "**breaks**"
				}
				fmt.Fprintf(&b, " %s |", cell)
			}
			var drops []string
			for _, d := range e.of(s.name, "drops") {
				drops = append(drops, strings.TrimSuffix(d.setting, "="))
			}
			fmt.Fprintf(&b, " %s |\n", strings.Join(drops, ", "))
		}
	}
	return b.String()
}

// Traps is a table of the units that were made to break, and what breaks them.
func (r *results) Traps() string {
	var b strings.Builder
	b.WriteString("| service | what it does |")
	for _, v := range r.versions {
		fmt.Fprintf(&b, " broken under %s by |", v)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(r.versions)) + "\n")
	for _, s := range r.services {
		if s.trap == "" {
			continue
		}
		fmt.Fprintf(&b, "| %s | %s |", s.name, s.trap)
		for _, version := range r.versions {
			var alone []string
			for _, x := range r.evidence[version].of(s.name, "alone") {
				if x.result == "breaks" {
					alone = append(alone, x.setting)
				}
			}
			fmt.Fprintf(&b, " %s |", strings.Join(alone, ", "))
		}
		b.WriteString("\n")
	}
	return b.String()
}
