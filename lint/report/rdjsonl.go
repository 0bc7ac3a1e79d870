package report

import (
	"io"

	"wardnix/lint"
	"wardnix/nixast"
)

// The Reviewdog Diagnostic Format (proto/rdf/reviewdog.proto of reviewdog).
// Columns count bytes of UTF-8 from 1; ends are exclusive.
type (
	rdDiagnostic struct {
		Message     string         `json:"message"`
		Location    rdLocation     `json:"location"`
		Severity    string         `json:"severity"`
		Source      rdSource       `json:"source"`
		Code        rdCode         `json:"code"`
		Suggestions []rdSuggestion `json:"suggestions,omitempty"`
	}
	rdLocation struct {
		Path  string  `json:"path"`
		Range rdRange `json:"range"`
	}
	rdRange struct {
		Start rdPosition `json:"start"`
		End   rdPosition `json:"end"`
	}
	rdPosition struct {
		Line   int `json:"line"`
		Column int `json:"column"`
	}
	rdSource struct {
		Name string `json:"name"`
	}
	rdCode struct {
		Value string `json:"value"`
		URL   string `json:"url,omitempty"`
	}
	rdSuggestion struct {
		Range rdRange `json:"range"`
		Text  string  `json:"text"`
	}
)

// rdjsonl writes a finding a line for reviewdog. The safest fix is suggested,
// if it is one edit of the finding's own file: reviewdog takes suggestions one
// by one.
func rdjsonl(w io.Writer, r *Report) error {
	for _, f := range r.Result.Findings {
		d := rdDiagnostic{
			Message: withNotes(f), Location: rdLocation{f.File.Name, rdRangeOf(f.File, f.Span)},
			Severity: map[lint.Severity]string{lint.Error: "ERROR", lint.Warning: "WARNING", lint.Info: "INFO"}[f.Severity],
			Source:   rdSource{"wardnix"}, Code: rdCode{f.Rule.ID, f.Rule.Link()},
		}
		if len(f.Fixes) > 0 && len(f.Fixes[0].Edits) == 1 && f.Fixes[0].Edits[0].File == f.File {
			e := f.Fixes[0].Edits[0]
			d.Suggestions = []rdSuggestion{{rdRangeOf(f.File, nixast.Span{Start: e.Start, End: e.End}), e.New}}
		}
		if err := jsonLine(w, d); err != nil {
			return err
		}
	}
	return nil
}

func rdRangeOf(f *nixast.File, s nixast.Span) rdRange {
	start, end := f.Position(s.Start), f.Position(s.End)
	return rdRange{rdPosition{start.Line, start.Byte}, rdPosition{end.Line, end.Byte}}
}
