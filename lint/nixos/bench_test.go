package nixos

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// BenchmarkHosts reads a flake of four hosts and 200 modules from memory.
func BenchmarkHosts(b *testing.B) {
	archive := &txtar.Archive{}
	add := func(name, text string) {
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(text)})
	}
	modules := ""
	for i := range 200 {
		name := fmt.Sprintf("modules/m%d.nix", i)
		modules += "./" + name + " "
		add(name, fmt.Sprintf(`{ config, lib, pkgs, ... }:
let cfg = config.my.m%[1]d; in
{
  options.my.m%[1]d = { enable = lib.mkEnableOption "it"; user = lib.mkOption { type = lib.types.str; default = "m%[1]d"; }; };
  config = lib.mkIf cfg.enable {
    systemd.services.m%[1]d = {
      after = [ "network.target" ];
      serviceConfig = { ExecStart = "${pkgs.hello}/bin/hello"; User = cfg.user; PrivateTmp = true; ProtectHome = true; SystemCallFilter = [ "@system-service" ]; };
    };
    my.m%[2]d.enable = true;
  };
}`, i, i+1))
	}
	add("flake.nix", fmt.Sprintf(`{ outputs = { nixpkgs, ... }: { nixosConfigurations = nixpkgs.lib.genAttrs [ "a" "b" "c" "d" ]
  (n: nixpkgs.lib.nixosSystem { modules = [ { my.m0.enable = true; } %s ]; }); }; }`, modules))
	for b.Loop() {
		p := project(b, archive, Options{})
		units := 0
		for _, h := range p.Hosts() {
			units += len(h.Units)
		}
		if units != 800 {
			b.Fatal(units, "units")
		}
	}
}

// BenchmarkNixpkgs reads all modules of the checkouts of nixpkgs that
// WARDNIX_NIXPKGS names: read parses them only, so that the other times can be
// seen in proportion.
func BenchmarkNixpkgs(b *testing.B) {
	for _, tree := range filepath.SplitList(os.Getenv("WARDNIX_NIXPKGS")) {
		load := func(b *testing.B) *Project {
			p, err := Load(context.Background(), Options{Dir: filepath.Join(tree, "nixos/modules")})
			if err != nil {
				b.Fatal(err)
			}
			return p
		}
		b.Run(filepath.Base(tree)+"/read", func(b *testing.B) {
			for b.Loop() {
				load(b)
			}
		})
		b.Run(filepath.Base(tree)+"/units", func(b *testing.B) {
			for b.Loop() {
				load(b).Hosts()
			}
		})
		b.Run(filepath.Base(tree)+"/lines", func(b *testing.B) {
			for b.Loop() {
				for _, h := range load(b).Hosts() {
					for _, u := range h.Units {
						u.Lines()
					}
				}
			}
		})
	}
}
