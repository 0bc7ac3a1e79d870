package rendering

import (
	"regexp"
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
)

// LineBreak reports values with a newline inside.
var LineBreak = &lint.Rule{Page: lint.ReadPage(pages, "line-break"), Unit: checkLineBreak, Conf: checkLineBreak}

var notComment = regexp.MustCompile(`^[^#;]`)

func checkLineBreak(p *lint.Pass, u *unit.Unit) {
	for _, l := range u.Lines() {
		text, ok := u.PlainText(l)
		if !ok || !l.IsWritten() || l.Unseen != "" || l.Key == "Environment" && strings.HasPrefix(text, `"`) {
			continue
		}
		if rest := brokenOff(text); rest != "" {
			p.AtLine(u, l).
				Note("systemd reads the rest as a separate line: `%s`", strings.ReplaceAll(rest, unit.UnknownText, "…")).
				Reportf("%s contains a newline", l.Key)
		}
	}
}

// brokenOff is the first line of a value that systemd does not read as a part of
// it; "" if there is none. A newline at the start counts: the value is then empty. So
// begins an indented string in a file with CRLF, since Nix removes only a first LF.
func brokenOff(text string) string {
	goesOn := true
	for line := range strings.Lines(strings.TrimRight(text, " \t\r\n")) {
		line = strings.TrimSpace(line)
		if !goesOn && notComment.MatchString(line) {
			return line
		}
		if !notComment.MatchString(line) && line != "" {
			continue
		}
		goesOn = strings.HasSuffix(line, `\`) || strings.HasSuffix(line, unit.UnknownText)
	}
	return ""
}
