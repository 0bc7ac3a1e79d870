package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"wardnix/lint"
	"wardnix/lint/report"
	"wardnix/lint/workspace"
)

// rulesVerb lists the rules.
type rulesVerb struct{ format string }

func (*rulesVerb) about() about {
	return about{name: "rules", args: "[RULE…]", line: "list the rules", text: `
A rule is an ID, a name or the letter of a family; default: all.`, words: ruleWords}
}

func (v *rulesVerb) flags(fs *pflag.FlagSet) {
	fs.StringVar(&v.format, "format", "text", "print as `FORMAT`: text, json or markdown")
	takes(fs, "format", "text", "json", "markdown")
}

func (v *rulesVerb) run(c *Command, args []string) int {
	all, err := chosenRules(args)
	if err != nil {
		return c.fail("rules: %v", err)
	}
	switch v.format {
	case "text":
		var p report.Printer
		var rows [][]report.Text
		for _, r := range all {
			rows = append(rows, []report.Text{report.Safe(r.ID), report.Safe(r.Name), report.Textf("%s", r.Severity), report.Safe(r.Title)})
		}
		p.Table(rows...)
		c.print(p.Text())
	case "json":
		if err := rulesJSON(c, all); err != nil {
			return c.fail("rules: %v", err)
		}
	case "markdown":
		c.data(rulesMarkdown(all))
	default:
		return c.fail("rules: --format takes text, json or markdown, not %q", v.format)
	}
	return exitClean
}

// chosenRules are the rules that arguments name, or all.
func chosenRules(args []string) ([]*lint.Rule, error) {
	all := workspace.Catalog()
	if len(args) == 0 {
		return all, nil
	}
	return lint.SelectRules(all, args, nil)
}

func rulesJSON(c *Command, all []*lint.Rule) error {
	type entry struct {
		ID         string   `json:"id"`
		Name       string   `json:"name"`
		Severity   string   `json:"severity"`
		Since      string   `json:"since"`
		Title      string   `json:"title"`
		Text       string   `json:"text"`
		WhenNot    string   `json:"when_not"`
		References []string `json:"references"`
	}
	out := make([]entry, len(all))
	for i, r := range all {
		out[i] = entry{r.ID, r.Name, r.Severity.String(), r.Since, r.Title, r.Text, r.WhenNot, r.References}
	}
	return c.json(out)
}

// rulesMarkdown is the catalog as a page: docs/rules.md.
func rulesMarkdown(all []*lint.Rule) string {
	var b strings.Builder
	b.WriteString("# Rules\n\nThis page is made by `wardnix rules --format markdown`.\n\n| | name | severity | finds |\n|---|---|---|---|\n")
	for _, r := range all {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s |\n", r.ID, r.Anchor(), r.Name, r.Severity, r.Title)
	}
	for _, r := range all {
		fmt.Fprintf(&b, "\n## %s: %s\n\n%s, since %s: %s.\n\n%s\n", r.ID, r.Name, sentence(r.Severity.String()), r.Since, r.Title, r.Text)
		if r.WhenNot != "" {
			fmt.Fprintf(&b, "\n**When to ignore it.** %s\n", r.WhenNot)
		}
		if r.Before != "" {
			fmt.Fprintf(&b, "\nFound:\n\n```nix\n%s```\n", r.Before)
		}
		if r.After != "" {
			fmt.Fprintf(&b, "\nRepaired:\n\n```nix\n%s```\n", r.After)
		}
		fmt.Fprintf(&b, "\nSee: %s.\n", strings.Join(r.References, "; "))
	}
	return b.String()
}
