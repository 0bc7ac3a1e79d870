package unit

import (
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
)

// derivations are the options of units from which NixOS makes lines of other names
// (nixos/lib/systemd-lib.nix, NixOS 26.11).
var derivations = []struct{ option, section, key string }{
	{"script", "Service", "ExecStart"},
	{"scriptArgs", "Service", "ExecStart"},
	{"preStart", "Service", "ExecStartPre"},
	{"postStart", "Service", "ExecStartPost"},
	{"reload", "Service", "ExecReload"},
	{"preStop", "Service", "ExecStop"},
	{"postStop", "Service", "ExecStopPost"},
	{"environment", "Service", "Environment"},
	{"path", "Service", "Environment"},
	{"reloadIfChanged", "Service", "X-ReloadIfChanged"},
	{"restartIfChanged", "Service", "X-RestartIfChanged"},
	{"stopIfChanged", "Service", "X-StopIfChanged"},
	{"restartTriggers", "Unit", "X-Restart-Triggers"},
	{"reloadTriggers", "Unit", "X-Reload-Triggers"},
	{"description", "Unit", "Description"},
	{"startLimitIntervalSec", "Unit", "StartLimitIntervalSec"},
	{"startLimitBurst", "Unit", "StartLimitBurst"},
}

// derivedFrom is the option from which NixOS makes a directive; "" if there is none.
func derivedFrom(section, key string) string {
	if section == "Service" && len(key) > len("Exec") && key[:len("Exec")] == "Exec" {
		for _, d := range derivations {
			if d.section == section && d.key == key {
				return d.option
			}
		}
	}
	if section == "Unit" || section == "Mount" || section == "Automount" {
		return spell.Uncapitalised(key)
	}
	return ""
}

// Effects refers to an option of the unit, and to what NixOS derives from it: lines of
// the unit, or a timer.
func (u *Unit) Effects(option string) []Ref {
	refs := u.About(option)
	for _, d := range derivations {
		if d.option == option {
			refs = append(refs, refOf(u.Unit, d.section, d.key))
		}
	}
	if option == "startAt" {
		timer := Ref{Host: u.Host.Name, Scope: u.Scope, Unit: u.BaseName() + ".timer"}
		for _, at := range [...]nixos.Line{{Section: "Timer", Key: "OnCalendar"}, {Section: "Install", Key: "WantedBy"}} {
			timer.Section, timer.Key = SettingOf(at)
			refs = append(refs, timer)
		}
	}
	return refs
}
