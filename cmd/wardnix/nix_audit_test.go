//go:build e2e

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hostileFlake evaluates to a derivation of which the build leaves a canary, and
// its evaluation needs another build, which does, too.
const hostileFlake = `{
  inputs.dep.url = "path:./dep";
  inputs.dep.flake = false;
  nixConfig.post-build-hook = "HOOK";
  nixConfig.sandbox = false;
  nixConfig.allow-import-from-derivation = true;
  outputs = { self, dep, ... }:
    let
      run = name: derivation {
        inherit name;
        system = "SYSTEM";
        builder = "BASH";
        args = [ "-c" "echo 1 > CANARY; echo > $out" ];
      };
      host = drvPath: { config.system.build.toplevel = { inherit drvPath; }; };
    in {
      nixosConfigurations.imports = host (builtins.readFile (run "imported"));
      nixosConfigurations.reads = host (toString (builtins.attrNames (builtins.readDir (run "listed"))));
      nixosConfigurations.plain = host (run "plain").drvPath;
    };
}
`

// For an audit nix evaluates, and does no more: no build, whether the evaluation
// needs one or not, no hook, no lock file, no setting of the flake, and nothing that
// a user gives is an option of nix.
func TestAuditOnlyEvaluates(t *testing.T) {
	t.Parallel()
	p := newWardnixPlace(t)
	bash := strings.TrimSpace(p.run(t, ".", 0, "bash", "-c", "command -v bash"))
	system := strings.TrimSpace(p.run(t, ".", 0, "nix", "eval", "--impure", "--raw", "--expr", "builtins.currentSystem"))
	p.mkdir(t, "user/dep")
	p.write(t, "user/hook", "#!"+bash+"\necho 1 > "+p.path("canary")+"\n")
	if err := os.Chmod(p.path("user/hook"), 0o755); err != nil {
		t.Fatal(err)
	}
	p.write(t, "user/flake.nix", strings.NewReplacer("HOOK", p.path("user/hook"), "SYSTEM", system, "BASH", bash, "CANARY", p.path("canary")).Replace(hostileFlake))
	p.write(t, "user/x.nix", "builtins.trace \"an option was taken\" { h = 1; }\n")
	for target, want := range map[string]string{
		"path:.#imports":             "allow-import-from-derivation",
		"path:.#reads":               "allow-import-from-derivation",
		"path:.#plain":               "",
		"path:.#nixosConfigurations": "",
		"-f./x.nix#h":                "",
		"--impure#h":                 "",
		"--expr#h":                   "",
	} {
		// What becomes of the derivations does not matter here, but that they are
		// not built: they lead to no units.
		out := p.run(t, "user", exitFailed, "wardnix", "audit", "--", target)
		if !strings.Contains(out, want) || strings.Contains(out, "an option was taken") {
			t.Errorf("%s: it does not say %q:\n%s", target, want, out)
		}
		for _, name := range []string{"canary", "user/flake.lock"} {
			if _, err := os.Lstat(p.path(name)); err == nil {
				t.Errorf("%s: %s is there:\n%s", target, name, out)
				os.Remove(p.path(name))
			}
		}
	}
	// The canary does sing when the derivation is built.
	p.run(t, "user", 0, "nix", "build", "--no-link", "--no-write-lock-file", "--impure", "--expr",
		`let f = builtins.getFlake "path:`+p.path("user")+`"; in derivation { name = "x"; system = builtins.currentSystem; builder = "`+bash+`"; args = [ "-c" "echo 1 > `+p.path("canary")+`; echo > $out" ]; }`)
	if _, err := os.Lstat(p.path("canary")); err != nil {
		t.Error("no build leaves a canary, so that the test shows nothing")
	}
}

