package lsp

import (
	"os"
	"path/filepath"
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

// A client that is gone ends the server.
func TestClosedStream(t *testing.T) {
	c := newClient(t, t.TempDir())
	c.start("{}")
	c.to.Close()
	if <-c.ended {
		t.Error("an orderly end without shutdown")
	}
}
