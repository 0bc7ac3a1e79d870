package main

import (
	"fmt"
	"slices"
	"strings"
)

// report is the page about what was seen.
func report(cases []*testCase, seen []sighting) string {
	var b strings.Builder
	b.WriteString("# Activation rules, confirmed\n\n" +
		"Units that the activation rules report were started under a booted systemd, next to units that are correct. The rules report the\n" +
		"former and not the latter, which is a test. The program `rules/activation/internal/confirm` writes this page, and only if\n" +
		"every version did what the pages of the rules say; do not edit it. The units and scripts are in its directory `cases`.\n\n")
	for _, s := range seen {
		fmt.Fprintf(&b, "- %s\n", s.about)
	}
	b.WriteString("\n| rule | what systemd did | case |\n|---|---|---|\n")
	byRule := func(a, b *testCase) int { return strings.Compare(a.rule, b.rule) }
	for _, c := range slices.SortedStableFunc(slices.Values(cases), byRule) {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", c.rule, c.claim, c.name)
	}
	return b.String()
}
