package rules

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
)

// voidSetting reports directives that do nothing beside, or without, another.
func voidSetting(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C001", Name: "void-setting", Since: "0.1.0", Severity: lint.Warning,
		Title: "the directive has no effect beside the others of the unit",
		Text: `The unit reads as if the directive did something, but in this company it does not:

- ` + "`IPAddressAllow` without `IPAddressDeny`, `SocketBindAllow` without `SocketBindDeny`" + `: what is not denied
  is allowed anyway
- ` + "`ReadWritePaths`" + ` where nothing makes the file system read-only, or below a path that
  ` + "`InaccessiblePaths`" + ` closes: systemd drops it
- ` + "`RuntimeMaxSec` with `Type = \"oneshot\"`, `RuntimeRandomizedExtraSec` without `RuntimeMaxSec`,\n  `RestartSteps` without `RestartMaxDelaySec`" + ` and the reverse
- ` + "`JoinsNamespaceOf`" + ` in a unit that has no namespace to share
- ` + "`Persistent`, `FixedRandomDelay` and `RandomizedOffsetSec`" + ` of a timer without what they change
- ` + "`SystemCallErrorNumber` without `SystemCallFilter`" + `, to which alone it belongs
- ` + "`NotifyAccess = \"none\"`" + ` with a type that needs notifications: systemd takes "main"`,
		WhenNot: "Where another module, which the project does not hold, adds the missing half.",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    IPAddressAllow = [ "10.0.0.0/8" ];
  };
}
`,
		References: []string{"systemd.resource-control(5), IPAddressAllow= and SocketBindAllow=", "systemd.exec(5), ReadWritePaths=",
			"systemd.unit(5), JoinsNamespaceOf=", "systemd.timer(5), Persistent= and FixedRandomDelay=",
			"src/core/service.c, service_verify and service_add_extras (systemd 252 to 262)",
			"src/core/namespace.c, drop_inaccessible (systemd 252 to 262)"},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				u.checkUnused(p)
				u.checkAllowAlone(p)
				u.checkReadWrite(p)
				u.checkBelowInaccessible(p)
				u.checkJoins(p)
				u.checkTimer(p)
				u.checkNotifyAccess(p)
				u.checkErrorNumber(p)
			}
		},
	}
}

// checkUnused reports what systemd itself says has no effect.
func (s *subject) checkUnused(p *lint.Pass) {
	if !s.complete {
		return
	}
	for _, problem := range s.whole.Check(s.version).Problems {
		if problem.Kind != unitfile.UnusedDirective {
			continue
		}
		if at, ok := s.last("Service", problem.Key); ok && s.together(at) {
			s.report(p, lint.Finding{Message: problem.Message, Fixes: s.removal("remove "+problem.Key, lint.Safe, "", at)}, at)
		}
	}
}

// checkAllowAlone reports lists of exceptions from a rule that is not there.
// IPAddressDeny of a slice counts for the units in it.
func (s *subject) checkAllowAlone(p *lint.Pass) {
	for _, pair := range [][2]string{{"IPAddressAllow", "IPAddressDeny"}, {"SocketBindAllow", "SocketBindDeny"}} {
		allow, deny := pair[0], pair[1]
		all, ok := s.of("Service", allow)
		if ok && slices.ContainsFunc(all, func(l setting) bool { return l.Text == "any" }) {
			continue // says itself that nothing is restricted
		}
		if !ok || !s.lacks("Service", deny, "Slice") || all[len(all)-1].Text == "" {
			continue
		}
		s.report(p, lint.Finding{
			Message:    fmt.Sprintf("%s alone restricts nothing: what no %s denies is allowed", allow, deny),
			Directives: []string{allow, deny},
			Notes:      []lint.Note{{Label: "help", Text: fmt.Sprintf("add `%s = \"any\";`, or remove %s", deny, allow)}},
		}, all[0])
	}
}

// readOnlyMakers are the directives that can make a part of the file system
// read-only, and so give ReadWritePaths something to do.
var readOnlyMakers = []string{"ProtectSystem", "ProtectHome", "DynamicUser", "ReadOnlyPaths", "BindReadOnlyPaths", "InaccessiblePaths",
	"ProtectKernelTunables", "ProtectControlGroups", "ProtectKernelLogs", "ProtectKernelModules", "PrivateDevices", "RootDirectory",
	"RootImage", "RootImageOptions", "MountImages", "ExtensionImages", "ExtensionDirectories", "TemporaryFileSystem", "RootEphemeral",
	"RootMStack", "MountAPIVFS", "ProtectProc", "ProcSubset"}

func (s *subject) checkReadWrite(p *lint.Pass) {
	all, ok := s.of("Service", "ReadWritePaths")
	if !ok || !s.lacks("Service", readOnlyMakers...) || all[len(all)-1].Text == "" {
		return
	}
	s.report(p, lint.Finding{
		Message:    "ReadWritePaths restricts nothing here: without `ProtectSystem = \"strict\"` or ReadOnlyPaths everything else is writable too",
		Directives: []string{"ReadWritePaths", "ProtectSystem"},
		Notes:      []lint.Note{{Label: "help", Text: "add `ProtectSystem = \"strict\";`, or remove ReadWritePaths"}},
	}, all[0])
}

