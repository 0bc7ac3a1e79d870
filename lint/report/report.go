// Package report writes findings for people and for programs. Foreign text
// reaches a stream only as [Text] or through encoders that escape it.
package report

import (
	"path"
	"strings"

	"wardnix/lint"
	"wardnix/lint/systemd/security"
	"wardnix/nixast"
)

// Report is what a run came to, with all that a format may show of it. Whatever
// a format needs is in it: a format reads no file and runs no rule.
type Report struct {
	Result *lint.Result
	// Held counts what was found and is not reported.
	Held Held
	// Unreached counts units of a project with hosts that belong to none.
	Unreached Unreached
	// Unwritten are the files that could not be written: their findings are still
	// among those of the result.
	Unwritten []Failure
	// Diff is what the fixes change; "" where that was not requested.
	Diff string
	// Statistics requests counts per rule: in place of the findings in formats
	// for people, in addition to them in JSON.
	Statistics bool
	// Changes are the services whose exposure the fixes change.
	Changes []ExposureChange
	// Applied says which fixes those are: the safe ones, or all.
	Applied lint.Applicability
	// Hardening is what following the suggestions would come to.
	Hardening Hardening
	// Hosts are the systems with the exposures of their units, in order: those
	// that were audited, or those that the HTML page shows.
	Hosts []Host
	// Past is an earlier report to compare this one with; nil if there is none.
	Past *Past
	// Rules are all rules that there are, in order.
	Rules []*lint.Rule
	// Version is that of wardnix.
	Version string
	// Project is the name of what was looked at; Commit is the commit of its
	// repository, and Date the day of the report; "" if not known.
	Project, Commit, Date string
	// Dir is the working directory, which the names of files start from: an
	// absolute path with "/".
	Dir string
	// Base is the directory that the host of the report wants paths to start from,
	// such as the checkout of a pipeline: an absolute path with "/".
	Base string
	// Quiet leaves out everything but the findings in formats for people.
	Quiet bool
	// Style is for formats that people read.
	Style Style
}

// Held counts what was found and is not reported, and why. Comments that
// suppress findings are counted in the result.
type Held struct {
	Known     int // by the list of known findings
	Settings  int // by settings
	Untouched int // by --since
	Skipped   int // paths that .gitignore excludes
	LeftOut   int // vendored and hidden directories
	Excluded  int // paths that settings exclude
}

// Unreached counts units that no host has, and the files that define them.
type Unreached struct{ Units, Files int }

// Hardening is what following the suggestions that are not among the findings would
// come to.
type Hardening struct {
	// Services is the number of services that could be stricter.
	Services int
	// Known is the number of those whose exposure is known; Now is its mean, and Safe
	// the mean after the safe fixes.
	Known     int
	Now, Safe security.Exposure
	// Show and Apply are the commands that report and apply the suggestions; "" if
	// there is none.
	Show, Apply string
}

// Failure is a file that could not be written.
type Failure struct {
	Name string
	Err  error
}

// ExposureChange is the exposure of a service before and after the fixes.
type ExposureChange struct {
	Unit          string
	Before, After security.Exposure
}

// Host is a system and its units.
type Host struct {
	// Name is empty for files that belong to no host.
	Name string
	// Systemd is the version and Release the NixOS release that the units are
	// judged by; Release is "" where it is not known.
	Systemd int
	Release string
	Units   []Unit
	// Missing is what belongs to the system and could not be read.
	Missing []Missing
	// Files are the names of the files that the host is made of.
	Files []string
}

// Add adds the units of another system to the host, such as that of a container.
func (h *Host) Add(other Host) {
	h.Units, h.Missing, h.Files = append(h.Units, other.Units...), append(h.Missing, other.Missing...), append(h.Files, other.Files...)
}

