package contradiction

import (
	"fmt"
	"slices"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// DynamicUserOverride reports what DynamicUser decides whatever the unit says.
var DynamicUserOverride = &lint.Rule{
	Page: lint.ReadPage(pages, "dynamic-user-override"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			checkDynamic(p, u)
		}
	},
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

func checkDynamic(p *lint.Pass, u *unit.Unit) {
	dynamic, ok := u.On("DynamicUser")
	if !ok {
		return
	}
	if user, set := u.Is("User", "root", "0"); set && u.Together(dynamic, user) {
		lint.ReportSetting(p, u, lint.Finding{
			Severity: lint.Error, About: u.About("User", "DynamicUser"),
			Message: fmt.Sprintf("the service runs as root: DynamicUser makes no user up where User=%s exists", user.Text),
		}, user, dynamic)
		return
	}
	for _, i := range dynamicImplies {
		at, set := u.Setting("Service", i.key)
		if !set || !slices.Contains(i.weaker, at.Text) || !u.Together(dynamic, at) {
			continue
		}
		if dynamic.When != nil && dynamic.When != at.When {
			continue // elsewhere the directive counts
		}
		severity := lint.Info // stricter than it says, and on all the same
		if on, isBool := value.ParseBool(at.Text); isBool && !on {
			severity = lint.Warning // it says that the service needs it open
		}
		lint.ReportSetting(p, u, lint.Finding{
			Severity: severity,
			Message:  fmt.Sprintf("%s=%s does not hold: DynamicUser makes it \"%s\"", i.key, at.Text, i.value),
			Fixes:    fix.Remove(u, "remove "+i.key, lint.Safe, "", at),
			Notes:    []lint.Note{{Label: "help", Text: "a service that needs more has a user of its own: `User` with `users.users`"}},
		}, at, dynamic)
	}
}

// AmbientUnbounded reports ambient capabilities that the bounding set forbids.
var AmbientUnbounded = &lint.Rule{
	Page: lint.ReadPage(pages, "ambient-unbounded"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			checkAmbientBounds(p, u)
		}
	},
}

func checkAmbientBounds(p *lint.Pass, u *unit.Unit) {
	for _, c := range directive.Capabilities() {
		at, named := u.Names("AmbientCapabilities", c.Name)
		if !named || u.Denies("AmbientCapabilities", c.Name) != value.No {
			continue
		}
		if bounds, ok := u.Settings("Service", "CapabilityBoundingSet"); ok && u.Denies("CapabilityBoundingSet", c.Name) == value.Yes &&
			u.Together(append(bounds, at)...) {
			lint.ReportSetting(p, u, lint.Finding{
				Message: fmt.Sprintf("the service does not get %s of AmbientCapabilities: CapabilityBoundingSet leaves it out, and systemd drops it in silence", c.Name),
				About:   u.About("AmbientCapabilities", "CapabilityBoundingSet"),
				Notes:   []lint.Note{{Label: "help", Text: "name it in both, or in neither"}},
			}, at, bounds[0])
			continue
		}
		if taker, ok := u.Taken(c.Name); ok && u.Together(taker, at) {
			lint.ReportSetting(p, u, lint.Finding{
				Message: fmt.Sprintf("the service does not get %s of AmbientCapabilities: %s takes it out of the bounding set", c.Name, taker.Key),
				About:   u.About("AmbientCapabilities", taker.Key),
				Notes:   []lint.Note{{Label: "help", Text: fmt.Sprintf("a service that needs %s cannot have %s", c.Name, taker.Key)}},
			}, at, taker)
		}
	}
}
