package suppression

import "wardnix/lint"

// IgnoreWithoutReason reports suppressions that do not say why.
var IgnoreWithoutReason = &lint.Rule{Page: lint.ReadPage(pages, "ignore-without-reason"), Suppression: checkReason}

func checkReason(p *lint.Pass, s *lint.Suppression) {
	if s.Problem == "" && s.Reason == "" {
		p.AtSuppression(s).Reportf("suppression without a reason after the brackets")
	}
}
