package suppression

import (
	"slices"
	"strings"

	"wardnix/lint"
)

// IgnoreUnused reports suppressions of findings that are not there.
var IgnoreUnused = &lint.Rule{Page: lint.ReadPage(pages, "ignore-unused"), Suppression: checkUnused}

func checkUnused(p *lint.Pass, s *lint.Suppression) {
	if s.Problem != "" {
		return
	}
	var unused []int
	var named []lint.NamedRule
	var names []string
	for i, r := range s.Rules {
		rule := lint.FindRule(p.Catalog(), r.Name)
		if rule == nil || !p.Suppressible(s.File, rule) {
			continue // other rules report it
		}
		used := slices.ContainsFunc(p.Findings(rule), func(f lint.Finding) bool {
			return f.File == s.File && s.Covers(f.Span.Start)
		})
		if !used {
			unused, named, names = append(unused, i), append(named, r), append(names, r.Name)
		}
	}
	if len(unused) == 0 {
		return
	}
	fix := lint.Fix{Title: "remove the comment", Applicability: lint.Safe, Comments: true}
	if len(unused) < len(s.Rules) {
		fix.Title, fix.Edits = "remove `"+strings.Join(names, "`, `")+"` from the comment", s.Without(unused)
	} else {
		fix.Edits = s.Removal()
	}
	p.AtSuppression(s, named...).Fix(fix).Reportf("unused suppression: %s reports nothing here", strings.Join(names, " or "))
}
