package lsp

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint"
	"wardnix/lint/config"
	"wardnix/lint/workspace"
	"wardnix/nixast"
)

// pulling are the capabilities of a client that requests diagnostics: the response is of
// the newest text.
const pulling = `{"textDocument":{"diagnostic":{}},"workspace":{"diagnostics":{"refreshSupport":true}}}`

// pull are the diagnostics of the newest text of a document.
func (c *client) pull(name string) []Diagnostic {
	c.t.Helper()
	m := c.request("textDocument/diagnostic", DocumentParams{TextDocument: TextDocument{URI: c.uri(name)}})
	var r DocumentDiagnosticReport
	if err := json.Unmarshal(m.Result, &r); err != nil || r.Items == nil {
		c.t.Fatalf("diagnostics of %s: %s %v", name, m.Result, m.Error)
	}
	return *r.Items
}

// linted is what the command line reports of a file with another text.
func linted(t *testing.T, dir, name, text string) []Diagnostic {
	t.Helper()
	w, err := workspace.Open(workspace.Options{Dir: dir, Paths: []string{name}, Overlay: map[string]string{name: text}, Flags: config.Flags{Select: []string{"all"}}})
	if err != nil {
		t.Fatal(err)
	}
	run, err := w.Lint(context.Background(), workspace.Task{})
	if err != nil {
		t.Fatal(err)
	}
	all := []Diagnostic{}
	for _, f := range run.Result.Findings {
		if f.File.Name == name {
			all = append(all, Diagnostic{
				Range:    encoding(nixast.UTF16Units).span(f.File, f.Span),
				Severity: severityOf(&f), Code: f.Rule.ID, Source: "wardnix", Message: messageOf(&f),
			})
		}
	}
	return all
}

// However a text came about, at rest its diagnostics are what the command line reports.
func FuzzTyping(f *testing.F) {
	f.Add(badModule, []byte{90, 0, 'x', 90, 1, 0, 20, 0, ';', 20, 1, 0})
	f.Add("{ systemd.services.a.serviceConfig = { PrivateTmp = \"😀\"; }; }", []byte{50, 4, 'y', 3, 0, ' '})
	f.Add("{ systemd.services.b = { script = \"\"; serviceConfig.ProtectHome = \"ye\"; };\r\n}", []byte{67, 0, 's'})
	f.Add("\x00", []byte{1, 0, 's'})
	f.Add("0", []byte{0, 1, 0}) // to an empty file
	f.Fuzz(func(t *testing.T, text string, keys []byte) {
		if len(text) > 2000 || len(keys) > 60 || !json.Valid(mustJSON(text)) || fromJSON(text) != text {
			return
		}
		dir := projectOf(t, map[string]string{"flake.nix": "{ }", "web.nix": text, "wardnix.toml": `select = ["all"]`})
		c := newClient(t, dir)
		c.start(pulling)
		c.open("web.nix", "")
		for i := 0; i+3 <= len(keys); i += 3 {
			now := c.texts["web.nix"]
			start := boundary(now, int(keys[i]))
			end := boundary(now, start+int(keys[i+1])%5)
			new := ""
			if keys[i+2] != 0 && keys[i+2] < 0x80 {
				new = string(rune(keys[i+2]))
			}
			c.change("web.nix", start, max(start, end), new)
			if i%2 == 0 {
				c.pull("web.nix")
			}
		}
		last := c.texts["web.nix"]
		got := c.pull("web.nix")
		if lint.HasSyntaxError(nixast.Parse("web.nix", last, nixast.Options{PipeOperators: true})) {
			got = slices.DeleteFunc(got, func(d Diagnostic) bool {
				return !slices.ContainsFunc(lint.SourceRules(), func(r *lint.Rule) bool { return r.ID == d.Code })
			})
		}
		got = slices.DeleteFunc(got, func(d Diagnostic) bool { return d.Severity == severityHint })
		if diff := cmp.Diff(linted(t, dir, "web.nix", last), got); diff != "" {
			t.Errorf("%q: the command line and the server differ (-, +):\n%s", last, diff)
		}
		c.end()
	})
}

// boundary is an offset in a text at which a character begins, or the end of a line.
func boundary(text string, n int) int {
	n %= len(text) + 1
	for n > 0 && n < len(text) && (!utf8.RuneStart(text[n]) || text[n-1:n+1] == "\r\n") {
		n--
	}
	return n
}

func mustJSON(text string) []byte {
	content, _ := json.Marshal(text)
	return content
}

// fromJSON is a text as it comes back from JSON, which has no bytes that are no characters.
func fromJSON(text string) string {
	var back string
	_ = json.Unmarshal(mustJSON(text), &back)
	return back
}
