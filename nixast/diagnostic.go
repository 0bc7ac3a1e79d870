package nixast

import (
	"fmt"
	"slices"
)

// Code is the kind of mistake that a [Diagnostic] reports.
type Code uint8

const (
	// SyntaxError is a mistake that the grammar does not allow.
	SyntaxError Code = iota + 1
	// InvalidLiteral is a number out of range, a path with a trailing slash, or a NUL in a string.
	InvalidLiteral
	// DuplicateAttr is an attribute or a formal that is defined twice.
	DuplicateAttr
	// DynamicAttr is a dynamic attribute where Nix allows none.
	DynamicAttr
	// PipeOperator is a pipe operator without the experimental feature.
	PipeOperator
	// UndefinedVariable is a variable that nothing binds. Only this code leaves the tree and its meaning intact.
	UndefinedVariable
	// TooDeep is nesting beyond what the parser follows.
	TooDeep
)

// Diagnostic is one mistake in a file.
type Diagnostic struct {
	Code Code
	// Span is the place that a person would point at.
	Span Span
	// Message says what is wrong, in one line, lower case, without a full stop.
	Message string
	// Hint says what to write instead; it may be empty.
	Hint string
	// Related are places that help to understand it, such as the opener of a set that is not closed.
	Related []Related
	// Omitted is the number of diagnostics of the same code that this one
	// represents: 0 for an ordinary one. See [File.Diagnostics].
	Omitted int
}

// Related is another place that a [Diagnostic] refers to.
type Related struct {
	Span    Span
	Message string
}

// maxPerCode is how many diagnostics of one code a file keeps. A hostile file
// would otherwise cost far more memory than its source.
const maxPerCode = 20

// codes is the number of codes, the unused zero included.
const codes = TooDeep + 1

var codeNames = [codes]string{
	SyntaxError: "syntax errors", InvalidLiteral: "invalid literals", DuplicateAttr: "duplicate attributes",
	DynamicAttr: "dynamic attributes", PipeOperator: "pipe operators", UndefinedVariable: "undefined variables",
	TooDeep: "expressions that are nested too deep",
}

// report collects the diagnostics of a file, up to maxPerCode of each code.
type report struct {
	kept    []Diagnostic
	count   [codes]uint32 // of all, the omitted included
	omitted [codes]Span   // the first one that is not kept
}

func (r *report) reset() { *r = report{kept: r.kept[:0]} }

// full reports whether another diagnostic of the code would be omitted.
func (r *report) full(c Code) bool { return r.count[c] >= maxPerCode }

// add counts d, and reports whether there was room to keep it.
func (r *report) add(d Diagnostic) bool {
	if r.full(d.Code) {
		r.omit(d.Code, d.Span)
		return false
	}
	r.count[d.Code]++
	r.kept = append(r.kept, d)
	return true
}

// omit counts a diagnostic that there is no room for.
func (r *report) omit(c Code, at Span) {
	if r.count[c] == maxPerCode {
		r.omitted[c] = at
	}
	r.count[c]++
}

// addAll adds what other collected.
func (r *report) addAll(other *report) {
	for _, d := range other.kept {
		r.add(d)
	}
	for c := range codes {
		for n := maxPerCode; n < int(other.count[c]); n++ {
			r.omit(c, other.omitted[c])
		}
	}
}

// diagnostics are the ones collected, by position, and for each code one that
// counts what was omitted, at the first of those.
func (r *report) diagnostics() []Diagnostic {
	all := slices.Clone(r.kept)
	for c := range codes {
		if n := int(r.count[c]) - maxPerCode; n > 0 {
			all = append(all, Diagnostic{Code: c, Span: r.omitted[c], Message: fmt.Sprintf("%d more %s", n, codeNames[c]), Omitted: n})
		}
	}
	slices.SortStableFunc(all, func(a, b Diagnostic) int { return a.Span.Start - b.Span.Start })
	return all
}
