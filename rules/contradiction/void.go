package contradiction

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// VoidSetting reports directives that do nothing beside, or without, another.
var VoidSetting = &lint.Rule{
	Page: lint.ReadPage(pages, "void-setting"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			checkUnused(p, u)
			checkAllowAlone(p, u)
			checkReadWrite(p, u)
			checkBelowInaccessible(p, u)
			checkJoins(p, u)
			checkTimer(p, u)
			checkNotifyAccess(p, u)
			checkErrorNumber(p, u)
		}
	},
}

// checkUnused reports what systemd itself says has no effect.
func checkUnused(p *lint.Pass, u *unit.Unit) {
	if !u.Complete() {
		return
	}
	for _, problem := range u.Full.Check(u.Version).Problems {
		if problem.Kind != unitfile.UnusedDirective {
			continue
		}
		if at, ok := u.Setting("Service", problem.Key); ok && u.Together(at) {
			lint.ReportSetting(p, u, lint.Finding{Message: problem.Message, Fixes: fix.Remove(u, "remove "+problem.Key, lint.Safe, "", at)}, at)
		}
	}
}

// checkAllowAlone reports lists of exceptions from a rule that is not there.
// IPAddressDeny of a slice counts for the units in it.
func checkAllowAlone(p *lint.Pass, u *unit.Unit) {
	for _, pair := range [][2]string{{"IPAddressAllow", "IPAddressDeny"}, {"SocketBindAllow", "SocketBindDeny"}} {
		allow, deny := pair[0], pair[1]
		all, ok := u.Settings("Service", allow)
		if ok && slices.ContainsFunc(all, func(l unit.Setting) bool { return l.Text == "any" }) {
			continue // says itself that nothing is restricted
		}
		if !ok || !u.Lacks("Service", deny, "Slice") || all[len(all)-1].Text == "" {
			continue
		}
		lint.ReportSetting(p, u, lint.Finding{
			Message: fmt.Sprintf("%s alone restricts nothing: what no %s denies is allowed", allow, deny),
			About:   u.About(allow, deny),
			Notes:   []lint.Note{{Label: "help", Text: fmt.Sprintf("add `%s = \"any\";`, or remove %s", deny, allow)}},
		}, all[0])
	}
}

// readOnlyMakers are the directives that can make a part of the file system
// read-only, and so give ReadWritePaths something to do.
var readOnlyMakers = []string{"ProtectSystem", "ProtectHome", "DynamicUser", "ReadOnlyPaths", "BindReadOnlyPaths", "InaccessiblePaths",
	"ProtectKernelTunables", "ProtectControlGroups", "ProtectKernelLogs", "ProtectKernelModules", "PrivateDevices", "RootDirectory",
	"RootImage", "RootImageOptions", "MountImages", "ExtensionImages", "ExtensionDirectories", "TemporaryFileSystem", "RootEphemeral",
	"RootMStack", "MountAPIVFS", "ProtectProc", "ProcSubset"}

func checkReadWrite(p *lint.Pass, u *unit.Unit) {
	all, ok := u.Settings("Service", "ReadWritePaths")
	if !ok || !u.Lacks("Service", readOnlyMakers...) || all[len(all)-1].Text == "" {
		return
	}
	lint.ReportSetting(p, u, lint.Finding{
		Message: "ReadWritePaths restricts nothing here: without `ProtectSystem = \"strict\"` or ReadOnlyPaths everything else is writable too",
		About:   u.About("ReadWritePaths", "ProtectSystem"),
		Notes:   []lint.Note{{Label: "help", Text: "add `ProtectSystem = \"strict\";`, or remove ReadWritePaths"}},
	}, all[0])
}

func checkBelowInaccessible(p *lint.Pass, u *unit.Unit) {
	closed, ok := u.Settings("Service", "InaccessiblePaths")
	if !ok {
		return
	}
	for _, key := range []string{"ReadWritePaths", "ReadOnlyPaths", "BindPaths", "BindReadOnlyPaths"} {
		open, _ := u.Settings("Service", key)
		for _, at := range open {
			for _, word := range strings.Fields(at.Text) {
				target := unit.MountTarget(word)
				i := slices.IndexFunc(closed, func(c unit.Setting) bool {
					return slices.ContainsFunc(strings.Fields(c.Text), func(w string) bool {
						dir := strings.TrimLeft(w, "-+")
						return dir != "/" && dir != target && unit.Within(target, dir)
					})
				})
				if i >= 0 && closed[len(closed)-1].Text != "" && u.Together(at, closed[i]) {
					lint.ReportSetting(p, u, lint.Finding{
						Message: fmt.Sprintf("%s of %s has no effect: InaccessiblePaths closes %s with all that is below it", key, target, strings.TrimLeft(closed[i].Text, "-+")),
						About:   u.About(key, "InaccessiblePaths"),
						Notes:   []lint.Note{{Label: "help", Text: "close the folder with `TemporaryFileSystem`, on which paths can be mounted again"}},
					}, at, closed[i])
				}
			}
		}
	}
}

