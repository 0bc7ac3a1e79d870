package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"wardnix/lint/release"
)

// manVerb prints the manual page.
type manVerb struct{}

func (*manVerb) about() about {
	return about{name: "man", line: "print the manual page", text: `
The page is in man(7) format: wardnix man | man -l -`}
}

func (*manVerb) flags(*pflag.FlagSet) {}

func (*manVerb) run(c *Command, args []string) int {
	if len(args) > 0 {
		return c.fail("man takes no arguments")
	}
	c.data(manual())
	return exitClean
}

func manual() string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH WARDNIX 1 \"\" \"wardnix %s\" \"User Commands\"\n", release.Version)
	b.WriteString(".SH NAME\nwardnix \\- check and harden the systemd services of NixOS modules\n")
	b.WriteString(".SH SYNOPSIS\n")
	for _, v := range verbs() {
		fmt.Fprintf(&b, ".B wardnix\n%s\n.br\n", roff(usage(v.about())))
	}
	b.WriteString(".SH DESCRIPTION\n" + roff(tagline) + "\nIt reads the Nix source; it needs no Nix, and builds nothing.\n")
	b.WriteString(".SH COMMANDS\n")
	for _, v := range verbs() {
		a := v.about()
		fmt.Fprintf(&b, ".SS wardnix %s\n%s.\n", roff(usage(a)), roff(sentence(a.line)))
		for _, p := range paragraphs(a.text) {
			if strings.HasPrefix(p, " ") {
				b.WriteString(".PP\n.nf\n" + roff(p) + "\n.fi\n")
				continue
			}
			b.WriteString(".PP\n" + roff(strings.Join(strings.Fields(p), " ")) + "\n")
		}
		eachFlag(v, func(f *pflag.Flag) {
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(flagForm(f)), roff(flagText(f)))
		})
	}
	b.WriteString(`.SH EXIT STATUS
.TP
.B 0
no finding of severity warning (or what \-\-fail\-on says) or above remains
.TP
.B 1
some remain, or \-\-diff printed a diff
.TP
.B 2
wardnix could not do its work, in whole or in part; what could be done was done
.SH FILES
.TP
.B wardnix.toml
the settings of the files in its directory and below
.TP
.B wardnix\-known.json
the known findings of a project
.SH ENVIRONMENT
.TP
.B NO_COLOR, FORCE_COLOR, TERM
switch colors off and on; FORCE_COLOR takes precedence, then NO_COLOR and TERM=dumb, then whether standard output is a terminal
`)
	fmt.Fprintf(&b, ".TP\n.B %s\nset the flag of that name if the command line does not; WARDNIX_BASELINE=light is \\-\\-baseline light\n", roff(strings.Join(envNames(), ", ")))
	b.WriteString(".SH EXAMPLES\n")
	for _, e := range examples {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(e.command), roff(e.does))
	}
	b.WriteString(".SH SEE ALSO\n.BR systemd.exec (5),\n.BR systemd.service (5),\n.BR systemd\\-analyze (1),\n.BR configuration.nix (5),\n.BR nix (1)\n")
	return b.String()
}

// examples are command lines, and what each does.
var examples = []struct{ command, does string }{
	{"wardnix lint", "Report what is wrong with the services of the configuration in this directory."},
	{"wardnix lint --diff", "Print what the safe fixes would change."},
	{"wardnix lint --write --verify hosts/web", "Apply the safe fixes to the files below a directory, and have Nix confirm each."},
	{"wardnix lint --baseline light", "Report services that lack the settings that every service can have."},
	{"wardnix lint --format sarif --output-file wardnix.sarif", "Write a report for code scanning."},
	{"wardnix known create", "Record what is found now, so that only new findings are reported."},
	{"wardnix score --fail-above 8.0", "Fail if a service is more exposed than that."},
	{"wardnix audit .#web --project .", "Check the evaluated system, and report findings at the lines of the source."},
	{"wardnix explain ProtectSystem", "Print what a directive does, and what it costs."},
}

// envNames are the variables that set flags.
func envNames() []string {
	var names []string
	for _, v := range verbs() {
		eachFlag(v, func(f *pflag.Flag) {
			if name := envName(f.Name); f.Annotations[envKey] != nil && !slices.Contains(names, name) {
				names = append(names, name)
			}
		})
	}
	slices.Sort(names)
	return names
}

func paragraphs(s string) []string {
	s = strings.Trim(s, "\n")
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n\n")
}

// flagForm is the flag as the command line takes it: "-f, --format FORMAT".
func flagForm(f *pflag.Flag) string {
	name, _ := pflag.UnquoteUsage(f)
	if f.NoOptDefVal != "" {
		name = "" // a switch
	}
	form := "--" + f.Name
	if f.Shorthand != "" {
		form = "-" + f.Shorthand + ", " + form
	}
	if name != "" {
		form += " " + name
	}
	return form
}

func flagText(f *pflag.Flag) string {
	_, text := pflag.UnquoteUsage(f)
	return text
}

// roff escapes s for man(7).
func roff(s string) string {
	s = strings.ReplaceAll(s, `\`, `\e`)
	s = strings.ReplaceAll(s, "-", `\-`)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".") || strings.HasPrefix(l, "'") {
			lines[i] = `\&` + l
		}
	}
	return strings.Join(lines, "\n")
}
