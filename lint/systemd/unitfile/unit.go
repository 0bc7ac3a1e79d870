package unitfile

import (
	"slices"
	"strings"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
)

// Uncertain reports whether some value is not known.
func (u *Unit) Uncertain() bool {
	return len(u.Open) > 0 || slices.ContainsFunc(u.Assignments, func(a Assignment) bool { return a.Unknown })
}

// Assignment is one line "Key=Value" under a section.
type Assignment struct {
	Section, Key string
	// Value is the text after "=", without the blanks around it and with
	// continuation lines joined, as systemd sees it.
	Value string
	// Unknown reports that the value is not known; Value then has no meaning.
	Unknown bool
	// File and Line (1-based, the last physical line of the assignment, as
	// systemd counts) report where it is; Line is 0 when it is not from a file.
	File string
	Line int
	// Dropin reports that the assignment is in a drop-in, where a value that
	// would refuse the unit only ends the reading of that drop-in.
	Dropin bool
}

// Unit is a unit with all its drop-ins merged, as the manager sees it.
type Unit struct {
	// Name is the full name with its suffix, such as "nginx.service".
	Name        string
	Assignments []Assignment
	// Open lists the sections in which directives that no assignment of the
	// unit names may nevertheless be set, by something that cannot be seen.
	Open []string
	// Headers are the section headers of all its files, in order.
	Headers []Header
	// Problems are the lines that systemd ignored while reading.
	Problems []Problem
	// Broken reports that a mistake in the unit file keeps the unit from loading.
	Broken bool
}

// NewUnit merges a unit file with its drop-ins, in the order given (systemd
// sorts drop-ins by file name). A mistake that stops the reading of a drop-in
// loses the rest of that drop-in only; in the unit file itself it breaks the
// unit.
func NewUnit(name string, main *File, dropins ...*File) *Unit {
	u := &Unit{Name: name, Broken: main.Broken}
	for i, f := range append([]*File{main}, dropins...) {
		for _, a := range f.Assignments {
			a.Dropin = i > 0
			u.Assignments = append(u.Assignments, a)
		}
		u.Headers = append(u.Headers, f.Headers...)
		u.Problems = append(u.Problems, f.Problems...)
	}
	return u
}

// Values returns the assignments of one directive, under its deprecated names too, in
// order.
func (u *Unit) Values(section, key string) []Assignment {
	var out []Assignment
	aliases := directive.AliasesOf(section, key)
	for _, a := range u.Assignments {
		if a.Section == section && (a.Key == key || slices.Contains(aliases, a.Key)) {
			out = append(out, a)
		}
	}
	return out
}

// Type returns the suffix of the name: "service", "socket", …
func (u *Unit) Type() string { return u.Name[strings.LastIndexByte(u.Name, '.')+1:] }

// InForce returns the assignments that are read: all but those of a drop-in
// after a value that stops its reading.
func (u *Unit) InForce(v directive.Version) []Assignment {
	if !slices.ContainsFunc(u.Assignments, func(a Assignment) bool { return a.Dropin }) {
		return u.Assignments
	}
	kept := make([]Assignment, 0, len(u.Assignments))
	e, stopped, inside := u.Expander(v), "", false
	for i := range u.Assignments {
		a := &u.Assignments[i]
		if inside && a.File == stopped {
			continue
		}
		inside = false
		if a.Dropin && !a.Unknown && u.hasSection(a.Section) {
			if d, ok := directive.Lookup(a.Section, a.Key, v); ok && value.CheckLine(d, a.Value, e).Status == value.Refused {
				stopped, inside = a.File, true
				continue
			}
		}
		kept = append(kept, *a)
	}
	return kept
}

// Expander returns what expands the specifiers of the unit. A template is taken
// for the instance that systemd-analyze takes.
func (u *Unit) Expander(v directive.Version) value.Expander {
	name := u.Name
	if stem, suffix, found := strings.Cut(name, "@."); found {
		instance := "i"
		if v >= 257 {
			instance = "test_instance"
		}
		name = stem + "@" + instance + "." + suffix
	}
	return value.Expander{Name: name, Version: v}
}

// IsOpen reports whether unseen assignments may be in section.
func (u *Unit) IsOpen(section string) bool {
	for _, s := range u.Open {
		if s == section {
			return true
		}
	}
	return false
}

// SandboxSection returns the section that has the sandbox directives of a
// unit: that of its type.
func (u *Unit) SandboxSection() string {
	switch u.Type() {
	case "socket":
		return "Socket"
	case "mount":
		return "Mount"
	case "swap":
		return "Swap"
	}
	return "Service"
}
