package rules_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint"
	"wardnix/lint/linttest"
	"wardnix/lint/nixos"
	"wardnix/nixast/testtool"
	"wardnix/rules"
)

// A meeting is what two modules set of one unit, and when they conflict.
type meeting struct {
	name, a, b string
	conflict   conflict
}

type conflict uint8

const (
	never conflict = iota
	always
	before2405
	unseen // it is one, but not one that is reported
)

var meetings = []meeting{
	{"equal", `serviceConfig.Nice = 5;`, `serviceConfig.Nice = 5;`, never},
	{"different", `serviceConfig.KillMode = "mixed";`, `serviceConfig.KillMode = "process";`, always},
	{"int-and-float", `serviceConfig.Nice = 1;`, `serviceConfig.Nice = 1.0;`, never},
	{"bool-and-word", `serviceConfig.PrivateTmp = true;`, `serviceConfig.PrivateTmp = "yes";`, always},
	{"null-and-word", `serviceConfig.User = null;`, `serviceConfig.User = "web";`, always},
	{"number-and-string", `serviceConfig.RestartSec = 5;`, `serviceConfig.RestartSec = "5";`, always},
	{"lists", `serviceConfig.ReadWritePaths = [ "/a" ];`, `serviceConfig.ReadWritePaths = [ "/b" ];`, never},
	{"list-and-string", `serviceConfig.ReadWritePaths = [ "/a" ];`, `serviceConfig.ReadWritePaths = "/b";`, before2405},
	{"packages", `serviceConfig.ExecStart = "${pkgs.hello}/bin/a";`, `serviceConfig.ExecStart = "${pkgs.hello}/bin/b";`, always},
	{"the-same-of-a-package", `serviceConfig.ExecStart = "${pkgs.hello}/bin/a";`, `serviceConfig.ExecStart = "${pkgs.hello}/bin/a";`, never},
	{"different-packages", `serviceConfig.ExecStart = "${pkgs.hello}/bin/a";`, `serviceConfig.ExecStart = "${pkgs.bash}/bin/a";`, unseen},
	{"bound", `serviceConfig = let policy = "none"; in { KillMode = policy; };`, `serviceConfig.KillMode = "mixed";`, always},

	{"default", `serviceConfig.KillMode = lib.mkDefault "mixed";`, `serviceConfig.KillMode = "none";`, never},
	{"force", `serviceConfig.KillMode = lib.mkForce "mixed";`, `serviceConfig.KillMode = "none";`, never},
	{"both-forced", `serviceConfig.KillMode = lib.mkForce "mixed";`, `serviceConfig.KillMode = lib.mkForce "none";`, always},
	{"both-defaults", `serviceConfig.KillMode = lib.mkDefault "mixed";`, `serviceConfig.KillMode = lib.mkDefault "none";`, always},
	{"defaults-that-lose", `serviceConfig.KillMode = lib.mkMerge [ (lib.mkDefault "mixed") "none" ];`, `serviceConfig.KillMode = lib.mkDefault "process";`, never},
	{"override-like-plain", `serviceConfig.Nice = lib.mkOverride 100 1;`, `serviceConfig.Nice = 2;`, always},
	{"forced-by-number", `serviceConfig.Nice = lib.mkOverride 40 1;`, `serviceConfig.Nice = lib.mkForce 2;`, never},
	{"order", `serviceConfig.Nice = lib.mkBefore 1;`, `serviceConfig.Nice = lib.mkAfter 2;`, always},
	{"ordered-lists", `serviceConfig.ReadOnlyPaths = lib.mkBefore [ "/a" ];`, `serviceConfig.ReadOnlyPaths = [ "/b" ];`, never},
	{"whole-set-forced", `serviceConfig = lib.mkForce { Nice = 1; };`, `serviceConfig.Nice = 2;`, never},
	{"whole-set-default", `serviceConfig = lib.mkDefault { Nice = 1; };`, `serviceConfig.Nice = 2;`, never},
	{"false-condition", `serviceConfig.Nice = lib.mkIf false 1;`, `serviceConfig.Nice = 2;`, never},
	{"true-condition", `serviceConfig.Nice = lib.mkIf true 1;`, `serviceConfig.Nice = 2;`, always},
	{"condition-of-nixos", `serviceConfig.Nice = lib.mkIf config.boot.isContainer 1;`, `serviceConfig.Nice = 2;`, never},
	{"one-or-the-other", `serviceConfig = lib.mkIf config.boot.isContainer { Nice = 1; };`, `serviceConfig = lib.mkIf (!config.boot.isContainer) { Nice = 2; };`, never},
	{"in-one-list", `serviceConfig = lib.mkMerge [ { Nice = 1; } { Nice = 2; } ];`, ``, always},
	{"updated", `serviceConfig = { Nice = 1; } // { Nice = 2; };`, `serviceConfig.Nice = 2;`, never},

	{"description", `description = "a";`, `description = "b";`, always},
	{"enable", `enable = true;`, `enable = false;`, always},
	{"enable-forced", `enable = true;`, `enable = lib.mkForce false;`, never},
	{"restart-if-changed", `restartIfChanged = true;`, `restartIfChanged = false;`, always},
	{"script-arguments", `scriptArgs = "a";`, `scriptArgs = "b";`, always},
	{"start-limit", `startLimitIntervalSec = 1;`, `startLimitIntervalSec = 2;`, always},
	{"scripts", `script = "a";`, `script = "b";`, never},
	{"wanted-by", `wantedBy = [ "a.target" ];`, `wantedBy = [ "b.target" ];`, never},
	{"path", `path = [ "/a" ];`, `path = [ "/b" ];`, never},
	{"environment", `environment.A = "1";`, `environment.A = "2";`, always},
	{"environment-unset", `environment.A = "1";`, `environment.A = null;`, always},
	{"environments", `environment.A = "1";`, `environment.B = "2";`, never},
	{"start-at", `startAt = "daily";`, `startAt = "weekly";`, always},
	{"start-at-lists", `startAt = [ "daily" ];`, `startAt = [ "weekly" ];`, never},
	{"start-at-mixed", `startAt = [ "daily" ];`, `startAt = "weekly";`, always},

	{"derived-description", `description = "a";`, `unitConfig.Description = "b";`, always},
	{"derived-and-equal", `description = "a";`, `unitConfig.Description = "a";`, never},
	{"derived-and-forced", `description = "a";`, `unitConfig.Description = lib.mkForce "b";`, never},
	{"derived-after", `after = [ "a.target" ];`, `unitConfig.After = "b.target";`, always},
	{"derived-after-none", `after = [ ];`, `unitConfig.After = "b.target";`, never},
	{"derived-after-list", `after = [ "a.target" ];`, `unitConfig.After = [ "b.target" ];`, before2405},
	{"derived-number", `startLimitIntervalSec = 5;`, `unitConfig.StartLimitIntervalSec = 5;`, always},
	{"derived-number-as-text", `startLimitIntervalSec = 5;`, `unitConfig.StartLimitIntervalSec = "5";`, never},
	{"script-and-command", `script = "a";`, `serviceConfig.ExecStart = "/b";`, always},
	{"script-and-forced", `script = "a";`, `serviceConfig.ExecStart = lib.mkForce "/b";`, never},
	{"script-and-default", `script = "a";`, `serviceConfig.ExecStart = lib.mkDefault "/b";`, never},
	{"empty-script", `script = "";`, `serviceConfig.ExecStart = "/b";`, never},
	{"script-and-list", `script = "a";`, `serviceConfig.ExecStart = [ "" "/b" ];`, before2405},
	{"script-and-whole-set", `script = "a";`, `serviceConfig = lib.mkForce { ExecStart = "/b"; };`, never},
	{"reload", `reload = "a";`, `serviceConfig.ExecReload = "/b";`, always},
	{"pre-stop", `preStop = "a";`, `serviceConfig.ExecStop = "/b";`, always},
	{"post-stop", `postStop = "a";`, `serviceConfig.ExecStopPost = "/b";`, always},
	{"pre-start", `preStart = "a";`, `serviceConfig.ExecStartPre = "/b";`, before2405},
	{"post-start", `postStart = "a";`, `serviceConfig.ExecStartPost = "/b";`, before2405},
}

