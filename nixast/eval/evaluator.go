package eval

import (
	"context"

	"wardnix/nixast"
)

// Importer gives the files that expressions import. It decides what may be
// read; eval itself opens nothing.
type Importer interface {
	// Import gives the file that "import path" means: the file path itself, or
	// default.nix in the directory path. The error's text is shown to the user as
	// the reason for an unknown value: "./x.nix is not in this project".
	// For one path it must always give the same *File.
	Import(path string) (*nixast.File, error)
}

// Lister is an [Importer] that also reports what directories hold. Without it, that
// is not known.
type Lister interface {
	Importer
	// List gives what is in the directory path: types, as builtins.readDir says
	// them ("regular", "directory", "symlink", "unknown"), by name. An error
	// means that it is not known.
	List(path string) (map[string]string, error)
	// Exists reports whether there is something at path.
	Exists(path string) Truth
}

// Reader is an [Importer] that also reads files that are no expressions. Without it, what
// they hold is not known.
type Reader interface {
	Importer
	// Read gives the text of the file path. An error means that it is not known.
	Read(path string) (string, error)
}

// Options configure an [Evaluator]. The zero Options are usable.
type Options struct {
	// Importer gives imported files; without one every import is unknown.
	Importer Importer
	// Release is the NixOS release that lib.trivial.release says, such as
	// "25.11"; empty if it is not known.
	Release string
	// Limits bound the work of one call; fields that are 0 get the default.
	Limits Limits
	// Budget bounds the work in all; without one, [NewBudget] gives the default.
	Budget *Budget
	// Earlier, if not nil, is an evaluator whose conditions may be combined with those of
	// the new one. Both are for the same goroutine then.
	Earlier *Evaluator
}

// Limits bound the work. What lies beyond is [Unknown] with a reason.
type Limits struct {
	// Steps is the number of expressions and builtin steps evaluated for one
	// call of an Evaluator's method. Default 1,000,000.
	Steps int
	// Depth is how deep evaluation may nest. Default 5,000.
	Depth int
	// Size is the longest list, the largest set and the number of pieces or
	// cases of a value. Default 100,000.
	Size int
	// Cases is the greatest number of cases of a scalar. Default 64.
	Cases int
}

// withDefaults fills in what is 0.
func (l Limits) withDefaults() Limits {
	for _, f := range []struct {
		field *int
		value int
	}{
		{&l.Steps, 1_000_000}, {&l.Depth, 5_000}, {&l.Size, 100_000}, {&l.Cases, 64},
	} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	return l
}

// Evaluator evaluates. It keeps what it computed, and it is for one goroutine
// at a time.
type Evaluator struct {
	release      string
	importer     Importer
	limits       Limits
	budget       *Budget
	spent        *Unknown // what everything is once the budget is used up
	base         *env     // the names that are there without being bound
	lib, pkgs    *Thunk   // once they are made
	libFunctions []Attr   // of lib without its namespaces, by name, once they are made
	files        map[*nixast.File]*Thunk
	scopes       map[nixast.Node]*env // for At
	*identities

	undecided map[nixast.Node]int // the cases of an expression that are being looked at

	spare *setBuilder // that the next set uses; nil if there is none

	inside   bool // a call from outside is under way
	steps    int  // of it
	depth    int
	assumed  bool // an assertion that is not decided was met since it was last cleared
	shadowed bool // a file binds __sub or the like
}

// identities distinguish the conditions of an evaluator, and of those that are combined
// with them.
type identities struct {
	leafConds map[string]*Cond // by the keys of their values
	conds     map[condKey]*Cond
	condIDs   int32 // the last id of a condition that was given out
	serial    int   // the last one of a value
}

// New makes an Evaluator.
func New(opts Options) *Evaluator {
	ev := &Evaluator{
		importer:  opts.Importer,
		release:   opts.Release,
		limits:    opts.Limits.withDefaults(),
		budget:    opts.Budget,
		files:     map[*nixast.File]*Thunk{},
		scopes:    map[nixast.Node]*env{},
		undecided: map[nixast.Node]int{},
	}
	if opts.Earlier != nil {
		ev.identities = opts.Earlier.identities
	} else {
		ev.identities = &identities{leafConds: map[string]*Cond{}, conds: map[condKey]*Cond{}}
	}
	if ev.budget == nil {
		ev.budget = NewBudget(context.Background(), 0, 0)
	}
	ev.base = ev.baseScope()
	return ev
}

