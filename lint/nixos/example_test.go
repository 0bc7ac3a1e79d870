package nixos_test

import (
	"context"
	"fmt"
	"log"
	"testing/fstest"

	"wardnix/lint/nixos"
)

func Example() {
	files := fstest.MapFS{
		"configuration.nix": {Data: []byte(`{ lib, pkgs, ... }:
{
  imports = [ ./hardening.nix ];
  systemd.services.web.serviceConfig = {
    ExecStart = "${pkgs.web}/bin/web --port 80";
    ProtectSystem = "full";
  };
}
`)},
		"hardening.nix": {Data: []byte(`{ lib, ... }:
{
  systemd.services.web.serviceConfig = {
    ProtectSystem = lib.mkForce "strict";
    PrivateTmp = true;
  };
}
`)},
	}
	project, err := nixos.Load(context.Background(), nixos.Options{FS: files})
	if err != nil {
		log.Fatal(err)
	}
	for _, h := range project.Hosts() {
		for _, u := range h.Units {
			fmt.Println(u.Name)
			for _, l := range u.Lines() {
				at := l.Def.File.Tree.Position(l.Origin.Span().Start)
				fmt.Printf("  %s=%s (%s:%d)\n", l.Key, l.Shown, l.Def.File.Name, at.Line)
			}
		}
	}
	// Output:
	// web.service
	//   ExecStart=${pkgs.web}/bin/web --port 80 (configuration.nix:5)
	//   PrivateTmp=true (hardening.nix:5)
	//   ProtectSystem=strict (hardening.nix:4)
}
