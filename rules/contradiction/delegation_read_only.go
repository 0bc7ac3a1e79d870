package contradiction

import (
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// DelegationReadOnly reports a delegated subtree of control groups that is
// read-only.
var DelegationReadOnly = &lint.Rule{Page: lint.ReadPage(pages, "delegation-read-only"), Unit: ofSystem(checkDelegation)}

func checkDelegation(p *lint.Pass, u *unit.Unit) {
	delegate, ok := u.Setting("Service", "Delegate")
	if on, isBool := value.ParseBool(delegate.Text); !ok || isBool && !on {
		return
	}
	at, ok := u.Is("ProtectControlGroups", "true", "yes", "1", "on", "strict")
	if !ok || !u.Together(delegate, at) || !u.Lacks("Service", "BindPaths", "ReadWritePaths") {
		return
	}
	p.At(u, at, delegate).Concerns(u.About("Delegate")...).
		Fix(fix.ReplaceSetting(u, at, false, "the service can write to the control groups of others as far as its user may")...).
		Reportf("ProtectControlGroups makes the groups of Delegate read-only")
}
