package contradiction

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// VoidSetting reports settings without effect next to, or without, another.
var VoidSetting = &lint.Rule{
	Page: lint.ReadPage(pages, "void-setting"),
	Unit: ofSystem(func(p *lint.Pass, u *unit.Unit) {
		checkUnused(p, u)
		checkAllowAlone(p, u)
		checkReadWrite(p, u)
		checkBelowInaccessible(p, u)
		checkJoins(p, u)
		checkTimer(p, u)
		checkNotifyAccess(p, u)
		checkErrorNumber(p, u)
	}),
}

// checkUnused reports what systemd itself says has no effect.
func checkUnused(p *lint.Pass, u *unit.Unit) {
	if !u.Complete() {
		return
	}
	for _, problem := range u.Full().Check(u.Version).Problems {
		if problem.Kind != unitfile.UnusedDirective {
			continue
		}
		if at, ok := u.Setting("Service", problem.Key); ok && u.Together(at) {
			removable(p, u, at).Reportf("%s", problem.Message)
		}
	}
}

// removable begins a finding about a setting that can go.
func removable(p *lint.Pass, u *unit.Unit, at unit.Setting, others ...unit.Setting) *lint.Draft {
	return p.At(u, at, others...).Fix(fix.Remove(u, "remove `"+at.Key+"`", "", at)...)
}

// checkAllowAlone reports lists of exceptions from a rule that does not exist.
// IPAddressDeny= of a slice applies to the units in it.
func checkAllowAlone(p *lint.Pass, u *unit.Unit) {
	for _, pair := range [][2]string{{"IPAddressAllow", "IPAddressDeny"}, {"SocketBindAllow", "SocketBindDeny"}} {
		allow, deny := pair[0], pair[1]
		all, ok := u.Settings("Service", allow)
		if !ok || slices.ContainsFunc(all, func(l unit.Setting) bool { return l.Text == "any" }) {
			continue // unknown, or says itself that nothing is restricted
		}
		if !u.Lacks("Service", deny, "Slice") || all[len(all)-1].Text == "" {
			continue
		}
		p.At(u, all[0]).Concerns(u.About(deny)...).
			Note("what no %s denies is allowed", deny).
			Help("add `%s = \"any\";`, or remove %s", deny, allow).
			Reportf("%s restricts nothing without %s", allow, deny)
	}
}

// readOnlyMakers are the directives that can make a part of the file system
// read-only, and so give ReadWritePaths= something to do.
var readOnlyMakers = []string{"ProtectSystem", "ProtectHome", "DynamicUser", "ReadOnlyPaths", "BindReadOnlyPaths", "InaccessiblePaths",
	"ProtectKernelTunables", "ProtectControlGroups", "ProtectKernelLogs", "ProtectKernelModules", "PrivateDevices", "RootDirectory",
	"RootImage", "RootImageOptions", "MountImages", "ExtensionImages", "ExtensionDirectories", "TemporaryFileSystem", "RootEphemeral",
	"RootMStack", "MountAPIVFS", "ProtectProc", "ProcSubset"}

func checkReadWrite(p *lint.Pass, u *unit.Unit) {
	all, ok := u.Settings("Service", "ReadWritePaths")
	if !ok || !u.Lacks("Service", readOnlyMakers...) || all[len(all)-1].Text == "" {
		return
	}
	p.At(u, all[0]).Concerns(u.About("ProtectSystem")...).
		Note("nothing makes the rest of the file system read-only").
		Help("add `ProtectSystem = \"strict\";`, or remove ReadWritePaths").
		Reportf("ReadWritePaths restricts nothing without ProtectSystem")
}

func checkBelowInaccessible(p *lint.Pass, u *unit.Unit) {
	closed, ok := u.Settings("Service", "InaccessiblePaths")
	if !ok || closed[len(closed)-1].Text == "" {
		return
	}
	for _, key := range []string{"ReadWritePaths", "ReadOnlyPaths", "BindPaths", "BindReadOnlyPaths"} {
		open, _ := u.Settings("Service", key)
		for _, at := range open {
			for _, word := range strings.Fields(at.Text) {
				target := unit.MountTarget(word)
				i := slices.IndexFunc(closed, func(c unit.Setting) bool { return closes(c, target) })
				if i < 0 || !u.Together(at, closed[i]) {
					continue
				}
				p.At(u, at, closed[i]).Concerns(u.About("InaccessiblePaths")...).
					Note("InaccessiblePaths makes %s and everything below it inaccessible", strings.TrimLeft(closed[i].Text, "-+")).
					Help("close the directory with `TemporaryFileSystem`, on which paths can be mounted").
					Reportf("%s of %s has no effect below InaccessiblePaths", key, target)
			}
		}
	}
}

