package nixast

// Code says what kind of mistake a [Diagnostic] tells of.
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
	// Related are places that help to understand it: the opener of a set that is not closed, say.
	Related []Related
}

// Related is another place that a [Diagnostic] speaks of.
type Related struct {
	Span    Span
	Message string
}
