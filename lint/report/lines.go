package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"wardnix/lint"
)

// Concise writes a line for each finding, and the summary.
func Concise(w io.Writer, r *Report) error {
	b := bufio.NewWriter(w)
	s := r.Style
	if r.Statistics {
		b.WriteString(s.statistics(r.Result))
	} else {
		for _, f := range r.Result.Findings {
			p := f.File.Position(f.Span.Start)
			fmt.Fprintf(b, "%s %s %s\n", fmt.Sprintf("%s:%d:%d:", Name(f.File.Name), p.Line, p.Column),
				s.paint(severityColor(f.Severity), f.Severity.String()+"["+f.Rule.ID+"]"), oneLine(f.Message))
		}
	}
	b.WriteString(s.summary(r.Result))
	return b.Flush()
}

// ErrorFormat writes findings as statix does with --format errfmt, so that
// editors which know that (vim: errorformat=%f>%l:%c:%t:%n:%m) know this, too. Columns
// are bytes from 1, the type is E, W or I, the number that of the rule.
func ErrorFormat(w io.Writer, r *Report) error {
	b := bufio.NewWriter(w)
	for _, f := range r.Result.Findings {
		p := f.File.Position(f.Span.Start)
		number := strings.TrimLeft(f.Rule.ID[1:], "0")
		kind := strings.ToUpper(f.Severity.String()[:1])
		fmt.Fprintf(b, "%s>%d:%d:%s:%s:[%s] %s\n", oneLine(f.File.Name), p.Line, p.Byte, kind, number, f.Rule.ID, oneLine(f.Message))
	}
	return b.Flush()
}

// JSONLines writes the findings as in [JSON], one on each line, and then the
// summary; "type" tells which it is.
func JSONLines(w io.Writer, r *Report) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, f := range r.Result.Findings {
		if err := enc.Encode(struct {
			Type string `json:"type"`
			jsonFinding
		}{"finding", toJSON(f)}); err != nil {
			return err
		}
	}
	return enc.Encode(struct {
		Type string `json:"type"`
		Summary
	}{"summary", Count(r.Result)})
}

// ReviewDog writes findings in reviewdog's RDFormat, one on each line, with the
// first fix of each as its suggestion if that is in one file (reviewdog:
// proto/rdf/reviewdog.proto). Columns are bytes from 1.
func ReviewDog(w io.Writer, r *Report) error {
	type position struct {
		Line   int `json:"line"`
		Column int `json:"column"`
	}
	type span struct {
		Start position `json:"start"`
		End   position `json:"end"`
	}
	type suggestion struct {
		Range span   `json:"range"`
		Text  string `json:"text"`
	}
	type diagnostic struct {
		Message  string `json:"message"`
		Location struct {
			Path  string `json:"path"`
			Range span   `json:"range"`
		} `json:"location"`
		Severity string `json:"severity"`
		Source   struct {
			Name string `json:"name"`
		} `json:"source"`
		Code struct {
			Value string `json:"value"`
		} `json:"code"`
		Suggestions []suggestion `json:"suggestions,omitempty"`
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, f := range r.Result.Findings {
		at := func(start, end int) span {
			from, to := f.File.Position(start), f.File.Position(end)
			return span{position{from.Line, from.Byte}, position{to.Line, to.Byte}}
		}
		d := diagnostic{Message: f.Message, Severity: strings.ToUpper(f.Severity.String())}
		d.Location.Path, d.Location.Range = r.name(f.File), at(f.Span.Start, f.Span.End)
		d.Source.Name, d.Code.Value = "wardnix", f.Rule.ID
		for _, e := range firstFix(f) {
			d.Suggestions = append(d.Suggestions, suggestion{at(e.Start, e.End), e.New})
		}
		if err := enc.Encode(d); err != nil {
			return err
		}
	}
	return nil
}

// firstFix are the edits of a finding's first fix, if they are all in the file
// of the finding.
func firstFix(f lint.Finding) []lint.FileEdit {
	if len(f.Fixes) == 0 {
		return nil
	}
	for _, e := range f.Fixes[0].Edits {
		if e.File != f.File {
			return nil
		}
	}
	return f.Fixes[0].Edits
}

// oneLine is text without line ends, and nothing in it that disturbs a terminal.
func oneLine(text string) string {
	return printable(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(text))
}
