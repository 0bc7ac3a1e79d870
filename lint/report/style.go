package report

import (
	"net/url"
	"path"
	"strings"

	"wardnix/lint"
)

// Style fits text to a terminal. The zero Style leaves it plain.
type Style struct {
	Color bool
	// Width is the number of columns to which notes are broken; 0 leaves them
	// in one line.
	Width int
	// Links, if not "", is the directory from which names of files start, an absolute
	// path with "/": names are then links that terminals open (OSC 8).
	Links string
}

// The colors used, as parameters of SGR.
const (
	bold   = "1"
	red    = "1;31"
	green  = "32"
	yellow = "1;33"
	blue   = "1;34"
	cyan   = "36"
)

func (s Style) paint(sgr string, text Text) Text {
	if !s.Color || text.s == "" {
		return text
	}
	return Text{"\x1b[" + sgr + "m" + text.s + "\x1b[0m"}
}

// link is text that leads to the file of a name.
func (s Style) link(name string, text Text) Text {
	if s.Links == "" {
		return text
	}
	if !path.IsAbs(name) {
		name = path.Join(s.Links, name)
	}
	to := url.URL{Scheme: "file", Path: name} // its text is ASCII without controls
	return Text{"\x1b]8;;" + to.String() + "\x1b\\" + text.s + "\x1b]8;;\x1b\\"}
}

// leastWidth is the number of columns below which nothing is broken.
const leastWidth = 24

// wrap breaks text into lines for a terminal, each but the first behind indent
// spaces. Lines that begin with a space stay as they are, and so does Nix with a
// comment, which would not be one on the next line.
func (s Style) wrap(text string, indent int) Text {
	var lines []string
	for line := range strings.SplitSeq(escape(text, true), "\n") {
		if room := s.Width - indent; room < leastWidth || width(line) <= room || strings.HasPrefix(line, " ") || strings.Contains(line, "; # ") {
			lines = append(lines, line)
			continue
		}
		part := ""
		for word := range strings.FieldsSeq(line) {
			if part != "" && width(part)+1+width(word) > s.Width-indent {
				lines = append(lines, part)
				part = ""
			}
			part = strings.TrimPrefix(part+" "+word, " ")
		}
		lines = append(lines, part)
	}
	return Text{strings.Join(lines, "\n"+strings.Repeat(" ", indent))}
}

func severityColor(v lint.Severity) string {
	switch v {
	case lint.Error:
		return red
	case lint.Warning:
		return yellow
	}
	return blue
}
