// Package trial puts a value of a directive into a unit that loads otherwise, and reports
// what the tables say of it. What systemd-analyze verify says of the same unit is
// compared by lint/systemd/internal/differ, and in tests with what it recorded.
package trial

import (
	"path"
	"strings"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
)

// scaffolds are the lines that make a unit load, by the section that is tried.
var scaffolds = map[string]string{
	"Service":   "[Service]\nExecStart=/bin/true\n",
	"Socket":    "[Socket]\nListenStream=/run/x\n",
	"Timer":     "[Timer]\nOnBootSec=1h\n",
	"Path":      "[Path]\nPathExists=/x\n",
	"Mount":     "[Mount]\nWhat=/dev/x\nWhere=/NAME\n",
	"Automount": "[Automount]\nWhere=/NAME\n",
	"Slice":     "[Slice]\n",
	"Unit":      "[Service]\nExecStart=/bin/true\n[Unit]\n",
}

// Scaffold returns the lines before the directive in a unit of that name; empty for a
// section that is not tried.
func Scaffold(section, unit string) string {
	return strings.ReplaceAll(scaffolds[section], "NAME", strings.TrimSuffix(unit, path.Ext(unit)))
}

// Unit returns the file name of a unit with the section; its stem is given.
func Unit(section, stem string) string {
	if section == "Unit" {
		section = "Service"
	}
	return stem + "." + strings.ToLower(section)
}

// Fault returns what the tables say of one line that systemd of version v reports; empty
// if it reports nothing.
func Fault(section, unit, name, text string, v directive.Version) string {
	head := Scaffold(section, unit)
	u := unitfile.NewUnit(unit, unitfile.Parse(unit, []byte(head+name+"="+text+"\n")))
	for _, p := range u.Check(v).Problems {
		if p.Line == strings.Count(head, "\n")+1 && !p.Verdict.Silent {
			return p.Message
		}
	}
	return ""
}
