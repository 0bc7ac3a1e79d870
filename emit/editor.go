package emit

import (
	"errors"
	"fmt"

	"wardnix/nixast"
)

// Editor makes edits for one file.
type Editor struct {
	// AllowShared lets operations change text that several places use: the set
	// of a let binding with more than one reader, the body of a function. See
	// [Shared].
	AllowShared bool

	file  *nixast.File
	style Style
}

// New makes an editor for f and learns f's style. The source of f must have
// no syntax error in the parts that are edited.
func New(f *nixast.File) *Editor { return &Editor{file: f, style: Learn(f)} }

// Style is the style learnt from the file.
func (e *Editor) Style() Style { return e.style }

// Refusal is the error of an operation that could be done, but would do harm:
// lose or detach a comment, change other users of the same text, capture a
// variable. Other errors mean that the operation makes no sense where it was
// asked for, such as inserting an attribute that is there already.
type Refusal struct {
	Node   nixast.Node // the place that is in the way
	Reason string      // one sentence, lower case, without a full stop
}

func (r *Refusal) Error() string { return "refused: " + r.Reason }

func refuse(n nixast.Node, format string, args ...any) error {
	return &Refusal{n, fmt.Sprintf(format, args...)}
}

// Where tells where new bindings or elements go. The zero Where leaves it to
// what is there: into its place if the set is sorted, else to the end.
type Where struct {
	// Families are lists of attribute names that belong together, each in the
	// order in which people write them. A new attribute goes behind the nearest
	// relative that comes before it in its family, in the same group of lines
	// (groups are parted by blank lines and comments); failing that, beside the
	// next relative. An attribute path is looked up by its last name.
	Families [][]string
	// After, if it is one of the set's entries, is the entry behind which the
	// new ones go, whatever else is there.
	After nixast.Node
}

var errNotWritten = errors.New("not written yet")

// Insert puts new bindings into set, an attrset or a let. A set on one line is
// broken over several lines where its style asks for it; several attributes
// are laid out together. It is an error if an attribute is already defined, or
// if a name that has been inserted into a let or a rec set would capture a
// variable used inside (a [*Refusal]).
func (e *Editor) Insert(set nixast.Node, where Where, attrs ...Attr) ([]Edit, error) {
	return nil, errNotWritten
}

// InsertBeside puts new bindings near b, in the set that b stands in, with the
// first depth names of b's path, as written there, before each new path:
// beside systemd.services.${x}.serviceConfig.A = 1; with depth 4 the attribute
// B becomes systemd.services.${x}.serviceConfig.B. The bindings of the set
// that share these names are the ones that [Where] speaks of.
func (e *Editor) InsertBeside(b nixast.Binding, depth int, where Where, attrs ...Attr) ([]Edit, error) {
	return nil, errNotWritten
}

// Ensure defines attributes below set, each by its whole path, where nothing
// defines them yet. It goes down into the sets that are there, written nested
// or dotted (through parentheses, with, let, and the right side of //), and
// creates missing parents dotted where the neighbours are dotted, nested
// where they are nested. It is an error if the path is defined already, or
// leads through a value that is no set literal.
func (e *Editor) Ensure(set nixast.Node, where Where, attrs ...Attr) ([]Edit, error) {
	return nil, errNotWritten
}

// Replace puts value in the place of the expression n, with parentheses where
// the grammar asks for them. A comment inside n is a reason to refuse.
func (e *Editor) Replace(n nixast.Node, value any) ([]Edit, error) {
	return nil, errNotWritten
}

// Splice replaces the expression n by parts, each a string or a node inside n,
// in order. The nodes stay where they are and only the text between them is
// edited, so that edits inside them do not conflict. A comment in the replaced
// text is a reason to refuse. Parentheses are the caller's matter.
func (e *Editor) Splice(n nixast.Node, parts ...any) ([]Edit, error) {
	return nil, errNotWritten
}

// Wrap puts before and after around the expression n, and parentheses around
// n, and around the whole, where the grammar asks for them:
// Wrap(n, "lib.mkForce ", "").
func (e *Editor) Wrap(n nixast.Node, before, after string) ([]Edit, error) {
	return nil, errNotWritten
}

// Unwrap puts inner, a node inside outer, in the place of outer:
// lib.mkForce (a + b) becomes a + b. A comment in what goes is a reason to
// refuse.
func (e *Editor) Unwrap(outer, inner nixast.Node) ([]Edit, error) {
	return nil, errNotWritten
}

// Rename gives attr, a component of an attribute path or a name in an inherit,
// another name. In an inherit, and in a let or rec set, where the name is also
// a variable, it refuses if the variable is used.
func (e *Editor) Rename(attr nixast.Node, name string) ([]Edit, error) {
	return nil, errNotWritten
}

// Remove takes entry, a binding or an inherit, out of its set, with its line
// and with one of two blank lines that would then meet. It refuses if a
// comment is inside or trails the entry, or stands directly above it and would
// be left without anything below; a comment that heads a group of several
// entries stays. Uses of the name in a let or rec set are a reason to refuse.
func (e *Editor) Remove(entry nixast.Node) ([]Edit, error) {
	return nil, errNotWritten
}

// Move puts entry, with the comments that belong to it, into set (the same or
// another one) at the place that where tells, re-indented.
func (e *Editor) Move(entry, set nixast.Node, where Where) ([]Edit, error) {
	return nil, errNotWritten
}

// Reorder sorts the entries of set into the order given, which must hold each
// of the set's entries once. Entries take their comments along; blank lines
// stay where they are.
func (e *Editor) Reorder(set nixast.Node, entries []nixast.Node) ([]Edit, error) {
	return nil, errNotWritten
}

// Nest turns the bindings of set that begin with prefix, a.b = 1; a.c = 2;,
// into one binding of a set, a = { b = 1; c = 2; };, where the first of them
// stands. It refuses if a comment would change its order among the others.
func (e *Editor) Nest(set nixast.Node, prefix ...string) ([]Edit, error) {
	return nil, errNotWritten
}

// Flatten turns a = { b = 1; c = 2; }; into a.b = 1; a.c = 2;. It refuses
// rec sets, inherits, empty sets and comments that would be left without place.
func (e *Editor) Flatten(b nixast.Binding) ([]Edit, error) {
	return nil, errNotWritten
}

// Append adds elements at the end of list, with parentheses where an element
// needs them. A list on one line that grows beyond the width is broken, one
// element a line.
func (e *Editor) Append(list nixast.Node, values ...any) ([]Edit, error) {
	return nil, errNotWritten
}

// RemoveElement takes elem out of the list that it stands in, with its line if
// it has one to itself. A comment that trails it is a reason to refuse.
func (e *Editor) RemoveElement(elem nixast.Node) ([]Edit, error) {
	return nil, errNotWritten
}

// Shared tells whether the text of n is used from more than one place, as far
// as the file tells: n lies in a let or rec binding that is read more than
// once, or in a function other than those at the top of the file. The error
// is a [*Refusal] that names the binding or function; nil means that nothing
// speaks against editing n.
func Shared(n nixast.Node) error { return errNotWritten }

// CommentsKept compares the comments of two states of a file: nil if each
// comment of before is in after, in the same order.
func CommentsKept(before, after *nixast.File) error { return errNotWritten }
