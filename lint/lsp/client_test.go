package lsp

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wardnix/nixast"
)

// A client is an editor that talks to a server in the same process.
type client struct {
	t        *testing.T
	dir      string
	to       io.WriteCloser
	messages chan message
	ended    chan bool // what Serve returned
	id       int
	texts    map[string]string // of the documents that are open, by name
	versions map[string]int
	// seen gets all messages of the server in the order in which they were taken.
	seen func(message)
}

// newClient starts a server. dir is the directory of its project.
func newClient(t *testing.T, dir string) *client {
	t.Helper()
	fromClient, to := io.Pipe()
	from, fromServer := io.Pipe()
	c := &client{
		t: t, dir: dir, to: to, messages: make(chan message, 1000), ended: make(chan bool, 1),
		texts: map[string]string{}, versions: map[string]int{}, seen: func(message) {},
	}
	go func() {
		c.ended <- Serve(Options{In: fromClient, Out: fromServer, Log: testLog{t}, Version: "test"})
		fromServer.Close()
	}()
	go func() {
		r := bufio.NewReader(from)
		for {
			content, err := readFrame(r)
			if err != nil {
				close(c.messages)
				return
			}
			var m message
			if err := json.Unmarshal(content, &m); err != nil {
				t.Errorf("the server sent %q: %v", content, err)
			}
			c.messages <- m
		}
	}()
	t.Cleanup(func() { to.Close() })
	return c
}

// testLog is the log of a server: in a test, there are no bugs.
type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) {
	if strings.Contains(string(b), "a bug of wardnix") {
		l.t.Errorf("%s", b)
	}
	return len(b), nil
}

// raw sends bytes.
func (c *client) raw(content string) {
	if _, err := c.to.Write(frame([]byte(content))); err != nil {
		c.t.Fatal(err)
	}
}

// notify sends a notification.
func (c *client) notify(method string, params any) {
	c.t.Helper()
	c.raw(fmt.Sprintf(`{"jsonrpc":"2.0","method":%q,"params":%s}`, method, c.json(params)))
}

func (c *client) json(v any) []byte {
	c.t.Helper()
	content, err := json.Marshal(v)
	if err != nil {
		c.t.Fatal(err)
	}
	return content
}

// next is the next message of the server that is wanted; others are only seen.
func (c *client) next(what string, wanted func(message) bool) message {
	c.t.Helper()
	for m := range c.messages {
		c.seen(m)
		if m.Method != "" && m.ID != nil { // a request: the client can do it
			c.raw(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":null}`, m.ID))
		}
		if wanted(m) {
			return m
		}
	}
	c.t.Fatalf("the server ended before %s", what)
	return message{}
}

// await is the next message of a method.
func (c *client) await(method string) message {
	c.t.Helper()
	return c.next(method, func(m message) bool { return m.Method == method })
}

// request sends a request and returns its response.
func (c *client) request(method string, params any) message {
	c.t.Helper()
	c.id++
	id := fmt.Sprint(c.id)
	c.raw(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":%q,"params":%s}`, id, method, c.json(params)))
	return c.next("the response of "+method, func(m message) bool { return m.Method == "" && string(m.ID) == id })
}

// start begins the session.
func (c *client) start(capabilities string) message {
	c.t.Helper()
	m := c.request("initialize", json.RawMessage(`{"processId":null,"capabilities":`+capabilities+`}`))
	c.notify("initialized", struct{}{})
	return m
}

// uri is the address of a file of the project; that of another document is itself.
func (c *client) uri(name string) string {
	if strings.Contains(name, ":") {
		return name
	}
	return uriOf(filepath.ToSlash(filepath.Join(c.dir, name)))
}

// open opens a file of the project, or a buffer with a text.
func (c *client) open(name, text string) {
	c.t.Helper()
	if text == "" && !strings.Contains(name, ":") {
		content, err := os.ReadFile(filepath.Join(c.dir, name))
		if err != nil {
			c.t.Fatal(err)
		}
		text = string(content)
	}
	c.texts[name], c.versions[name] = text, 1
	c.notify("textDocument/didOpen", DidOpenParams{TextDocument{URI: c.uri(name), LanguageID: "nix", Version: 1, Text: text}})
}

// edit replaces the first occurrence of a text in a document.
func (c *client) edit(name, old, new string) {
	c.t.Helper()
	start := strings.Index(c.texts[name], old)
	if start < 0 {
		c.t.Fatalf("%s does not contain %q", name, old)
	}
	c.change(name, start, start+len(old), new)
}

// change replaces bytes of a document. Positions are in UTF-16.
func (c *client) change(name string, start, end int, new string) {
	c.t.Helper()
	f := &nixast.File{Src: c.texts[name]}
	r := encoding(nixast.UTF16Units).span(f, nixast.Span{Start: start, End: end})
	c.texts[name] = f.Src[:start] + new + f.Src[end:]
	c.versions[name]++
	c.notify("textDocument/didChange", DidChangeParams{
		TextDocument{URI: c.uri(name), Version: c.versions[name]}, []ContentChange{{&r, new}},
	})
}

// diagnostics are the next ones of a document.
func (c *client) diagnostics(name string) []Diagnostic {
	c.t.Helper()
	var p PublishDiagnosticsParams
	c.next("diagnostics of "+name, func(m message) bool {
		p = PublishDiagnosticsParams{}
		return m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &p) == nil && p.URI == c.uri(name)
	})
	return p.Diagnostics
}

// end says goodbye and reports whether the server takes it for one.
func (c *client) end() bool {
	c.t.Helper()
	c.request("shutdown", nil)
	c.notify("exit", nil)
	return <-c.ended
}
