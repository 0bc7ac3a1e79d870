package eval

import "wardnix/nixast"

// Value is what an expression evaluates to: one of the pointer types below.
type Value interface {
	// Origin is the expression that made the value: the literal for a
	// literal, however many variables it went through, and the call for what a
	// builtin made. It is the zero Node for values that come from no file.
	Origin() nixast.Node
	isValue()
}

type origin struct{ node nixast.Node }

func (o origin) Origin() nixast.Node { return o.node }
func (o origin) isValue()            {}

// Null is null.
type Null struct{ origin }

// Bool is true or false.
type Bool struct {
	origin
	V bool
}

// Int is a whole number.
type Int struct {
	origin
	V int64
}

// Float is a number with a fraction.
type Float struct {
	origin
	V float64
}

// String is text, known as a whole or in pieces.
type String struct {
	origin
	Pieces []Piece
}

// Piece is a part of a string or of a path.
type Piece struct {
	// When is the condition under which the piece is there; nil means always.
	When *Cond
	// Text is the text, if Unknown is nil.
	Text string
	// Unknown is what is here instead of text that is known. Its Label is
	// the text to show.
	Unknown *Unknown
	// Node is the expression in the interpolation that an Unknown came
	// through first; the zero Node if it did not come through one.
	Node nixast.Node
}

// Path is a path: a literal of the source, or joined to one.
type Path struct {
	origin
	// Source reports that the path was written relative to its file or is made
	// from one that was. Its text is then what an [Importer] understands
	// ([nixast.File.Name]'s directory joined with what is written), and not what
	// Nix would print: that depends on where the project lies.
	Source bool
	Pieces []Piece
}

// List is a list, whose elements may be there or not.
type List struct {
	origin
	Items []Item
}

// Item is an element of a list, or several.
type Item struct {
	// When is the condition under which the element is there; nil means always.
	When *Cond
	// Value is the element.
	Value *Thunk
	// Many reports that any number of elements may be here, none included. Each
	// of them looks like Value, which is unknown as a whole or in part.
	Many bool
	// Anywhere reports that the elements of a Many may be anywhere among the
	// others, as the names of an open set do.
	Anywhere bool
}

// Attrs is a set.
type Attrs struct {
	origin
	attrs []Attr // by name
	rest  []Def  // what may define an attribute that attrs does not name
}

// Attr is an attribute of a set: its definitions in order, of which the first
// that applies counts. The zero Attr is not there.
type Attr struct {
	Name string
	Defs []Def
}

// Def is one way in which an attribute, or one of a kind, is defined.
type Def struct {
	// When is the condition under which the definition applies; nil means always.
	When *Cond
	// Value is what the attribute is. It is nil in a Def with Open set and no Name.
	Value *Thunk
	// Site is what set the attribute: its [nixast.BindingNode], the name in an
	// inherit, or, for a set that a function made, the expression that gave
	// the name.
	Site nixast.Node
	// Open, if not nil, says why it is not known whether the definition
	// applies even where When holds.
	Open *Unknown
	// Name, if not nil, is a name that is known only in part, such as
	// "foo-${n}". Any number of attributes whose names fit it may be there,
	// none included, each with a value that looks like Value. Open is set, too.
	Name *String
}

// Function is a function: a lambda of a file or a builtin.
type Function struct {
	origin
	env  *env       // of a lambda
	prim *primitive // of a builtin
	args []*Thunk   // that the builtin already has
	// called reports that more of the memory of args is in use.
	called bool
}

// Unknown is what the source does not decide.
type Unknown struct {
	origin
	// Reason says in a user's words why, in one line, lower case, without a
	// full stop: "`hardening` comes from `inputs.x`, which is not in this project".
	Reason string
	// At is the expression that Reason speaks of: where knowledge was lost.
	At nixast.Node
	// Label is how to write the value, "pkgs.cloudflared", for instance;
	// empty if there is no short way.
	Label string
	// Sort is what is known of it nevertheless.
	Sort Sort
	// Failure reports that evaluation certainly fails here.
	Failure Failure
	whole   bool // of FileContent: it is all of the text of File
	// File names the path that Sort speaks of, for the sorts that have one.
	// It is as in [Path.Source], if the path is of the source.
	File string
	// Func and Args say which unknown function was called with what:
	// "pkgs.writeText" and its two arguments; "lib.types.listOf" and one.
	// Func is empty for other values.
	Func string
	Args []*Thunk
	// Of is the value of which it is the attribute Name; nil for other values.
	Of   *Unknown
	Name string

	ev   *Evaluator
	key  string                   // equal keys mean equal values
	cond *Cond                    // the structure of a boolean
	attr func(name string) *Thunk // attributes that are known nevertheless
}

// Sort is what is known of an [Unknown].
type Sort uint8

const (
	// Anything means that nothing is known.
	Anything Sort = iota
	// Package is a derivation, or something else that pkgs has. In a string it
	// is most likely a store path.
	Package
	// Packages is a package set: pkgs, or a set in it.
	Packages
	// Nixpkgs is the flake nixpkgs, or <nixpkgs>.
	Nixpkgs
	// FileContent is what was read from File, or is made from it.
	FileContent
	// StorePath is the store path of a copy of File.
	StorePath
	// SourcePath is where File lies when Nix evaluates.
	SourcePath
	// DirEntries is the listing of the directory File.
	DirEntries
	// OptionType is a type of lib.types.
	OptionType
)

// Failure is how an evaluation fails.
type Failure uint8

const (
	// NoFailure means none that is known.
	NoFailure Failure = iota
	// Throws is throw or a failed assertion, which tryEval catches.
	Throws
	// Fails is everything else: a type error, a missing attribute, abort.
	Fails
)

// Choice is the first of its cases whose condition holds. The last case has
// no condition. A case may be a Choice again, even this one, where a value is
// defined by itself: [Evaluator.Cases] sorts that out.
type Choice struct {
	origin
	Cases []Case

	flat  []leaf // what the cases come to, once asked for
	attrs *Attrs
	list  *List
	types []string // of the cases that do not fail
	busy  bool     // its text is being made
	// flattening reports that flat is being made.
	flattening bool
}

// Case is a value and the condition under which it counts, provided that no
// earlier case does.
type Case struct {
	When  *Cond // nil means always
	Value *Thunk
}

// typeOf is v's type in Nix's words ("int", "set", "lambda", …), and
// "unknown" or "choice".
func typeOf(v Value) string {
	switch v.(type) {
	case *Null:
		return "null"
	case *Bool:
		return "bool"
	case *Int:
		return "int"
	case *Float:
		return "float"
	case *String:
		return "string"
	case *Path:
		return "path"
	case *List:
		return "list"
	case *Attrs:
		return "set"
	case *Function:
		return "lambda"
	case *Choice:
		return "choice"
	}
	return "unknown"
}