func (s *subject) checkBelowInaccessible(p *lint.Pass) {
	closed, ok := s.of("Service", "InaccessiblePaths")
	if !ok {
		return
	}
	for _, key := range []string{"ReadWritePaths", "ReadOnlyPaths", "BindPaths", "BindReadOnlyPaths"} {
		open, _ := s.of("Service", key)
		for _, at := range open {
			for _, word := range strings.Fields(at.Text) {
				target := mountTarget(word)
				i := slices.IndexFunc(closed, func(c setting) bool {
					return slices.ContainsFunc(strings.Fields(c.Text), func(w string) bool {
						dir := strings.TrimLeft(w, "-+")
						return dir != "/" && dir != target && within(target, dir)
					})
				})
				if i >= 0 && closed[len(closed)-1].Text != "" && s.together(at, closed[i]) {
					s.report(p, lint.Finding{
						Message:    fmt.Sprintf("%s of %s has no effect: InaccessiblePaths closes %s with all that is below it", key, target, strings.TrimLeft(closed[i].Text, "-+")),
						Directives: []string{key, "InaccessiblePaths"},
						Notes:      []lint.Note{{Label: "help", Text: "close the folder with `TemporaryFileSystem`, on which paths can be mounted again"}},
					}, at, closed[i])
				}
			}
		}
	}
}

// mountTarget is the path at which an entry of a list of paths is mounted:
// "/b" for "-/a:/b:rbind".
func mountTarget(word string) string {
	parts := strings.Split(strings.TrimLeft(word, "-+"), ":")
	if len(parts) > 1 && strings.HasPrefix(parts[1], "/") {
		return parts[1]
	}
	return parts[0]
}

// within reports whether path is dir or lies below it.
func within(path, dir string) bool {
	dir = strings.TrimSuffix(dir, "/")
	return path == dir || strings.HasPrefix(path, dir+"/")
}

// sharedNamespaces are the directives that give a unit the namespaces that
// JoinsNamespaceOf shares (systemd.unit(5)).
var sharedNamespaces = []string{"PrivateNetwork", "NetworkNamespacePath", "PrivateIPC", "IPCNamespacePath", "PrivateTmp", "DynamicUser",
	"UserNamespacePath", "PrivateUsers"}

func (s *subject) checkJoins(p *lint.Pass) {
	all, ok := s.of("Unit", "JoinsNamespaceOf")
	if !ok || s.Type() != "service" || !s.lacks("Service", sharedNamespaces...) || all[len(all)-1].Text == "" {
		return
	}
	s.report(p, lint.Finding{
		Message:    "JoinsNamespaceOf shares nothing: the unit has neither PrivateNetwork, PrivateIPC nor PrivateTmp",
		Directives: []string{"JoinsNamespaceOf", "PrivateNetwork", "PrivateTmp"},
		Notes:      []lint.Note{{Label: "help", Text: "set the same of them in both units"}},
	}, all[0])
}

// checkTimer reports settings of a timer without what they change. The timers
// of others are often completed by a single setting, so that something of this
// one must be in sight.
func (s *subject) checkTimer(p *lint.Pass) {
	if s.Type() != "timer" || !s.complete {
		return
	}
	void := func(key, message string) {
		if at, ok := s.last("Timer", key); ok && s.together(at) {
			s.report(p, lint.Finding{Message: message, Fixes: s.removal("remove "+key, lint.Safe, "", at)}, at)
		}
	}
	if s.lacks("Timer", "OnCalendar") && !s.lacks("Timer", "OnBootSec", "OnActiveSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec") {
		if at, ok := s.last("Timer", "Persistent"); ok {
			if on, _ := value.ParseBool(at.Text); on {
				void("Persistent", "Persistent has no effect: it makes up for missed times of OnCalendar, which the timer does not have")
			}
		}
	}
	if s.lacks("Timer", "RandomizedDelaySec") {
		if at, ok := s.last("Timer", "FixedRandomDelay"); ok {
			if on, _ := value.ParseBool(at.Text); on {
				void("FixedRandomDelay", "FixedRandomDelay has no effect without RandomizedDelaySec")
			}
		}
	}
}

func (s *subject) checkNotifyAccess(p *lint.Pass) {
	kind, notifies := s.is("Type", "notify", "notify-reload")
	if at, ok := s.is("NotifyAccess", "none"); ok && notifies && s.together(at, kind) {
		s.report(p, lint.Finding{
			Message: fmt.Sprintf("NotifyAccess=none does not hold with Type=%s: systemd takes \"main\"", kind.Text),
			Fixes:   s.removal("remove NotifyAccess", lint.Safe, "", at),
		}, at, kind)
	}
}

// checkErrorNumber reports the answer to refused system calls where none are
// refused.
func (s *subject) checkErrorNumber(p *lint.Pass) {
	at, ok := s.last("Service", "SystemCallErrorNumber")
	if !ok || at.Text == "" || !s.lacks("Service", "SystemCallFilter") || slices.Contains(s.wanted, "SystemCallErrorNumber") || slices.Contains(s.wanted, "SystemCallFilter") {
		return
	}
	s.report(p, lint.Finding{
		Message:    "SystemCallErrorNumber alone refuses no call: there is no SystemCallFilter",
		Directives: []string{"SystemCallErrorNumber", "SystemCallFilter"},
		Notes:      []lint.Note{{Label: "help", Text: "add `SystemCallFilter = [ \"@system-service\" ];`, or remove SystemCallErrorNumber"}},
	}, at)
}
