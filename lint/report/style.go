package report

import (
	"net/url"
	"path"

	"wardnix/lint"
)

// Style fits text to a terminal. The zero Style leaves it plain.
type Style struct {
	Color bool
	// Width is the number of columns to which text is broken; 0 leaves it in one
	// line.
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

func severityColor(v lint.Severity) string {
	switch v {
	case lint.Error:
		return red
	case lint.Warning:
		return yellow
	}
	return blue
}
