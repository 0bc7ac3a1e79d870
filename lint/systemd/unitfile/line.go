package unitfile

import "strings"

// Line is one line as a configuration renders it. A line with Unknown set is an assignment
// whose text is not known.
type Line struct {
	Key, Text string
	Unknown   bool
}

// String returns the line as it is in a unit.
func (l Line) String() string {
	if l.Unknown {
		return l.Key + "=?"
	}
	return l.Key + "=" + l.Text
}

// Assignments turns rendered lines into assignments of a section, as systemd
// reads them back: a newline in a value starts a new line of the unit, and
// blanks at the ends are dropped.
func Assignments(section string, lines []Line) []Assignment {
	var out []Assignment
	for _, line := range lines {
		out = AppendLine(out, section, line)
	}
	return out
}

// AppendLine appends the assignments of a line, as [Assignments] returns them.
func AppendLine(out []Assignment, section string, line Line) []Assignment {
	if line.Unknown || !strings.ContainsAny(line.Key, "\n\r\\\x00#;[=") && !strings.ContainsAny(line.Text, "\n\r\\\x00#;[=") {
		return append(out, Assignment{Section: section, Key: strings.TrimSpace(line.Key), Value: strings.TrimSpace(line.Text), Unknown: line.Unknown})
	}
	f := Parse("", []byte("["+section+"]\n"+line.String()+"\n"))
	for _, a := range f.Assignments {
		a.File, a.Line = "", 0
		out = append(out, a)
	}
	return out
}
