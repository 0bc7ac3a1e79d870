package unit_test

import (
	"testing"

	"wardnix/lint/unit"
)

func TestRunsAs(t *testing.T) {
	for _, test := range []struct {
		settings string
		who      unit.Who
		name     string
		ordinary bool
	}{
		{``, unit.Root, "", false},
		{`User = "root";`, unit.Root, "", false},
		{`User = "0"; DynamicUser = true;`, unit.Root, "", false},
		{`User = "";`, unit.Root, "", false},
		{`User = "web";`, unit.Named, "web", true},
		{`User = lib.mkIf config.x "web";`, unit.Named, "web", false},
		{`DynamicUser = true;`, unit.Dynamic, "", true},
		{`DynamicUser = true; User = "web";`, unit.Dynamic, "", true},
		{`DynamicUser = config.x;`, unit.Anyone, "", false},
		{`User = config.x;`, unit.Anyone, "", false},
		{`User = "%i";`, unit.Anyone, "", false},
	} {
		as := service(t, `serviceConfig = { ExecStart = "/bin/web"; `+test.settings+` };`).RunsAs()
		if as.Who != test.who || as.Name != test.name || as.Ordinary() != test.ordinary || as.Root() != (test.who == unit.Root) {
			t.Errorf("%s: %d %q, ordinary %t; want %d %q, %t", test.settings, as.Who, as.Name, as.Ordinary(), test.who, test.name, test.ordinary)
		}
	}
	units := namedUnits(t, `{ systemd.user.services.web.serviceConfig.ExecStart = "/bin/web"; systemd.services.systemd-networkd.serviceConfig.Nice = 1; }`)
	if as := units["web.service"].RunsAs(); as.Who != unit.Anyone {
		t.Errorf("a unit of a user manager runs as %d", as.Who)
	}
	if as := units["systemd-networkd.service"].RunsAs(); as.Who != unit.Named || as.Name != "systemd-network" {
		t.Errorf("a unit of systemd runs as %d %q", as.Who, as.Name)
	}
}

// The class of a unit is that of the programs that it runs, and no path or word that
// is an argument.
func TestClass(t *testing.T) {
	for _, test := range []struct {
		bindings, class string
		opaque          bool
	}{
		{`serviceConfig.ExecStart = "${pkgs.nginx}/bin/nginx";`, "web server", false},
		{`serviceConfig.ExecStart = "${pkgs.php}/bin/php /var/www/cron.php";`, "", false},
		{`serviceConfig.ExecStart = "/bin/web --login=x --dir /var/lib/podman/x mpd.example.org";`, "", false},
		{`serviceConfig.ExecStart = "${pkgs.cron}/bin/cron -n";`, "login or job service", true},
		{`script = "exec podman run x";`, "container runtime or build service", true},
		{`script = "x=$(podman ps)";`, "", true},
		{`script = "nix build x"; serviceConfig.User = "web";`, "", false},
		{`script = "nix build x";`, "container runtime or build service", true},
	} {
		u := service(t, test.bindings)
		if u.Class() != test.class || u.Opaque() != test.opaque {
			t.Errorf("%s: class %q, opaque %t; want %q, %t", test.bindings, u.Class(), u.Opaque(), test.class, test.opaque)
		}
	}
}
