package suppression

import "wardnix/lint"

// IgnoreOnBrace reports suppressions after an opening brace, which formatters move.
var IgnoreOnBrace = &lint.Rule{Page: lint.ReadPage(pages, "ignore-on-brace"), Suppression: checkBrace}

func checkBrace(p *lint.Pass, s *lint.Suppression) {
	if s.Problem != "" || s.Brace.IsZero() {
		return
	}
	p.AtSuppression(s).
		Fix(lint.Fix{Title: "move the comment above the binding", Applicability: lint.Safe, Comments: true, Edits: s.MoveAboveBrace()}).
		Reportf("suppression after a brace: formatters move it inside, where it covers less")
}