// File is the value of f's expression. A file is evaluated once.
func (ev *Evaluator) File(f *nixast.File) *Thunk {
	t := ev.files[f]
	if t == nil {
		t = &Thunk{node: f.Expr(), env: ev.base}
		ev.files[f] = t
	}
	return t
}

// Force computes t. The result is never nil.
func (ev *Evaluator) Force(t *Thunk) Value {
	defer ev.end(ev.begin())
	return ev.force(t)
}

// Cases are the values that t may have: one without condition if there is
// just one, else in order, first match wins, the last without condition. None
// of them is a [Choice], and no string has conditions in it, as long as that
// makes few cases. Cases that certainly fail are left out.
func (ev *Evaluator) Cases(t *Thunk) []Case {
	defer ev.end(ev.begin())
	v := ev.force(t)
	if isOne(v) {
		return []Case{{Value: t}}
	}
	ls := ev.leaves(v)
	if len(ls) == 1 && ls[0].v == v {
		return []Case{{Value: t}}
	}
	out := make([]Case, len(ls))
	for i, l := range ls {
		out[i] = Case{l.when, Known(l.v)}
	}
	return out
}

// HasCases reports whether [Evaluator.Cases] may give anything but t itself.
func (ev *Evaluator) HasCases(t *Thunk) bool {
	defer ev.end(ev.begin())
	return !isOne(ev.force(t))
}

// Attrs is t as a set. Alternatives of sets become one set with conditions at
// its attributes, an unknown value becomes a set of which nothing is known
// (see [Attrs.Rest]), and other values give nil.
func (ev *Evaluator) Attrs(t *Thunk) *Attrs {
	defer ev.end(ev.begin())
	v := ev.force(t)
	return ev.asAttrs(v.Origin(), v)
}

// List is t as a list, in the manner of [Evaluator.Attrs].
func (ev *Evaluator) List(t *Thunk) *List {
	defer ev.end(ev.begin())
	v := ev.force(t)
	return ev.asList(v.Origin(), v)
}

// String is t as a string, in the manner of [Evaluator.Attrs]; nil for what
// is not a string. Nothing is coerced.
func (ev *Evaluator) String(t *Thunk) *String {
	defer ev.end(ev.begin())
	switch s := ev.force(t).(type) {
	case *String:
		return s
	case *Unknown:
		return &String{s.origin, []Piece{{Unknown: s}}}
	case *Choice:
		if !ev.all(s, "string") {
			return nil
		}
		ps, u := ev.coerce(s.node, s, interpolation)
		if u != nil {
			ps = []Piece{{Unknown: u}}
		}
		return &String{s.origin, ps}
	}
	return nil
}

// Truth says whether t is true. For Maybe, the Cond is under what condition.
func (ev *Evaluator) Truth(t *Thunk) (Truth, *Cond) {
	defer ev.end(ev.begin())
	v := ev.force(t)
	return ev.truth(v.Origin(), v)
}

// Select is t.a.b…; Unknown with a Failure if it is certainly not there.
func (ev *Evaluator) Select(t *Thunk, path ...string) *Thunk {
	defer ev.end(ev.begin())
	v := ev.force(t)
	return Known(ev.selectPath(v.Origin(), v, names(path...), nil))
}

// Value is an attribute's value as a thunk: the cases of its definitions.
func (ev *Evaluator) Value(a Attr) *Thunk {
	defer ev.end(ev.begin())
	return ev.value(a.site(), a, nil)
}

// Call is fn applied to args, one after the other.
func (ev *Evaluator) Call(fn *Thunk, args ...*Thunk) *Thunk {
	defer ev.end(ev.begin())
	return Known(ev.applyAll(ev.force(fn).Origin(), fn, args...))
}

