package activation

import (
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/unit"
)

// KillModeNone reports units whose processes systemd does not end.
var KillModeNone = &lint.Rule{Page: lint.ReadPage(pages, "kill-mode-none"), Unit: checkKillMode}

func checkKillMode(p *lint.Pass, u *unit.Unit) {
	at, ok := u.Is("KillMode", "none")
	if !ok || at.When != nil {
		return
	}
	p.At(u, at).Note("a stopped unit leaves its processes running, and the next start adds others").
		Note("KillMode=none is deprecated: systemd will remove it").
		Fix(fix.ReplaceSetting(u, at, "mixed", "processes that are meant to outlive the service")...).
		Reportf("systemd does not end the processes of the service")
}
