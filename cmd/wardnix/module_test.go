//go:build e2e

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wardnix/nixast/testtool"
)

// NixOS itself evaluates the module, by each checkout of nixpkgs that WARDNIX_NIXPKGS
// names, to units that systemd loads: a service that runs wardnix on the running system,
// and a timer of it.
func TestModuleEvaluates(t *testing.T) {
	testtool.Need(t, "nix-instantiate")
	trees := filepath.SplitList(testtool.Given(t, "WARDNIX_NIXPKGS"))
	p := nixPlace(t)
	p.mkdir(t, "package/bin")
	p.mkdir(t, "units")
	self, err := os.Executable() // is wardnix under that name: see TestMain
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, p.path("package/bin/wardnix")); err != nil {
		t.Fatal(err)
	}
	for _, tree := range trees {
		t.Run(filepath.Base(tree), func(t *testing.T) {
			expr := `
				let
				  nixos = import (` + tree + ` + "/nixos/lib/eval-config.nix") {
				    system = "x86_64-linux";
				    modules = [
				      ./module.nix
				      {
				        services.wardnix = {
				          enable = true;
				          package = { type = "derivation"; name = "wardnix"; outPath = "` + p.path("package") + `"; };
				          baselines = [ "light" "strict" ];
				        };
				      }
				    ];
				  };
				in
				builtins.mapAttrs (_: unit: unit.text) { inherit (nixos.config.systemd.units) "wardnix.service" "wardnix.timer"; }`
			var units map[string]string
			out := p.run(t, "wardnix", 0, "nix-instantiate", "--eval", "--strict", "--json", "--expr", expr)
			if err := json.NewDecoder(strings.NewReader(out)).Decode(&units); err != nil {
				t.Fatal(err)
			}
			for name, want := range map[string][]string{
				"wardnix.service": {
					"ExecStart=" + p.path("package/bin/wardnix") + " audit --baseline=light --baseline=strict --format=html --output-file=%S/wardnix/report.html /run/current-system\n",
					"DynamicUser=true\n",
				},
				"wardnix.timer": {"OnCalendar=weekly\n", "Persistent=true\n"},
			} {
				says(t, units[name], want...)
				p.write(t, "units/"+name, units[name])
			}
			if _, err := exec.LookPath("systemd-analyze"); err == nil {
				p.run(t, "units", 0, "systemd-analyze", "verify", "wardnix.service", "wardnix.timer")
			}
		})
	}
}

// The module is as strict as wardnix requires others to be.
func TestModuleIsStrict(t *testing.T) {
	var out bytes.Buffer
	c := Command{Stdout: &out, Stderr: &out, Dir: "../..", Env: func(string) (string, bool) { return "", false }}
	if status := c.Main([]string{"lint", "--baseline", "strict", "module.nix"}); status != exitClean {
		t.Error(out.String())
	}
	out.Reset()
	if status := c.Main([]string{"score", "--fail-above", "1.0", "module.nix"}); status != exitClean {
		t.Error(out.String())
	}
}
