package rules

import (
	"fmt"

	"wardnix/lint"
)

// managerNames reports the names of the old option systemd.watchdog in the
// place of the new one, where they mean nothing.
func managerNames() *lint.Rule {
	return &lint.Rule{
		ID: "M001", Name: "manager-old-name", Since: "0.1.0", Severity: lint.Error,
		Title: "a name of the old option systemd.watchdog stands in systemd.settings.Manager",
		Text: `NixOS 25.11 renamed ` + "`systemd.watchdog.runtimeTime`" + ` to
` + "`systemd.settings.Manager.RuntimeWatchdogSec`" + `, and the others likewise. The new place takes any
name: one that was moved without being renamed is written into system.conf as it is, and systemd
ignores it. The times are those of the hardware watchdog; how long a service may take to stop is
` + "`DefaultTimeoutStopSec`" + `.`,
		Before: `{
  systemd.settings.Manager = {
    runtimeTime = "15s";
    rebootTime = "30s";
    kexecTime = "1m";
  };
}
`,
		After: `{
  systemd.settings.Manager = {
    RuntimeWatchdogSec = "15s";
    RebootWatchdogSec = "30s";
    KExecWatchdogSec = "1m";
  };
}
`,
		References: []string{"nixos/doc/manual/release-notes/rl-2511.section.md", "systemd-system.conf(5)"},
		Check: func(p *lint.Pass) {
			eachNaming(p, func(n naming) {
				if !isOldWatchdog(n) {
					return
				}
				name, what := watchdogOptions[n.name], n.name+" of "+n.Name
				if n.option != nil {
					what = n.option.String()
				}
				n.report(p, lint.Finding{
					Message:    fmt.Sprintf("%s is ignored: systemd calls it %s", what, name),
					Directives: []string{n.name, name},
					Notes: []lint.Note{{Label: "note",
						Text: "this is a time of the hardware watchdog; how long a service may take to stop is DefaultTimeoutStopSec"}},
					Fixes: n.rename(name, false),
				})
			})
		},
	}
}

// isOldWatchdog reports whether a name is one of the old option systemd.watchdog
// in the place of the new one.
func isOldWatchdog(n naming) bool {
	_, old := watchdogOptions[n.name]
	return old && n.Conf() == "Manager"
}
