package contradiction

import (
	"wardnix/lint"
	"wardnix/lint/unit"
)

// NobodyUser reports services that run as the user nobody.
var NobodyUser = &lint.Rule{
	Page: lint.ReadPage(pages, "nobody-user"),
	Unit: ofSystem(func(p *lint.Pass, u *unit.Unit) {
		if user, ok := u.Is("User", "nobody", "65534"); ok && !u.MayBeOn("DynamicUser") {
			p.At(u, user).
				Note("it can access every process and file of the other services that run as %s", user.Text).
				Help("set `DynamicUser = true;`, and `StateDirectory` if the service keeps data").
				Reportf("the service shares the user %s with others", user.Text)
		}
	}),
}
