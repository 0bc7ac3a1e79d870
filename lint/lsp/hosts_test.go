package lsp

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// twoHosts is a project whose hosts have a file in common. Only one of them starts the
// timer of that file, and only the other one sets ProtectSystem to what it cannot be.
func twoHosts(t *testing.T) string {
	return projectOf(t, map[string]string{
		"flake.nix": `{ outputs = { nixpkgs, ... }: { nixosConfigurations = nixpkgs.lib.genAttrs [ "a" "b" ] (n:
			nixpkgs.lib.nixosSystem { modules = [ ./${n}.nix ./common.nix ]; }); }; }`,
		"a.nix": `{ my.level = "full"; systemd.services.starter = { script = "x"; wants = [ "c.timer" ]; }; }`,
		"b.nix": `{ my.level = "ful"; }`,
		"common.nix": `{ config, lib, ... }: {
  options.my.level = lib.mkOption { type = lib.types.str; };
  config.systemd.services.c = { script = "x"; serviceConfig = { ProtectSystem = config.my.level; }; };
  config.systemd.timers.c.timerConfig.OnCalendar = "daily";
}`,
		"wardnix.toml": `select = ["all"]`,
	})
}

// whole waits until a document was looked at on all hosts.
func (c *client) whole(name string) {
	c.t.Helper()
	c.request("textDocument/codeLens", DocumentParams{TextDocument: TextDocument{URI: c.uri(name)}})
}

func shown(all []Diagnostic) []Diagnostic {
	return slices.DeleteFunc(all, func(d Diagnostic) bool { return d.Severity == severityHint })
}

// While a file of several hosts is edited, what is found on the others stays, at the
// places where it is then; at rest the diagnostics are those of the command line.
func TestTypingOnSeveralHosts(t *testing.T) {
	dir := twoHosts(t)
	c := newClient(t, dir)
	c.start(pulling)
	c.open("common.nix", "")
	before := shown(c.pull("common.nix"))
	if len(before) == 0 {
		t.Fatal("nothing is found on host b")
	}
	at := strings.Index(c.texts["common.nix"], "  config.systemd.services.c")
	c.change("common.nix", at, at, "  config.systemd.services.d.script = \"y\";\n")
	var lines []int
	for _, d := range shown(c.pull("common.nix")) {
		lines = append(lines, d.Range.Start.Line)
	}
	for _, d := range before {
		if !slices.Contains(lines, d.Range.Start.Line+1) {
			t.Errorf("while typing, %s is gone from line %d", d.Message, d.Range.Start.Line+1)
		}
	}
	c.whole("common.nix")
	if diff := cmp.Diff(linted(t, dir, "common.nix", c.texts["common.nix"]), shown(c.pull("common.nix"))); diff != "" {
		t.Errorf("at rest, the command line and the server differ (-, +):\n%s", diff)
	}
	c.end()
}

// Related places of findings on other hosts move with the edits, too.
func TestRelatedOnOtherHosts(t *testing.T) {
	dir := projectOf(t, map[string]string{
		"flake.nix": `{ outputs = { nixpkgs, ... }: { nixosConfigurations = nixpkgs.lib.genAttrs [ "a" "b" ] (n:
			nixpkgs.lib.nixosSystem { modules = [ ./${n}.nix ./common.nix ]; }); }; }`,
		"a.nix": `{ my.user = "web"; }`,
		"b.nix": `{ my.user = "root"; }`,
		"common.nix": `{ config, lib, ... }: {
  options.my.user = lib.mkOption { type = lib.types.str; };
  config.systemd.services.c = { script = "x"; serviceConfig = {
    DynamicUser = true;
    User = config.my.user;
  }; };
}`,
		"wardnix.toml": `select = ["C002"]`,
	})
	c := newClient(t, dir)
	c.start(`{"textDocument":{"diagnostic":{},"publishDiagnostics":{"relatedInformation":true}},"workspace":{"diagnostics":{"refreshSupport":true}}}`)
	c.open("common.nix", "")
	lines := func() (all []int) {
		for _, d := range c.pull("common.nix") {
			all = append(all, d.Range.Start.Line)
			for _, r := range d.RelatedInformation {
				all = append(all, r.Location.Range.Start.Line)
			}
		}
		return all
	}
	if diff := cmp.Diff([]int{4, 3}, lines()); diff != "" {
		t.Fatalf("the finding on host b and its related place (-want +got):\n%s", diff)
	}
	c.edit("common.nix", "  config.systemd", "  # A comment that is longer than each of the lines that follow it.\n  config.systemd")
	if diff := cmp.Diff([]int{5, 4}, lines()); diff != "" {
		t.Errorf("after a line was inserted above (-want +got):\n%s", diff)
	}
	c.end()
}

// Documents that are opened and closed, and files that change on the disk, count from
// then on.
func TestDocumentsAndDisk(t *testing.T) {
	dir := twoHosts(t)
	c := newClient(t, dir)
	c.start(pulling)
	c.open("common.nix", "")
	c.pull("common.nix")
	c.open("b.nix", "")
	if got := shown(c.pull("b.nix")); cmp.Diff(linted(t, dir, "b.nix", c.texts["b.nix"]), got) != "" {
		t.Errorf("opened: %v", got)
	}
	level := strings.Index(c.texts["b.nix"], "ful")
	c.change("b.nix", level, level+3, "strict")
	c.whole("common.nix")
	mended := shown(c.pull("common.nix"))
	c.notify("textDocument/didClose", DocumentParams{TextDocument: TextDocument{URI: c.uri("b.nix")}})
	c.whole("common.nix")
	closed := shown(c.pull("common.nix"))
	if diff := cmp.Diff(linted(t, dir, "common.nix", c.texts["common.nix"]), closed); diff != "" {
		t.Errorf("closed (-want +got):\n%s", diff)
	}
	if cmp.Equal(mended, closed) {
		t.Error("the text of the document does not count")
	}
	if err := os.WriteFile(filepath.Join(dir, "b.nix"), []byte(`{ my.level = "strict"; }`), 0o666); err != nil {
		t.Fatal(err)
	}
	c.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": c.uri("b.nix"), "type": changed}}})
	c.whole("common.nix")
	if diff := cmp.Diff(mended, shown(c.pull("common.nix"))); diff != "" {
		t.Errorf("changed on the disk (-want +got):\n%s", diff)
	}
	c.end()
}
