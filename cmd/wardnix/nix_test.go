//go:build e2e

package main

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The nixpkgs that flake.lock pins was taken over from public lock files, for
// want of a network in which to compute it: those of github:jwiegley/nixos-config
// (b6613df83ec5, node nixpkgs_3) and github:oddlama/nix-config (d406dd8d472c,
// node nixpkgs_4) agree on revision, narHash and lastModified, with the same
// original reference as in flake.nix.
func TestFlakeLock(t *testing.T) {
	text, err := os.ReadFile("../../flake.lock")
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Nodes map[string]struct {
			Inputs           map[string]string
			Locked, Original map[string]any
		}
		Root    string
		Version int
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"nixpkgs": "nixpkgs"}, lock.Nodes[lock.Root].Inputs); diff != "" {
		t.Errorf("inputs (-want +got)\n%s", diff)
	}
	nixpkgs := lock.Nodes["nixpkgs"]
	if diff := cmp.Diff(map[string]any{
		"lastModified": 1785967620.0,
		"narHash":      "sha256-IItrdb7Puk05RqOBWZYFC5X6Wl1sJmCfh5MWVHw5iMM=",
		"owner":        "NixOS", "repo": "nixpkgs", "type": "github",
		"rev": "b7c2ada94fe99c15b0dbcf4d11fd7850b957a436",
	}, nixpkgs.Locked); diff != "" {
		t.Errorf("locked (-evidence +flake.lock)\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"owner": "NixOS", "repo": "nixpkgs", "ref": "nixos-unstable", "type": "github"},
		nixpkgs.Original); diff != "" {
		t.Errorf("original (-want +got)\n%s", diff)
	}
}

// nixPlace is a place where Nix runs offline, with a store of its own, and with
// the stand-ins of testdata/flake for what the flakes take from elsewhere.
func nixPlace(t *testing.T) *place {
	p := newPlace(t, "nix", "git", "bash")
	p.env = append(p.env,
		"NIX_STORE_DIR="+p.mkdir(t, "nix/store"),
		"NIX_STATE_DIR="+p.mkdir(t, "nix/state"),
		"NIX_LOG_DIR="+p.mkdir(t, "nix/log"),
		"NIX_CONFIG=experimental-features = nix-command flakes\nsandbox = false\nbuild-users-group =\nsubstitute = false",
		"NIX_REMOTE=", "NIX_PATH=",
	)
	p.copy(t, "../../testdata/flake/nixpkgs", "nixpkgs")
	p.copy(t, "../../testdata/flake/flake-parts", "flake-parts")
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err)
	}
	var host strings.Builder
	host.WriteString("{\n")
	for _, pair := range [][2]string{{"bash", bash}, {"PATH", os.Getenv("PATH")},
		{"GOCACHE", goEnv(t, "GOCACHE")}, {"GOMODCACHE", goEnv(t, "GOMODCACHE")}} {
		quoted, err := json.Marshal(pair[1]) // a path is written in Nix as in JSON
		if err != nil {
			t.Fatal(err)
		}
		host.WriteString("  " + pair[0] + " = " + string(quoted) + ";\n")
	}
	host.WriteString("}\n")
	p.write(t, "nixpkgs/host.nix", host.String())
	return p
}

// nix is a command line of nix, with stand-ins for the inputs of the flake.
func (p *place) nix(args []string, inputs ...string) []string {
	// What follows -- belongs to the app.
	end := slices.Index(args, "--")
	if end < 0 {
		end = len(args)
	}
	line := append([]string{"nix"}, args[:end]...)
	for _, input := range inputs {
		line = append(line, "--override-input", input, "path:"+p.path(input))
	}
	if len(inputs) > 0 {
		line = append(line, "--no-write-lock-file")
	}
	return append(line, args[end:]...)
}

