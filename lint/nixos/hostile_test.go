package nixos

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// Configurations that are made to hang or to crash a tool. Each must be read in
// a bounded time, and its harmless unit be found.
var hostile = map[string]string{
	"modules that import each other": `
-- configuration.nix --
{ imports = [ ./a.nix ./configuration.nix ]; systemd.services.ok.script = "x"; }
-- a.nix --
{ imports = [ ./b.nix ]; }
-- b.nix --
{ imports = [ ./a.nix (import ./b.nix) ]; }
`,
	"a file that is its own value": `
-- configuration.nix --
{ imports = [ ./a.nix ]; systemd.services.ok.script = "x"; }
-- a.nix --
import ./a.nix
`,
	"options that need themselves": `
-- configuration.nix --
{ config, lib, ... }:
{
  options.a = lib.mkOption { type = lib.types.str; };
  options.b = lib.mkOption { type = lib.types.bool; };
  config.a = config.a + "x";
  config.b = !config.b;
  config.systemd.services.ok = lib.mkIf config.b { script = config.a; serviceConfig = config.systemd.services.ok.serviceConfig; };
}
`,
	"imports that need the configuration": `
-- configuration.nix --
{ config, lib, ... }:
{
  imports = lib.optional config.x ./a.nix ++ config.more;
  systemd.services.ok.script = "x";
}
-- a.nix --
{ x = true; }
`,
	"a list of a thousand million elements": `
-- configuration.nix --
{ lib, ... }:
{
  systemd.services = lib.mkMerge [
    { ok.script = "x"; }
    (lib.listToAttrs (map (n: lib.nameValuePair "u${toString n}" { script = "x"; }) (lib.genList (n: n) 1000000000)))
  ];
}
`,
	"a string that doubles": `
-- configuration.nix --
let
  a = "aaaaaaaaaaaaaaaa"; b = a + a + a + a; c = b + b + b + b; d = c + c + c + c; e = d + d + d + d;
  f = e + e + e + e; g = f + f + f + f; h = g + g + g + g; i = h + h + h + h; j = i + i + i + i; k = j + j + j + j;
in
{ systemd.services.ok = { description = k + k; script = "x"; }; }
`,
	"conditions that multiply": `
-- configuration.nix --
{ config, lib, ... }:
{
  systemd.services.ok.script = "x";
  systemd.services.ok.serviceConfig.Nice = MANY;
}
`,
	"properties without end": `
-- configuration.nix --
{ lib, ... }:
let loop = lib.mkIf true loop; merge = lib.mkMerge [ merge merge ]; in
{
  systemd.services.ok.script = "x";
  systemd.services.loop = loop;
  systemd.services.merge = merge;
}
`,
	"containers in containers": `
-- configuration.nix --
let inner = { systemd.services.deep.script = "x"; containers.c.config = inner; }; in
{ systemd.services.ok.script = "x"; containers.c.config = inner; }
`,
	"paths that leave the project": `
-- configuration.nix --
{ imports = [ ../../../../etc/passwd /etc/hosts ~/x.nix <nixpkgs/x> ./../../x.nix ]; systemd.services.ok.script = builtins.readFile /etc/passwd; }
`,
	"a flake that needs itself": `
-- flake.nix --
{ outputs = { self, nixpkgs }: self.outputs // { nixosConfigurations = self.nixosConfigurations // { a = nixpkgs.lib.nixosSystem { modules = [ self.nixosModules.x ./ok.nix ]; }; }; nixosModules = self.nixosModules; }; }
-- ok.nix --
{ systemd.services.ok.script = "x"; }
`,
	"a submodule in itself": `
-- configuration.nix --
{ config, lib, ... }:
let sub = lib.types.submodule { options.next = lib.mkOption { type = lib.types.attrsOf sub; default = { }; }; }; in
{
  options.s = lib.mkOption { type = sub; default = { }; };
  config.s.next.a = config.s;
  config.systemd.services.ok.script = "x";
  config.systemd.services.n.description = toString (lib.attrNames config.s.next.a.next.a.next);
}
`,
}

func TestHostile(t *testing.T) {
	many := "0"
	for i := range 60 {
		many = fmt.Sprintf("(if config.c%d then %d else %s)", i, i, many)
	}
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			archive := txtar.Parse([]byte(strings.Replace(text, "MANY", many, 1)))
			p := project(t, archive, Options{})
			found := false
			for _, h := range p.Hosts() {
				for _, u := range h.Units {
					exercise(u)
					found = found || u.Name == "ok.service"
				}
			}
			if !found {
				t.Error("the unit is not found")
			}
		})
	}
}

// exercise asks a unit everything there is to ask.
func exercise(u *Unit) {
	u.Lines()
	u.Systemd()
	u.Files()
	u.IsOverride()
	u.Enabled()
	for _, section := range append(sectionsOf(u.Type()), "") {
		u.Site(section)
		if section != "" {
			for _, d := range u.Directives(section) {
				d.Site()
				d.List()
				d.Value()
			}
		}
	}
}

func FuzzModule(f *testing.F) {
	for _, text := range hostile {
		for _, file := range txtar.Parse([]byte(text)).Files {
			f.Add(string(file.Data))
		}
	}
	cases, _ := filepath.Glob("testdata/units/*.txtar")
	for _, name := range cases {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			f.Add(string(file.Data))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		archive := &txtar.Archive{Files: []txtar.File{
			{Name: "configuration.nix", Data: []byte(text)},
			{Name: "other.nix", Data: []byte(text)},
			{Name: "flake/flake.nix", Data: []byte(text)},
			{Name: "flake.lock", Data: []byte(text)},
		}}
		for _, h := range project(t, archive, Options{}, "configuration.nix", "other.nix", "flake").Hosts() {
			for _, u := range h.Units {
				exercise(u)
			}
			h.Option("users", "users").Attrs()
		}
	})
}
