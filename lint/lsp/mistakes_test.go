package lsp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Mistakes in wardnix.toml are diagnostics of that file until they are mended; what was
// found in documents stays meanwhile.
func TestMistakesInSettings(t *testing.T) {
	dir := twoHosts(t)
	settings := filepath.Join(dir, "wardnix.toml")
	good, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, dir)
	c.start(pulling)
	write := func(text string) {
		if err := os.WriteFile(settings, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		c.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": c.uri("wardnix.toml"), "type": changed}}})
	}
	c.open("common.nix", "")
	before := c.pull("common.nix")

	write("# é\nselect = [\"all\", \"é\", \"NOPE\"]\nfail-om = \"error\"\n")
	var got []string
	for _, d := range c.diagnostics("wardnix.toml") {
		at := &d.Range
		got = append(got, strings.Join([]string{string(c.json(at)), d.Message}, " "))
	}
	want := []string{
		`{"start":{"line":1,"character":17},"end":{"line":1,"character":20}} there is no rule "é"`,
		`{"start":{"line":1,"character":22},"end":{"line":1,"character":28}} there is no rule "NOPE"`,
		`{"start":{"line":2,"character":0},"end":{"line":2,"character":7}} there is no setting "fail-om"; did you mean fail-on?`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
	c.edit("common.nix", "  config.systemd.services.c", "\n  config.systemd.services.c")
	c.whole("common.nix")
	if after := c.pull("common.nix"); len(after) != len(before) {
		t.Errorf("of %d diagnostics of the document, %d are left", len(before), len(after))
	}

	write(string(good))
	if left := c.diagnostics("wardnix.toml"); len(left) > 0 {
		t.Errorf("mended, but there is %v", left)
	}

	write("severity = 3\n")
	if all := c.diagnostics("wardnix.toml"); len(all) != 1 {
		t.Errorf("diagnostics of one mistake: %v", all)
	}
	c.notify("textDocument/didClose", DocumentParams{TextDocument: TextDocument{URI: c.uri("common.nix")}})
	if left := c.diagnostics("wardnix.toml"); len(left) > 0 {
		t.Errorf("the project is closed, but there is %v", left)
	}
	c.end()
}