// The flake and its template do what they are for, with the real Nix: what
// comes from elsewhere is a stand-in, wardnix is built and run.
func TestFlake(t *testing.T) {
	t.Parallel()
	p := nixPlace(t)
	system := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH] + "-" + runtime.GOOS

	t.Run("show", func(t *testing.T) {
		var shown map[string]any
		out := p.run(t, "wardnix", 0, p.nix([]string{"flake", "show", "--json"}, "nixpkgs")...)
		if err := json.NewDecoder(strings.NewReader(out)).Decode(&shown); err != nil {
			t.Fatal(err)
		}
		want := strings.Fields(`apps.SYSTEM.default apps.SYSTEM.lint checks.SYSTEM.lint checks.SYSTEM.package
			devShells.SYSTEM.default flakeModule lib nixosModules.baseline-cloudflared nixosModules.baseline-light
			nixosModules.baseline-server nixosModules.baseline-strict nixosModules.default overlays.default packages.SYSTEM.default
			templates.default templates.flake-parts`)
		if diff := cmp.Diff(want, outputs(shown, system)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	t.Run("check", func(t *testing.T) {
		p.run(t, "wardnix", 0, p.nix([]string{"flake", "check"}, "nixpkgs")...)
	})
	t.Run("package", func(t *testing.T) {
		p.run(t, "wardnix", 0, p.nix([]string{"build", "--out-link", p.path("result")}, "nixpkgs")...)
		for installed, args := range map[string][]string{
			"man/man1/wardnix.1":                       {"man"},
			"bash-completion/completions/wardnix.bash": {"completion", "bash"},
			"fish/vendor_completions.d/wardnix.fish":   {"completion", "fish"},
			"nushell/vendor/autoload/wardnix.nu":       {"completion", "nushell"},
			"zsh/site-functions/_wardnix":              {"completion", "zsh"},
		} {
			got := p.read(t, filepath.Join("result/share", installed))
			printed := p.run(t, ".", 0, append([]string{p.path("result/bin/wardnix")}, args...)...)
			if got == "" || got != printed {
				t.Errorf("share/%s is not what wardnix %s prints", installed, strings.Join(args, " "))
			}
		}
	})
	t.Run("playground", func(t *testing.T) {
		p.run(t, ".", 0, p.path("result/bin/wardnix"), "playground", p.path("page.html"))
		if page := p.read(t, "page.html"); !strings.HasPrefix(page, "<!doctype html>") {
			t.Errorf("the page begins with %.40q", page)
		}
	})
	t.Run("overlay", func(t *testing.T) {
		expr := `overlay: (overlay (builtins.getFlake "path:` + p.path("nixpkgs") + `").legacyPackages.` + system + ` { }).wardnix.drvPath`
		got := p.run(t, "wardnix", 0, p.nix([]string{"eval", "--impure", "--raw", ".#overlays.default", "--apply", expr}, "nixpkgs")...)
		want := p.run(t, "wardnix", 0, p.nix([]string{"eval", "--raw", ".#packages." + system + ".default.drvPath"}, "nixpkgs")...)
		if got, _, _ := strings.Cut(got, ".drv"); got == "" || !strings.HasPrefix(want, got+".drv") {
			t.Errorf("the overlay has %s, and the packages have %s", got, want)
		}
	})

	// A user begins with the template, and has a service that is too soft.
	inputs := []string{"wardnix", "nixpkgs"}
	p.mkdir(t, "user")
	p.run(t, "user", 0, "git", "init", "-q")
	p.run(t, "user", 0, "nix", "flake", "init", "-t", "path:"+p.path("wardnix"))
	p.write(t, "user/wardnix.toml", lightToml)
	p.write(t, "user/web.nix", softModule)
	p.run(t, "user", 0, "git", "add", ".")
	check := ".#checks." + system + ".wardnix"

	t.Run("run lint", func(t *testing.T) {
		out := p.run(t, "user", 1, p.nix([]string{"run", ".#lint"}, inputs...)...)
		if !strings.Contains(out, "warning[B001]") {
			t.Error(out)
		}
		if got := p.read(t, "user/web.nix"); got != softModule {
			t.Errorf("lint changed the file:\n%s", got)
		}
	})
	t.Run("mkCheck fails", func(t *testing.T) {
		out := p.run(t, "user", 1, p.nix([]string{"build", "--no-link", "-L", check}, inputs...)...)
		if !strings.Contains(out, "warning[B001]") {
			t.Error(out)
		}
	})
	t.Run("mkCheck takes paths and args", func(t *testing.T) {
		flake := p.read(t, "user/flake.nix")
		for _, given := range []string{`paths = [ "flake.nix" ];`, `args = [ "--ignore" "B001" ];`} {
			p.write(t, "user/flake.nix", strings.Replace(flake, "src = self;", "src = self; "+given, 1))
			p.run(t, "user", 0, p.nix([]string{"build", "--no-link", check}, inputs...)...)
		}
		p.write(t, "user/flake.nix", flake)
	})
	t.Run("run lint --write", func(t *testing.T) {
		p.run(t, "user", 0, p.nix([]string{"run", ".#lint", "--", "--write"}, inputs...)...)
		if got := p.read(t, "user/web.nix"); !strings.Contains(got, "LockPersonality = true;") {
			t.Errorf("not repaired:\n%s", got)
		}
	})
	t.Run("mkCheck holds", func(t *testing.T) {
		p.run(t, "user", 0, p.nix([]string{"flake", "check"}, inputs...)...)
		p.run(t, "user", 0, p.nix([]string{"build", "--out-link", p.path("report"), check}, inputs...)...)
		if got, want := p.read(t, "report"), "2 files: nothing to report\n"; got != want {
			t.Errorf("the report is %q, not %q", got, want)
		}
	})
	t.Run("flakeModule", func(t *testing.T) { testFlakeModule(t, p, system) })
}

// testFlakeModule uses the template for flake-parts.
func testFlakeModule(t *testing.T, p *place, system string) {
	inputs := []string{"wardnix", "nixpkgs", "flake-parts"}
	p.mkdir(t, "parts")
	p.run(t, "parts", 0, "nix", "flake", "init", "-t", "path:"+p.path("wardnix")+"#flake-parts")
	p.write(t, "parts/wardnix.toml", lightToml)
	p.write(t, "parts/web.nix", softModule)
	check := "path:.#checks." + system + ".wardnix"
	out := p.run(t, "parts", 1, p.nix([]string{"build", "--no-link", "-L", check}, inputs...)...)
	if !strings.Contains(out, "warning[B001]") {
		t.Error(out)
	}
	out = p.run(t, "parts", 1, p.nix([]string{"run", "path:.#lint"}, inputs...)...)
	if !strings.Contains(out, "warning[B001]") {
		t.Error(out)
	}

	flake := p.read(t, "parts/flake.nix")
	const enable = "perSystem.wardnix.enable = true;"
	p.write(t, "parts/flake.nix", strings.Replace(flake, enable, enable+` perSystem.wardnix.args = [ "--ignore=B001" ];`, 1))
	p.run(t, "parts", 0, p.nix([]string{"build", "--no-link", check}, inputs...)...)
	p.run(t, "parts", 0, p.nix([]string{"run", "path:.#lint"}, inputs...)...)

	p.write(t, "parts/flake.nix", strings.Replace(flake, enable, "perSystem = { };", 1))
	out = p.run(t, "parts", 0, p.nix([]string{"eval", "--json", "path:.#checks." + system}, inputs...)...)
	if !strings.HasPrefix(out, "{}") {
		t.Errorf("not enabled, it has checks: %s", out)
	}
}

// outputs are the outputs that nix flake show --json prints for a system, in
// order, with SYSTEM for its name.
func outputs(shown map[string]any, system string) []string {
	var names []string
	for _, output := range slices.Sorted(maps.Keys(shown)) {
		below, _ := shown[output].(map[string]any)
		switch {
		case below["type"] != nil || len(below) == 0:
			names = append(names, output)
			continue
		case below[system] != nil:
			output += ".SYSTEM"
			below = below[system].(map[string]any)
		}
		for _, name := range slices.Sorted(maps.Keys(below)) {
			names = append(names, output+"."+name)
		}
	}
	return names
}
