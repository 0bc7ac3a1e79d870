package lint

import (
	"cmp"
	"slices"

	"wardnix/emit"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/security"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// Finding is one place where a rule found something.
type Finding struct {
	Rule     *Rule
	Severity Severity
	// Message is the title: "subject: problem", in one line.
	Message string
	// Problem is the title without the subject; what findings about several units
	// have in common.
	Problem string
	// File and Span are the exact place.
	File *nixast.File
	Span nixast.Span
	// Units are the units or hosts that it concerns; none for a finding about
	// the source alone.
	Units []unit.Ref
	// About are the settings that it concerns, the first one foremost. Its fixes
	// may change these and nothing else, unless they say otherwise.
	About []unit.Ref
	// Notes are further lines: what is missing, why it matters, what it costs.
	Notes []Note
	// Related are other places that help to understand it.
	Related []Related
	// Fixes are the ways to repair it, the safest first.
	Fixes []Fix
	// Suggestion reports that nothing is wrong: the unit could be stricter, and the
	// project does not name a baseline that requires it.
	Suggestion bool
	// Exposure is that of the unit now and with the fixes; nil if the source does
	// not decide it.
	Exposure *Exposure
	// Only, if not nil, makes the finding about some of its Directives. A rule that
	// says the same of each of several directives sets it.
	Only func(directives []string) Finding
	// Full, if not nil, makes the finding with its notes and fixes, which it lacks: see
	// [Linter.Brief].
	Full func() Finding
	// Whole reports that it depends on the whole project, not only on its units.
	Whole bool
	// Sharing, if not nil, lets units of one text have one finding with one fix.
	Sharing *Sharing
}

// only is the finding about some of its directives.
func (f *Finding) only(directives []string) Finding {
	return f.narrowed(f.Only(directives), directives)
}

// at is the finding about some of its directives with the fix at a place that all
// of its units share.
func (f *Finding) at(site nixos.Site, directives []string, risks map[string]string) Finding {
	out := f.Sharing.At(site, directives, risks)
	out.Sharing = nil
	return f.narrowed(out, directives)
}

// narrowed is out as the part of f that is about some of its directives.
func (f *Finding) narrowed(out Finding, directives []string) Finding {
	out.Rule, out.Severity, out.Units, out.Suggestion = f.Rule, f.Severity, f.Units, f.Suggestion
	out.About = slices.DeleteFunc(slices.Clone(f.About), func(r unit.Ref) bool { return !slices.Contains(directives, r.Key) })
	return out
}

// Unit is the full name of the first unit concerned, such as "nginx.service"; ""
// if none is.
func (f *Finding) Unit() string {
	if len(f.Units) == 0 {
		return ""
	}
	return f.Units[0].Unit
}

// Directives are the names of the settings concerned, each once.
func (f *Finding) Directives() []string {
	names := make([]string, 0, len(f.About))
	for _, r := range f.About {
		if !slices.Contains(names, r.Key) {
			names = append(names, r.Key)
		}
	}
	return names
}

// Exposure is the exposure of a unit now, with the safe fixes of a finding and with
// all of them, as systemd-analyze security prints it.
type Exposure struct{ Now, Safe, All security.Exposure }

// Note is a labeled text after a finding's source. The label is [LabelNote],
// [LabelHelp] or [LabelWarning].
type Note struct{ Label, Text string }

// The labels of notes: what happens and why, what to do, and what may break.
const (
	LabelNote    = "note"
	LabelHelp    = "help"
	LabelWarning = "warning"
)

// Related is another place that a finding speaks of.
type Related struct {
	File    *nixast.File
	Span    nixast.Span
	Message string
}

// Applicability says who may apply a fix. The zero value is invalid.
type Applicability uint8

const (
	// Safe fixes restrict only what the unit's own text shows it does not need,
	// or repair what was plainly meant.
	Safe Applicability = iota + 1
	// Unsafe fixes may take away something that the service needs.
	Unsafe
)

// String is the applicability's name in every output: "safe" or "unsafe".
func (a Applicability) String() string {
	if a == Safe {
		return "safe"
	}
	return "unsafe"
}

// Fix is one way to repair a finding.
type Fix struct {
	// Title says what the fix does, in the imperative.
	Title         string
	Applicability Applicability
	// Breaks says what an unsafe fix may break and how to check.
	Breaks string
	// Changes are the settings that it may change; those that its finding is
	// about if there are none.
	Changes []unit.Ref
	// Edits are what it changes; all of them or none are applied.
	Edits []FileEdit
	// Comments reports that the edits are in comments that the finding is about.
	// No other fix may lose one.
	Comments bool
}

// FileEdit is an edit and the file it is for.
type FileEdit struct {
	File *nixast.File
	emit.Edit
}

// EditsIn makes file edits of edits in one file.
func EditsIn(f *nixast.File, edits []emit.Edit) []FileEdit {
	out := make([]FileEdit, len(edits))
	for i, e := range edits {
		out[i] = FileEdit{f, e}
	}
	return out
}

// sortFindings orders by file, place and rule, so that the output does not
// depend on which worker was first.
func sortFindings(fs []Finding) {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.File.Name, b.File.Name),
			cmp.Compare(a.Span.Start, b.Span.Start),
			cmp.Compare(a.Span.End, b.Span.End),
			cmp.Compare(a.Rule.ID, b.Rule.ID),
			cmp.Compare(a.Unit(), b.Unit()),
			cmp.Compare(a.Message, b.Message),
		)
	})
}

// SafeUnless is who may apply a fix that may break something: anybody where breaks
// is empty.
func SafeUnless(breaks string) Applicability {
	if breaks == "" {
		return Safe
	}
	return Unsafe
}
