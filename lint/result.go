package lint

import (
	"slices"

	"wardnix/lint/nixos"
)

// Result is what a run came to.
type Result struct {
	// Project is the project as the findings see it: after the fixes.
	Project *nixos.Project
	// Files is the number of files that were requested and read.
	Files int
	// Findings are those that remain, by file and place.
	Findings []Finding
	// Ignored are those that comments suppress.
	Ignored []Finding
	// Before are those that were there before the fixes.
	Before []Finding
	// Fixed are the findings of which a fix was applied, in that order.
	Fixed []Finding
	// Changes are the files that the fixes changed, by name.
	Changes []Change
	// Bugs are fixes that were dropped because they did not keep their word.
	Bugs []Bug
}

// Change is a file before and after the fixes.
type Change struct {
	File     *nixos.File // as it was
	Old, New string
}

// Bug is a fix that was dropped because it would have done what it must not.
// It is a bug of wardnix.
type Bug struct {
	Finding Finding
	Err     error
}

// AnyFails reports whether a finding is of the severity or above. Nothing fails
// for [Never].
func AnyFails(fs []Finding, at Severity) bool {
	return at != Never && slices.ContainsFunc(fs, func(f Finding) bool { return f.Severity >= at })
}
