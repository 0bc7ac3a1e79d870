package rules

import (
	"fmt"
	"slices"

	"wardnix/lint"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
)

// dynamicUserOverride reports what DynamicUser decides whatever the unit says.
func dynamicUserOverride(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C002", Name: "dynamic-user-override", Since: "0.1.0", Severity: lint.Warning,
		Title: "DynamicUser overrules the directive",
		Text: "`DynamicUser = true` switches on `ProtectSystem = \"strict\"`, `ProtectHome = \"read-only\"`, `PrivateTmp`," + `
` + "`NoNewPrivileges`, `RestrictSUIDSGID` and `RemoveIPC`" + `, because files of a user that is gone tomorrow must
not stay behind. A weaker value of one of them is dropped without a word, so the service is confined
where the unit says that it is not. (Where the unit says less, but not nothing, that is information.) With ` + "`User = \"root\"`" + ` it is the other way round: root exists, so no
user is made up, and the service runs as root.`,
		WhenNot: "",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    DynamicUser = true;
    ProtectSystem = "full";
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    DynamicUser = true;
  };
}
`,
		References: []string{"systemd.exec(5), DynamicUser=", "src/core/unit.c, unit_patch_contexts (systemd 252 to 262)"},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				checkDynamic(p, u)
			}
		},
	}
}

// dynamicImplies are the values that DynamicUser gives directives, and the
// weaker ones that it overrules.
var dynamicImplies = []struct {
	key, value string
	weaker     []string
}{
	{"ProtectSystem", "strict", []string{"false", "no", "true", "yes", "full"}},
	{"ProtectHome", "read-only", []string{"false", "no"}},
	{"PrivateTmp", "true", []string{"false", "no"}},
	{"NoNewPrivileges", "true", []string{"false", "no"}},
	{"RestrictSUIDSGID", "true", []string{"false", "no"}},
	{"RemoveIPC", "true", []string{"false", "no"}},
}

func checkDynamic(p *lint.Pass, u *subject) {
	dynamic, ok := u.on("DynamicUser")
	if !ok {
		return
	}
	if user, set := u.is("User", "root", "0"); set && u.together(dynamic, user) {
		u.report(p, lint.Finding{
			Severity: lint.Error, Directives: []string{"User", "DynamicUser"},
			Message: fmt.Sprintf("the service runs as root: DynamicUser makes no user up where User=%s exists", user.Text),
		}, user, dynamic)
		return
	}
	for _, i := range dynamicImplies {
		at, set := u.last("Service", i.key)
		if !set || !slices.Contains(i.weaker, at.Text) || !u.together(dynamic, at) {
			continue
		}
		if dynamic.When != nil && dynamic.When != at.When {
			continue // elsewhere the directive counts
		}
		severity := lint.Info // stricter than it says, and on all the same
		if on, isBool := value.ParseBool(at.Text); isBool && !on {
			severity = lint.Warning // it says that the service needs it open
		}
		u.report(p, lint.Finding{
			Severity: severity,
			Message:  fmt.Sprintf("%s=%s does not hold: DynamicUser makes it \"%s\"", i.key, at.Text, i.value),
			Fixes:    u.removal("remove "+i.key, lint.Safe, "", at),
			Notes:    []lint.Note{{Label: "help", Text: "a service that needs more has a user of its own: `User` with `users.users`"}},
		}, at, dynamic)
	}
}

// takenCapabilities are the capabilities that directives take out of the
// bounding set.
var takenCapabilities = []struct{ directive, capability string }{
	{"PrivateDevices", "CAP_MKNOD"},
	{"PrivateDevices", "CAP_SYS_RAWIO"},
	{"ProtectKernelModules", "CAP_SYS_MODULE"},
	{"ProtectKernelLogs", "CAP_SYSLOG"},
	{"ProtectClock", "CAP_SYS_TIME"},
	{"ProtectClock", "CAP_WAKE_ALARM"},
}

// ambientUnbounded reports ambient capabilities that the bounding set forbids.
func ambientUnbounded(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C003", Name: "ambient-unbounded", Since: "0.1.0", Severity: lint.Error,
		Title: "an ambient capability is not in the bounding set, so the service does not get it",
		Text: `A process can be given only capabilities of its bounding set. Where ` + "`AmbientCapabilities`" + ` names one that
` + "`CapabilityBoundingSet`" + ` leaves out, systemd drops it, with a line in the log at debug level only, and the service
starts without.
Other directives shrink the bounding set too: ` + "`PrivateDevices`" + ` by CAP_MKNOD and CAP_SYS_RAWIO,
` + "`ProtectKernelModules`" + ` by CAP_SYS_MODULE, ` + "`ProtectKernelLogs`" + ` by CAP_SYSLOG, ` + "`ProtectClock`" + ` by CAP_SYS_TIME
and CAP_WAKE_ALARM.`,
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    User = "web";
    AmbientCapabilities = [ "CAP_NET_BIND_SERVICE" ];
    CapabilityBoundingSet = [ "CAP_NET_ADMIN" ];
  };
}
`,
		References: []string{"systemd.exec(5), CapabilityBoundingSet= and AmbientCapabilities=", "capabilities(7), Ambient and Bounding",
			"src/basic/capability-util.c, capability_ambient_set_apply (systemd 252 to 262)", "src/core/unit.c, unit_patch_contexts (systemd 252 to 262)"},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				checkAmbientBounds(p, u)
			}
		},
	}
}

func checkAmbientBounds(p *lint.Pass, u *subject) {
	for _, c := range directive.Capabilities() {
		at, named := u.names("AmbientCapabilities", c.Name)
		if !named || u.denies("AmbientCapabilities", c.Name) != value.No {
			continue
		}
		if bounds, ok := u.of("Service", "CapabilityBoundingSet"); ok && u.denies("CapabilityBoundingSet", c.Name) == value.Yes &&
			u.together(append(bounds, at)...) {
			u.report(p, lint.Finding{
				Message:    fmt.Sprintf("the service does not get %s of AmbientCapabilities: CapabilityBoundingSet leaves it out, and systemd drops it in silence", c.Name),
				Directives: []string{"AmbientCapabilities", "CapabilityBoundingSet"},
				Notes:      []lint.Note{{Label: "help", Text: "name it in both, or in neither"}},
			}, at, bounds[0])
			continue
		}
		if taker, ok := u.taken(c.Name); ok && u.together(taker, at) {
			u.report(p, lint.Finding{
				Message:    fmt.Sprintf("the service does not get %s of AmbientCapabilities: %s takes it out of the bounding set", c.Name, taker.Key),
				Directives: []string{"AmbientCapabilities", taker.Key},
				Notes:      []lint.Note{{Label: "help", Text: fmt.Sprintf("a service that needs %s cannot have %s", c.Name, taker.Key)}},
			}, at, taker)
		}
	}
}

// taken is the setting that takes a capability out of the bounding set.
func (s *subject) taken(capability string) (setting, bool) {
	for _, t := range takenCapabilities {
		if t.capability == capability {
			if at, ok := s.on(t.directive); ok {
				return at, true
			}
		}
	}
	return setting{}, false
}