// Equal says whether a == b.
func (ev *Evaluator) Equal(a, b *Thunk) Truth {
	defer ev.end(ev.begin())
	x, y := ev.force(a), ev.force(b)
	t, _ := ev.truth(x.Origin(), ev.equals(x.Origin(), x, y))
	return t
}

// Lib is nixpkgs' lib, as far as this package knows it. Its attributes that
// are not known are unknown.
func (ev *Evaluator) Lib() *Thunk { return ev.libThunk() }

// Pkgs is a package set of which nothing is known but names. Its lib is [Evaluator.Lib].
func (ev *Evaluator) Pkgs() *Thunk {
	if ev.pkgs == nil {
		ev.pkgs = Known(ev.packages(nixast.Node{}, "pkgs"))
	}
	return ev.pkgs
}

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
	// others, which are then unknown with a longer Label. It may be called
	// several times, and must answer alike. It may use the Evaluator. May be nil.
	Attr func(name string) *Thunk
}

// Opaque makes an unknown value.
func (ev *Evaluator) Opaque(o Opaque) *Thunk {
	u := &Unknown{origin: origin{o.At}, At: o.At, Reason: o.Reason, Label: o.Label, Sort: o.Sort, attr: o.Attr}
	if o.Label != "" {
		u.key = "opaque " + o.Label
	}
	return Known(ev.identify(u))
}

// Defer is a value that compute makes when it is requested; compute may use
// the Evaluator.
func (ev *Evaluator) Defer(compute func() *Thunk) *Thunk {
	return &Thunk{value: deferred(compute)}
}

// At is the value of the expression n in its lexical scope. Parameters of the
// functions around it are opaque, except lib and pkgs.
func (ev *Evaluator) At(n nixast.Node) *Thunk {
	defer ev.end(ev.begin())
	return ev.thunk(n, ev.scopeOf(n))
}

// scopeOf is the scope that n is in.
func (ev *Evaluator) scopeOf(n nixast.Node) *env {
	parent := n.Parent()
	if parent.IsZero() {
		return ev.base
	}
	if u := ev.enter(n); u != nil {
		return ev.base
	}
	defer ev.leave()
	key := scopeKey(n, parent)
	if e, ok := ev.scopes[key]; ok {
		return e
	}
	e := ev.innerScope(n, parent, ev.scopeOf(parent))
	ev.scopes[key] = e
	return e
}

// scopeKey is the node whose inside n belongs to. The two parts of a with are
// in different scopes.
func scopeKey(n, parent nixast.Node) nixast.Node {
	if w, ok := parent.AsWith(); ok && w.Subject() == n {
		return n
	}
	return parent
}

// innerScope is the scope inside parent, at n, where e is the one around it.
func (ev *Evaluator) innerScope(n, parent nixast.Node, e *env) *env {
	switch parent.Kind() {
	case nixast.Let:
		return ev.letScope(parent, e)
	case nixast.LegacyLet:
		_, inner := ev.evalSet(parent, e)
		return inner
	case nixast.AttrSet:
		if set, _ := parent.AsAttrSet(); !set.Rec() {
			return e
		}
		_, inner := ev.evalSet(parent, e)
		return inner
	case nixast.With:
		w, _ := parent.AsWith()
		if w.Subject() == n {
			return e
		}
		return &env{up: e, with: ev.thunk(w.Subject(), e)}
	case nixast.LambdaNode:
		l, _ := parent.AsLambda()
		return ev.paramScope(l, e)
	}
	return e
}

// paramScope binds a function's parameters to opaque values.
func (ev *Evaluator) paramScope(l nixast.Lambda, e *env) *env {
	scope := &env{up: e}
	bind := func(name nixast.Node) {
		switch text := name.Text(); text {
		case "lib":
			scope.bind(text, ev.libThunk())
		case "pkgs":
			scope.bind(text, Known(ev.packages(name, text)))
		default:
			scope.bind(text, ev.Opaque(Opaque{
				Label: text, At: name, Reason: "`" + text + "` is an argument of the function around it",
			}))
		}
	}
	if p := l.Param(); !p.IsZero() {
		bind(p)
	}
	for f := range l.Formals().Items() {
		bind(f.Name())
	}
	return scope
}
