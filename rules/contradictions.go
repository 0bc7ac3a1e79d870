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
	}
}

// survey is what the rules of a family share: the units of a project, each read
// once. It remembers the last project only.
type survey struct {
	baselines []*Baseline
	project   *nixos.Project
	units     []*subject
}

// of are the units of a project that a service manager of a system runs, the
// manager of a user's session excepted: that one has no privileges to give or
// to take away, and follows rules of its own.
func (s *survey) of(p *lint.Pass) []*subject {
	if s.project == p.Project {
		return s.units
	}
	s.project, s.units = p.Project, nil
	for _, h := range p.Project.Hosts() {
		for _, u := range h.Units {
			switch u.Scope.Kind {
			case nixos.User, nixos.HomeManager, nixos.Initrd:
				continue
			}
			if u.Enabled() != -1 {
				s.units = append(s.units, newSubject(u, s.baselines))
			}
		}
	}
	return s.units
}
