package rules

import (
	"wardnix/lint"
	"wardnix/lint/nixos"
)

// contradictionRules are the rules about what does not go together in a unit.
func contradictionRules(baselines []*Baseline) []*lint.Rule {
	s := &survey{baselines: baselines}
	return []*lint.Rule{
		voidSetting(s),
		dynamicUserOverride(s),
		ambientUnbounded(s),
		capabilityRemoved(s),
		ambientRoot(s),
		userNamespaceCapability(s),
		notifyWithoutUnix(s),
		homeHidden(s),
		jitForbidden(s),
		portForbidden(s),
		networkMissing(s),
		dataReadOnly(s),
		deviceHidden(s),
		commandConfined(s),
		commandUnconfined(s),
		redundantSetting(s),
		delegationReadOnly(s),
		programForbidden(s),
		protectionUndone(s),
		nobodyUser(s),
		nowhereWritable(s),
	}
}

// survey is what the rules of a family share: the units of a project, each read
// once.
type survey struct{ baselines []*Baseline }

// surveyKey is the key of the units that a survey reads.
type surveyKey struct{}

// of are the units of a project that a service manager of a system runs, the
// manager of a user's session excepted: that one has no privileges to give or
// to take away, and follows rules of its own.
func (s *survey) of(p *lint.Pass) []*subject {
	return p.Once(surveyKey{}, func() any {
		var all []*subject
		for _, u := range viewsOf(p) {
			switch u.Scope.Kind {
			case nixos.User, nixos.HomeManager, nixos.Initrd:
				continue
			}
			if u.Enabled() != -1 {
				all = append(all, newSubject(u, s.baselines))
			}
		}
		return all
	}).([]*subject)
}
