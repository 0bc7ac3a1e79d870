package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"wardnix/lint"
	"wardnix/lint/audit"
	"wardnix/lint/report"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/lint/unitfiles"
)

// auditReport is what a run came to.
type auditReport struct {
	hosts      []auditedHost
	findings   []hostFinding
	agreements []hostAgreement
}

type hostFinding struct {
	host string
	lint.Finding
}

type hostAgreement struct {
	host string
	*audit.Agreement
}

// auditedHost is what is left of a system once it was looked at.
type auditedHost struct {
	name    string
	systemd directive.Version
	release string
	files   int
	units   []auditedUnit
	missing []unitfiles.Missing
	broken  bool // a unit would not load
}

type auditedUnit struct {
	name, scope, file string
	masked            bool
	exposure          *security.Assessment
	missing           []string
	problem           string
}

// host takes in a system. Units that systemd would not load are told at once.
func (r *auditReport) host(c *Command, sys *audit.System) {
	h := auditedHost{name: sys.Name, systemd: sys.Version, release: sys.Release.String(), missing: sys.Missing}
	for _, u := range sys.Units {
		one := auditedUnit{name: u.Name, scope: u.Scope.String(), masked: u.Masked, missing: u.Missing}
		h.files += len(u.Files)
		if len(u.Files) > 0 {
			one.file = u.Files[0].Path
		}
		exposure, err := u.Exposure()
		if err != nil {
			one.problem, h.broken = err.Error(), true
			c.fail("audit: %s: %s: %v", one.file, u.Name, err)
		}
		if exposure != nil {
			one.exposure = &security.Assessment{Low: exposure.Low, High: exposure.High}
		}
		h.units = append(h.units, one)
	}
	r.hosts = append(r.hosts, h)
}

// shown is the path of a unit file as the user knows it. It may be told from
// the root of the system that was read; what lies below the working directory
// is told from there.
func (c *Command) shown(root, path string) string {
	if below := filepath.Join(root, path); !strings.HasSuffix(root, ".drv") {
		if _, err := os.Lstat(below); err == nil {
			path = below
		}
	}
	if rest, ok := strings.CutPrefix(path, strings.TrimSuffix(c.Dir, "/")+"/"); ok {
		return filepath.ToSlash(rest)
	}
	return path
}

// result is the findings as package report has them, with the host where there
// are several.
func (r *auditReport) result(c *Command) *lint.Result {
	out := &lint.Result{}
	for _, h := range r.hosts {
		out.Files += h.files
	}
	for _, f := range r.findings {
		one := f.Finding
		if len(r.hosts) > 1 {
			one.Notes = append(slices.Clone(one.Notes), lint.Note{Label: "host", Text: f.host})
		}
		out.Findings = append(out.Findings, one)
	}
	return out
}

func (r *auditReport) print(a *auditing) error {
	w := a.c.Stdout
	switch {
	case a.v.agreement && a.v.format == "json":
		return r.agreementJSON(w)
	case a.v.agreement:
		return r.agreementText(w)
	case a.v.format == "json":
		return r.json(a.c, w)
	}
	style := report.Style{Color: a.c.colors(a.v.color, w)}
	if err := style.Text(w, r.result(a.c)); err != nil {
		return err
	}
	if err := r.exposures(w); err != nil {
		return err
	}
	return r.gaps(w)
}

