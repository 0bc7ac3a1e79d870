package lint

import (
	"fmt"
	"strings"
)

// Select chooses among rules. Each entry of sel and ignore is an ID
// ("B001"), a name ("baseline-missing"), the letter of a family ("B"), or
// "all"; several may stand in one entry, with commas between. Without sel,
// every rule is chosen whose findings are not informational. ignore wins over
// sel. The error names an entry that fits no rule.
func Select(rules []*Rule, sel, ignore []string) ([]*Rule, error) {
	chosen, err := matcher(rules, sel)
	if err != nil {
		return nil, err
	}
	ignored, err := matcher(rules, ignore)
	if err != nil {
		return nil, err
	}
	var out []*Rule
	for _, r := range rules {
		if ignored[r] || len(sel) > 0 && !chosen[r] || len(sel) == 0 && r.Severity == Info {
			continue
		}
		out = append(out, r)
	}
	return out, nil
}

// matcher is the set of rules that the entries name.
func matcher(rules []*Rule, entries []string) (map[*Rule]bool, error) {
	set := map[*Rule]bool{}
	for _, entry := range entries {
		for name := range strings.SplitSeq(entry, ",") {
			name = strings.TrimSpace(name)
			hit := false
			for _, r := range rules {
				if strings.EqualFold(name, "all") || strings.EqualFold(name, r.ID) || strings.EqualFold(name, r.Name) ||
					len(name) == 1 && strings.EqualFold(name, r.ID[:1]) {
					set[r], hit = true, true
				}
			}
			if !hit {
				return nil, fmt.Errorf("there is no rule %q; see wardnix rules", name)
			}
		}
	}
	return set, nil
}

// Find is the rule of that ID or name, in any case; nil if there is none.
func Find(rules []*Rule, name string) *Rule {
	for _, r := range rules {
		if strings.EqualFold(name, r.ID) || strings.EqualFold(name, r.Name) {
			return r
		}
	}
	return nil
}
