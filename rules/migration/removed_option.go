package migration

import (
	"wardnix/lint"
	"wardnix/lint/nixos"
)

// RemovedOption reports options that the target release no longer has.
var RemovedOption = &lint.Rule{Page: lint.ReadPage(pages, "removed-option"), Host: checkRemoved}

func checkRemoved(p *lint.Pass, h *nixos.Host) {
	for m := range migrationsFor(h) {
		if !m.removed {
			continue
		}
		for d := range m.definitions(h) {
			if m.listed {
				m.at(p, h, d).Reportf("%s: NixOS %s no longer has it, so evaluation fails", h.Option(m.old...), m.since)
			} else {
				m.at(p, h, d).Reportf("%s: removed in NixOS %s, so evaluation fails", h.Option(m.old...), m.since)
			}
		}
	}
}
