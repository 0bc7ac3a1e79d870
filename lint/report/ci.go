package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"wardnix/lint"
	"wardnix/nixast"
)

// GitHub writes workflow commands, which GitHub Actions shows as annotations of
// a change. (GitHub: "Workflow commands for GitHub Actions"; the escapes are those of
// actions/toolkit, packages/core/src/command.ts.)
func GitHub(w io.Writer, r *Report) error {
	b := bufio.NewWriter(w)
	for _, f := range r.Result.Findings {
		command := "notice"
		if f.Severity != lint.Info {
			command = f.Severity.String()
		}
		start, end := f.File.Position(f.Span.Start), f.File.Position(f.Span.End)
		fmt.Fprintf(b, "::%s file=%s,line=%d,col=%d,endLine=%d,endColumn=%d,title=%s::%s\n", command,
			githubProperty(r.name(f.File)), start.Line, start.Column, end.Line, end.Column,
			githubProperty(f.Rule.ID+" "+f.Rule.Name), githubText(withNotes(f)))
	}
	return b.Flush()
}

func githubText(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func githubProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}

// withNotes is the message of a finding with its notes and fixes, a line each.
func withNotes(f lint.Finding) string {
	lines := []string{f.Message}
	for _, n := range f.Notes {
		lines = append(lines, n.Label+": "+n.Text)
	}
	for _, x := range f.Fixes {
		lines = append(lines, fmt.Sprintf("fix (%s): %s", x.Applicability, x.Title))
	}
	return strings.Join(lines, "\n")
}

// GitLab writes a code quality report (GitLab: "Code Quality", report format).
func GitLab(w io.Writer, r *Report) error {
	type position struct {
		Line   int `json:"line"`
		Column int `json:"column"`
	}
	type issue struct {
		Description string `json:"description"`
		CheckName   string `json:"check_name"`
		Fingerprint string `json:"fingerprint"`
		Severity    string `json:"severity"`
		Location    struct {
			Path      string `json:"path"`
			Positions struct {
				Begin position `json:"begin"`
				End   position `json:"end"`
			} `json:"positions"`
		} `json:"location"`
	}
	issues := []issue{}
	fingerprints := r.Result.Fingerprints()
	severities := map[lint.Severity]string{lint.Error: "critical", lint.Warning: "major", lint.Info: "info"}
	for i, f := range r.Result.Findings {
		one := issue{Description: f.Message, CheckName: f.Rule.ID, Fingerprint: fingerprints[i], Severity: severities[f.Severity]}
		at := func(p nixast.Position) position { return position{p.Line, p.Column} }
		one.Location.Path = r.name(f.File)
		one.Location.Positions.Begin = at(f.File.Position(f.Span.Start))
		one.Location.Positions.End = at(f.File.Position(f.Span.End))
		issues = append(issues, one)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(issues)
}
