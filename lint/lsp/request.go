package lsp

import (
	"context"
	"encoding/json"
	"sync"
)

// requests are what the server answers. A function answers at once or later, but once.
var requests = map[string]func(s *Server, ctx context.Context, params json.RawMessage, answer func(any, error)){
	"textDocument/diagnostic": (*Server).pull,
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
type onDocument interface{ uri() string }

func (p *DocumentParams) uri() string { return p.TextDocument.URI }

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
	return p, s.open[PP(p).uri()], nil
}
