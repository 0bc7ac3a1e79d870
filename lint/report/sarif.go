package report

import (
	"encoding/json"
	"io"
	"net/url"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/nixast"
)

// The shape of SARIF 2.1.0, as far as it is used (OASIS, "Static Analysis Results
// Interchange Format Version 2.1.0").
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		Invocations []sarifInvocation           `json:"invocations"`
		BaseIDs     map[string]sarifDescription `json:"originalUriBaseIds"`
		ColumnKind  string                      `json:"columnKind"`
		Results     []sarifResult               `json:"results"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifInvocation struct {
		ExecutionSuccessful bool `json:"executionSuccessful"`
	}
	sarifDescription struct {
		Description sarifText `json:"description"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifRule struct {
		ID               string    `json:"id"`
		Name             string    `json:"name"`
		ShortDescription sarifText `json:"shortDescription"`
		FullDescription  sarifText `json:"fullDescription"`
		Help             sarifText `json:"help"`
		Configuration    struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
		Properties sarifProperties `json:"properties"`
	}
	sarifProperties struct {
		Tags             []string `json:"tags"`
		Precision        string   `json:"precision"`
		SecuritySeverity string   `json:"security-severity"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Related      []sarifLocation    `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
		Fixes        []sarifFix         `json:"fixes,omitempty"`
	}
	sarifSuppression struct {
		Kind string `json:"kind"`
	}
	sarifLocation struct {
		ID       int           `json:"id,omitempty"`
		Message  *sarifText    `json:"message,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Logical  []sarifName   `json:"logicalLocations,omitempty"`
	}
	sarifName struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI    string `json:"uri"`
		BaseID string `json:"uriBaseId"`
	}
	sarifRegion struct {
		StartLine   int        `json:"startLine"`
		StartColumn int        `json:"startColumn"`
		EndLine     int        `json:"endLine"`
		EndColumn   int        `json:"endColumn"`
		Snippet     *sarifText `json:"snippet,omitempty"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted sarifText   `json:"insertedContent"`
	}
)

// srcRoot stands for the folder that file names are relative to.
const srcRoot = "%SRCROOT%"

// SARIF writes one log with one run: the rules that were looked for with their
// help, the findings, and as suppressed those that comments ignore.
func SARIF(w io.Writer, r *Report) error {
	var run sarifRun
	run.Tool.Driver = sarifDriver{"wardnix", r.Version, []sarifRule{}}
	index := map[string]int{}
	for i, rule := range r.Rules {
		index[rule.ID] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, toSARIFRule(rule))
	}
	run.Invocations = []sarifInvocation{{true}}
	run.BaseIDs = map[string]sarifDescription{srcRoot: {sarifText{Text: "The folder that names of files start from."}}}
	run.ColumnKind = "unicodeCodePoints"
	run.Results = []sarifResult{}
	add := func(part *lint.Result, suppressed ...sarifSuppression) {
		names := part.Fingerprints()
		for i, f := range part.Findings {
			one := r.sarif(f)
			one.RuleIndex, one.Suppressions = index[f.Rule.ID], suppressed
			one.Fingerprints = map[string]string{"wardnix/v1": names[i]}
			run.Results = append(run.Results, one)
		}
	}
	add(r.Result)
	add(&lint.Result{Project: r.Result.Project, Findings: r.Result.Ignored}, sarifSuppression{"inSource"})
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

func toSARIFRule(rule *lint.Rule) sarifRule {
	help := []string{rule.Text}
	if rule.WhenNot != "" {
		help = append(help, "When not: "+rule.WhenNot)
	}
	if len(rule.References) > 0 {
		help = append(help, "See "+strings.Join(rule.References, "; ")+".")
	}
	text := strings.Join(help, "\n\n")
	one := sarifRule{
		ID: rule.ID, Name: rule.Name,
		ShortDescription: sarifText{Text: rule.Title}, FullDescription: sarifText{Text: rule.Text},
		Help: sarifText{Text: text, Markdown: text},
		// GitHub's scale: 4.0 to 6.9 is medium, 7.0 to 8.9 is high.
		Properties: sarifProperties{[]string{"security", "nixos", "systemd"}, "very-high", "5.0"},
	}
	one.Configuration.Level = sarifLevel(rule.Severity)
	switch rule.Severity {
	case lint.Error:
		one.Properties.SecuritySeverity = "7.0"
	case lint.Info:
		one.Properties.SecuritySeverity = "2.0"
	}
	return one
}

func sarifLevel(s lint.Severity) string {
	if s == lint.Info {
		return "note"
	}
	return s.String()
}

func (r *Report) sarif(f lint.Finding) sarifResult {
	one := sarifResult{RuleID: f.Rule.ID, Level: sarifLevel(f.Severity), Message: sarifText{Text: withNotes(f)}}
	at := sarifLocation{Physical: sarifPhysical{r.artifact(f.File), region(f.File, f.Span)}}
	at.Physical.Region.Snippet = &sarifText{Text: f.File.Src[f.Span.Start:f.Span.End]}
	if f.Unit != "" {
		at.Logical = []sarifName{{f.Unit, "resource"}}
	}
	one.Locations = []sarifLocation{at}
	for i, related := range f.Related {
		one.Related = append(one.Related, sarifLocation{
			ID: i + 1, Message: &sarifText{Text: related.Message},
			Physical: sarifPhysical{r.artifact(related.File), region(related.File, related.Span)},
		})
	}
	for _, x := range f.Fixes {
		fix := sarifFix{Description: sarifText{Text: x.Title}}
		for _, e := range x.Edits {
			where := r.artifact(e.File)
			i := slices.IndexFunc(fix.Changes, func(c sarifChange) bool { return c.Artifact == where })
			if i < 0 {
				i = len(fix.Changes)
				fix.Changes = append(fix.Changes, sarifChange{Artifact: where})
			}
			fix.Changes[i].Replacements = append(fix.Changes[i].Replacements, sarifReplacement{
				region(e.File, nixast.Span{Start: e.Start, End: e.End}), sarifText{Text: e.New},
			})
		}
		one.Fixes = append(one.Fixes, fix)
	}
	return one
}

func (r *Report) artifact(f *nixast.File) sarifArtifact {
	return sarifArtifact{uri(r.name(f)), srcRoot}
}

// uri is a path as a relative reference (RFC 3986): each byte that is not plain
// is escaped.
func uri(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(part), ":", "%3A")
	}
	return strings.Join(parts, "/")
}

func region(f *nixast.File, s nixast.Span) sarifRegion {
	start, end := f.Position(s.Start), f.Position(s.End)
	return sarifRegion{StartLine: start.Line, StartColumn: start.Column, EndLine: end.Line, EndColumn: end.Column}
}
