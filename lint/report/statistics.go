package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"wardnix/lint"
)

// ruleCount is how often a rule found something.
type ruleCount struct {
	Rule     string `json:"rule"`
	Name     string `json:"name"`
	Severity string `json:"severity"` // the rule's
	Count    int    `json:"count"`
	Fixable  int    `json:"fixable"` // findings that have a fix, safe or not
}

// countRules counts findings by rule, the most frequent first.
func countRules(findings []lint.Finding) []ruleCount {
	counts := []ruleCount{}
	for _, f := range findings {
		i := slices.IndexFunc(counts, func(c ruleCount) bool { return c.Rule == f.Rule.ID })
		if i < 0 {
			i = len(counts)
			counts = append(counts, ruleCount{Rule: f.Rule.ID, Name: f.Rule.Name, Severity: f.Rule.Severity.String()})
		}
		counts[i].Count++
		if len(f.Fixes) > 0 {
			counts[i].Fixable++
		}
	}
	slices.SortStableFunc(counts, func(a, b ruleCount) int {
		return cmp.Or(b.Count-a.Count, strings.Compare(a.Rule, b.Rule))
	})
	return counts
}

// statistics is a line for each rule.
func (r *Report) statistics() Text {
	counts := countRules(r.Result.Findings)
	if len(counts) == 0 {
		return Text{}
	}
	digits := len(fmt.Sprint(counts[0].Count))
	var p Printer
	for _, c := range counts {
		p.Printf("%*d  %s  %s", digits, c.Count, r.Style.paint(bold, Safe(c.Rule)), c.Name)
		if c.Fixable > 0 {
			p.Printf(" (%d fixable)", c.Fixable)
		}
		p.Printf("\n")
	}
	p.Printf("\n")
	return p.Text()
}
