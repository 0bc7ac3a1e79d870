// Package lsp is a language server over a workspace: it reads what an editor sends,
// keeps its documents, and answers with what the workspace finds. It knows the protocol
// and no rules. Facts about the protocol are those of LSP 3.17.
//
// One goroutine, that of [Server.run], owns the documents and the projects. What takes
// time runs in parallel, on states of documents that do not change, and hands back what it
// found with [Server.post].
package lsp

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"runtime/debug"
	"sync"
	"time"
)

// Options are what a server needs of the world.
type Options struct {
	In  io.Reader
	Out io.Writer
	// Log gets what users need not see.
	Log io.Writer
	// Version is that of wardnix.
	Version string
	// Delay is how long a document rests before its diagnostics are computed.
	Delay time.Duration
	// Alive reports whether a process exists; nil if that cannot be found out. The
	// server ends when that of its client does not.
	Alive func(pid int) bool
}

// Serve serves a client until it says exit, closes its stream, or is gone, and returns
// whether it said goodbye first.
func Serve(o Options) (orderly bool) {
	ctx, end := context.WithCancel(context.Background())
	defer end()
	done, written := make(chan struct{}), make(chan struct{})
	gone := sync.OnceFunc(func() { close(done) })
	s := &Server{
		options: o, in: newReader(o.In), output: newOutput(o.Out, gone), log: log.New(o.Log, "wardnix lsp: ", 0),
		ctx: ctx, jobs: make(chan func()), gone: gone, open: map[string]*open{}, projects: map[string]*project{},
		calls: map[string]func(message){},
	}
	go s.read()
	go func() {
		s.run()
		gone()
	}()
	go func() {
		s.output.write()
		close(written)
	}()
	<-done
	s.output.close()
	select {
	case <-written:
	case <-time.After(farewell):
	}
	return s.state.Load() == leaving
}

// farewell is how long a client may take to read the last messages.
const farewell = time.Second

// Server is the state of a session.
type Server struct {
	options Options
	in      *bufio.Reader
	output  *output
	log     *log.Logger
	ctx     context.Context
	jobs    chan func() // for the goroutine of run
	gone    func()      // ends Serve
	state   stateValue

	client   ClientCapabilities
	encoding encoding
	settings settings
	open     map[string]*open         // by URI
	projects map[string]*project      // by directory, or by the URI of a buffer without one
	pending  pending                  // requests that are not answered
	calls    map[string]func(message) // what to do with the responses of the client, by ID
	asked    int                      // requests sent to the client
	told     string                   // the last message that was shown
	idle     *time.Timer              // returns memory while nobody waits; nil before the first analysis
}

// post has a function run by the goroutine that owns the state.
func (s *Server) post(job func()) {
	select {
	case s.jobs <- job:
	case <-s.ctx.Done():
	}
}

// run does one job after the other.
func (s *Server) run() {
	for {
		select {
		case job := <-s.jobs:
			s.guard(job, nil)
			if s.state.Load() == left || s.state.Load() == leaving {
				return
			}
		case <-s.ctx.Done():
			return
		}
	}
}

// guard does a job. A mistake of the server must not end the session: failed is called
// in place of what was not done.
func (s *Server) guard(job func(), failed func()) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Printf("a bug of wardnix: %v\n%s", p, debug.Stack())
			if failed != nil {
				failed()
			}
		}
	}()
	job()
}

// read hands on what the client sends, until its stream ends.
func (s *Server) read() {
	for {
		content, err := readFrame(s.in)
		if errors.Is(err, errTooLarge) {
			s.output.refuse(errorf(codeInvalidRequest, "%v", err))
			continue
		}
		if err != nil {
			if errors.Is(err, errFraming) {
				s.output.refuse(errorf(codeParse, "%v", err))
			}
			s.post(func() { s.leave() })
			return
		}
		m, err := parseMessage(content)
		if err != nil {
			s.output.refuse(err)
			continue
		}
		s.post(func() { s.handle(m) })
	}
}

