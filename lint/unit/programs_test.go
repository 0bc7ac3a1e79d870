package unit_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint/nixos"
	"wardnix/lint/unit"
)

// TestPrograms looks which commands are seen of programs that a project writes, builds or
// has as files. Each runs "probe x".
func TestPrograms(t *testing.T) {
	const script = "#!/usr/bin/env bash\nset -e\nprobe x\n"
	for _, test := range []struct {
		name, bindings string
		want           []string
	}{
		{"file", `serviceConfig.ExecStart = ./job.sh;`, []string{"set -e", "probe x"}},
		{"file in a string", `serviceConfig.ExecStart = "${./job.sh} a";`, []string{"set -e", "probe x"}},
		{"file in a directory", `serviceConfig.ExecStart = "${./.}/job.sh";`, []string{"set -e", "probe x"}},
		{"file for a shell", `serviceConfig.ExecStart = "${pkgs.bash}/bin/bash -eu ${./plain} a";`, []string{"probe x"}},
		{"file that no shell reads", `serviceConfig.ExecStart = "${./plain}";`, nil},
		{"file that is not there", `serviceConfig.ExecStart = "${pkgs.bash}/bin/bash ${./none}";`, nil},
		{"content", `script = builtins.readFile ./job.sh;`, []string{"set -e", "probe x"}},
		{"content in a text", `script = "a; ${builtins.readFile ./plain}";`, []string{"a", "probe x"}},
		{"sourced", `script = "source ${./plain}; a";`, []string{"source ${./plain}", "probe x", "a"}},
		{"lock", `serviceConfig.ExecStart = "/bin/flock -n /run/lock ${./job.sh}";`, []string{"set -e", "probe x"}},
		{"content of an application", `serviceConfig.ExecStart = lib.getExe (pkgs.writeShellApplication { name = "a"; text = builtins.readFile ./plain; });`, []string{"probe x"}},
		{"toFile", `serviceConfig.ExecStart = "${pkgs.bash}/bin/bash ${builtins.toFile "a" "probe x"}";`, []string{"probe x"}},
		{"joined", `serviceConfig.ExecStart = "${pkgs.symlinkJoin { name = "j"; paths = [ pkgs.b (pkgs.writeShellScriptBin "a" "probe x") ]; }}/bin/a";`, []string{"probe x"}},
		{"another one of those joined", `serviceConfig.ExecStart = "${pkgs.symlinkJoin { name = "j"; paths = [ (pkgs.writeShellScriptBin "a" "probe x") ]; }}/bin/b";`, nil},
		{"built by copying", `serviceConfig.ExecStart = "${pkgs.runCommand "a" { } "install -Dm755 ${./job.sh} $out/bin/a"}/bin/a";`, []string{"set -e", "probe x"}},
		{"built by copying into a directory", `serviceConfig.ExecStart = "${pkgs.runCommandLocal "a" { } "mkdir -p $out/bin; cp ${./.}/job.sh $out/bin/"}/bin/job.sh";`, []string{"set -e", "probe x"}},
		{"built from a text", `serviceConfig.ExecStart = lib.getExe (pkgs.runCommand "a" { } "cat > $out/bin/a <<'EOF'\n#!/bin/sh\nprobe x\nEOF\n");`, []string{"probe x"}},
		{"built from a source", `serviceConfig.ExecStart = "${pkgs.stdenv.mkDerivation { name = "a"; src = ./.; installPhase = "install -D job.sh $out/bin/a"; }}/bin/a";`, []string{"set -e", "probe x"}},
		{"built and not shown", `serviceConfig.ExecStart = "${pkgs.runCommand "a" { } "make install"}/bin/a";`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			fsys := fstest.MapFS{"flake.nix": {Data: []byte("{ }")}, "job.sh": {Data: []byte(script)}, "plain": {Data: []byte("probe x\n")}}
			overlay := map[string]string{"a.nix": "{ lib, pkgs, ... }: { systemd.services.web = { " + test.bindings + " }; }"}
			project, err := nixos.Load(context.Background(), nixos.Options{FS: fsys, Overlay: overlay}, ".")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range unit.NewWorld(project, nil, nil).Units[0].Commands() {
				if c.Origin != unit.Line {
					got = append(got, strings.Join(c.Words, " "))
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
