package report

import (
	"io"

	"wardnix/lint"
	"wardnix/nixast"
)

// The shape of the JSON output. Fields may be added, never renamed.
type (
	jsonReport struct {
		Findings []jsonFinding `json:"findings"`
		Summary  summary       `json:"summary"`
		Diff     *string       `json:"diff,omitempty"`
		// Statistics are there where they were requested.
		Statistics []ruleCount `json:"statistics,omitempty"`
		// Hosts are the systems that were audited.
		Hosts []jsonHost `json:"hosts,omitempty"`
	}
	jsonHost struct {
		Name    string        `json:"name"`
		Systemd int           `json:"systemd"`
		Release string        `json:"release"`
		Units   []jsonUnit    `json:"units"`
		Missing []jsonMissing `json:"missing"`
	}
	jsonUnit struct {
		Unit    string   `json:"unit"`
		Scope   string   `json:"scope"`
		File    string   `json:"file"`
		Masked  bool     `json:"masked"`
		Overall *string  `json:"overall"` // null for an interval, or without an exposure
		Low     *string  `json:"low"`
		High    *string  `json:"high"`
		Missing []string `json:"missing"`
		Problem string   `json:"problem,omitempty"`
	}
	jsonMissing struct {
		What string `json:"what"`
		Why  string `json:"why"`
	}
	jsonFinding struct {
		Rule       string        `json:"rule"`
		Name       string        `json:"name"`
		Severity   string        `json:"severity"`
		Help       string        `json:"help"` // the address of the rule's page, or the command that prints it
		Message    string        `json:"message"`
		File       string        `json:"file"`
		Start      jsonPosition  `json:"start"`
		End        jsonPosition  `json:"end"`
		Unit       *string       `json:"unit"`
		Directive  *string       `json:"directive"`
		Directives []string      `json:"directives"`
		Notes      []jsonNote    `json:"notes"`
		Related    []jsonRelated `json:"related"`
		Fixes      []jsonFix     `json:"fixes"`
	}
	jsonPosition struct {
		Line   int `json:"line"`   // from 1
		Column int `json:"column"` // from 1, in runes
		Offset int `json:"offset"` // from 0, in bytes
	}
	jsonNote struct {
		Label string `json:"label"`
		Text  string `json:"text"`
	}
	jsonRelated struct {
		Message string       `json:"message"`
		File    string       `json:"file"`
		Start   jsonPosition `json:"start"`
		End     jsonPosition `json:"end"`
	}
	jsonFix struct {
		Title         string     `json:"title"`
		Applicability string     `json:"applicability"`
		Breaks        *string    `json:"breaks"`
		Edits         []jsonEdit `json:"edits"`
	}
	jsonEdit struct {
		File  string `json:"file"`
		Start int    `json:"start"` // bytes from 0
		End   int    `json:"end"`   // exclusive
		Text  string `json:"text"`
	}
)

// writeReport writes one object with all findings and a summary.
func writeReport(w io.Writer, r *Report) error {
	out := jsonReport{Findings: make([]jsonFinding, 0, len(r.Result.Findings)), Summary: count(r), Diff: optional(r.Diff)}
	for _, f := range r.Result.Findings {
		out.Findings = append(out.Findings, toJSON(f))
	}
	if r.Statistics {
		out.Statistics = countRules(r.Result.Findings)
	}
	for _, h := range r.Hosts {
		out.Hosts = append(out.Hosts, toJSONHost(h))
	}
	return JSON(w, out)
}

func toJSONHost(h Host) jsonHost {
	out := jsonHost{Name: h.Name, Systemd: h.Systemd, Release: h.Release, Units: []jsonUnit{}, Missing: []jsonMissing{}}
	for _, u := range h.Units {
		one := jsonUnit{Unit: u.Name, Scope: u.Scope, File: u.File, Masked: u.Masked, Missing: append([]string{}, u.Missing...), Problem: u.Problem}
		if u.Now != nil {
			low, high := u.Now.Low.String(), u.Now.High.String()
			one.Low, one.High = &low, &high
			if low == high {
				one.Overall = &high
			}
		}
		out.Units = append(out.Units, one)
	}
	for _, m := range h.Missing {
		out.Missing = append(out.Missing, jsonMissing(m))
	}
	return out
}

func toJSON(f lint.Finding) jsonFinding {
	out := jsonFinding{
		Rule: f.Rule.ID, Name: f.Rule.Name, Severity: f.Severity.String(), Help: f.Rule.Help(), Message: f.Message,
		File: f.File.Name, Unit: optional(f.Unit()), Directives: append([]string{}, f.Directives()...),
		Notes: []jsonNote{}, Related: []jsonRelated{}, Fixes: []jsonFix{},
	}
	out.Start, out.End = toJSONSpan(f.File, f.Span)
	if len(f.Directives()) > 0 {
		out.Directive = &f.Directives()[0]
	}
	for _, n := range f.Notes {
		out.Notes = append(out.Notes, jsonNote(n))
	}
	for _, r := range f.Related {
		start, end := toJSONSpan(r.File, r.Span)
		out.Related = append(out.Related, jsonRelated{r.Message, r.File.Name, start, end})
	}
	for _, x := range f.Fixes {
		fix := jsonFix{Title: x.Title, Applicability: x.Applicability.String(), Breaks: optional(x.Breaks), Edits: []jsonEdit{}}
		for _, e := range x.Edits {
			fix.Edits = append(fix.Edits, jsonEdit{e.File.Name, e.Start, e.End, e.New})
		}
		out.Fixes = append(out.Fixes, fix)
	}
	return out
}

func toJSONSpan(f *nixast.File, s nixast.Span) (start, end jsonPosition) {
	return toJSONPosition(f.Position(s.Start)), toJSONPosition(f.Position(s.End))
}

func toJSONPosition(p nixast.Position) jsonPosition {
	return jsonPosition{Line: p.Line, Column: p.Column, Offset: p.Offset}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
