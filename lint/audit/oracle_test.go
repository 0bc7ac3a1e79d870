package audit

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wardnix/lint/nixos"
	"wardnix/lint/unitfiles"
	"wardnix/nixast/testtool"
)

// TestSampleAgrees lets NixOS evaluate the sample configuration and asks that
// its units are as the source says.
//
// WARDNIX_NIXPKGS names checkouts of nixpkgs, separated by colons, that the Nix
// at hand can evaluate.
func TestSampleAgrees(t *testing.T) {
	trees := testtool.Given(t, "WARDNIX_NIXPKGS")
	for _, tree := range filepath.SplitList(trees) {
		text, err := os.ReadFile(filepath.Join(tree, ".version"))
		if err != nil {
			t.Fatal(err)
		}
		release, err := nixos.ParseRelease(strings.TrimSpace(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		if release.Before(nixos.Release{Year: 25, Month: 11}) {
			continue // the sample has options of 25.11
		}
		for _, state := range []string{"good", "missing", "weaker"} {
			t.Run(release.String()+"/"+state, func(t *testing.T) {
				dir, err := filepath.Abs("../../testdata/server/" + state)
				if err != nil {
					t.Fatal(err)
				}
				project, err := nixos.Load(context.Background(), nixos.Options{Dir: dir, Release: release})
				if err != nil {
					t.Fatal(err)
				}
				source := SourceOf(project, &System{System: &unitfiles.System{Name: "server"}})
				var names []string
				for _, u := range source.Host.Units {
					names = append(names, u.Name)
				}
				got := Agree(source, New(evaluate(t, tree, filepath.Join(dir, "configuration.nix"), names), release, 0))
				if got.Units == 0 || got.Lines == 0 {
					t.Fatal("nothing was compared")
				}
				for _, d := range got.Disagreements {
					t.Errorf("%s: %s", d.Unit, d.Text)
				}
				t.Logf("%d units, %d lines; %d lines are from elsewhere", got.Units, got.Lines, got.Unseen)
			})
		}
	}
}

// evaluate is the system that NixOS builds from a module.
func evaluate(t *testing.T, tree, module string, names []string) *unitfiles.System {
	t.Helper()
	list, err := json.Marshal(names)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "testdata/oracle.nix", "--arg", "src", tree,
		"--arg", "file", module, "--argstr", "names", string(list))
	cmd.Env = append(os.Environ(), "HOME="+dir, "NIX_REMOTE=",
		"NIX_STATE_DIR="+dir+"/state", "NIX_STORE_DIR="+dir+"/store", "NIX_LOG_DIR="+dir+"/log")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("nix-instantiate: %v\n%s", err, stderr.String())
	}
	var units map[string]struct {
		Text   *string
		Enable bool
	}
	if err := json.Unmarshal(out, &units); err != nil {
		t.Fatal(err)
	}
	sys := &unitfiles.System{Name: "server"}
	for name, u := range units {
		one := &unitfiles.Unit{Name: name, Masked: !u.Enable}
		if u.Text == nil {
			continue // NixOS fails
		}
		if u.Enable {
			one.Files = []unitfiles.File{{Path: name, Text: *u.Text}}
		}
		sys.Units = append(sys.Units, one)
	}
	return sys
}
