package report

import (
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/nixast"
)

// SARIF 2.1.0, as far as it is used here; names and meaning are the standard's.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool               sarifTool                `json:"tool"`
		OriginalURIBaseIDs map[string]sarifArtifact `json:"originalUriBaseIds"`
		ColumnKind         string                   `json:"columnKind"`
		NewlineSequences   []string                 `json:"newlineSequences"`
		Results            []sarifResult            `json:"results"`
		Invocations        []sarifInvocation        `json:"invocations"`
	}
	// sarifInvocation says whether everything could be read and written.
	sarifInvocation struct {
		ExecutionSuccessful        bool                `json:"executionSuccessful"`
		ToolExecutionNotifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID                   string              `json:"id"`
		Name                 string              `json:"name"`
		ShortDescription     sarifText           `json:"shortDescription"`
		FullDescription      sarifText           `json:"fullDescription"`
		HelpURI              string              `json:"helpUri,omitempty"`
		Help                 sarifText           `json:"help"`
		DefaultConfiguration sarifConfiguration  `json:"defaultConfiguration"`
		Properties           sarifRuleProperties `json:"properties"`
	}
	sarifConfiguration struct {
		Level string `json:"level"`
	}
	sarifRuleProperties struct {
		Tags             []string `json:"tags"`
		Precision        string   `json:"precision"`
		SecuritySeverity string   `json:"security-severity"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID              string                `json:"ruleId"`
		RuleIndex           int                   `json:"ruleIndex"`
		Level               string                `json:"level"`
		Message             sarifText             `json:"message"`
		Locations           []sarifLocation       `json:"locations"`
		RelatedLocations    []sarifLocation       `json:"relatedLocations,omitempty"`
		PartialFingerprints map[string]string     `json:"partialFingerprints"`
		Fixes               []sarifFix            `json:"fixes,omitempty"`
		Properties          sarifResultProperties `json:"properties"`
	}
	sarifResultProperties struct {
		Unit       string   `json:"unit,omitempty"`
		Directives []string `json:"directives,omitempty"`
	}
	sarifLocation struct {
		ID               int            `json:"id,omitempty"`
		Message          *sarifText     `json:"message,omitempty"`
		PhysicalLocation sarifPhysical  `json:"physicalLocation"`
		LogicalLocations []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifLogical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
	}
	sarifPhysical struct {
		ArtifactLocation sarifArtifact `json:"artifactLocation"`
		Region           sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI       string `json:"uri"`
		URIBaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifFix struct {
		Description     sarifText             `json:"description"`
		ArtifactChanges []sarifChange         `json:"artifactChanges"`
		Properties      sarifFixApplicability `json:"properties"`
	}
	sarifFixApplicability struct {
		Applicability string `json:"applicability"`
	}
	sarifChange struct {
		ArtifactLocation sarifArtifact      `json:"artifactLocation"`
		Replacements     []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		DeletedRegion   sarifRegion `json:"deletedRegion"`
		InsertedContent sarifText   `json:"insertedContent"`
	}
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	// srcRoot is the name that SARIF files give to the directory of the sources.
	srcRoot = "SRCROOT"
	// sarifPrint names the fingerprint and the way in which it is made.
	sarifPrint = "wardnix/v1"
)

// sarif writes a SARIF log of one run. Findings that comments ignore or that
// are known are not in it: code scanning of GitHub would show them as open.
func sarif(w io.Writer, r *Report) error {
	run := sarifRun{
		Tool:               sarifTool{sarifDriver{Name: "wardnix", Version: r.Version, Rules: []sarifRule{}}},
		OriginalURIBaseIDs: map[string]sarifArtifact{srcRoot: {URI: fileURI(strings.TrimSuffix(r.base(), "/") + "/")}},
		ColumnKind:         "unicodeCodePoints",
		NewlineSequences:   []string{"\r\n", "\n", "\r"},
		Results:            []sarifResult{},
	}
	for _, rule := range r.Rules {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, toSarifRule(rule))
	}
	prints := fingerprints(r.Result)
	for i, f := range r.Result.Findings {
		index := slices.IndexFunc(r.Rules, func(x *lint.Rule) bool { return x.ID == f.Rule.ID })
		run.Results = append(run.Results, r.sarifResult(f, index, prints[i]))
	}
	invocation := sarifInvocation{ExecutionSuccessful: r.Complete()}
	for _, f := range r.Unwritten {
		invocation.ToolExecutionNotifications = append(invocation.ToolExecutionNotifications,
			sarifNotification{"error", plainText(f.Name + " was not written: " + f.Err.Error())})
	}
	run.Invocations = []sarifInvocation{invocation}
	return JSON(w, sarifLog{sarifSchema, "2.1.0", []sarifRun{run}})
}

// plainText is a message without links, which SARIF writes as Markdown does (3.11.6).
func plainText(text string) sarifText { return sarifText{Text: strings.ReplaceAll(text, "](", "] (")} }

func toSarifRule(r *lint.Rule) sarifRule {
	help := r.Text
	if r.WhenNot != "" {
		help += "\n\n**When to ignore it.** " + r.WhenNot
	}
	if len(r.References) > 0 {
		help += "\n\nSee: " + strings.Join(r.References, "; ") + "."
	}
	return sarifRule{
		ID: r.ID, Name: r.Name, ShortDescription: sarifText{Text: r.Title}, FullDescription: sarifText{Text: r.Title},
		HelpURI:              r.Link(),
		Help:                 sarifText{Text: help, Markdown: help},
		DefaultConfiguration: sarifConfiguration{sarifLevel(r.Severity)},
		Properties: sarifRuleProperties{
			Tags: []string{"security", "nixos", "systemd"}, Precision: "high", SecuritySeverity: securitySeverity(r.Severity),
		},
	}
}

func sarifLevel(s lint.Severity) string {
	if s == lint.Info {
		return "note"
	}
	return s.String()
}

// securitySeverity is the severity from 0.0 to 10.0 as GitHub reads it: high from
// 7.0, medium from 4.0, low below.
func securitySeverity(s lint.Severity) string {
	switch s {
	case lint.Error:
		return "7.0"
	case lint.Warning:
		return "5.0"
	}
	return "2.0"
}

func (r *Report) sarifResult(f lint.Finding, rule int, fingerprint string) sarifResult {
	out := sarifResult{
		RuleID: f.Rule.ID, RuleIndex: rule, Level: sarifLevel(f.Severity), Message: plainText(withNotes(f)),
		Locations:           []sarifLocation{{PhysicalLocation: r.sarifPlace(f.File, f.Span)}},
		PartialFingerprints: map[string]string{sarifPrint: fingerprint},
		Properties:          sarifResultProperties{f.Unit(), f.Directives()},
	}
	if option := lint.OptionAt(f.File, f.Span.Start); option != "" {
		out.Locations[0].LogicalLocations = []sarifLogical{{option}}
	}
	for i, x := range f.Related {
		out.RelatedLocations = append(out.RelatedLocations, sarifLocation{
			ID: i + 1, Message: new(plainText(x.Message)), PhysicalLocation: r.sarifPlace(x.File, x.Span),
		})
	}
	for _, x := range f.Fixes {
		if len(x.Edits) > 0 {
			out.Fixes = append(out.Fixes, r.sarifFix(x))
		}
	}
	return out
}

// sarifFix is a fix with its edits by file.
func (r *Report) sarifFix(x lint.Fix) sarifFix {
	out := sarifFix{Description: plainText(x.Title), Properties: sarifFixApplicability{x.Applicability.String()}}
	at := map[*nixast.File]int{}
	for _, e := range x.Edits {
		i, ok := at[e.File]
		if !ok {
			i = len(out.ArtifactChanges)
			at[e.File] = i
			out.ArtifactChanges = append(out.ArtifactChanges, sarifChange{ArtifactLocation: r.sarifArtifact(e.File)})
		}
		c := &out.ArtifactChanges[i]
		c.Replacements = append(c.Replacements, sarifReplacement{
			sarifRegionOf(e.File, nixast.Span{Start: e.Start, End: e.End}), sarifText{Text: e.New},
		})
	}
	return out
}

func (r *Report) sarifPlace(f *nixast.File, s nixast.Span) sarifPhysical {
	return sarifPhysical{r.sarifArtifact(f), sarifRegionOf(f, s)}
}

func sarifRegionOf(f *nixast.File, s nixast.Span) sarifRegion {
	start, end := f.Position(s.Start), f.Position(s.End)
	return sarifRegion{start.Line, start.Column, end.Line, end.Column}
}

// sarifArtifact is a file, from srcRoot where it lies there.
func (r *Report) sarifArtifact(f *nixast.File) sarifArtifact {
	abs := r.path(f)
	if rel, ok := strings.CutPrefix(abs, strings.TrimSuffix(r.base(), "/")+"/"); ok {
		return sarifArtifact{URI: (&url.URL{Path: escapable(rel)}).String(), URIBaseID: srcRoot}
	}
	return sarifArtifact{URI: fileURI(abs)}
}

// base is Base, or Dir without one.
func (r *Report) base() string {
	if r.Base == "" {
		return path.Clean(r.Dir)
	}
	return path.Clean(r.Base)
}

// fileURI is the URI of an absolute path, any bytes in it escaped.
func fileURI(abs string) string { return (&url.URL{Scheme: "file", Path: abs}).String() }

// escapable is a relative path that no URI can take for something else.
func escapable(rel string) string {
	if first, _, _ := strings.Cut(rel, "/"); strings.Contains(first, ":") {
		return "./" + rel
	}
	return rel
}
