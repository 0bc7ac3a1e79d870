package nixos

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// twoHosts is a flake of two hosts that share a module.
func twoHosts() fstest.MapFS {
	return fstest.MapFS{
		"p/flake.nix": {Data: []byte(`{ outputs = { nixpkgs, ... }: { nixosConfigurations = {
  a = nixpkgs.lib.nixosSystem { modules = [ ./web.nix { networking.hostName = "a"; } ]; };
  b = nixpkgs.lib.nixosSystem { modules = [ ./web.nix { networking.hostName = "b"; } ]; };
}; }; }`)},
		"p/web.nix": {Data: []byte(`{ config, ... }: {
  systemd.services.web = { description = config.networking.hostName; serviceConfig.ExecStart = "/web"; startAt = "daily"; };
  systemd.services.extra.script = "true";
  services.logind.extraConfig = "KillUserProcesses=yes";
}`)},
	}
}

// textsOf are the lines of the units of a host, those of its configuration files
// included.
func textsOf(h *Host) []string {
	var all []string
	for _, units := range [][]*Unit{h.Units, h.Confs} {
		for _, u := range units {
			for _, l := range u.Lines() {
				all = append(all, u.Name+": "+l.Key+"="+l.Shown)
			}
		}
	}
	return all
}

// A host that was freed has the same units with the same lines.
func TestFree(t *testing.T) {
	p, err := Load(t.Context(), Options{FS: twoHosts(), Dir: "/p"}, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range p.Hosts()[:2] {
		want, web := textsOf(h), h.Units[len(h.Units)-1]
		h.Free()
		if !h.IsFree() {
			t.Fatalf("%s is not free", h.Name)
		}
		if diff := cmp.Diff(want, textsOf(h)); diff != "" || len(want) == 0 {
			t.Errorf("%s says something else once it was freed (-before +after)\n%s", h.Name, diff)
		}
		if web.Host != h || web.Def().File.Name != "web.nix" {
			t.Errorf("%s is of %s, in %s", web.Name, web.Host.Name, web.Def().File.Name)
		}
		h.Free()
		if name, _ := h.Option("networking", "hostName").Text(); name != h.Name {
			t.Errorf("%s is called %s", h.Name, name)
		}
	}
}

// The context of who asked for hosts does not end what is evaluated of them later.
func TestHostsOutliveTheirContext(t *testing.T) {
	p, err := Load(t.Context(), Options{FS: twoHosts(), Dir: "/p"}, ".")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := p.Visit(ctx, func(int, *Host) {}); err != nil {
		t.Fatal(err)
	}
	cancel()
	for _, h := range p.Hosts() {
		if !h.Evaluator().Budget().Draw(10_000, 0) {
			t.Errorf("host %q: %v", h.Name, h.Unfinished())
		}
	}
}

// Visited hosts may be freed at once: their units are not found again in the files that
// belong to no host.
func TestVisit(t *testing.T) {
	p, err := Load(t.Context(), Options{FS: twoHosts(), Dir: "/p", Workers: 1}, ".")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	free := func(_ int, h *Host) {
		got = append(got, h.Name)
		h.Free()
	}
	for range 2 {
		if err := p.Visit(t.Context(), free); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"a", "b", "", "a", "b", ""}, got); diff != "" {
		t.Errorf("visited (-want +got)\n%s", diff)
	}
	if rest := p.Hosts()[2]; len(rest.Units) > 0 {
		t.Errorf("%s belongs to no host", rest.Units[0].Name)
	}
}

// A file that changes on the disk meanwhile may take a unit with it. Where that was is
// known nevertheless.
func TestFreeLost(t *testing.T) {
	p, err := Load(t.Context(), Options{FS: twoHosts(), Dir: "/p"}, ".")
	if err != nil {
		t.Fatal(err)
	}
	h := p.Hosts()[0]
	again := h.again
	h.again = func() *Host {
		fresh := again()
		fresh.Units = fresh.Units[:len(fresh.Units)-1]
		return fresh
	}
	h.Free()
	lost, kept := h.Units[len(h.Units)-1], h.Units[0]
	if len(kept.Lines()) == 0 {
		t.Errorf("%s was lost, too", kept.Name)
	}
	if at := lost.Def(); at.File.Name != "web.nix" || len(lost.Option().Unseen) == 0 || lost.Enabled() < 0 || lost.IsOverride() {
		t.Errorf("%s is in %s, and nothing of it is unseen", lost.Name, at.File.Name)
	}
	for _, l := range lost.Lines() {
		if l.Certain() {
			t.Errorf("%s has %s=%s", lost.Name, l.Key, l.Shown)
		}
	}
}
