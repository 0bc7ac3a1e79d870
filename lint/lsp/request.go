package lsp

import (
	"context"
	"encoding/json"
	"sync"

	"wardnix/nixast"
)

type requester func(s *Server, ctx context.Context, params json.RawMessage, answer func(any, error))

// requests are what the server answers. A function answers at once or later, but once.
var requests = map[string]requester{
	"textDocument/diagnostic": (*Server).pull,
	"textDocument/codeAction": settled(codeActions, hurryIfInvoked),
	"codeAction/resolve":      settled(resolveAction, hurry[CodeAction]),
	"textDocument/codeLens":   settled(codeLenses, wait[DocumentParams]),
	"textDocument/inlayHint":  settled(inlayHints, wait[InlayHintParams]),

	"textDocument/hover":          known(hover),
	"textDocument/completion":     known(completion),
	"textDocument/definition":     known(definition),
	"textDocument/references":     known(references),
	"textDocument/documentSymbol": known(documentSymbols),
	"workspace/symbol":            (*Server).workspaceSymbols,
}

// known has a request about a document answered from what is known of it, without
// waiting for what is looked at; with nothing, if the server does not look at the document.
func known[P any, PP interface {
	*P
	onDocument
}](answers func(context.Context, *view, *P) (any, error)) requester {
	return func(s *Server, ctx context.Context, params json.RawMessage, answer func(any, error)) {
		p, o, err := documentOf[P, PP](s, params)
		if err != nil || o == nil {
			answer(nil, err)
			return
		}
		compute := func() {
			s.answer(ctx, o, answer, func(v *view) (any, error) {
				if v.analysis == nil {
					return nil, nil
				}
				return answers(ctx, v, p)
			})
		}
		if o.seen != nil {
			compute()
			return
		}
		s.hurry(o.project) // nothing is known of it yet
		o.project.await(waiter{open: o, then: compute})
	}
}

// settled has a request about a document answered once its newest text was looked at on
// all hosts;
// with nothing, if the server does not look at the document. That begins at once or when
// the documents rest, as prepare has it.
func settled[P any, PP interface {
	*P
	onDocument
}](answers func(context.Context, *view, *P) (any, error), prepare func(*Server, *project, *P)) requester {
	return func(s *Server, ctx context.Context, params json.RawMessage, answer func(any, error)) {
		p, o, err := documentOf[P, PP](s, params)
		if err != nil || o == nil {
			answer(nil, err)
			return
		}
		prepare(s, o.project, p)
		o.project.await(waiter{open: o, whole: true, then: func() {
			s.answer(ctx, o, answer, func(v *view) (any, error) {
				if v.analysis == nil {
					return nil, nil
				}
				return answers(ctx, v, p)
			})
		}})
	}
}

// hurry does not wait for the documents of a project to rest.
func hurry[P any](s *Server, p *project, _ *P) { s.hurry(p) }

// wait lets the documents of a project rest.
func wait[P any](*Server, *project, *P) {}

// hurryIfInvoked lets them rest if the client looks for actions by itself, as some do
// whenever the cursor moves.
func hurryIfInvoked(s *Server, p *project, params *CodeActionParams) {
	if params.Context.TriggerKind != automatic {
		s.hurry(p)
	}
}

// answer computes an answer in parallel with the other work, from what is known of a document.
func (s *Server) answer(ctx context.Context, o *open, answer func(any, error), compute func(*view) (any, error)) {
	v := s.view(o)
	go s.guard(func() {
		if v.analysis != nil {
			v.project.engine.Lock()
			defer v.project.engine.Unlock()
		}
		if ctx.Err() != nil {
			return
		}
		result, err := compute(v)
		answer(result, err)
		if v.analysis != nil {
			v.analysis.snapshot.Rest()
		}
	}, func() { answer(nil, errBug) })
}

// A view is what a request is answered from. It does not change while documents do.
type view struct {
	*document
	client   ClientCapabilities
	encoding encoding
	settings settings
	project  *project
	// analysis is the newest one; nil before the first. drift is how the document
	// changed since.
	analysis *analysis
	drift    drift
	// documents are all that are open in the project, by name of their files.
	documents map[string]*document
}

func (s *Server) view(o *open) *view {
	v := &view{
		document: o.document, client: s.client, encoding: s.encoding, settings: s.settings,
		project: o.project, documents: map[string]*document{},
	}
	if last := o.project.last; last != nil && last.snapshot != nil && o.seen != nil {
		v.analysis, v.drift = last, o.drift.clone()
		for _, other := range s.documentsOf(o.project) {
			v.documents[last.names[other.uri]] = other.document
		}
	}
	return v
}

// settled reports whether what is known of the document is known of its newest text.
func (v *view) settled() bool { return v.analysis != nil && v.analysis.saw[v.uri] == v.document }

// uriOf is the address of a file of the project.
func (v *view) uriOf(f *nixast.File) string {
	if d := v.documents[f.Name]; d != nil {
		return d.uri
	}
	return uriOf(v.analysis.snapshot.Path(f))
}

// location is a place of a file of the analysis.
func (v *view) location(f *nixast.File, s nixast.Span) Location {
	if v.documents[f.Name] == v.document {
		return Location{v.uri, v.spanNow(s)}
	}
	return Location{v.uriOf(f), v.encoding.span(f, s)}
}

// pending are the requests that are not answered, by ID.
type pending struct {
	mu  sync.Mutex
	all map[string]context.CancelFunc
}

// add begins a request; false if there is one with the ID already.
func (p *pending) add(parent context.Context, id string) (context.Context, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all[id] != nil {
		return nil, false
	}
	ctx, cancel := context.WithCancel(parent)
	if p.all == nil {
		p.all = map[string]context.CancelFunc{}
	}
	p.all[id] = cancel
	return ctx, true
}

// remove ends a request.
func (p *pending) remove(id string) {
	p.mu.Lock()
	cancel := p.all[id]
	delete(p.all, id)
	p.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// cancel has a request answered as canceled.
func (p *pending) cancel(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if cancel := p.all[id]; cancel != nil {
		cancel()
	}
}

func (p *pending) cancelAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, cancel := range p.all {
		cancel()
	}
}

// CancelParams are those of $/cancelRequest.
type CancelParams struct {
	ID json.RawMessage `json:"id"`
}

func (s *Server) cancelRequest(p *CancelParams) error {
	s.pending.cancel(string(p.ID))
	return nil
}

// onDocument are parameters of requests about a document.
type onDocument interface{ address() string }

func (p *DocumentParams) address() string { return p.TextDocument.URI }

// documentOf reads the parameters of a request about a document, and finds it; nil if
// it is not one that the server looks at.
func documentOf[P any, PP interface {
	*P
	onDocument
}](s *Server, params json.RawMessage) (*P, *open, error) {
	p, err := decode[P](params)
	if err != nil {
		return nil, nil, err
	}
	return p, s.open[PP(p).address()], nil
}
