package report

import (
	"encoding/json"
	"io"

	"wardnix/lint"
	"wardnix/nixast"
)

// The shape of the JSON output. Fields may be added, never renamed.
type (
	jsonReport struct {
		Findings []jsonFinding `json:"findings"`
		Summary  Summary       `json:"summary"`
		Diff     *string       `json:"diff,omitempty"`
		// Statistics are there where they were asked for.
		Statistics []RuleCount `json:"statistics,omitempty"`
	}
	jsonFinding struct {
		Rule       string        `json:"rule"`
		Name       string        `json:"name"`
		Severity   string        `json:"severity"`
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

// JSON writes one object with all findings and a summary, and the diff that the
// fixes make, if that was asked for. The error is that of w.
func JSON(w io.Writer, r *lint.Result, diff string) error { return writeIndented(w, newJSON(r, diff)) }

func newJSON(r *lint.Result, diff string) jsonReport {
	out := jsonReport{Findings: make([]jsonFinding, 0, len(r.Findings)), Summary: Count(r), Diff: optional(diff)}
	for _, f := range r.Findings {
		out.Findings = append(out.Findings, toJSON(f))
	}
	return out
}

// writeIndented writes one value as JSON for people to read, too.
func writeIndented(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func toJSON(f lint.Finding) jsonFinding {
	out := jsonFinding{
		Rule: f.Rule.ID, Name: f.Rule.Name, Severity: f.Severity.String(), Message: f.Message,
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
