package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"wardnix/lint"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/workspace"
	"wardnix/rules/profile"
)

// explainVerb says what a rule or a directive is about.
type explainVerb struct{}

func (*explainVerb) about() about {
	return about{name: "explain", args: "RULE|DIRECTIVE|BASELINE…", line: "explain a rule, a directive or a baseline", text: `
A rule is an ID or a name, such as B001 or baseline-missing; a directive is one of systemd's or an
option that a baseline sets, such as ProtectProc or enableEmergencyMode. A baseline, such as light or
that of a daemon, such as nginx, is printed as the NixOS module that it is, with what each setting does and
costs.`,
		words: explainWords}
}

// explainWords are all names that explain knows.
func explainWords() []string {
	words := slices.Clone(profile.BuiltinNames())
	daemons := profile.Daemons()
	for i := range daemons {
		words = append(words, daemons[i].Name)
	}
	for _, r := range workspace.Catalogue() {
		words = append(words, r.ID, r.Name)
	}
	for _, section := range directive.Sections() {
		for _, d := range directive.Directives(section, directive.Newest) {
			words = append(words, d.Name)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
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
	if r := lint.Find(workspace.Catalogue(), name); r != nil {
		return explainRule(r), nil
	}
	if name == profile.ProvenName {
		return explainProven(), nil
	}
	if text := profile.BuiltinText(name); text != "" {
		return text, nil
	}
	if d := profile.DaemonNamed(name); d != nil {
		return d.Text(), nil
	}
	entries := profile.Explain(name)
	directives := directivesOf(name)
	if len(entries) == 0 && len(directives) == 0 {
		return "", fmt.Errorf("there is no rule, directive or baseline %q%s", name, didYouMean(name))
	}
	return explainDirective(entries, directives), nil
}

// explainProven lists the daemons that have a baseline.
func explainProven() string {
	var b strings.Builder
	b.WriteString(fill(`The baseline proven requires of each of these daemons the strictest settings that it was seen to work under, with a
booted systemd of two versions and a client that uses it, and of any other service what light requires. It applies to a unit by the command
that it runs, if it runs it as root or as a user as it was run here.`, columns))
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
		fmt.Fprintf(&b, "\nWhen not to follow it\n%s\n", indent(fill(r.WhenNot, columns-2)))
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

// placed is one of systemd's directives in one of its sections.
type placed struct {
	section string
	*directive.Directive
}

// directivesOf are the directives of that name, in any case, one for each that
// differs.
func directivesOf(name string) []placed {
	var out []placed
	seen := map[*directive.Directive]bool{}
	for _, section := range directive.Sections() {
		for _, d := range directive.Directives(section, directive.Newest) {
			if strings.EqualFold(d.Name, name) && !seen[d] {
				seen[d] = true
				out = append(out, placed{section, d})
			}
		}
	}
	return out
}

func explainDirective(entries []profile.Entry, directives []placed) string {
	var b strings.Builder
	for i, d := range directives {
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
		}
		if d.Replacement != "" {
			fmt.Fprintf(&b, "  instead: %s\n", d.Replacement)
		}
		if d.Man != "" {
			fmt.Fprintf(&b, "  manual: %s\n", d.Man)
		}
	}
	for i, e := range entries {
		if i > 0 || len(directives) > 0 {
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

// didYouMean names the directive that was most likely meant.
func didYouMean(name string) string {
	for _, section := range directive.Sections() {
		if d, ok := directive.Nearest(section, name, directive.Newest); ok {
			return "; did you mean " + d.Name + "?"
		}
	}
	return ""
}
