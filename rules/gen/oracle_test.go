package gen

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint/systemd/unitfile"
	"wardnix/nixast/testtool"
)

// NixOS evaluates the modules, without a failed assertion, and renders the units
// as wardnix does. WARDNIX_NIXPKGS names checkouts of nixpkgs, separated by
// colons, that the Nix at hand can evaluate; the modules are for the newest
// release.
func TestNixOSEvaluates(t *testing.T) {
	trees := testtool.Given(t, "WARDNIX_NIXPKGS")
	testtool.Need(t, "nix-instantiate")
	modules := map[string]*Module{}
	for name, o := range every("${pkgs.hello}/bin/hello") {
		if o.Target == (Target{}) {
			modules[name], _ = write(t, o)
		}
	}
	all := map[string][]string{"services": nil}
	units := map[string][]string{}
	dir := t.TempDir()
	save := func(world, name string, m *Module) {
		text, err := m.Text()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, name+".nix")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		all[world] = append(all[world], file)
		if m.Unit != "" {
			units[world] = append(units[world], m.Unit)
		}
	}
	for name, m := range modules {
		save("services", name, m)
	}
	server, err := Server(Target{})
	if err != nil {
		t.Fatal(err)
	}
	save("server", "server", server)
	tunnel, err := Cloudflared(Tunnel{Token: "config.sops.secrets.token.path"})
	if err != nil {
		t.Fatal(err)
	}
	save("tunnel", "tunnel", tunnel)
	modules["tunnel"] = tunnel
	for _, tree := range filepath.SplitList(trees) {
		version, err := os.ReadFile(filepath.Join(tree, ".version"))
		if err != nil {
			t.Fatal(err)
		}
		if v := strings.TrimSpace(string(version)); v != newest.String() {
			t.Logf("%s is NixOS %s: left out", tree, v)
			continue
		}
		got := evaluated(t, tree, all, units)
		for world, r := range got {
			if len(r.Assertions)+len(r.Warnings) > 0 {
				t.Errorf("%s: %q", world, append(r.Assertions, r.Warnings...))
			}
		}
		for name, m := range modules {
			if m.Unit == "" {
				continue
			}
			world := name
			if got[world].Text == nil {
				world = "services"
			}
			compareRendered(t, m, got[world].Text[m.Unit])
		}
		t.Logf("NixOS %s: %d units", newest, len(modules))
	}
}

// result is what oracle.nix says of a world.
type result struct {
	Text                 map[string]string
	Assertions, Warnings []string
}

func evaluated(t *testing.T, tree string, files, units map[string][]string) map[string]result {
	t.Helper()
	type world struct {
		Files []string `json:"files"`
		Units []string `json:"units"`
	}
	worlds := map[string]world{}
	for name := range files {
		worlds[name] = world{files[name], append([]string{}, units[name]...)}
	}
	in, err := json.Marshal(worlds)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "testdata/oracle.nix",
		"--arg", "src", tree, "--argstr", "files", string(in))
	cmd.Env = append(os.Environ(), "HOME="+dir, "NIX_REMOTE=",
		"NIX_STATE_DIR="+dir+"/state", "NIX_STORE_DIR="+dir+"/store", "NIX_LOG_DIR="+dir+"/log")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var got map[string]result
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// compareRendered compares the lines that wardnix knows with those of NixOS.
func compareRendered(t *testing.T, m *Module, text string) {
	t.Helper()
	u, err := m.unit(Target{})
	if err != nil {
		t.Fatal(err)
	}
	real := map[string][]string{}
	for _, a := range unitfile.Parse(m.Unit, []byte(text)).Assignments {
		real[a.Section+"."+a.Key] = append(real[a.Section+"."+a.Key], a.Value)
	}
	lines := u.Lines()
	ours := map[string][]string{}
	for _, l := range lines {
		key := l.Section + "." + l.Key
		value := l.Text
		if i := len(ours[key]); !l.Known && i < len(real[key]) {
			value = real[key][i]
		}
		ours[key] = append(ours[key], value)
	}
	delete(real, "Service.Environment") // NixOS adds some of its own
	delete(ours, "Service.Environment")
	if diff := cmp.Diff(real, ours); diff != "" {
		t.Errorf("%s (-NixOS +wardnix)\n%s", m.Unit, diff)
	}
}
