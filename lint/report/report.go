// Package report writes findings for people and for programs.
package report

import "wardnix/lint"

// Summary counts what a run came to.
type Summary struct {
	Files    int `json:"files"`    // files that were asked for and read
	Errors   int `json:"errors"`   // findings that remain, by severity
	Warnings int `json:"warnings"` //
	Infos    int `json:"infos"`    //
	Fixed    int `json:"fixed"`    // findings that were repaired
	Ignored  int `json:"ignored"`  // findings that comments ignore
	Known    int `json:"known"`    // findings that the project lives with
}

// Count makes the summary of a result.
func Count(r *lint.Result) Summary {
	s := Summary{Files: r.Files, Fixed: len(r.Fixed), Ignored: len(r.Ignored), Known: r.Known}
	for _, f := range r.Findings {
		switch f.Severity {
		case lint.Error:
			s.Errors++
		case lint.Warning:
			s.Warnings++
		default:
			s.Infos++
		}
	}
	return s
}
