package report

import "wardnix/lint"

// Style colours text for a terminal. The zero Style leaves it plain.
type Style struct{ Color bool }

// The colours used, as parameters of SGR.
const (
	bold   = "1"
	red    = "1;31"
	green  = "32"
	yellow = "1;33"
	blue   = "1;34"
	cyan   = "36"
)

func (s Style) paint(sgr, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + sgr + "m" + text + "\x1b[0m"
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
