package contradiction

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/unit"
)

// CommandUnconfined reports main commands that run outside the sandbox.
var CommandUnconfined = &lint.Rule{Page: lint.ReadPage(pages, "command-unconfined"), Unit: ofSystem(checkUnconfined)}

func checkUnconfined(p *lint.Pass, u *unit.Unit) {
	mains := slices.DeleteFunc(slices.Clone(u.Commands()), func(c unit.Command) bool { return c.Key != "ExecStart" || c.Origin != unit.Line })
	if len(mains) != 1 || !mains[0].Outside {
		return
	}
	for _, key := range []string{"User", "DynamicUser", "ProtectSystem", "ProtectHome", "PrivateDevices", "CapabilityBoundingSet", "SystemCallFilter", "NoNewPrivileges"} {
		if all, ok := u.Settings("Service", key); ok && u.Together(all[0], mains[0].Setting) {
			p.At(u, mains[0].Setting, all[0]).Concerns(u.About(key)...).
				Note("%s and the rest of the sandbox do not apply", key).
				Reportf("the prefix `+` runs the service as root, outside its sandbox")
			return
		}
	}
}
