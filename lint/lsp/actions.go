package lsp

import (
	"context"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/nixast"
)

// Kinds of code actions.
const (
	kindQuickFix = "quickfix"
	kindFixAll   = "source.fixAll.wardnix"
	kindRewrite  = "refactor.rewrite"
)

// ignoreReason is the reason of a suppression until the user writes one.
const ignoreReason = "TODO: say why"

// ActionData says which action an action is, so that its edit can be computed later.
type ActionData struct {
	URI     string `json:"uri"`
	Version int    `json:"version"`
	Kind    string `json:"kind"`
	Finding int    `json:"finding"` // the index of the finding
	Fix     int    `json:"fix"`     // the index of its fix; -1 suppresses it
	Offset  int    `json:"offset"`  // of a rewrite
}

func (p *CodeActionParams) address() string { return p.TextDocument.URI }
func (a *CodeAction) address() string {
	if a.Data == nil {
		return ""
	}
	return a.Data.URI
}

// codeActions are the changes that there are for a range.
func codeActions(ctx context.Context, v *view, p *CodeActionParams) (any, error) {
	all := []CodeAction{}
	if !v.settled() || v.broken() {
		return all, nil
	}
	wants := func(kind string) bool {
		return len(p.Context.Only) == 0 || slices.ContainsFunc(p.Context.Only, func(only string) bool {
			return kind == only || strings.HasPrefix(kind, only+".")
		})
	}
	start, end := v.encoding.offsets(v.lines, p.Range)
	if wants(kindQuickFix) {
		all = append(all, v.quickFixes(start, end)...)
	}
	if wants(kindRewrite) {
		all = append(all, v.action(kindRewrite, "", ActionData{Offset: start}))
	}
	if wants(kindFixAll) && slices.ContainsFunc(v.analysis.findings[v.uri], isFixedOnSave) {
		all = append(all, v.action(kindFixAll, "Fix all that is safe to fix", ActionData{}))
	}
	return v.finished(ctx, all), ctx.Err()
}

// quickFixes are the fixes of what is found in a range, and for each finding the comment
// that suppresses it.
func (v *view) quickFixes(start, end int) []CodeAction {
	var fixes, ignores []CodeAction
	for i, f := range v.analysis.findings[v.uri] {
		if f.Span.Start > end || f.Span.End < start || f.Rule.IsSource() || severityOf(&f) > v.settings.Level {
			continue
		}
		about := []Diagnostic{v.diagnostic(&f)}
		for j, x := range f.Fixes {
			a := v.action(kindQuickFix, x.Title, ActionData{Finding: i, Fix: j})
			a.Diagnostics = about
			if a.IsPreferred = j == 0 && x.Applicability == lint.Safe; x.Applicability != lint.Safe {
				a.Title += " (unsafe" + strings.TrimSuffix(": "+x.Breaks, ": ") + ")"
			}
			fixes = append(fixes, a)
		}
		a := v.action(kindQuickFix, "", ActionData{Finding: i, Fix: -1})
		a.Diagnostics = about
		ignores = append(ignores, a)
	}
	return append(fixes, ignores...)
}

// action is an action whose edit is not computed yet.
func (v *view) action(kind, title string, data ActionData) CodeAction {
	data.URI, data.Version, data.Kind = v.uri, v.version, kind
	return CodeAction{Kind: kind, Title: title, Data: &data}
}

// finished are actions as the client gets them: with their edits, unless it requests
// these later. What cannot be done is left out.
func (v *view) finished(ctx context.Context, all []CodeAction) []CodeAction {
	later := v.client.TextDocument.CodeAction.DataSupport && slices.Contains(v.client.TextDocument.CodeAction.ResolveSupport.Properties, "edit")
	out := []CodeAction{}
	for _, a := range all {
		if later && a.Title != "" { // others are there only if they can be computed
			out = append(out, a)
			continue
		}
		if ctx.Err() != nil {
			return out
		}
		if fix, err := v.fixOf(ctx, a.Data); err == nil {
			if a.Title == "" {
				a.Title = fix.Title
			}
			a.Edit, a.Data = v.edit(fix.Edits), nil
			out = append(out, a)
		}
	}
	return out
}

// isFixedOnSave reports whether a finding has a fix that may be applied unseen.
func isFixedOnSave(f lint.Finding) bool {
	return !f.Suggestion && len(f.Fixes) > 0 && f.Fixes[0].Applicability == lint.Safe
}

// resolveAction computes the edit of an action.
func resolveAction(ctx context.Context, v *view, a *CodeAction) (any, error) {
	if !v.settled() || a.Data.Version != v.version {
		return nil, errorf(codeModified, "the document changed")
	}
	fix, err := v.fixOf(ctx, a.Data)
	if err != nil {
		return nil, err
	}
	a.Edit = v.edit(fix.Edits)
	return a, nil
}

// fixOf is the fix that an action refers to. The error says why it is not to be
// applied.
func (v *view) fixOf(ctx context.Context, d *ActionData) (lint.Fix, error) {
	snapshot, found := v.analysis.snapshot, v.analysis.findings[v.uri]
	none := errorf(codeFailed, "there is nothing to change")
	var fix lint.Fix
	ok := false
	switch {
	case d.Kind == kindFixAll:
		fix, ok = snapshot.FixAll(ctx, v.name)
	case d.Kind == kindRewrite:
		fix, ok = snapshot.OpenSet(v.name, d.Offset)
	case d.Finding < 0 || d.Finding >= len(found):
	case d.Fix == -1:
		fix, ok = snapshot.Ignore(found[d.Finding], ignoreReason)
	case d.Fix >= 0 && d.Fix < len(found[d.Finding].Fixes):
		fix, ok = found[d.Finding].Fixes[d.Fix], true
		if err := snapshot.Check(found[d.Finding], fix); err != nil {
			return fix, errorf(codeFailed, "this fix is not applied: %v", err)
		}
	}
	if !ok || len(fix.Edits) == 0 {
		return fix, none
	}
	for _, e := range fix.Edits {
		if d := v.documents[e.File.Name]; d != nil && d.lines.Src != e.File.Src {
			return fix, errorf(codeModified, "a document changed that the fix edits, too")
		}
	}
	return fix, nil
}

// edit is what edits change, as the client gets it.
func (v *view) edit(edits []lint.FileEdit) *WorkspaceEdit {
	byFile := map[*nixast.File][]TextEdit{}
	var files []*nixast.File
	for _, e := range edits {
		if byFile[e.File] == nil {
			files = append(files, e.File)
		}
		r := v.encoding.span(e.File, nixast.Span{Start: e.Start, End: e.End})
		byFile[e.File] = append(byFile[e.File], TextEdit{r, e.New})
	}
	out := &WorkspaceEdit{}
	if !v.client.Workspace.WorkspaceEdit.DocumentChanges {
		out.Changes = map[string][]TextEdit{}
	}
	for _, f := range files {
		uri := v.uriOf(f)
		if out.Changes != nil {
			out.Changes[uri] = byFile[f]
			continue
		}
		at := VersionedDocument{URI: uri}
		if d := v.documents[f.Name]; d != nil {
			at.Version = &d.version
		}
		out.DocumentChanges = append(out.DocumentChanges, TextDocumentEdit{at, byFile[f]})
	}
	return out
}
