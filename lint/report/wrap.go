package report

import (
	"regexp"
	"strings"
)

// leastWidth is the number of columns below which nothing is broken.
const leastWidth = 24

// wrap breaks text into lines for a terminal, each but the first after indent
// spaces. Nothing is broken within a word or within code in backticks. Lines that
// begin with a space are kept, and so are settings, so that they can be pasted.
func (s Style) wrap(text string, indent int) Text {
	var lines []string
	room := s.Width - indent
	for line := range strings.SplitSeq(escape(text, true), "\n") {
		switch m := setting.FindStringSubmatch(line); {
		case room < leastWidth || width(line) <= room || strings.HasPrefix(line, " "):
			lines = append(lines, line)
		case m == nil:
			lines = append(lines, fill(line, room)...)
		case m[2] == "":
			lines = append(lines, line)
		default: // the comment goes above: a separate line keeps its mark
			for _, part := range fill(m[2], room-2) {
				lines = append(lines, "# "+part)
			}
			lines = append(lines, m[1])
		}
	}
	return Text{strings.Join(lines, "\n"+strings.Repeat(" ", indent))}
}

// setting matches a line that sets something in Nix, and the comment after it.
var setting = regexp.MustCompile(`^([\w."'${}-]+ = .*;)(?: +# (.*))?$`)

// fill breaks a line between words.
func fill(line string, room int) []string {
	var lines []string
	part := ""
	for _, word := range word.FindAllString(line, -1) {
		if part != "" && width(part)+1+width(word) > room {
			lines = append(lines, part)
			part = ""
		}
		part = strings.TrimPrefix(part+" "+word, " ")
	}
	return append(lines, part)
}

// word matches what is not to be broken: code in backticks with what touches it, or
// anything without spaces.
var word = regexp.MustCompile("(?:`[^`]*`|[^\\s`]|`)+")
