package lsp

import (
	"context"

	"wardnix/lint/workspace"
	"wardnix/nixast"
)

// PositionParams are those of requests about a place.
type PositionParams struct {
	TextDocument TextDocument `json:"textDocument"`
	Position     Position     `json:"position"`
}

func (p *PositionParams) address() string { return p.TextDocument.URI }

// placeAt is the place of a position, now and when the document was looked at.
func (v *view) placeAt(at Position) workspace.Place {
	offset := v.encoding.offset(v.lines, at)
	return workspace.Place{File: v.tree(), Offset: offset, Name: v.name, Was: v.drift.back(offset, false)}
}

// Hover is what there is to know of a place.
type Hover struct {
	Contents MarkupContent `json:"contents"`
	Range    Range         `json:"range"`
}

// MarkupContent is Markdown.
type MarkupContent struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

func markdown(text string) MarkupContent { return MarkupContent{"markdown", text} }

// hover says what there is to know of a place.
func hover(_ context.Context, v *view, p *PositionParams) (any, error) {
	h, ok := v.analysis.snapshot.Hover(v.placeAt(p.Position))
	if !ok {
		return nil, nil
	}
	return Hover{markdown(h.Markdown), v.encoding.span(v.lines, h.Span)}, nil
}

// CompletionItem is something that can be written.
type CompletionItem struct {
	Label            string         `json:"label"`
	Kind             int            `json:"kind"`
	Detail           string         `json:"detail,omitempty"`
	Documentation    *MarkupContent `json:"documentation,omitempty"`
	Tags             []int          `json:"tags,omitempty"`
	SortText         string         `json:"sortText,omitempty"`
	InsertTextFormat int            `json:"insertTextFormat,omitempty"`
	TextEdit         TextEdit       `json:"textEdit"`
}

// snippetFormat is the InsertTextFormat of snippets.
const snippetFormat = 2

// itemKinds are the CompletionItemKinds.
var itemKinds = map[workspace.CompletionKind]int{
	workspace.DirectiveName: 10, // Property
	workspace.SectionName:   9,  // Module
	workspace.Word:          12, // Value
	workspace.UnitName:      18, // Reference
	workspace.UserName:      6,  // Variable
}

// ranks order completions as text.
var ranks = [...]string{"0", "1", "2"}

// completion lists what can be written at a place.
func completion(_ context.Context, v *view, p *PositionParams) (any, error) {
	all, span := v.analysis.snapshot.Completions(v.placeAt(p.Position))
	items := []CompletionItem{}
	at := v.encoding.span(v.lines, span)
	can := v.client.TextDocument.Completion.CompletionItem
	for _, c := range all {
		item := CompletionItem{Label: c.Label, Kind: itemKinds[c.Kind], Detail: c.Detail, SortText: ranks[c.Rank] + c.Label, TextEdit: TextEdit{at, c.Insert}}
		if c.Doc != "" {
			doc := markdown(c.Doc)
			item.Documentation = &doc
		}
		if c.Snippet != "" && can.SnippetSupport {
			item.TextEdit.NewText, item.InsertTextFormat = c.Snippet, snippetFormat
		}
		if c.Deprecated && can.TagSupport != nil {
			item.Tags = []int{1} // CompletionItemTag.Deprecated, its only value
		}
		items = append(items, item)
	}
	return items, nil
}

// definition finds the places that contribute to what a place is about.
func definition(_ context.Context, v *view, p *PositionParams) (any, error) {
	return v.locations(v.analysis.snapshot.Definitions(v.placeAt(p.Position))), nil
}

// references finds these, and the places that name a unit.
func references(_ context.Context, v *view, p *PositionParams) (any, error) {
	return v.locations(v.analysis.snapshot.References(v.placeAt(p.Position))), nil
}

func (v *view) locations(all []workspace.Mention) []Location {
	out := []Location{}
	for _, m := range all {
		out = append(out, v.location(m.File, m.Span))
	}
	return out
}

// spanNow is where a span of the analysis is in the newest text.
func (v *view) spanNow(s nixast.Span) Range {
	start, end := v.drift.forward(s.Start, false), v.drift.forward(s.End, true)
	return v.encoding.span(v.lines, nixast.Span{Start: start, End: max(start, end)})
}
