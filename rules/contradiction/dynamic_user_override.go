package contradiction

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// DynamicUserOverride reports settings that DynamicUser= overrides, and the other
// way around.
var DynamicUserOverride = &lint.Rule{Page: lint.ReadPage(pages, "dynamic-user-override"), Unit: ofSystem(checkDynamic)}

// dynamicImplies are the values that DynamicUser gives directives, and the
// weaker ones that it overrides.
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
		p.At(u, user, dynamic).As(lint.Error).Concerns(u.About("DynamicUser")...).
			Note("the user exists, so systemd does not allocate one").
			Reportf("User=%s disables DynamicUser; the service runs as root", user.Text)
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
			severity = lint.Warning // it says that the service needs it off
		}
		p.At(u, at, dynamic).As(severity).
			Help("a service that needs more can have its own user: `User` with `users.users`").
			Fix(fix.Remove(u, "remove `"+i.key+"`", "", at)...).
			Reportf("%s=%s has no effect: DynamicUser implies \"%s\"", i.key, at.Text, i.value)
	}
}
