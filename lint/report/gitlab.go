package report

import (
	"io"

	"wardnix/lint"
)

// gitlabIssue is an entry of a GitLab Code Quality report
// (docs.gitlab.com/ci/testing/code_quality, "Code Quality report format").
type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
	End   int `json:"end"`
}

func gitlab(w io.Writer, r *Report) error {
	issues := []gitlabIssue{}
	prints := fingerprints(r.Result)
	for i, f := range r.Result.Findings {
		start, end := f.File.Position(f.Span.Start), f.File.Position(f.Span.End)
		issues = append(issues, gitlabIssue{
			Description: f.Message + " (" + f.Rule.Help() + ")", CheckName: f.Rule.ID + " " + f.Rule.Name, Fingerprint: prints[i],
			Severity: map[lint.Severity]string{lint.Error: "critical", lint.Warning: "major", lint.Info: "info"}[f.Severity],
			Location: gitlabLocation{r.name(f.File), gitlabLines{start.Line, end.Line}},
		})
	}
	return JSON(w, issues)
}
