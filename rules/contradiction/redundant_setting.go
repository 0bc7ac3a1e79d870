package contradiction

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
)

// RedundantSetting reports settings that another one implies.
var RedundantSetting = &lint.Rule{Page: lint.ReadPage(pages, "redundant-setting"), Unit: ofSystem(checkRedundant)}

// implied are settings that another one implies, as its manual page says. What a
// default may change is not among them.
var implied = []struct {
	key    string
	values []string
	by     string
	until  directive.Version // the last version in which it does; 0 for all
}{
	{"ProtectSystem", []string{"strict"}, "DynamicUser", 0},
	{"ProtectHome", []string{"read-only"}, "DynamicUser", 0},
	{"PrivateTmp", []string{"true", "yes"}, "DynamicUser", 256}, // later "disconnected"
	{"NoNewPrivileges", []string{"true", "yes"}, "DynamicUser", 0},
	{"RestrictSUIDSGID", []string{"true", "yes"}, "DynamicUser", 0},
	{"RemoveIPC", []string{"true", "yes"}, "DynamicUser", 0},
	{"DevicePolicy", []string{"auto", "closed"}, "PrivateDevices", 0},
	{"PrivateMounts", []string{"true", "yes"}, "PrivateTmp", 0},
	{"PrivateMounts", []string{"true", "yes"}, "PrivateDevices", 0},
	{"PrivateMounts", []string{"true", "yes"}, "ProtectKernelTunables", 0},
	{"PrivateMounts", []string{"true", "yes"}, "ProtectControlGroups", 0},
}

func checkRedundant(p *lint.Pass, u *unit.Unit) {
	var wanted []string
	for _, i := range implied {
		at, ok := u.Is(i.key, i.values...)
		by, on := u.On(i.by)
		if !ok || !on || at.When != nil || by.When != nil || !u.Together(at, by) || i.until != 0 && u.Version > i.until {
			continue
		}
		if wanted == nil {
			wanted = append([]string{""}, u.Wanted()...)
		}
		if slices.Contains(wanted, i.key) {
			continue
		}
		wanted = append(wanted, i.key)
		p.At(u, at, by).Fix(fix.Remove(u, "remove `"+i.key+"`", "", at)...).
			Reportf("%s=%s is implied by %s", i.key, at.Text, i.by)
	}
}
