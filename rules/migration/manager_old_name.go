package migration

import (
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// ManagerOldName reports the names of the old option systemd.watchdog in
// systemd.settings.Manager, where they mean nothing.
var ManagerOldName = &lint.Rule{Page: lint.ReadPage(pages, "manager-old-name"), Conf: checkManagerNames}

func checkManagerNames(p *lint.Pass, u *unit.Unit) {
	for n := range u.Namings() {
		if !n.IsOldWatchdog() {
			continue
		}
		name, _ := profile.WatchdogOption(n.Key)
		p.AtName(&n).Concerns(n.About(name)...).
			Note("this is a time of the hardware watchdog; DefaultTimeoutStopSec is how long a service may take to stop").
			Fix(fix.RenameNaming(&n, name, false)...).
			Reportf("`%s` is ignored; systemd calls it %s", n.Key, name)
	}
}