// closes reports whether a line of InaccessiblePaths= closes a directory above a
// path.
func closes(line unit.Setting, path string) bool {
	return slices.ContainsFunc(strings.Fields(line.Text), func(w string) bool {
		dir := strings.TrimLeft(w, "-+")
		return dir != "/" && dir != path && value.Below(path, dir)
	})
}

// sharedNamespaces are the directives that give a unit the namespaces that
// JoinsNamespaceOf= shares (systemd.unit(5)).
var sharedNamespaces = []string{"PrivateNetwork", "NetworkNamespacePath", "PrivateIPC", "IPCNamespacePath", "PrivateTmp", "DynamicUser",
	"UserNamespacePath", "PrivateUsers"}

func checkJoins(p *lint.Pass, u *unit.Unit) {
	all, ok := u.Settings("Unit", "JoinsNamespaceOf")
	if !ok || u.Type() != "service" || !u.Lacks("Service", sharedNamespaces...) || all[len(all)-1].Text == "" {
		return
	}
	p.At(u, all[0]).Concerns(u.About("PrivateNetwork", "PrivateTmp")...).
		Help("set PrivateNetwork, PrivateIPC or PrivateTmp in both units").
		Reportf("JoinsNamespaceOf shares nothing without a private namespace")
}

// checkTimer reports settings of a timer without what they change. The timers of
// others are often completed by a single setting, so something of this one must be
// in sight.
func checkTimer(p *lint.Pass, u *unit.Unit) {
	if u.Type() != "timer" || !u.Complete() {
		return
	}
	without := func(key, other string) {
		if at, ok := u.Setting("Timer", key); ok && u.Lacks("Timer", other) && u.Together(at) && !isAlternative(at, other) {
			if on, _ := value.ParseBool(at.Text); on {
				removable(p, u, at).Reportf("%s has no effect without %s", key, other)
			}
		}
	}
	if !u.Lacks("Timer", "OnBootSec", "OnActiveSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec") {
		without("Persistent", "OnCalendar")
	}
	without("FixedRandomDelay", "RandomizedDelaySec")
}

// isAlternative reports whether the expression that makes the section of a setting also
// sets another one, in a branch that is not taken: with other options it is.
func isAlternative(at unit.Setting, other string) bool {
	for around := range at.Def.Binding.Ancestors() {
		if _, ok := around.AsBinding(); !ok {
			continue
		}
		for n := range around.Descendants() {
			if !n.AttrNamed(other).IsZero() {
				return true
			}
		}
		return false
	}
	return false
}

func checkNotifyAccess(p *lint.Pass, u *unit.Unit) {
	kind, notifies := u.Is("Type", "notify", "notify-reload")
	if at, ok := u.Is("NotifyAccess", "none"); ok && notifies && u.Together(at, kind) {
		removable(p, u, at, kind).Note("systemd uses \"main\"").Reportf("NotifyAccess=none has no effect with Type=%s", kind.Text)
	}
}

// checkErrorNumber reports the answer to refused system calls where none are
// refused.
func checkErrorNumber(p *lint.Pass, u *unit.Unit) {
	at, ok := u.Setting("Service", "SystemCallErrorNumber")
	if !ok || at.Text == "" || !u.Lacks("Service", "SystemCallFilter") {
		return
	}
	if wanted := u.Wanted(); slices.Contains(wanted, "SystemCallErrorNumber") || slices.Contains(wanted, "SystemCallFilter") {
		return
	}
	p.At(u, at).Concerns(u.About("SystemCallFilter")...).
		Help("add `SystemCallFilter = [ \"@system-service\" ];`, or remove SystemCallErrorNumber").
		Reportf("SystemCallErrorNumber has no effect without SystemCallFilter")
}
