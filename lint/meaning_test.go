package lint

import (
	"context"
	"testing"
	"testing/fstest"

	"wardnix/lint/nixos"
	"wardnix/lint/unit"
)

// Options without an end, as a function makes them that calls itself for every
// attribute of a set that is not known, have one here.
func TestMeaningEnds(t *testing.T) {
	src := `{ lib, callTest, ... }:
let
  walk = tree:
    if tree ? recurse && tree.recurse then
      lib.mapAttrs (_: walk) (removeAttrs tree [ "recurse" ])
    else
      callTest tree;
in
{
  systemd = walk (import ./lib.nix { }).config.result;
}
`
	project, err := nixos.Load(context.Background(), nixos.Options{FS: fstest.MapFS{}, Overlay: map[string]string{"a.nix": src}}, "a.nix")
	if err != nil {
		t.Fatal(err)
	}
	for s := range meaningsOf(project, meanings{}, false).but(meanings{}) {
		if n := len(s.Key); n > 100 {
			t.Errorf("%s is looked into", s.Key)
		}
	}
}

// A fix must not set what NixOS does not have, whatever its finding says that it changes.
func TestFixesKeepToOptions(t *testing.T) {
	load := func(text string) meaning {
		project, err := nixos.Load(context.Background(), nixos.Options{FS: fstest.MapFS{}, Overlay: map[string]string{"a.nix": text}}, "a.nix")
		if err != nil {
			t.Fatal(err)
		}
		return meaningsOf(project, meanings{}, false).but(meanings{})
	}
	for _, test := range []struct{ name, before, after, lacks string }{
		{"an option of units", `systemd.services.a.script = "x";`, `systemd.services.a = { script = "x"; after = [ "b.service" ]; };`, ""},
		{"one of another type", `systemd.services.a.script = "x";`, `systemd.services.a = { script = "x"; timerConfig = { }; };`, "systemd.services.a.timerConfig"},
		{
			"settings beside the text of a unit", `systemd.units."a.service".text = "";`,
			`systemd.units."a.service" = { text = ""; serviceConfig.Nice = 1; };`, `systemd.units."a.service".serviceConfig`,
		},
		{"an option of systemd", ``, `systemd.settings.Manager.RuntimeWatchdogSec = "1m";`, ""},
		{"one that there is not", ``, `systemd.setting.Manager.RuntimeWatchdogSec = "1m";`, "systemd.setting"},
		{"one that was there before", `systemd.mine.x = 1;`, `systemd.mine.x = 1;`, ""},
		{"one that is no longer there", ``, `systemd.watchdog.device = "/dev/watchdog";`, ""}, // an alias
		{"one of the first stage", ``, `boot.initrd.systemd.enabled = true;`, "boot.initrd.systemd.enabled"},
	} {
		t.Run(test.name, func(t *testing.T) {
			after := load("{ " + test.after + " }")
			var all []chosen
			for r := range after {
				all = append(all, chosen{Fix: Fix{Changes: []unit.Ref{r}}})
			}
			err, want := load("{ "+test.before+" }").sameBut(after, all), ""
			if test.lacks != "" {
				want = "NixOS has no option " + test.lacks
			}
			if got := ""; err != nil && err.Error() != want || err == nil && got != want {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}