// handle takes a message.
func (s *Server) handle(m message) {
	switch {
	case m.Method == "":
		s.answered(m)
	case m.ID == nil:
		s.notified(m)
	default:
		s.guard(func() { s.request(m) }, func() { s.output.reply(m.ID, nil, errBug) })
	}
}

var errBug = errorf(codeInternal, "a bug of wardnix; its log has more")

// notified takes a notification.
func (s *Server) notified(m message) {
	if m.Method == "exit" {
		s.leave()
		return
	}
	if s.state.Load() != running {
		return
	}
	take, ok := notifications[m.Method]
	if !ok {
		return // among them those that may be ignored, $/…
	}
	if err := take(s, m.Params); err != nil {
		s.log.Printf("%s: %v", m.Method, err)
	}
}

// notifications are what the server takes.
var notifications = map[string]func(*Server, json.RawMessage) error{
	"initialized":                      notified((*Server).initialized),
	"textDocument/didOpen":             notified((*Server).didOpen),
	"textDocument/didChange":           notified((*Server).didChange),
	"textDocument/didSave":             notified((*Server).didSave),
	"textDocument/didClose":            notified((*Server).didClose),
	"workspace/didChangeWatchedFiles":  notified((*Server).didChangeWatchedFiles),
	"workspace/didChangeConfiguration": notified((*Server).didChangeConfiguration),
	"$/cancelRequest":                  notified((*Server).cancelRequest),
}

func notified[P any](take func(*Server, *P) error) func(*Server, json.RawMessage) error {
	return func(s *Server, params json.RawMessage) error {
		p, err := decode[P](params)
		if err != nil {
			return err
		}
		return take(s, p)
	}
}

// request takes a request.
func (s *Server) request(m message) {
	switch state := s.state.Load(); {
	case m.Method == "initialize" && state == starting:
		p, err := decode[InitializeParams](m.Params)
		if err != nil {
			s.output.reply(m.ID, nil, err)
			return
		}
		s.output.reply(m.ID, s.initialize(p), nil)
		return
	case state == starting:
		s.output.reply(m.ID, nil, errorf(codeNotInitialized, "the first request is initialize"))
		return
	case state != running || m.Method == "initialize":
		s.output.reply(m.ID, nil, errorf(codeInvalidRequest, "%s is out of place", m.Method))
		return
	case m.Method == "shutdown":
		s.state.Store(stopped)
		s.pending.cancelAll()
		s.output.reply(m.ID, nil, nil)
		return
	}
	r, ok := requests[m.Method]
	if !ok {
		s.output.reply(m.ID, nil, errorf(codeUnknownMethod, "there is no method %.80q", m.Method))
		return
	}
	ctx, ok := s.pending.add(s.ctx, string(m.ID))
	if !ok {
		s.output.reply(m.ID, nil, errorf(codeInvalidRequest, "a request with this ID is not answered yet"))
		return
	}
	var once sync.Once
	answer := func(result any, err error) {
		once.Do(func() {
			s.pending.remove(string(m.ID))
			s.output.reply(m.ID, result, err)
		})
	}
	context.AfterFunc(ctx, func() { answer(nil, ctx.Err()) })
	s.guard(func() { r(s, ctx, m.Params, answer) }, func() { answer(nil, errBug) })
}

// call sends a request to the client; then, if not nil, takes the response.
func (s *Server) call(method string, params any, then func(message)) {
	s.asked++
	id := fmt.Sprintf(`"wardnix-%d"`, s.asked)
	content, err := json.Marshal(params)
	if err != nil {
		return
	}
	if then != nil {
		s.calls[id] = then
	}
	s.output.send(message{ID: json.RawMessage(id), Method: method, Params: content})
}

// answered takes a response of the client.
func (s *Server) answered(m message) {
	id := string(m.ID)
	if then := s.calls[id]; then != nil {
		delete(s.calls, id)
		then(m)
	}
}

// show shows a message to the user, unless it is the last one.
func (s *Server) show(kind int, text string) {
	if text != s.told {
		s.told = text
		s.output.notify("window/showMessage", ShowMessageParams{kind, text})
	}
}
