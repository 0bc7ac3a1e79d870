package nixos

import (
	"strings"
	"testing"

	"wardnix/nixast"
)

func TestSpotAt(t *testing.T) {
	for _, test := range []struct{ source, want string }{ // "|" is the place
		{"{ systemd.services.web.serviceConfig = { |}; }", "web.service service [Service] name"},
		{"{ systemd.services.web.serviceConfig = {\n  Private|\n}; }", "web.service service [Service] name Private"},
		{"{ systemd.services.web.serviceConfig = { A = 1; Pri|vateTmp = true; }; }", "web.service service [Service] name PrivateTmp"},
		{"{ systemd.services.web.serviceConfig.Priv| }", "web.service service [Service] name Priv"},
		{"{ systemd.services.web.serviceConfig.PrivateTmp = |true; }", "web.service service [Service] PrivateTmp"},
		{"{ systemd.services.web.serviceConfig.PrivateTmp = |; }", "web.service service [Service] PrivateTmp"},
		{"{ systemd.services.web.serviceConfig.PrivateTmp = tr|\n}", "web.service service [Service] PrivateTmp"},
		{"{ systemd.services.web.serviceConfig = lib.mkIf x { B = [ \"|\" ]; }; }", "web.service service [Service] B"},
		{"{ systemd.services.web = { serviceConfig = a // { | }; }; }", "web.service service [Service] name"},
		{"{ systemd.services.web = { | }; }", "web.service service [] name"},
		{"{ systemd.services.web = { after = [ \"|\" ]; }; }", "web.service service [] after"},
		{"{ systemd.services.web = { unitConfig.| }; }", "web.service service [Unit] name"},
		{"{ systemd.timers.\"a\".timerConfig = { | }; }", "a.timer timer [Timer] name"},
		{"{ systemd.services = lib.mapAttrs (n: _: { serviceConfig = { | }; }) x; }", "service [Service] name"},
		{"{ systemd.user.services.a.Service = { | }; }", "a.service service [Service] name"},
		{"{ config = { systemd.settings.Manager = { | }; }; }", "system.conf [Manager] name"},
		{"{ services.logind.settings.Login.| }", "logind.conf [Login] name"},
		{"{ systemd.services.\"${x}\".serviceConfig = { | }; }", "service [Service] name"},
		{"let c = { PrivateTmp = |true; }; in c", "-"},
		{"{ systemd.services.web.serviceConfig = { A = 1; }; | }", "-"},
		{"{ services.nginx.enable = |true; }", "-"},
	} {
		offset := strings.Index(test.source, "|")
		spot := SpotAt(nixast.Parse("", strings.Replace(test.source, "|", "", 1), nixast.Options{}), offset)
		got := "-"
		if m, ok := spot.Meant(); ok {
			words := []string{m.Unit, m.Type, "[" + m.Section + "]"}
			words = append(words, m.Rest...)
			if spot.InName {
				words = append(words, "name", spot.Name)
			}
			got = strings.Join(strings.Fields(strings.Join(words, " ")), " ")
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.source, got, test.want)
		}
	}
}
