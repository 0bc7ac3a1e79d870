package migration

import (
	"wardnix/lint"
	"wardnix/lint/nixos"
)

// RenamedOption reports options that have another name in the target release.
var RenamedOption = &lint.Rule{Page: lint.ReadPage(pages, "renamed-option"), Host: checkRenamed}

func checkRenamed(p *lint.Pass, h *nixos.Host) {
	for m := range migrationsFor(h) {
		if m.removed {
			continue
		}
		for d := range m.definitions(h) {
			if m.listed {
				m.at(p, h, d).Reportf("%s: NixOS %s has another name for it", h.Option(m.old...), m.since)
			} else {
				m.at(p, h, d).Reportf("%s: renamed in NixOS %s", h.Option(m.old...), m.since)
			}
		}
	}
}
