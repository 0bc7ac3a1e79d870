package eval

import "wardnix/nixast"

// Importer gives the files that expressions import. It decides what may be
// read; eval itself opens nothing.
type Importer interface {
	// Import gives the file that "import path" means: the file path itself, or
	// default.nix in the folder path. The error's text is shown to the user as
	// the reason for an unknown value: "./x.nix is not in this project".
	// For one path it must always give the same *File.
	Import(path string) (*nixast.File, error)
}

// Options configure an [Evaluator]. The zero Options are usable.
type Options struct {
	// Importer gives imported files; without one every import is unknown.
	Importer Importer
	// Limits bound the work; fields that are 0 get the default.
	Limits Limits
}

// Limits bound the work. What lies beyond is [Unknown] with a reason.
type Limits struct {
	// Steps is the number of expressions and builtin steps evaluated for one
	// call of an Evaluator's method. Default 1,000,000.
	Steps int
	// TotalSteps is the same for the Evaluator's whole life. Default 50,000,000.
	TotalSteps int
	// Depth is how deep evaluation may nest. Default 5,000.
	Depth int
	// Bytes is about how much memory text, lists and sets may take in the
	// Evaluator's whole life. Default 256 MiB.
	Bytes int
	// Size is the longest list, the largest set and the number of pieces or
	// cases of a value. Default 100,000.
	Size int
	// Cases is the greatest number of cases of a scalar. Default 64.
	Cases int
}

// Evaluator evaluates. It keeps what it computed, and it is for one goroutine
// at a time.
type Evaluator struct {
	opts Options
}

// New makes an Evaluator.
func New(opts Options) *Evaluator { panic("being written") }

// Thunk is a value that is computed when it is first asked for. A Thunk
// belongs to the Evaluator that made it.
type Thunk struct {
	value Value
	node  nixast.Node
	env   *env
}

type env struct{}
type primitive struct{}

// File is the value of f's expression. A file is evaluated once.
func (ev *Evaluator) File(f *nixast.File) *Thunk { panic("being written") }

// At is the value of the expression n in its lexical scope. Parameters of the
// functions around it are opaque, except lib and pkgs.
func (ev *Evaluator) At(n nixast.Node) *Thunk { panic("being written") }

// Force computes t. The result is never nil.
func (ev *Evaluator) Force(t *Thunk) Value { panic("being written") }

// Cases are the values that t may have: one without condition if there is
// just one, else in order, first match wins. None of them is a [Choice].
func (ev *Evaluator) Cases(t *Thunk) []Case { panic("being written") }

// Attrs is t as a set. Alternatives of sets become one set with conditions at
// its attributes, an unknown value becomes a set of which nothing is known
// (see [Attrs.Rest]), and other values give nil.
func (ev *Evaluator) Attrs(t *Thunk) *Attrs { panic("being written") }

// List is t as a list, in the manner of [Evaluator.Attrs].
func (ev *Evaluator) List(t *Thunk) *List { panic("being written") }

// String is t as a string, in the manner of [Evaluator.Attrs]; nil for what
// is no string. Nothing is coerced: see [Evaluator.Coerce].
func (ev *Evaluator) String(t *Thunk) *String { panic("being written") }

// Coerce is what toString makes of t.
func (ev *Evaluator) Coerce(t *Thunk) *Thunk { panic("being written") }

// Interpolate is what "${t}" makes of t.
func (ev *Evaluator) Interpolate(t *Thunk) *Thunk { panic("being written") }

// Truth says whether t is true. For Maybe, the Cond is under what condition.
func (ev *Evaluator) Truth(t *Thunk) (Truth, *Cond) { panic("being written") }

// Select is t.a.b…; Unknown with a Failure if it is certainly not there.
func (ev *Evaluator) Select(t *Thunk, path ...string) *Thunk { panic("being written") }

// HasAttr is t ? a.b…
func (ev *Evaluator) HasAttr(t *Thunk, path ...string) (Truth, *Cond) { panic("being written") }

// Value is an attribute's value as a thunk: the cases of its definitions.
func (ev *Evaluator) Value(a Attr) *Thunk { panic("being written") }

// Call is fn applied to args, one after the other.
func (ev *Evaluator) Call(fn *Thunk, args ...*Thunk) *Thunk { panic("being written") }

// Equal says whether a == b.
func (ev *Evaluator) Equal(a, b *Thunk) Truth { panic("being written") }

// Lib is nixpkgs' lib, as far as this package knows it. Its attributes that
// are not known are unknown.
func (ev *Evaluator) Lib() *Thunk { panic("being written") }

// Pkgs is a package set of which nothing is known but names.
func (ev *Evaluator) Pkgs() *Thunk { panic("being written") }

// Opaque describes a value from outside.
type Opaque struct {
	// Label is how the source writes it: "config". Two opaque values of the
	// same Label count as the same thing when conditions are compared, unless
	// it is empty.
	Label string
	// Reason says why it is not known, as in [Unknown.Reason].
	Reason string
	Sort   Sort
	// At is the place that Reason speaks of, if any.
	At nixast.Node
	// Attr gives the attributes that are known nevertheless; nil for the
	// others, which are then unknown with a longer Label. It is asked once a
	// selection. It may use the Evaluator. May be nil.
	Attr func(name string) *Thunk
}

// Opaque makes an unknown value.
func (ev *Evaluator) Opaque(o Opaque) *Thunk { panic("being written") }

// Defer is a value that compute makes when it is asked for; compute may use
// the Evaluator.
func (ev *Evaluator) Defer(compute func() *Thunk) *Thunk { panic("being written") }

// Known wraps a value.
func Known(v Value) *Thunk { return &Thunk{value: v} }

// NewBool, NewString, NewList and NewAttrs make values that come from no file.
func NewBool(b bool) *Thunk                   { panic("being written") }
func NewInt(i int64) *Thunk                   { panic("being written") }
func NewNull() *Thunk                         { panic("being written") }
func NewString(s string) *Thunk               { panic("being written") }
func NewList(items ...*Thunk) *Thunk          { panic("being written") }
func NewAttrs(attrs map[string]*Thunk) *Thunk { panic("being written") }

// NewOpenAttrs is NewAttrs with further attributes that are not known, for
// the reason of rest (made by [Evaluator.Opaque]): the arguments of a module.
func (ev *Evaluator) NewOpenAttrs(attrs map[string]*Thunk, rest *Thunk) *Thunk {
	panic("being written")
}

// And is the condition that a and b hold; nil counts as true. The Truth is No
// if they exclude each other.
func (ev *Evaluator) And(a, b *Cond) (*Cond, Truth) { panic("being written") }

// Not is the condition that c does not hold.
func (ev *Evaluator) Not(c *Cond) *Cond { panic("being written") }