// meet is a module with one side of all meetings.
func meet(side func(meeting) string) string {
	var b strings.Builder
	b.WriteString("{ lib, config, pkgs, ... }:\n{\n")
	for _, m := range meetings {
		if text := side(m); text != "" {
			fmt.Fprintf(&b, "  systemd.services.%s = { %s };\n", m.name, text)
		}
	}
	b.WriteString("}\n")
	return b.String()
}

func meetingModules() map[string]string {
	return map[string]string{
		"configuration.nix": "{ imports = [ ./a.nix ./b.nix ]; }\n",
		"a.nix":             meet(func(m meeting) string { return m.a }),
		"b.nix":             meet(func(m meeting) string { return m.b }),
	}
}

// Of two definitions of a unit those are reported as conflicting that NixOS does
// not merge, and no others.
func TestConflicts(t *testing.T) {
	for _, release := range []string{"20.09", "26.11"} {
		t.Run(release, func(t *testing.T) {
			found := conflicting(t, release)
			for _, m := range meetings {
				if want := m.conflict == always || m.conflict == before2405 && release == "20.09"; found[m.name] != want {
					t.Errorf("%s: reported is %v, and wanted %v", m.name, found[m.name], want)
				}
			}
		})
	}
}

// conflicting are the services of which a conflict is reported.
func conflicting(t *testing.T, release string) map[string]bool {
	t.Helper()
	r, err := nixos.ParseRelease(release)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{".git/HEAD": {}}
	for name, text := range meetingModules() {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	p, err := nixos.Load(context.Background(), nixos.Options{FS: files, Release: r}, ".")
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := lint.SelectRules(rules.All(), []string{"D007"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, f := range linttest.Lint(t, &lint.Linter{Rules: chosen}, p).Findings {
		found[strings.TrimSuffix(f.Unit(), ".service")] = true
	}
	return found
}

// TestConflictsInNixOS lets NixOS itself merge the definitions.
//
// WARDNIX_NIXPKGS names checkouts of nixpkgs, separated by colons, that the
// Nix at hand can evaluate.
func TestConflictsInNixOS(t *testing.T) {
	trees := testtool.Given(t, "WARDNIX_NIXPKGS")
	testtool.Need(t, "nix-instantiate")
	for _, tree := range filepath.SplitList(trees) {
		version, err := os.ReadFile(filepath.Join(tree, ".version"))
		if err != nil {
			t.Fatal(err)
		}
		release := strings.TrimSpace(string(version))
		t.Run(release, func(t *testing.T) {
			var want, got, names []string
			for _, m := range meetings {
				if m.conflict != never && (m.conflict != before2405 || release < "24.05") {
					want = append(want, m.name)
				}
				if m.conflict != before2405 {
					names = append(names, m.name)
				} else if refused, err := refused(t, tree, m.name); err != nil || len(refused) > 0 { // an error that cannot be caught
					got = append(got, m.name)
				}
			}
			refused, err := refused(t, tree, names...)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, refused...)
			slices.Sort(got)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("what NixOS does not evaluate (-want +got)\n%s", diff)
			}
		})
	}
}

// refused are those of the services of which NixOS does not evaluate an option.
func refused(t *testing.T, tree string, names ...string) ([]string, error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range meetingModules() {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	list, err := json.Marshal(names)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json",
		"--argstr", "tree", tree, "--argstr", "dir", dir, "--argstr", "names", string(list), "-E", `{ tree, dir, names }:
let
  lib = import (tree + "/lib");
  services = (import (tree + "/nixos/lib/eval-config.nix") {
    system = "x86_64-linux";
    modules = [ (dir + "/configuration.nix") ];
  }).config.systemd.services;
  fails = v: !(builtins.tryEval (builtins.deepSeq v null)).success;
  of = name: map (option: services.${name}.${option} or null) [
    "serviceConfig" "unitConfig" "environment" "startAt" "scriptArgs" "enable" "restartIfChanged" "description" "script" "wantedBy"
  ];
in
lib.filter (name: lib.any fails (of name)) (builtins.fromJSON names)`)
	cmd.Env = append(os.Environ(), "HOME="+dir, "NIX_REMOTE=",
		"NIX_STATE_DIR="+dir+"/state", "NIX_STORE_DIR="+dir+"/store", "NIX_LOG_DIR="+dir+"/log")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("nix-instantiate: %w\n%.2000s", err, stderr.String())
	}
	var found []string
	err = json.Unmarshal(out, &found)
	return found, err
}
