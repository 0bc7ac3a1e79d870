package secret

import (
	"regexp"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// SecretArgument reports secrets among the arguments of a process.
var SecretArgument = &lint.Rule{Page: lint.ReadPage(pages, "secret-argument"), Unit: checkArguments}

// checkArguments leaves out units that do not run where other users are: those of the
// initrd, and masked ones.
func checkArguments(p *lint.Pass, u *unit.Unit) {
	if u.Scope.Kind == nixos.Initrd || u.Enabled() == eval.No {
		return
	}
	for t := range textsOf(u) {
		if t.Shell || strings.HasPrefix(t.Key, "Exec") {
			checkArgument(p, t)
		}
	}
}

// expanded matches an option of a command whose argument is a variable or the
// output of a command that reads a file, and the slash after it, with which it is
// the beginning of a path.
var expanded = regexp.MustCompile(`(?:^|[ \t])(--[A-Za-z][\w.-]*)(?:=|[ \t]+)["']?(\$\{?[A-Za-z_]\w*\}?|\$\((?:cat |<)[^)\n]*\))(/?)`)

func checkArgument(p *lint.Pass, t unitText) {
	for line := range strings.Lines(t.String()) {
		if !strings.Contains(line, "--") || strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, m := range expanded.FindAllStringSubmatch(line, -1) {
			if strings.HasPrefix(m[2], "$(") && !t.Shell {
				continue // no shell reads it
			}
			if m[3] != "" || !secretive(m[1]) || strings.HasSuffix(strings.Trim(m[2], "${}"), "_FILE") || strings.HasSuffix(strings.Trim(m[2], "${}"), "_PATH") {
				continue
			}
			t.atWords(p, strings.TrimSpace(m[0])).
				Help("%s", "pass a file instead, such as `%d/token` with `LoadCredential`, or set the variable in the program's environment").
				Reportf("`%s` passes a secret as an argument, which every user can see in /proc", m[1])
			return
		}
	}
}
