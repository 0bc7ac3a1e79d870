package report

import (
	"fmt"
	"io"
	"strings"

	"wardnix/lint/spell"
)

// Format is one way to write a report.
type Format struct {
	// Name is what --format takes.
	Name string
	// Line says in a few words what it is.
	Line string
	// Diff says that the format shows Report.Diff itself, Statistics that it knows
	// Report.Statistics, Changes that it shows Report.Changes, and Hosts that it
	// needs Report.Hosts with the exposures after fixes.
	Diff, Statistics, Changes, Hosts bool
	// Write writes the report. The error is that of the writer.
	Write func(w io.Writer, r *Report) error
}

// Formats are all formats, the default first.
func Formats() []Format {
	return []Format{
		{Name: "full", Line: "findings with their source lines, for people", Statistics: true, Changes: true, Write: printed(full)},
		{Name: "concise", Line: "a line for each finding", Statistics: true, Changes: true, Write: printed(concise)},
		{Name: "json", Line: "one JSON object", Diff: true, Statistics: true, Write: writeReport},
		{Name: "jsonl", Line: "a JSON object for each finding, one a line", Write: jsonl},
		{Name: "html", Line: "a page for browsers", Diff: true, Hosts: true, Write: writePage},
		{Name: "sarif", Line: "SARIF 2.1.0, for code scanning", Write: sarif},
		{Name: "github", Line: "GitHub Actions annotations", Write: github},
		{Name: "gitlab", Line: "a GitLab Code Quality report", Write: gitlab},
		{Name: "junit", Line: "JUnit XML", Write: junit},
		{Name: "rdjsonl", Line: "for reviewdog, with suggestions", Write: rdjsonl},
		{Name: "checkstyle", Line: "Checkstyle XML", Write: checkstyle},
		{Name: "errfmt", Line: "for editors: file:line:column: severity: message", Write: printed(errfmt)},
	}
}

// printed is the writer of a format for people, which writes while it formats.
func printed(format func(*Printer, *Report)) func(io.Writer, *Report) error {
	return func(w io.Writer, r *Report) error {
		p := Printer{to: w}
		format(&p, r)
		p.flush()
		return p.err
	}
}

// FindFormat is the format of a name; "text" is an older name of "full".
func FindFormat(name string) (Format, error) {
	if name == "text" {
		name = "full"
	}
	var names []string
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	if near := spell.Nearest(name, names); near != "" {
		return Format{}, fmt.Errorf("there is no format %q; did you mean %s?", name, near)
	}
	return Format{}, fmt.Errorf("there is no format %q; formats are %s", name, strings.Join(names, ", "))
}
