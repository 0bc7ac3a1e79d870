package lsp

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"wardnix/lint"
	"wardnix/nixast"
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
	if o.project.last == nil || o.seen == nil {
		return nil
	}
	all := []Diagnostic{}
	at := located{s, o, o.drift}
	current := o.drift.none()
	if !current && o.broken() {
		for _, f := range lint.SyntaxErrors(o.tree()) {
			all = append(all, located{s, o, drift{}}.diagnostic(&f))
		}
	}
	for _, f := range o.project.last.findings[o.uri] {
		stays := current || !lint.IsSource(f.Rule) && !o.drift.removed(f.Span.Start, f.Span.End)
		if stays && severityOf(&f) <= s.settings.Level {
			all = append(all, at.diagnostic(&f))
		}
	}
	return all
}

// located makes ranges of places of a document as it was when it was looked at.
type located struct {
	*Server
	open  *open
	drift drift
}

// span is a span as a range of the newest text.
func (l located) span(s nixast.Span) Range {
	start, end := l.drift.forward(s.Start, false), l.drift.forward(s.End, true)
	return l.encoding.span(l.open.lines, nixast.Span{Start: start, End: max(start, end)})
}

// diagnostic is a finding as the client gets it.
func (l located) diagnostic(f *lint.Finding) Diagnostic {
	d := Diagnostic{
		Range: l.span(f.Span), Severity: severityOf(f), Code: f.Rule.ID, Source: "wardnix", Message: messageOf(f),
	}
	can := l.client.TextDocument.PublishDiagnostics
	if link := f.Rule.Link(); link != "" && can.CodeDescriptionSupport {
		d.CodeDescription = &CodeDescription{link}
	}
	if can.TagSupport != nil && f.Rule.Tag != 0 {
		d.Tags = []int{tags[f.Rule.Tag]}
	}
	for _, r := range f.Related {
		if can.RelatedInformation {
			d.RelatedInformation = append(d.RelatedInformation, RelatedInformation{l.location(r.File, r.Span), r.Message})
		}
	}
	return d
}

var tags = map[lint.Tag]int{lint.Unnecessary: tagUnnecessary, lint.Deprecated: tagDeprecated}

// location is a place of a file that may be another one.
func (l located) location(f *nixast.File, s nixast.Span) Location {
	if f.Name == l.open.project.last.names[l.open.uri] {
		return Location{l.open.uri, l.span(s)}
	}
	return Location{l.uriOf(l.open.project.last.paths[f.Name]), l.encoding.span(f, s)}
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
func (s *Server) pull(ctx context.Context, params json.RawMessage, answer func(any, error)) {
	p, o, err := documentOf[DocumentParams](s, params)
	switch {
	case err != nil:
		answer(nil, err)
	case o == nil:
		answer(DocumentDiagnosticReport{Kind: "full", ResultID: "0", Items: &[]Diagnostic{}}, nil)
	default:
		o.project.await(s, o, func() { answer(s.pulled(o, p.PreviousResultID), nil) })
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
