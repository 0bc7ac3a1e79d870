package lsp

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"wardnix/lint/workspace"
)

// DocumentSymbol is a unit of a document.
type DocumentSymbol struct {
	Name           string `json:"name"`
	Detail         string `json:"detail,omitempty"`
	Kind           int    `json:"kind"`
	Range          Range  `json:"range"`
	SelectionRange Range  `json:"selectionRange"`
}

// unitSymbol is the SymbolKind of units: Module.
const unitSymbol = 2

// documentSymbols are the units that a document has a part in.
func documentSymbols(_ context.Context, v *view, _ *DocumentParams) (any, error) {
	all := []DocumentSymbol{}
	for _, u := range v.analysis.snapshot.UnitsIn(v.name) {
		all = append(all, DocumentSymbol{
			Name: u.Unit, Detail: strings.Join(slices.Compact(u.Hosts), ", "), Kind: unitSymbol,
			Range: v.spanNow(u.Whole), SelectionRange: v.spanNow(u.Name),
		})
	}
	return all, nil
}

// SymbolInformation is a unit of the workspace.
type SymbolInformation struct {
	Name          string   `json:"name"`
	Kind          int      `json:"kind"`
	Location      Location `json:"location"`
	ContainerName string   `json:"containerName,omitempty"`
}

// WorkspaceSymbolParams are those of workspace/symbol.
type WorkspaceSymbolParams struct {
	Query string `json:"query"`
}

// workspaceSymbols are the units of all projects with an open document.
func (s *Server) workspaceSymbols(ctx context.Context, params json.RawMessage, answer func(any, error)) {
	p, err := decode[WorkspaceSymbolParams](params)
	if err != nil {
		answer(nil, err)
		return
	}
	var views []*view
	for _, at := range s.projects {
		if of := s.documentsOf(at); len(of) > 0 {
			if v := s.view(of[0]); v.analysis != nil {
				views = append(views, v)
			}
		}
	}
	go s.guard(func() {
		all := []SymbolInformation{}
		for _, v := range views {
			all = append(all, v.symbols(ctx, p.Query)...)
		}
		slices.SortFunc(all, func(a, b SymbolInformation) int {
			return strings.Compare(a.Name+"\x00"+a.Location.URI, b.Name+"\x00"+b.Location.URI)
		})
		answer(all, ctx.Err())
	}, func() { answer(nil, errBug) })
}

// symbols are the units of a view's project.
func (v *view) symbols(ctx context.Context, query string) []SymbolInformation {
	v.project.engine.Lock()
	defer v.project.engine.Unlock()
	var all []SymbolInformation
	if ctx.Err() != nil {
		return nil
	}
	for _, u := range v.analysis.snapshot.Units(query) {
		all = append(all, SymbolInformation{u.Unit, unitSymbol, v.location(u.File, u.Name), u.Hosts[0]})
	}
	return all
}

// CodeLens is a line above a unit.
type CodeLens struct {
	Range   Range    `json:"range"`
	Command *Command `json:"command,omitempty"`
}

// Command is the text of a lens; it does nothing.
type Command struct {
	Title   string `json:"title"`
	Command string `json:"command"`
}

// codeLenses show the exposure of units, now and with fixes.
func codeLenses(_ context.Context, v *view, _ *DocumentParams) (any, error) {
	all := []CodeLens{}
	for _, u := range v.exposed() {
		all = append(all, CodeLens{v.spanNow(u.Name), &Command{Title: u.Unit + ": " + u.text}})
	}
	return all, nil
}

// InlayHintParams are those of textDocument/inlayHint.
type InlayHintParams struct {
	TextDocument TextDocument `json:"textDocument"`
	Range        Range        `json:"range"`
}

func (p *InlayHintParams) address() string { return p.TextDocument.URI }

// InlayHint is a text after the name of a unit.
type InlayHint struct {
	Position    Position `json:"position"`
	Label       string   `json:"label"`
	PaddingLeft bool     `json:"paddingLeft"`
}

// inlayHints show the exposure of units, if the user wants that.
func inlayHints(_ context.Context, v *view, p *InlayHintParams) (any, error) {
	all := []InlayHint{}
	if !v.settings.InlayHints {
		return all, nil
	}
	for _, u := range v.exposed() {
		at := v.spanNow(u.Name).End
		if p.Range.Start.Line <= at.Line && at.Line <= p.Range.End.Line {
			all = append(all, InlayHint{at, u.text, true})
		}
	}
	return all, nil
}

// exposure is a unit of a document and how exposed it is.
type exposure struct {
	workspace.UnitPlace
	text string
}

// exposed are the services that a document has a part in.
func (v *view) exposed() []exposure {
	var all []exposure
	for _, u := range v.analysis.snapshot.UnitsIn(v.name) {
		if text := v.analysis.snapshot.Exposure(u); text != "" {
			all = append(all, exposure{u, text})
		}
	}
	return all
}
