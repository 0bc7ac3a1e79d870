package unit_test

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"wardnix/lint/nixos"
	"wardnix/lint/unit"
)

// namedUnits are the units of a module, and its configuration files of systemd, by name.
func namedUnits(t *testing.T, module string) map[string]*unit.Unit {
	t.Helper()
	project, err := nixos.Load(context.Background(), nixos.Options{FS: fstest.MapFS{}, Overlay: map[string]string{"a.nix": module}}, "a.nix")
	if err != nil {
		t.Fatal(err)
	}
	world, units := unit.NewWorld(project, nil, nil), map[string]*unit.Unit{}
	for _, u := range append(world.Units, world.Confs...) {
		units[u.Name] = u
	}
	return units
}

// The names of a unit are those of its options, or of the lines of its text; in a
// configuration file, an option without a line is none.
func TestNamings(t *testing.T) {
	units := namedUnits(t, `{
  systemd.services.web.serviceConfig = { ExecStart = "/bin/web"; Nice = null; };
  systemd.services.web.unitConfig.After = "a.target";
  systemd.settings.Manager = { RuntimeWatchdogSec = "1m"; DefaultEnvironment = [ ]; };
  services.journald.extraConfig = "Storage=none";
}`)
	for name, want := range map[string][]string{
		"web.service":   {"Unit.After", "Service.ExecStart", "Service.Nice"},
		"system.conf":   {"Manager.RuntimeWatchdogSec"},
		"journald.conf": {"Journal.Storage"},
	} {
		var got []string
		for n := range units[name].Namings() {
			got = append(got, n.In+"."+n.Key)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

// Lines under a condition, and lines with a text that is not known, are not certain.
func TestCertainLines(t *testing.T) {
	u := namedUnits(t, `{ lib, config, ... }: {
  systemd.services.web.serviceConfig = {
    ExecStart = "/bin/web";
    Nice = lib.mkIf config.nice 5;
    User = config.user;
    ReadWritePaths = [ "/a" "/b" ];
  };
}`)["web.service"]
	var got []string
	for k, l := range u.CertainLines() {
		got = append(got, k.Section+"."+k.Key+"="+l.Text)
	}
	want := []string{"Service.ExecStart=/bin/web", "Service.ReadWritePaths=/a", "Service.ReadWritePaths=/b"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// An option of a unit changes the directives that NixOS derives from it.
func TestEffects(t *testing.T) {
	u := namedUnits(t, `{ systemd.services.web.serviceConfig.ExecStart = "/bin/web"; }`)["web.service"]
	for option, want := range map[string][]string{
		"preStart": {"preStart of web.service", "ExecStartPre of web.service"},
		"startAt":  {"startAt of web.service", "OnCalendar of web.timer", "wantedBy of web.timer"},
		"after":    {"after of web.service"},
	} {
		var got []string
		for _, r := range u.Effects(option) {
			got = append(got, r.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", option, diff)
		}
	}
}
