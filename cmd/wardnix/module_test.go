//go:build e2e

package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"wardnix/nixast/testtool"
)

// The NixOS module of a weekly audit evaluates with the real Nix, by the module system of
// each checkout of nixpkgs that WARDNIX_NIXPKGS names, to a unit that runs wardnix on the
// running system.
func TestModuleEvaluates(t *testing.T) {
	testtool.Need(t, "nix-instantiate")
	trees := filepath.SplitList(testtool.Given(t, "WARDNIX_NIXPKGS"))
	module, err := filepath.Abs("../../module.nix")
	if err != nil {
		t.Fatal(err)
	}
	for _, tree := range trees {
		t.Run(filepath.Base(tree), func(t *testing.T) {
			expr := `
				let
				  lib = import (` + tree + ` + "/lib");
				  system = lib.evalModules {
				    specialArgs.pkgs = { };
				    modules = [
				      ` + module + `
				      {
				        options.systemd.services = lib.mkOption { type = lib.types.attrs; };
				        config.services.wardnix = {
				          enable = true;
				          package = { type = "derivation"; name = "wardnix"; outPath = "/wardnix"; };
				          baselines = [ "light" "strict" ];
				        };
				      }
				    ];
				  };
				  service = system.config.systemd.services.wardnix;
				in
				{ inherit (service) startAt; inherit (service.serviceConfig) ExecStart DynamicUser; }`
			cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "--expr", expr)
			var errs bytes.Buffer
			cmd.Stderr = &errs
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, errs.String())
			}
			var unit struct {
				ExecStart   string
				StartAt     string
				DynamicUser bool
			}
			if err := json.Unmarshal(out, &unit); err != nil {
				t.Fatal(err)
			}
			const want = "/wardnix/bin/wardnix audit --baseline=light --baseline=strict --format=html --output-file=%S/wardnix/report.html /run/current-system"
			if unit.ExecStart != want || unit.StartAt != "weekly" || !unit.DynamicUser {
				t.Errorf("%+v", unit)
			}
		})
	}
}

// The module is as strict as wardnix asks others to be.
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
