package suppression

import "wardnix/lint"

// IgnoreNotAllowed reports suppressions of rules that no comment may suppress.
var IgnoreNotAllowed = &lint.Rule{Page: lint.ReadPage(pages, "ignore-not-allowed"), Suppression: checkAllowed}

func checkAllowed(p *lint.Pass, s *lint.Suppression) {
	if s.Problem != "" {
		return
	}
	for _, r := range s.Rules {
		switch rule := lint.FindRule(p.Catalog(), r.Name); {
		case rule == nil || p.Suppressible(s.File, rule):
		case rule.Suppression != nil:
			p.AtSuppression(s, r).Reportf("suppression without effect: no comment can suppress %s", rule)
		default:
			p.AtSuppression(s, r).Reportf("suppression without effect: the project does not allow it for %s", rule)
		}
	}
}
