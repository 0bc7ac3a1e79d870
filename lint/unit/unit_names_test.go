package unit

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The table has what everybody has.
func TestNamedByNixOS(t *testing.T) {
	for _, name := range []string{"sshd.service", "systemd-rfkill.socket", "pre-sleep.service", "prepare-kexec.service", "multi-user.target",
		"getty@tty1.service", "acme-example.org.service", "phpfpm-web.service"} {
		if !NamedByNixOS(name) {
			t.Errorf("%s is not among the units of NixOS", name)
		}
	}
	for _, name := range []string{"network.service", "posgresql.service", "multiuser.target", "acme-example.org.path"} {
		if NamedByNixOS(name) {
			t.Errorf("%s is among the units of NixOS", name)
		}
	}
}

func TestEnablers(t *testing.T) {
	for name, want := range map[string][]string{
		"tautulli.service": {"services.tautulli.enable"},
		"network.target":   {"*"},
		"nobody.service":   nil,
	} {
		if diff := cmp.Diff(want, enablers(name)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
	for kind, names := range nixosUnits().byType {
		if !slices.IsSorted(names) {
			t.Errorf("names of type %s are not sorted", kind)
		}
	}
}

func TestMeantUnit(t *testing.T) {
	for name, want := range map[string]string{
		"posgresql.service": "postgresql.service",
		"multiuser.target":  "multi-user.target",
		"ngnix.service":     "nginx.service",
		"getty.service":     "",
		"sata2.service":     "",
	} {
		if got := MeantUnit(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestMayMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"tunnel-${name}.service", "tunnel-a.service", true},
		{"${f { a = 1; }}.timer", "a.timer", true},
		{"tunnel-${name}.service", "a.service", false},
		{`a\x2d${b}.mount`, `a\x2dc.mount`, true},
	} {
		if got := NameMayMatch(c.pattern, c.name); got != c.want {
			t.Errorf("NameMayMatch(%q, %q) = %v", c.pattern, c.name, got)
		}
	}
}
