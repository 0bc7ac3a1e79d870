package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"wardnix/lint"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/rules/handbook"
	"wardnix/rules/profile"
)

// explainVerb says what a rule or a directive is about.
type explainVerb struct{}

func (*explainVerb) about() about {
	return about{name: "explain", args: "RULE|DIRECTIVE|BASELINE…", line: "explain a rule, a directive or a baseline", text: `
A rule is an ID or a name, such as B001 or baseline-missing; a directive is one of systemd's or an
option that a baseline sets, such as ProtectProc or enableEmergencyMode. A baseline, such as light or
that of a daemon, such as nginx, is printed as a NixOS module, with what each setting does and
costs.`,
		words: handbook.TopicNames}
}

func (*explainVerb) flags(*pflag.FlagSet) {}

func (v *explainVerb) run(c *Command, args []string) int {
	if len(args) == 0 {
		return c.fail("explain takes a rule, a directive or a baseline; wardnix rules lists the rules")
	}
	status := exitClean
	for i, name := range args {
		text, err := explain(name)
		if err != nil {
			status = c.fail("explain: %v", err)
			continue
		}
		if i > 0 {
			c.data("\n")
		}
		c.data(text)
	}
	return status
}

func explain(name string) (string, error) {
	t, err := handbook.Lookup(name)
	switch {
	case err != nil:
		return "", err
	case t.Rule != nil:
		return explainRule(t.Rule), nil
	case t.Baseline == profile.ProvenName:
		return explainProven(), nil
	case t.Baseline != "":
		return t.Text, nil
	}
	return explainDirective(t), nil
}

// explainProven lists the daemons that have a baseline.
func explainProven() string {
	var b strings.Builder
	b.WriteString(fill(handbook.AboutProven, columns))
	b.WriteString("\n\n")
	fmt.Fprintf(&b, "%-24s  %-4s  %s\n", "baseline", "as", "command")
	daemons := profile.Daemons()
	for i := range daemons {
		d := &daemons[i]
		as := "user"
		if d.Root {
			as = "root"
		}
		fmt.Fprintf(&b, "%-24s  %-4s  %s\n", d.Baseline(), as, strings.Join(d.Programs, ", "))
	}
	return b.String()
}

func explainRule(r *lint.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n%s, since wardnix %s\n\n%s\n", r, r.Title, r.Severity, r.Since, fill(r.Text, columns))
	if r.WhenNot != "" {
		fmt.Fprintf(&b, "\nWhen to ignore it\n%s\n", indent(fill(r.WhenNot, columns-2)))
	}
	if r.Before != "" {
		fmt.Fprintf(&b, "\nFound\n%s\n", indent(strings.TrimRight(r.Before, "\n")))
	}
	if r.After != "" {
		fmt.Fprintf(&b, "\nRepaired\n%s\n", indent(strings.TrimRight(r.After, "\n")))
	}
	if len(r.References) > 0 {
		fmt.Fprintf(&b, "\nSee\n%s\n", indent(strings.Join(r.References, "\n")))
	}
	return b.String()
}

func explainDirective(t *handbook.Topic) string {
	var b strings.Builder
	for i, d := range t.Directives {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s= in [%s]\n", d.Name, strings.Join(d.Sections(), "], ["))
		b.WriteString(indent(fill(d.Doc, columns-2)) + "\n")
		if d.Default != "" {
			fmt.Fprintf(&b, "  default: %s\n", d.Default)
		}
		if d.Since != 0 {
			fmt.Fprintf(&b, "  since: systemd %s\n", d.Since)
		}
		if e := d.Enum(); e != nil {
			fmt.Fprintf(&b, "  values: %s\n", strings.Join(e.Names(directive.Newest), ", "))
		} else {
			fmt.Fprintf(&b, "  value: %s\n", value.DescribeValues(d, directive.Newest))
		}
		if d.Replacement != "" {
			fmt.Fprintf(&b, "  instead: %s\n", d.Replacement)
		}
		if d.Man != "" {
			fmt.Fprintf(&b, "  manual: %s\n", d.Man)
		}
	}
	for i, e := range t.Settings {
		if i > 0 || len(t.Directives) > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "baseline %s: %s\n%s\n", e.Baseline, e.Setting, indent(fill(strings.Replace(e.Comment, "\nCost:", "\n\nCost:", 1), columns-2)))
	}
	return b.String()
}

func indent(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = "  " + l
		}
	}
	return strings.Join(lines, "\n")
}
