package lsp

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"wardnix/lint"
)

// report sends the diagnostics of a project's documents, or has the client request
// them, where they changed.
func (s *Server) report(p *project) {
	refresh := false
	for _, o := range s.documentsOf(p) {
		all := s.diagnostics(o)
		if all == nil || !o.show(all) {
			continue
		}
		if s.pulls() {
			refresh = refresh || !p.isAwaited(o)
			continue
		}
		version := o.version
		s.output.notify("textDocument/publishDiagnostics", PublishDiagnosticsParams{o.uri, &version, all})
	}
	if refresh {
		s.call("workspace/diagnostic/refresh", nil, nil)
	}
}

// show notes the diagnostics that the client gets; false if it has them already.
func (o *open) show(all []Diagnostic) bool {
	content, err := json.Marshal(all)
	if err != nil || string(content) == o.shown {
		return false
	}
	o.shown = string(content)
	o.resultID++
	return true
}

// diagnostics are those of a document; nil while nothing is known of it. While it does
// not parse, they are what was found when it last did, at the places where that is now,
// and its syntax errors.
func (s *Server) diagnostics(o *open) []Diagnostic {
	v := s.view(o)
	if v.analysis == nil {
		return nil
	}
	all := []Diagnostic{}
	current := o.drift.none()
	if !current && o.broken() {
		for _, f := range lint.SyntaxErrors(o.tree()) {
			all = append(all, v.diagnosticAt(&f, v.encoding.span(o.lines, f.Span)))
		}
	}
	for _, f := range v.analysis.findings[o.uri] {
		stays := current || !f.Rule.IsSource() && !o.drift.removed(f.Span.Start, f.Span.End)
		if stays && severityOf(&f) <= s.settings.Level {
			all = append(all, v.diagnostic(&f))
		}
	}
	return all
}

// diagnostic is a finding of the analysis as the client gets it.
func (v *view) diagnostic(f *lint.Finding) Diagnostic {
	return v.diagnosticAt(f, v.location(f.File, f.Span).Range)
}

func (v *view) diagnosticAt(f *lint.Finding, at Range) Diagnostic {
	d := Diagnostic{Range: at, Severity: severityOf(f), Code: f.Rule.ID, Source: "wardnix", Message: messageOf(f)}
	can := v.client.TextDocument.PublishDiagnostics
	if link := f.Rule.Link(); link != "" && can.CodeDescriptionSupport {
		d.CodeDescription = &CodeDescription{link}
	}
	if can.TagSupport != nil && f.Rule.Tag != 0 {
		d.Tags = []int{tags[f.Rule.Tag]}
	}
	for _, r := range f.Related {
		if can.RelatedInformation {
			d.RelatedInformation = append(d.RelatedInformation, RelatedInformation{v.relatedTo(r), r.Message})
		}
	}
	return d
}

var tags = map[lint.Tag]int{lint.Unnecessary: tagUnnecessary, lint.Deprecated: tagDeprecated}

// relatedTo is the place of a related place, by the path that the analysis noted.
func (v *view) relatedTo(r lint.Related) Location {
	if v.documents[r.File.Name] != nil {
		return v.location(r.File, r.Span)
	}
	return Location{uriOf(v.analysis.paths[r.File.Name]), v.encoding.span(r.File, r.Span)}
}

// messageOf is the title of a finding and its notes, a line each. What a fix writes is
// shown by the fix.
func messageOf(f *lint.Finding) string {
	lines := []string{f.Message}
	for _, n := range f.Notes {
		if !strings.Contains(n.Text, "\n") {
			lines = append(lines, n.Label+": "+n.Text)
		}
	}
	return strings.Join(lines, "\n")
}

// pull answers a client that requests diagnostics, once its newest text was looked at.
func (s *Server) pull(_ context.Context, params json.RawMessage, answer func(any, error)) {
	p, o, err := documentOf[DocumentParams](s, params)
	switch {
	case err != nil:
		answer(nil, err)
	case o == nil:
		answer(DocumentDiagnosticReport{Kind: "full", ResultID: "0", Items: &[]Diagnostic{}}, nil)
	default:
		o.project.await(waiter{open: o, then: func() { answer(s.pulled(o, p.PreviousResultID), nil) }})
	}
}

// pulled are the diagnostics of a document, or that they are those that the client has.
func (s *Server) pulled(o *open, previous string) DocumentDiagnosticReport {
	all := s.diagnostics(o)
	if all == nil {
		all = []Diagnostic{}
	}
	o.show(all)
	id := strconv.Itoa(o.resultID)
	if id == previous {
		return DocumentDiagnosticReport{Kind: "unchanged", ResultID: id}
	}
	return DocumentDiagnosticReport{Kind: "full", ResultID: id, Items: &all}
}
