package migration

import (
	"fmt"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// ManagerNames reports the names of the old option systemd.watchdog in the
// place of the new one, where they mean nothing.
var ManagerNames = &lint.Rule{
	Page: lint.ReadPage(pages, "manager-old-name"),
	Check: func(p *lint.Pass) {
		lint.EachNaming(p, func(n unit.Naming) {
			if !unit.IsOldWatchdog(n) {
				return
			}
			name, what := profile.WatchdogOptions[n.Key], n.Key+" of "+n.Name
			if n.Setting != nil {
				what = n.Setting.String()
			}
			lint.ReportNaming(&n, p, lint.Finding{
				Message: fmt.Sprintf("%s is ignored: systemd calls it %s", what, name),
				About:   n.About(n.Key, name),
				Notes: []lint.Note{{Label: "note",
					Text: "this is a time of the hardware watchdog; how long a service may take to stop is DefaultTimeoutStopSec"}},
				Fixes: fix.RenameNaming(&n, name, false),
			})
		})
	},
}