// sharedNamespaces are the directives that give a unit the namespaces that
// JoinsNamespaceOf shares (systemd.unit(5)).
var sharedNamespaces = []string{"PrivateNetwork", "NetworkNamespacePath", "PrivateIPC", "IPCNamespacePath", "PrivateTmp", "DynamicUser",
	"UserNamespacePath", "PrivateUsers"}

func checkJoins(p *lint.Pass, u *unit.Unit) {
	all, ok := u.Settings("Unit", "JoinsNamespaceOf")
	if !ok || u.Type() != "service" || !u.Lacks("Service", sharedNamespaces...) || all[len(all)-1].Text == "" {
		return
	}
	lint.ReportSetting(p, u, lint.Finding{
		Message: "JoinsNamespaceOf shares nothing: the unit has neither PrivateNetwork, PrivateIPC nor PrivateTmp",
		About:   u.About("JoinsNamespaceOf", "PrivateNetwork", "PrivateTmp"),
		Notes:   []lint.Note{{Label: "help", Text: "set the same of them in both units"}},
	}, all[0])
}

// checkTimer reports settings of a timer without what they change. The timers
// of others are often completed by a single setting, so that something of this
// one must be in sight.
func checkTimer(p *lint.Pass, u *unit.Unit) {
	if u.Type() != "timer" || !u.Complete() {
		return
	}
	void := func(key, message string) {
		if at, ok := u.Setting("Timer", key); ok && u.Together(at) {
			lint.ReportSetting(p, u, lint.Finding{Message: message, Fixes: fix.Remove(u, "remove "+key, lint.Safe, "", at)}, at)
		}
	}
	if u.Lacks("Timer", "OnCalendar") && !u.Lacks("Timer", "OnBootSec", "OnActiveSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec") {
		if at, ok := u.Setting("Timer", "Persistent"); ok {
			if on, _ := value.ParseBool(at.Text); on {
				void("Persistent", "Persistent has no effect: it makes up for missed times of OnCalendar, which the timer does not have")
			}
		}
	}
	if u.Lacks("Timer", "RandomizedDelaySec") {
		if at, ok := u.Setting("Timer", "FixedRandomDelay"); ok {
			if on, _ := value.ParseBool(at.Text); on {
				void("FixedRandomDelay", "FixedRandomDelay has no effect without RandomizedDelaySec")
			}
		}
	}
}

func checkNotifyAccess(p *lint.Pass, u *unit.Unit) {
	kind, notifies := u.Is("Type", "notify", "notify-reload")
	if at, ok := u.Is("NotifyAccess", "none"); ok && notifies && u.Together(at, kind) {
		lint.ReportSetting(p, u, lint.Finding{
			Message: fmt.Sprintf("NotifyAccess=none does not hold with Type=%s: systemd takes \"main\"", kind.Text),
			Fixes:   fix.Remove(u, "remove NotifyAccess", lint.Safe, "", at),
		}, at, kind)
	}
}

// checkErrorNumber reports the answer to refused system calls where none are
// refused.
func checkErrorNumber(p *lint.Pass, u *unit.Unit) {
	at, ok := u.Setting("Service", "SystemCallErrorNumber")
	if !ok || at.Text == "" || !u.Lacks("Service", "SystemCallFilter") || slices.Contains(u.Wanted(), "SystemCallErrorNumber") || slices.Contains(u.Wanted(), "SystemCallFilter") {
		return
	}
	lint.ReportSetting(p, u, lint.Finding{
		Message: "SystemCallErrorNumber alone refuses no call: there is no SystemCallFilter",
		About:   u.About("SystemCallErrorNumber", "SystemCallFilter"),
		Notes:   []lint.Note{{Label: "help", Text: "add `SystemCallFilter = [ \"@system-service\" ];`, or remove SystemCallErrorNumber"}},
	}, at)
}
