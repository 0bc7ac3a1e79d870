package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Codes of errors (JSON-RPC 2.0, section 5.1; LSP 3.17, ErrorCodes and LSPErrorCodes).
const (
	codeParse          = -32700
	codeInvalidRequest = -32600
	codeUnknownMethod  = -32601
	codeInvalidParams  = -32602
	codeInternal       = -32603
	codeNotInitialized = -32002
	codeFailed         = -32803
	codeModified       = -32801
	codeCancelled      = -32800
)

// A responseError is the error of a response.
type responseError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (e *responseError) Error() string { return e.Message }

func errorf(code int, format string, args ...any) *responseError {
	return &responseError{code, fmt.Sprintf(format, args...)}
}

// asResponse is an error as a response has it.
func asResponse(err error) *responseError {
	var own *responseError
	switch {
	case errors.As(err, &own):
		return own
	case errors.Is(err, context.Canceled):
		return errorf(codeCancelled, "the request was canceled")
	}
	return errorf(codeFailed, "%v", err)
}

// A message is a request, a notification (without an ID) or a response (without a
// method).
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *responseError  `json:"error,omitempty"`
}

// parseMessage reads a message. Its ID is nil, a number or a string.
func parseMessage(content []byte) (message, error) {
	var m message
	if !json.Valid(content) {
		return m, errorf(codeParse, "not JSON")
	}
	if err := json.Unmarshal(content, &m); err != nil {
		return message{}, errorf(codeInvalidRequest, "not a message: %v", err)
	}
	if m.ID = bytes.TrimSpace(m.ID); string(m.ID) == "null" {
		m.ID = nil
	}
	if len(m.ID) > 0 && (m.ID[0] == '{' || m.ID[0] == '[' || m.ID[0] == 't' || m.ID[0] == 'f') {
		return message{}, errorf(codeInvalidRequest, "an ID is a number or a string")
	}
	if m.Method == "" && m.ID == nil {
		return message{}, errorf(codeInvalidRequest, "neither a method nor an ID")
	}
	return m, nil
}

// decode reads the parameters of a message.
func decode[P any](params json.RawMessage) (*P, error) {
	p := new(P)
	if len(params) == 0 {
		return p, nil
	}
	if err := json.Unmarshal(params, p); err != nil {
		return nil, errorf(codeInvalidParams, "%v", err)
	}
	return p, nil
}

// output writes messages, one after the other. Who sends one does not wait for it: a client
// may read late, as one does that first writes all that it has to.
type output struct {
	w       io.Writer
	gone    func() // is called when the client does not read
	mu      sync.Mutex
	changed sync.Cond // what follows, under mu
	waiting []byte    // what is sent and not written yet
	closed  bool      // nothing more is sent
}

func newOutput(w io.Writer, gone func()) *output {
	o := &output{w: w, gone: gone}
	o.changed.L = &o.mu
	return o
}

// maxWaiting is the number of bytes from which on a client is one that does not read.
const maxWaiting = 64 << 20

// write writes what is sent until the output is closed and everything is written, or the
// client is gone.
func (o *output) write() {
	for {
		o.mu.Lock()
		for len(o.waiting) == 0 && !o.closed {
			o.changed.Wait()
		}
		next := o.waiting
		o.waiting = nil
		o.mu.Unlock()
		if len(next) == 0 {
			return
		}
		if _, err := o.w.Write(next); err != nil {
			o.gone()
			return
		}
	}
}

// close lets write end.
func (o *output) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.changed.Signal()
}

// send sends a message.
func (o *output) send(m message) {
	m.Version = "2.0"
	content, err := json.Marshal(m)
	if err != nil {
		content, _ = json.Marshal(message{Version: "2.0", ID: m.ID, Error: errorf(codeInternal, "%v", err)})
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) > maxWaiting {
		o.gone()
		return
	}
	o.waiting = append(o.waiting, frame(content)...)
	o.changed.Signal()
}

// reply answers a request.
func (o *output) reply(id json.RawMessage, result any, err error) {
	if err != nil {
		o.send(message{ID: id, Error: asResponse(err)})
		return
	}
	content, err := json.Marshal(result)
	if err != nil {
		o.send(message{ID: id, Error: errorf(codeInternal, "%v", err)})
		return
	}
	o.send(message{ID: id, Result: content})
}

// refuse answers what is not a message.
func (o *output) refuse(err error) {
	o.send(message{ID: json.RawMessage("null"), Error: asResponse(err)})
}

// notify sends a notification.
func (o *output) notify(method string, params any) {
	content, err := json.Marshal(params)
	if err == nil {
		o.send(message{Method: method, Params: content})
	}
}
