package unitfiles

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/security"
	"wardnix/nixast/testtool"
)

// TestNixOS lets NixOS instantiate a system with many services, reads it, and
// compares the text of every unit with config.systemd.units, and the exposure of
// each service with what systemd-analyze security says of it.
//
// WARDNIX_NIXPKGS names checkouts of nixpkgs, separated by colons, that the Nix at
// hand can evaluate.
func TestNixOS(t *testing.T) {
	trees := testtool.Given(t, "WARDNIX_NIXPKGS")
	for _, tree := range filepath.SplitList(trees) {
		version, err := os.ReadFile(filepath.Join(tree, ".version"))
		if err != nil {
			version, err = os.ReadFile(filepath.Join(tree, "lib/.version"))
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSpace(string(version)), func(t *testing.T) { compareWithNixOS(t, tree) })
	}
}

func compareWithNixOS(t *testing.T, tree string) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	drvs := strings.Fields(instantiate(t, root, "testdata/nixos.nix", "--arg", "src", tree, "-A", "system", "-A", "user"))
	instantiated := time.Since(start)
	start = time.Now()
	system, user := open(t, drvs[0]), open(t, drvs[1])
	read := time.Since(start)
	out := instantiate(t, root, "--eval", "--strict", "--json", "testdata/nixos.nix", "--arg", "src", tree, "-A", "texts")
	var texts map[string]string
	if err := json.Unmarshal([]byte(out), &texts); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for scope, sys := range map[string]*System{"system": system, "user": user} {
		var its map[string]*string
		if err := json.Unmarshal([]byte(texts[scope]), &its); err != nil {
			t.Fatal(err)
		}
		compared += compareTexts(t, sys, map[string]map[string]*string{scope: its})
	}
	if compared < 100 {
		t.Errorf("only %d units are compared", compared)
	}
	t.Logf("%d units are equal; %d + %d are there; read in %v, instantiated in %v: 1 to %.0f",
		compared, len(system.Units), len(user.Units), read, instantiated, float64(instantiated)/float64(read))
	compareExposures(t, system)
}

var overall = regexp.MustCompile(`Overall exposure level for .*: (\S+) `)

// compareExposures writes each service, its drop-ins after it, and asks systemd.
func compareExposures(t *testing.T, sys *System) {
	testtool.Need(t, "systemd-analyze")
	version, err := exec.Command("systemd-analyze", "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	v, err := directive.ParseVersion(strings.Fields(string(version))[1])
	if err != nil {
		t.Fatal(err)
	}
	root, compared, refused := t.TempDir(), 0, 0
	var spent, ours time.Duration
	for _, u := range sys.Units {
		if filepath.Ext(u.Name) != ".service" || u.Masked || u.Dropin || len(u.Missing) > 0 {
			continue
		}
		write(t, root, u.Name, u.Files[0].Text)
		for _, f := range u.Files[1:] {
			write(t, root, u.Name+".d/"+overrides, f.Text)
		}
		start := time.Now()
		merged := u.Merged()
		_, score, err := security.Score(merged, v)
		ours += time.Since(start)
		start = time.Now()
		cmd := exec.Command("systemd-analyze", "security", "--offline=true", filepath.Join(root, u.Name))
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, _ := cmd.Output()
		spent += time.Since(start)
		m := overall.FindStringSubmatch(string(out))
		compared++
		switch {
		case m == nil && err != nil:
			refused++
		case m == nil || err != nil:
			t.Errorf("%s: %v, systemd says %s", u.Name, err, stderr.String())
		case m[1] != score.String():
			t.Errorf("%s: %s, by systemd %s", u.Name, score, m[1])
		}
	}
	if compared-refused < 50 {
		t.Errorf("only %d exposures are compared", compared-refused)
	}
	t.Logf("%d exposures are equal, %d services load in neither; %v, systemd-analyze %v", compared-refused, refused, ours, spent)
}