// Unit is a unit and how exposed it is, and would be.
type Unit struct {
	// Name is the full name, Scope the service manager that runs it, "system"
	// or "container web".
	Name, Scope string
	// File and Line are the place that defines it; Line is 0 where it is not known.
	File   string
	Line   int
	Masked bool
	// Now is the exposure as the files are, nil without one; Safe after the safe
	// fixes and All after the unsafe ones, too, nil where nothing was computed.
	Now, Safe, All *security.Assessment
	// Missing are the files of the unit that could not be read.
	Missing []string
	// Problem says why systemd would not load the unit; else it is "".
	Problem string
}

// Shown is the name with the scope, unless that is the system's.
func (u *Unit) Shown() string {
	if u.Scope == "system" || u.Scope == "" {
		return u.Name
	}
	return u.Name + " (" + u.Scope + ")"
}

// Missing is something that could not be read.
type Missing struct{ What, Why string }

// summary counts what a run came to.
type summary struct {
	Files     int `json:"files"`     // files that were requested and read
	Errors    int `json:"errors"`    // findings that remain, by severity
	Warnings  int `json:"warnings"`  //
	Infos     int `json:"infos"`     //
	Hardening int `json:"hardening"` // services that could be stricter, beyond the findings
	Fixed     int `json:"fixed"`     // findings whose fix was written, or would be
	Ignored   int `json:"ignored"`   // findings that comments suppress
	Known     int `json:"known"`     // known findings
	Silenced  int `json:"silenced"`  // findings that settings suppress
	Untouched int `json:"untouched"` // findings in what --since says is unchanged
	Skipped   int `json:"skipped"`   // paths that .gitignore excludes
	LeftOut   int `json:"left_out"`  // vendored and hidden directories with Nix files in them
	Excluded  int `json:"excluded"`  // Nix files, and directories with some, that settings exclude
	Unwritten int `json:"unwritten"` // files that could not be written
	Unreached int `json:"unreached"` // units that belong to no host, in a project with hosts
}

// count makes the summary of a report.
func count(r *Report) summary {
	s := summary{
		Files: r.Result.Files, Fixed: len(r.Result.Fixed), Ignored: len(r.Result.Ignored),
		Known: r.Held.Known, Silenced: r.Held.Settings, Untouched: r.Held.Untouched, Skipped: r.Held.Skipped, LeftOut: r.Held.LeftOut,
		Excluded: r.Held.Excluded, Unreached: r.Unreached.Units,
		Unwritten: len(r.Unwritten), Hardening: r.Hardening.Services,
	}
	for _, f := range r.Result.Findings {
		switch f.Severity {
		case lint.Error:
			s.Errors++
		case lint.Warning:
			s.Warnings++
		default:
			s.Infos++
		}
	}
	return s
}

// Complete reports whether everything could be read and written.
func (r *Report) Complete() bool {
	return len(r.Unwritten) == 0 && !lint.LeavesUnchecked(r.Result.Findings)
}

// shownChanges is the number of services whose exposure is shown.
const shownChanges = 5

// exposureChanges says how the fixes change the exposure of services.
func (r *Report) exposureChanges() Text {
	var p Printer
	fixes := Safe("safe fixes")
	if r.Applied == lint.Unsafe {
		fixes = Safe("all fixes")
	}
	for i, c := range r.Changes {
		if i == shownChanges {
			p.Printf("and of %s more\n", plural(len(r.Changes)-i, "service"))
			break
		}
		p.Printf("exposure of %s: %s %s → with %s %s %s\n", c.Unit, c.Before, c.Before.Predicate(), fixes, c.After, c.After.Predicate())
	}
	return p.Text()
}

// path is the file's absolute path.
func (r *Report) path(f *nixast.File) string {
	if path.IsAbs(f.Name) {
		return f.Name
	}
	return path.Join(r.Dir, f.Name)
}

// name is the file's name as the host of the report looks for it: from Base
// if it lies there, else from the working directory.
func (r *Report) name(f *nixast.File) string {
	if rel, ok := strings.CutPrefix(r.path(f), strings.TrimSuffix(r.Base, "/")+"/"); ok && r.Base != "" {
		return rel
	}
	return f.Name
}
