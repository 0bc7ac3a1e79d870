package unitfile

import (
	"wardnix/lint/systemd/value"
)

// Problem is a line of a unit that systemd does not take as written.
type Problem struct {
	Kind    ProblemKind
	Message string
	// File and Line report where; Line is 0 for a problem of the whole unit.
	File         string
	Line         int
	Section, Key string
	// Verdict is set for problems of a value.
	Verdict value.Verdict
}

// ProblemKind classifies problems.
type ProblemKind uint8

// The kinds of problems. Those that keep the unit from loading are marked (*)
// when they are in the unit file itself.
const (
	OutsideSection  ProblemKind = iota // an assignment before any header
	MissingEquals                      // a line that is not an assignment
	BadHeader                          // (*) a header that is not closed, or holds strange characters
	InvalidUTF8                        // (*) a line that is not UTF-8
	LineTooLong                        // (*) a line above one mebibyte
	UnknownSection                     // a section that units of this type do not have
	UnknownKey                         // a directive that the section does not have
	IgnoredKey                         // a removed directive without effect
	Warned                             // a value that is taken with a warning
	BadValue                           // a value that is ignored, in whole or in part
	RefusedValue                       // (*) a value that keeps the unit from loading
	StoppedDropin                      // a value that ends the reading of a drop-in
	RefusedUnit                        // (*) directives that do not go together
	UnusedDirective                    // a directive that another one makes useless
)
