package nixos

import (
	"testing"

	"wardnix/nixast"
)

// TestIsInert shows which files are let go in a large project although they have words of
// modules: those that say nothing as a module.
func TestIsInert(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		// What an argument makes is not known, and so says nothing.
		{`{ stdenv, ... }: stdenv.mkDerivation { system = "x"; }`, true},
		{`{ lib, buildGoModule }: let config = 1; in assert config == 1; buildGoModule rec { }`, true},
		{`{ callPackage }: { stdenv }: with stdenv; (callPackage ./services.nix { })`, true},
		// Sets count by their names.
		{`{ callPackage }: rec { a = callPackage ./config.nix { }; b.system = 1; inherit (a) c; }`, true},
		{`{ callPackage }: { services.a.enable = true; }`, false},
		{`{ callPackage }: { inherit (callPackage) config; }`, false},
		{`{ callPackage }: { ${callPackage.name} = 1; }`, false},
		{`{ callPackage }: { _module.args = { }; }`, false},
		{`{ flake.nixosModules.a = { }; }`, false},
		// What is known of an argument or a function may be a module.
		{`{ lib, ... }: lib.recursiveUpdate { } { systemd = { }; }`, false},
		{`{ stdenv ? f: f, ... }: stdenv { systemd = { }; }`, false},
		{`{ stdenv, ... }: let stdenv = f: f; in stdenv { systemd = { }; }`, false},
		{`{ stdenv, ... }: (stdenv.f or (f: f)) { systemd = { }; }`, false},
		{`args@{ stdenv, ... }: args.lib.mkIf true { systemd = { }; }`, false},
		{`{ import-tree, ... }: import-tree ./modules`, false},
		{`{ inputs, ... }: inputs.import-tree ./modules`, false},
		// What may be a set among others opens the world.
		{`{ stdenv, a }: if a then stdenv.mkDerivation { } else { }`, false},
		{`{ stdenv }: stdenv.mkDerivation { } // { }`, false},
	} {
		if got := isInert(nixast.Parse("a.nix", c.text, nixast.Options{})); got != c.want {
			t.Errorf("isInert(%s) = %v", c.text, got)
		}
	}
}
