package emit

import (
	"errors"
	"fmt"
	"strings"

	"wardnix/nixast"
)

// Editor makes edits for one file.
type Editor struct {
	// allowShared lets operations change text that several places use: the set
	// of a let binding with more than one reader, the body of a function. See
	// [Shared].
	allowShared bool

	file   *nixast.File
	style  Style
	habits habits
	broken error
}

// New makes an editor for f and learns f's style. If f has a syntax error, or a
// line that ends with a CR alone, every operation returns an error.
func New(f *nixast.File) *Editor {
	e := *f.Memo(editorOf{}, func() any { return newEditor(f) }).(*Editor)
	return &e
}

// editorOf is the key of the editor of a file: what it learns takes a look at the
// whole file, and there may be a fix for every part of that.
type editorOf struct{}

func newEditor(f *nixast.File) *Editor {
	e := &Editor{file: f, style: Learn(f), habits: learnHabits(f), broken: syntaxError(f)}
	if e.broken == nil && lineEnds(f.Src) > strings.Count(f.Src, "\n") {
		e.broken = errors.New("a CR without LF ends a line")
	}
	return e
}

// Refusal is the error of an operation that could be done, but would do harm:
// lose or detach a comment, change other users of the same text, capture a
// variable. Other errors mean that the operation makes no sense where it was
// needed, such as inserting an attribute that is there already.
type Refusal struct {
	Node   nixast.Node // the place that is in the way
	Reason string      // one sentence, lower case, without a full stop
}

func (r *Refusal) Error() string { return r.Reason }

func refuse(n nixast.Node, format string, args ...any) error {
	return &Refusal{n, fmt.Sprintf(format, args...)}
}

// Where says where new bindings go. The zero Where leaves it to what is
// there: into its place if the set is sorted, otherwise next to bindings whose path
// begins alike, otherwise to the end.
type Where struct {
	// Families are lists of attribute names that belong together, each in the
	// order in which people write them. A new attribute goes after the nearest
	// relative that comes before it in its family, in the same group of lines
	// (groups are parted by blank lines and comments); failing that, next to the
	// next relative. An attribute without relatives goes below a comment that
	// heads nothing, if there is just one, otherwise after the family that comes
	// before its own. A sorted group stays sorted. What is looked up of an
	// attribute path is its last name.
	Families [][]string
	// After, if it is one of the set's entries, is the entry after which the
	// new ones go, whatever else is there.
	After nixast.Node
}

var (
	errNoList    = errors.New("the node is not a list")
	errNoSet     = errors.New("the node is not a set or let")
	errNoEntry   = errors.New("the node is not an entry of a set or let")
	errOtherFile = errors.New("the node belongs to another file")
)

// editable is an error if edits at n are out of question.
func (e *Editor) editable(n nixast.Node) error {
	if n.File() != e.file {
		return errOtherFile
	}
	if e.broken != nil {
		return e.broken
	}
	if e.allowShared {
		return nil
	}
	return Shared(n)
}

// ForAll is the editor for changes that are meant for every place that uses the
// text: see [Shared].
func (e *Editor) ForAll() *Editor {
	all := *e
	all.allowShared = true
	return &all
}
