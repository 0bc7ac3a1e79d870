package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"wardnix/lint"
	"wardnix/nixast"
)

// concise writes a line for each finding, and the summary where there is more
// than one to count.
func concise(w io.Writer, r *Report) error {
	if r.Statistics {
		return full(w, r)
	}
	var b strings.Builder
	for _, f := range r.Result.Findings {
		s := r.Style
		fmt.Fprintf(&b, "%s: %s %s\n", s.link(f.File.Name, place(f.File, f.Span, nixast.Runes)),
			s.paint(severityColor(f.Severity), f.Severity.String()+"["+f.Rule.ID+"]"), oneLine(f.Message))
	}
	b.WriteString(r.Style.summary(r.Result) + r.exposure())
	_, err := io.WriteString(w, b.String())
	return err
}

// errfmt writes a line for each finding and nothing else, as the 'errorformat'
// "%f:%l:%c: %t%*[^:]: %m" of Vim reads it: the column counts bytes.
func errfmt(w io.Writer, r *Report) error {
	var b strings.Builder
	for _, f := range r.Result.Findings {
		fmt.Fprintf(&b, "%s: %s: [%s] %s\n", place(f.File, f.Span, nixast.Bytes), f.Severity, f.Rule.ID, oneLine(f.Message))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// github writes the workflow commands that make annotations of GitHub Actions.
// Its lines and columns count from 1, and the end is part of the place; columns
// are told only of places within a line.
func github(w io.Writer, r *Report) error {
	var b strings.Builder
	for _, f := range r.Result.Findings {
		command := map[lint.Severity]string{lint.Error: "error", lint.Warning: "warning"}[f.Severity]
		if command == "" {
			command = "notice"
		}
		start, end := f.File.Position(f.Span.Start), f.File.Position(f.Span.End)
		fmt.Fprintf(&b, "::%s title=%s,file=%s,line=%d,endLine=%d", command,
			githubProperty.Replace("wardnix "+f.Rule.ID+" "+f.Rule.Name), githubProperty.Replace(valid(r.name(f.File))), start.Line, end.Line)
		if start.Line == end.Line {
			fmt.Fprintf(&b, ",col=%d,endColumn=%d", start.Column, max(start.Column, end.Column-1))
		}
		fmt.Fprintf(&b, "::%s\n", githubData.Replace(valid(withNotes(f))))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Workflow commands end with the line; properties also with ":" and ",".
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// jsonl writes the objects of the JSON format, a finding a line.
func jsonl(w io.Writer, r *Report) error {
	enc := lineEncoder(w)
	for _, f := range r.Result.Findings {
		if err := enc.Encode(toJSON(f)); err != nil {
			return err
		}
	}
	return nil
}

func lineEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc
}

// place is "file:line:column". Names that would break the line are quoted.
func place(f *nixast.File, s nixast.Span, unit nixast.Unit) string {
	p := f.Position(s.Start)
	column := p.Column
	if unit == nixast.Bytes {
		column = p.Byte
	}
	return fmt.Sprintf("%s:%d:%d", Name(f.Name), p.Line, column)
}

// oneLine is text without line ends and what else would disturb a terminal.
func oneLine(text string) string { return printable(strings.Join(strings.Fields(text), " ")) }

// valid is text with U+FFFD for bytes that are no UTF-8.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// withNotes is the message of a finding with its notes, a line each.
func withNotes(f lint.Finding) string {
	var b strings.Builder
	b.WriteString(f.Message)
	for _, n := range f.Notes {
		fmt.Fprintf(&b, "\n%s: %s", n.Label, n.Text)
	}
	for _, x := range f.Fixes {
		fmt.Fprintf(&b, "\nfix (%s): %s", x.Applicability, x.Title)
	}
	return b.String()
}
