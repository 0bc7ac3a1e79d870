package lint

import (
	"fmt"
	"strings"

	"wardnix/lint/spell"
)

// DefaultRules is the entry that selects the rules whose findings are not
// informational.
const DefaultRules = "default"

// SelectRules chooses among rules. Each entry of sel and ignore is as [Rule.NamedBy] has
// it; several may be in one entry, with commas between. Without sel, every
// rule is chosen whose findings are not informational. ignore wins over sel. The
// error names an entry that fits no rule.
func SelectRules(rules []*Rule, sel, ignore []string) ([]*Rule, error) {
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
				if r.NamedBy(name) > 0 {
					set[r], hit = true, true
				}
			}
			if !hit {
				return nil, fmt.Errorf("there is no rule %q%s; see wardnix rules", name, spell.Hint(name, names(rules)))
			}
		}
	}
	return set, nil
}

func names(rules []*Rule) []string {
	out := make([]string, len(rules))
	for i, r := range rules {
		out[i] = r.Name
	}
	return out
}

// NamedBy reports how closely an entry, in any case, names a rule: 3 by its ID
// ("B001") or name ("baseline-missing"), 2 by the letter of its family ("B"), 1
// as one of "all" or of those whose findings are not informational ("default"),
// 0 not at all.
func (r *Rule) NamedBy(entry string) int {
	switch {
	case strings.EqualFold(entry, r.ID), strings.EqualFold(entry, r.Name):
		return 3
	case len(entry) == 1 && strings.EqualFold(entry, r.ID[:1]):
		return 2
	case strings.EqualFold(entry, "all"), strings.EqualFold(entry, DefaultRules) && r.Severity > Info:
		return 1
	}
	return 0
}

// FindRule is the rule of that ID or name, in any case; nil if there is none.
func FindRule(rules []*Rule, name string) *Rule {
	for _, r := range rules {
		if r.NamedBy(name) == 3 {
			return r
		}
	}
	return nil
}