// Nix runs git in the repository of a flake. Nothing that the settings of the repository
// name is run by it, in a tree with changes and in one without.
func TestAuditRunsNothingOfRepositories(t *testing.T) {
	for _, from := range []string{".", "..", "elsewhere"} {
		for _, dirty := range []bool{true, false} {
			t.Run(fmt.Sprintf("from %s, changed %v", from, dirty), func(t *testing.T) {
				t.Parallel()
				p := newWardnixPlace(t)
				h := newHostile(t)
				h.write(t, "repo/flake.nix", "{ outputs = _: { nixosConfigurations.h.config.system.build.toplevel.drvPath = \"evaluated\"; }; }\n")
				h.write(t, "repo/.gitattributes", "* filter=canary diff=canary merge=canary\n")
				h.write(t, "repo/sub/x.nix", before)
				h.git(t, "repo", "init", "-q")
				h.git(t, "repo", "add", ".")
				h.git(t, "repo", "commit", "-q", "-m", "first")
				if dirty {
					h.write(t, "repo/sub/x.nix", after)
				}
				config, err := os.ReadFile(filepath.Join(h.dir, "repo/.git/config"))
				if err != nil {
					t.Fatal(err)
				}
				h.write(t, "repo/.git/config", string(config)+h.settings())
				dir, flake := filepath.Join(h.dir, "repo/sub"), ".."
				switch from {
				case "..":
					dir, flake = h.dir, "git+file://"+h.dir+"/repo"
				case "elsewhere":
					dir, flake = p.mkdir(t, "user"), h.dir+"/repo"
				}
				out := p.run(t, p.rel(t, dir), exitFailed, "wardnix", "audit", flake+"#h")
				h.ran(t)
				if !strings.Contains(out, "drvPath names no derivation of the store") {
					t.Errorf("nix does not get as far as the host:\n%s", out)
				}
			})
		}
	}
}

// A flake cannot have any other file read than a derivation of the store.
func TestAuditReadsDerivationsOnly(t *testing.T) {
	t.Parallel()
	p := newWardnixPlace(t)
	p.write(t, "secret.service", "[Service]\nUser=secret\n")
	p.mkdir(t, "user")
	p.write(t, "user/a.service", "[Service]\nUser=secret\n")
	if err := os.Symlink(p.path("secret.service"), p.path("user/link.drv")); err != nil {
		t.Fatal(err)
	}
	p.write(t, "user/flake.nix", strings.ReplaceAll(`{ outputs = { self }: let host = drvPath: { config.system.build.toplevel = { inherit drvPath; }; }; in { nixosConfigurations = {
		file = host "DIR/secret.service"; dir = host "DIR"; zero = host "/dev/zero"; up = host (builtins.storeDir + "/../../secret.service");
		source = host "${self}/a.service"; text = host (builtins.toFile "a.service" "User=secret");
		link = host "${builtins.path { path = ./link.drv; name = "x.drv"; }}"; long = host (builtins.concatStringsSep "" (builtins.genList (_: "0123456789abcdef") 100000));
	}; }; }`, "DIR", p.dir))
	for _, host := range []string{"file", "dir", "zero", "up", "source", "text", "link", "long"} {
		out := p.run(t, "user", exitFailed, "wardnix", "audit", "path:.#"+host)
		if strings.Contains(out, "User=secret") || len(out) > 100_000 {
			t.Errorf("%s: %.1000s", host, out)
		}
	}
}

// What --verify has nix-instantiate parse is not evaluated.
func TestVerifyOnlyParses(t *testing.T) {
	t.Parallel()
	p := newWardnixPlace(t)
	p.write(t, "user/a.nix", "{ systemd.services.a.serviceConfig.ProtectSystem = \"Strict\"; b = builtins.trace \"evaluated\" (import (derivation { name = \"x\"; })); }\n")
	out := p.run(t, "user", exitClean, "wardnix", "lint", "--write", "--verify", "a.nix")
	if strings.Contains(out, "evaluated") || !strings.Contains(p.read(t, "user/a.nix"), `"strict"`) {
		t.Errorf("%s", out)
	}
}

// newWardnixPlace is a place with Nix where the program wardnix can be run.
func newWardnixPlace(t *testing.T) *place {
	p := nixPlace(t)
	p.env = append(p.env, "PATH="+p.mkdir(t, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	self, err := os.Executable() // the test itself is wardnix under that name: see TestMain
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, p.path("bin/wardnix")); err != nil {
		t.Fatal(err)
	}
	return p
}