// exposures is the table of all services, the most exposed ones first.
func (r *auditReport) exposures(w io.Writer) error {
	type line struct {
		host string
		auditedUnit
	}
	var lines []line
	for _, h := range r.hosts {
		for _, u := range h.units {
			if u.exposure != nil {
				lines = append(lines, line{h.name, u})
			}
		}
	}
	if len(lines) == 0 {
		return nil
	}
	slices.SortStableFunc(lines, func(a, b line) int {
		return cmp.Or(cmp.Compare(b.exposure.High, a.exposure.High), strings.Compare(a.name, b.name))
	})
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	head, many := "UNIT\tEXPOSURE\tFILE", len(r.hosts) > 1
	if many {
		head = "HOST\t" + head
	}
	fmt.Fprintln(tw, "\n"+head)
	for _, l := range lines {
		if many {
			fmt.Fprintf(tw, "%s\t", l.host)
		}
		name := l.name
		if l.scope != "system" {
			name += " (" + l.scope + ")"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\n", name, exposureText(l.exposure), l.file)
	}
	return tw.Flush()
}

// gaps tells what of the systems is not there: in full what keeps whole packages
// from being read, and of units only how many.
func (r *auditReport) gaps(w io.Writer) error {
	var b strings.Builder
	units := 0
	for _, h := range r.hosts {
		for _, m := range h.missing {
			fmt.Fprintf(&b, "  %s: %s\n", m.What, m.Why)
		}
		for _, u := range h.units {
			if len(u.missing) > 0 {
				units++
			}
		}
	}
	if units > 0 {
		fmt.Fprintf(&b, "  the files of %s, in part or in whole; --format json lists them\n", plural(units, "unit"))
	}
	if b.Len() == 0 {
		return nil
	}
	_, err := io.WriteString(w, "\nNot seen:\n"+b.String())
	return err
}

func (r *auditReport) json(c *Command, w io.Writer) error {
	var inner bytes.Buffer
	if err := report.JSON(&inner, r.result(c), ""); err != nil {
		return err
	}
	var findings struct {
		Findings json.RawMessage `json:"findings"`
		Summary  json.RawMessage `json:"summary"`
	}
	if err := json.Unmarshal(inner.Bytes(), &findings); err != nil {
		return err
	}
	type unit struct {
		Unit    string   `json:"unit"`
		Scope   string   `json:"scope"`
		File    string   `json:"file"`
		Masked  bool     `json:"masked"`
		Overall *string  `json:"overall"` // null where it is an interval, or there is none
		Low     *string  `json:"low"`
		High    *string  `json:"high"`
		Missing []string `json:"missing"`
		Problem string   `json:"problem,omitempty"`
	}
	type missing struct {
		What string `json:"what"`
		Why  string `json:"why"`
	}
	type host struct {
		Name    string    `json:"name"`
		Systemd int       `json:"systemd"`
		Release string    `json:"release"`
		Units   []unit    `json:"units"`
		Missing []missing `json:"missing"`
	}
	hosts := []host{}
	for _, h := range r.hosts {
		one := host{Name: h.name, Systemd: int(h.systemd), Release: h.release, Units: []unit{}, Missing: []missing{}}
		for _, u := range h.units {
			one.Units = append(one.Units, unit{u.name, u.scope, u.file, u.masked, single(u.exposure), low(u.exposure), high(u.exposure), append([]string{}, u.missing...), u.problem})
		}
		for _, m := range h.missing {
			one.Missing = append(one.Missing, missing{m.What, m.Why})
		}
		hosts = append(hosts, one)
	}
	return writeJSON(w, struct {
		Findings json.RawMessage `json:"findings"`
		Summary  json.RawMessage `json:"summary"`
		Hosts    []host          `json:"hosts"`
	}{findings.Findings, findings.Summary, hosts})
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func (r *auditReport) agreementText(w io.Writer) error {
	var b strings.Builder
	for _, g := range r.agreements {
		for _, d := range g.Disagreements {
			fmt.Fprintf(&b, "%s: %s%s\n", d.Unit, d.Text, at(d.At))
		}
		if len(r.agreements) > 1 {
			fmt.Fprintf(&b, "%s: ", g.host)
		}
		fmt.Fprintf(&b, "%s and %s compared: %s; %s of these units come from elsewhere\n",
			plural(g.Units, "unit"), plural(g.Lines, "line"), disagreements(len(g.Disagreements)), plural(g.Unseen, "line"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func disagreements(n int) string {
	if n == 0 {
		return "all agree"
	}
	return plural(n, "disagreement")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (r *auditReport) agreementJSON(w io.Writer) error {
	type disagreement struct {
		Unit  string `json:"unit"`
		Scope string `json:"scope"`
		Text  string `json:"text"`
		At    string `json:"at"`
	}
	type host struct {
		Name          string         `json:"name"`
		Units         int            `json:"units"`
		Lines         int            `json:"lines"`
		Unseen        int            `json:"unseen"`
		Disagreements []disagreement `json:"disagreements"`
	}
	hosts := []host{}
	for _, g := range r.agreements {
		one := host{g.host, g.Units, g.Lines, g.Unseen, []disagreement{}}
		for _, d := range g.Disagreements {
			one.Disagreements = append(one.Disagreements, disagreement{d.Unit, d.Scope, d.Text, where(d.At)})
		}
		hosts = append(hosts, one)
	}
	return writeJSON(w, struct {
		Hosts []host `json:"hosts"`
	}{hosts})
}
