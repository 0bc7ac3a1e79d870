package lsp

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const badModule = `{
  systemd.services.web = {
    script = "true";
    serviceConfig = {
      ProtectSystem = "ful";
      PrivateTmp = true;
    };
  };
}
`

// projectOf writes files into a directory of their own.
func projectOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestDiagnosticsStayWhileTyping(t *testing.T) {
	c := newClient(t, projectOf(t, map[string]string{"flake.nix": "{ outputs = _: { }; }", "web.nix": badModule}))
	c.start("{}")
	c.open("web.nix", "")
	has := func(all []Diagnostic, code string) bool {
		for _, d := range all {
			if d.Code == code {
				return true
			}
		}
		return false
	}
	if all := c.diagnostics("web.nix"); !has(all, "D002") {
		t.Fatalf("no D002 in %v", all)
	}
	c.edit("web.nix", "    script", "    PrivateDev\n    script")
	all := c.diagnostics("web.nix")
	if !has(all, "D002") || !has(all, "S001") && len(all) < 2 {
		t.Fatalf("while the file is broken: %v", all)
	}
	for _, d := range all {
		if d.Code == "D002" && d.Range.Start.Line != 5 {
			t.Errorf("D002 did not move: %v", d.Range)
		}
	}
	c.edit("web.nix", `"ful"`, `"full"`)
	c.edit("web.nix", "    PrivateDev\n", "")
	for all = c.diagnostics("web.nix"); has(all, "D002"); all = c.diagnostics("web.nix") {
	}
	if !c.end() {
		t.Error("not an orderly end")
	}
}

// A document that is opened again with a text that does not parse has its syntax errors, even
// if an earlier text did parse.
func TestReopenedBroken(t *testing.T) {
	c := newClient(t, projectOf(t, map[string]string{"flake.nix": "{ }", "web.nix": badModule, "other.nix": "{ }"}))
	c.start(pulling)
	c.open("other.nix", "") // it keeps the project
	c.open("web.nix", "")
	c.pull("web.nix")
	c.notify("textDocument/didClose", DocumentParams{TextDocument: TextDocument{URI: c.uri("web.nix")}})
	c.open("web.nix", strings.Replace(badModule, `"true";`, `"true"`, 1))
	all := c.pull("web.nix")
	if len(all) != 1 || all[0].Code != "X001" {
		t.Errorf("the diagnostics are %v, not one syntax error", all)
	}
	c.end()
}

func TestLifecycle(t *testing.T) {
	c := newClient(t, t.TempDir())
	code := func(m message) int {
		if m.Error == nil {
			return 0
		}
		return m.Error.Code
	}
	if m := c.request("textDocument/hover", nil); code(m) != codeNotInitialized {
		t.Errorf("before initialize: %v", m.Error)
	}
	if m := c.start(`{"general":{"positionEncodings":["utf-32","utf-8","utf-16"]}}`); !strings.Contains(string(m.Result), `"positionEncoding":"utf-8"`) {
		t.Errorf("initialize: %s", m.Result)
	}
	if m := c.request("initialize", nil); code(m) != codeInvalidRequest {
		t.Errorf("a second initialize: %v", m.Error)
	}
	if m := c.request("no/such", nil); code(m) != codeUnknownMethod {
		t.Errorf("an unknown method: %v", m.Error)
	}
	c.notify("$/whatever", nil)
	if m := c.request("shutdown", nil); string(m.Result) != "null" {
		t.Errorf("shutdown: %s", m.Result)
	}
	if m := c.request("textDocument/hover", nil); code(m) != codeInvalidRequest {
		t.Errorf("after shutdown: %v", m.Error)
	}
	c.notify("exit", nil)
	if !<-c.ended {
		t.Error("not an orderly end")
	}
}

// A client that is gone ends the server, wherever it stopped writing, and even if it only
// no longer reads.
func TestGone(t *testing.T) {
	initialize := frame([]byte(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}`))
	shutdown := frame([]byte(`{"jsonrpc":"2.0","id":2,"method":"shutdown"}`))
	for _, test := range []struct {
		name    string
		written []byte
		reads   bool
		orderly bool
	}{
		{"at the start", nil, true, false},
		{"within a header", initialize[:5], true, false},
		{"within a message", initialize[:len(initialize)-5], true, false},
		{"between messages", initialize, true, false},
		{"after goodbye", slices.Concat(initialize, shutdown), true, true},
		{"does not read", initialize, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			in, to := io.Pipe()
			from, out := io.Pipe()
			ended := make(chan bool)
			go func() { ended <- Serve(Options{In: in, Out: out, Log: testLog{t}}) }()
			if test.reads {
				go func() { _, _ = io.Copy(io.Discard, from) }()
			} else {
				from.Close()
			}
			if _, err := to.Write(test.written); err != nil {
				t.Fatal(err)
			}
			if test.reads {
				to.Close()
			}
			if orderly := <-ended; orderly != test.orderly {
				t.Errorf("an orderly end: %v", orderly)
			}
		})
	}
}

// A client may write all that it has to before it reads.
func TestReadsLate(t *testing.T) {
	const n = 5000
	var all bytes.Buffer
	all.Write(frame([]byte(`{"jsonrpc":"2.0","id":"first","method":"initialize","params":{"capabilities":{}}}`)))
	for i := range n {
		all.Write(frame(fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"method":"no/such"}`, i)))
	}
	in, to := io.Pipe()
	from, out := io.Pipe()
	go func() {
		Serve(Options{In: in, Out: out, Log: testLog{t}})
		out.Close()
	}()
	if _, err := to.Write(all.Bytes()); err != nil {
		t.Fatal(err)
	}
	r := newReader(from)
	for i := range n + 1 {
		if _, err := readFrame(r); err != nil {
			t.Fatalf("after %d of %d responses: %v", i, n+1, err)
		}
	}
	to.Close()
}

// Settings with a mistake are not read again before something changes; then they are.
func TestRetry(t *testing.T) {
	dir := projectOf(t, map[string]string{"flake.nix": "{ }", "web.nix": badModule, "wardnix.toml": "select = 3"})
	c := newClient(t, dir)
	c.start(pulling)
	c.open("web.nix", "")
	shows := 0
	c.seen = func(m message) {
		if m.Method == "window/showMessage" {
			shows++
		}
	}
	if all := c.pull("web.nix"); len(all) > 0 {
		t.Errorf("in spite of the mistake, there is %v", all)
	}
	if err := os.WriteFile(filepath.Join(dir, "wardnix.toml"), []byte(`select = ["D002"]`), 0o666); err != nil {
		t.Fatal(err)
	}
	if all := c.pull("web.nix"); len(all) > 0 || shows != 1 {
		t.Errorf("before a change, there is %v, and %d messages", all, shows)
	}
	c.edit("web.nix", "script", "\n    script")
	if all := c.pull("web.nix"); len(all) != 1 || all[0].Code != "D002" || shows != 1 {
		t.Errorf("after a change, there is %v, and %d messages", all, shows)
	}
	c.end()
}
