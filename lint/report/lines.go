package report

import (
	"fmt"
	"io"
	"strings"

	"wardnix/lint"
	"wardnix/nixast"
)

// concise writes a line for each finding, and the summary.
func concise(p *Printer, r *Report) {
	if r.Statistics {
		full(p, r)
		return
	}
	s := r.Style
	for _, f := range r.bySeverity() {
		p.Printf("%s: %s %s%s\n", s.link(f.File.Name, place(f.File, f.Span, nixast.Runes)),
			s.paint(severityColor(f.Severity), Textf("%s[%s]", f.Severity, f.Rule.ID)), s.fixMark(f), oneLine(f.Message))
	}
	p.print(r.end())
}

// errfmt writes a line for each finding and nothing else, as the 'errorformat'
// "%f:%l:%c: %t%*[^:]: %m" of Vim reads it: the column counts bytes.
func errfmt(p *Printer, r *Report) {
	for _, f := range r.Result.Findings {
		p.Printf("%s: %s: [%s] %s\n", place(f.File, f.Span, nixast.Bytes), f.Severity, f.Rule.ID, oneLine(f.Message))
	}
}

// oneLine is text with its newlines as spaces.
func oneLine(text string) Text { return Safe(strings.Join(strings.Fields(text), " ")) }

// github writes the workflow commands that make annotations of GitHub Actions.
// Its lines and columns count from 1, and the end is part of the place; columns
// are given only for places within a line.
func github(w io.Writer, r *Report) error {
	var b strings.Builder
	for _, f := range r.Result.Findings {
		command := map[lint.Severity]string{lint.Error: "error", lint.Warning: "warning"}[f.Severity]
		if command == "" {
			command = "notice"
		}
		start, end := f.File.Position(f.Span.Start), f.File.Position(f.Span.End)
		fmt.Fprintf(&b, "::%s title=%s,file=%s,line=%d,endLine=%d", command,
			githubProperty("wardnix "+f.Rule.ID+" "+f.Rule.Name), githubProperty(r.name(f.File)), start.Line, end.Line)
		if start.Line == end.Line {
			fmt.Fprintf(&b, ",col=%d,endColumn=%d", start.Column, max(start.Column, end.Column-1))
		}
		fmt.Fprintf(&b, "::%s\n", githubData(withNotes(f)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// githubData is a message: workflow commands end with the line.
func githubData(text string) string {
	text = strings.NewReplacer("%", "%25", "\n", "%0A").Replace(escape(text, true))
	return hashCommand.ReplaceAllString(text, "%23${1}")
}

// githubProperty is a property, which also ends with ":" and ",".
func githubProperty(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(githubData(text))
}

// jsonl writes the objects of the JSON format, a finding a line.
func jsonl(w io.Writer, r *Report) error {
	for _, f := range r.Result.Findings {
		if err := jsonLine(w, toJSON(f)); err != nil {
			return err
		}
	}
	return nil
}

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
	fmt.Fprintf(&b, "\nhelp: %s", f.Rule.Help())
	return b.String()
}
