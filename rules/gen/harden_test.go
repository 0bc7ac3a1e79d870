package gen

import (
	"strings"
	"testing"

	"wardnix/nixast"
)

// Each service that is known runs a daemon with a proven baseline, and gets a module
// of its own from it, with a reason for each setting; and all of them get one together.
func TestHarden(t *testing.T) {
	names := HardenNames()
	if len(names) < 50 {
		t.Errorf("%d services, want at least 50", len(names))
	}
	for i, name := range append([]string{strings.Join(names, " ")}, names...) {
		if testing.Short() && i%16 != 0 {
			continue
		}
		m, err := Harden(strings.Fields(name), Target{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text, err := m.Text()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f := nixast.Parse(name, text, nixast.Options{}); len(f.Diagnostics) > 0 {
			t.Errorf("%s: %s", name, f.Diagnostics[0].Message)
		}
		if strings.Contains(text, "mkForce") {
			t.Errorf("%s: what NixOS sets stays", name)
		}
	}
}

func TestHardenNamesTheDaemon(t *testing.T) {
	byDaemon, err := Harden([]string{"postgres"}, Target{})
	if err != nil {
		t.Fatal(err)
	}
	byUnit, err := Harden([]string{"postgresql.service"}, Target{})
	if err != nil {
		t.Fatal(err)
	}
	one, _ := byDaemon.Text()
	other, _ := byUnit.Text()
	if one != other || !strings.Contains(one, "systemd.services.postgresql.serviceConfig") {
		t.Errorf("the daemon's name gives\n%s\nand the unit's\n%s", one, other)
	}
	if _, err := Harden([]string{"no-such-service"}, Target{}); err == nil {
		t.Error("there is no such service")
	}
}
