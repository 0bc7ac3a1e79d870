package lsp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
)

// What is not a message gets an error, and the session goes on.
func TestHostileMessages(t *testing.T) {
	c := newClient(t, projectOf(t, map[string]string{"flake.nix": "{ }", "web.nix": badModule}))
	c.start("{}")
	c.open("web.nix", "")
	c.diagnostics("web.nix")
	web := c.uri("web.nix")
	for _, test := range []struct {
		name, content string
		code          int // 0: nothing comes back
	}{
		{"no JSON", `{"jsonrpc":`, codeParse},
		{"empty", ``, codeParse},
		{"not UTF-8", "{\"method\":\"\xff\",\"id\":1}", codeUnknownMethod},
		{"a batch", `[{"jsonrpc":"2.0","id":1,"method":"shutdown"}]`, codeInvalidRequest},
		{"a number", `1`, codeInvalidRequest},
		{"nothing inside", `{}`, codeInvalidRequest},
		{"a set as ID", `{"id":{},"method":"shutdown"}`, codeInvalidRequest},
		{"deep", `{"id":7,"method":"textDocument/hover","params":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, codeParse},
		{"method of another type", `{"id":8,"method":8}`, codeInvalidRequest},
		{"parameters of another type", `{"id":9,"method":"textDocument/diagnostic","params":[1,2]}`, codeInvalidParams},
		{"an unknown response", `{"id":"wardnix-99","result":[]}`, 0},
		{"an unknown document", `{"method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///x.nix","version":9},"contentChanges":[{"text":""}]}}`, 0},
		{"no document", `{"method":"textDocument/didOpen","params":{}}`, 0},
		{"a document of no file", `{"method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///%00.nix","text":"{"}}}`, 0},
		{"a directory", `{"method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///","languageId":"nix","text":"{ }"}}}`, 0},
		{"a root", `{"method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///x.nix","languageId":"nix","text":"{ }"}}}`, 0},
		{"an old version", `{"method":"textDocument/didChange","params":{"textDocument":{"uri":"` + web + `","version":-1},"contentChanges":[{"text":""}]}}`, 0},
		{"a range outside", `{"method":"textDocument/didChange","params":{"textDocument":{"uri":"` + web + `","version":10},"contentChanges":[` +
			`{"range":{"start":{"line":-1,"character":-5},"end":{"line":-1,"character":0}},"text":""},` +
			`{"range":{"start":{"line":99999999,"character":1},"end":{"line":2,"character":99999999}},"text":""},` +
			`{"range":{"start":{"line":9223372036854775807,"character":9223372036854775807},"end":{"line":0,"character":9223372036854775807}},"text":""}]}}`, 0},
		{"a number that is too large", `{"id":11,"method":"textDocument/diagnostic","params":{"textDocument":{"version":1e400}}}`, codeInvalidParams},
		{"an unknown cancellation", `{"method":"$/cancelRequest","params":{"id":55}}`, 0},
		{"settings of another type", `{"method":"workspace/didChangeConfiguration","params":{"settings":"x"}}`, 0},
		{"files of another type", `{"method":"workspace/didChangeWatchedFiles","params":{"changes":[{"uri":"::"},{"uri":5}]}}`, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			c.t = t
			c.raw(test.content)
			if test.code == 0 {
				return
			}
			m := c.next("an error", func(m message) bool { return m.Error != nil })
			if m.Error.Code != test.code {
				t.Errorf("error %d (%s), want %d", m.Error.Code, m.Error.Message, test.code)
			}
		})
	}
	c.t = t
	if m := c.request("no/such", nil); m.Error == nil || m.Error.Code != codeUnknownMethod {
		t.Errorf("the session does not go on: %v", m)
	}
	if !c.end() {
		t.Error("not an orderly end")
	}
}

// A stream that is not a sequence of messages ends the session.
func TestHostileStreams(t *testing.T) {
	for name, stream := range map[string]string{
		"no length":        "Content-Type: x\r\n\r\n{}",
		"negative":         "Content-Length: -1\r\n\r\n",
		"too large to say": "Content-Length: 99999999999999999999999\r\n\r\n",
		"never comes":      "Content-Length: 9000000000000000000\r\n\r\nx",
		"cut":              "Content-Length: 10\r\n\r\n{",
		"no header":        "{}\r\n\r\n",
		"long line":        strings.Repeat("x", 10*maxHeader),
		"many lines":       strings.Repeat("a: b\r\n", 10*maxHeaders),
		"HTTP":             "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			if Serve(Options{In: strings.NewReader(stream), Out: io.Discard, Log: testLog{t}}) {
				t.Error("an orderly end")
			}
		})
	}
}

func FuzzFrame(f *testing.F) {
	f.Add([]byte("Content-Length: 2\r\n\r\n{}Content-Length: 4\r\nContent-Type: x\r\n\r\nnull"))
	f.Add([]byte("content-length:0\n\nContent-Length: 70000000\r\n\r\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := newReader(bytes.NewReader(stream))
		for total := 0; ; {
			content, err := readFrame(r)
			switch {
			case err == nil:
				if total += len(content); total > len(stream) {
					t.Fatalf("%d bytes of content in a stream of %d", total, len(stream))
				}
				parseMessage(content)
			case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errFraming):
				return
			case !errors.Is(err, errTooLarge):
				t.Fatalf("another error: %v", err)
			}
		}
	})
}

// What is framed is read as it was.
func TestFrame(t *testing.T) {
	var stream bytes.Buffer
	contents := []string{"", "{}", strings.Repeat("x", 3<<20), "\r\n\r\n"}
	for _, content := range contents {
		stream.Write(frame([]byte(content)))
	}
	r := bufio.NewReader(&stream)
	for _, want := range contents {
		if got, err := readFrame(r); err != nil || string(got) != want {
			t.Errorf("read %.40q (%v), want %.40q", got, err, want)
		}
	}
	if _, err := readFrame(r); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}

func TestErrorsOfRequests(t *testing.T) {
	var out bytes.Buffer
	o := newOutput(&out, func() { t.Error("the client is gone") })
	o.reply(json.RawMessage("1"), func() {}, nil)
	o.close()
	o.write()
	if !strings.Contains(out.String(), `"code":-32603`) {
		t.Errorf("a result that is no JSON: %s", out.String())
	}
}
