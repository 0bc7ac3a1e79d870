package nixast

import "iter"

// The views below name the parts of a node. Each As method reports false for
// a node of another kind. A part that the grammar requires and the source
// lacks is a node of kind [Missing]; a part that is optional and absent is the
// zero Node.

// Binding is a.b = c;
type Binding struct{ Node }

// AsBinding views n as a binding.
func (n Node) AsBinding() (Binding, bool) { return Binding{n}, n.Kind() == BindingNode }

// Path is the attribute path on the left.
func (b Binding) Path() AttrPath { return AttrPath{b.Child(0)} }

// Value is the expression on the right.
func (b Binding) Value() Node { return b.Child(1) }

// Inherit is inherit a b; or inherit (e) a b;
type Inherit struct{ Node }

// AsInherit views n as an inherit.
func (n Node) AsInherit() (Inherit, bool) { return Inherit{n}, n.Kind() == InheritNode }

// From is the expression in parentheses, parentheses excluded; the zero Node
// for a plain inherit.
func (i Inherit) From() Node {
	if c := i.Child(0); c.Kind() == Paren {
		return c.Child(0)
	}
	return Node{}
}

// Attrs yields the inherited names: nodes as in [AttrPath.Attrs].
func (i Inherit) Attrs() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for c := range i.Children() {
			if c.Kind() != Paren && c.Kind() != Error && !yield(c) {
				return
			}
		}
	}
}

// AttrPath is a.b."c".${d}
type AttrPath struct{ Node }

// Attrs yields the components: [Ident], [String], [Interpolation] or [Missing].
// Their names are given by [Node.AttrName].
func (p AttrPath) Attrs() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for c := range p.Children() {
			if c.Kind() != Error && !yield(c) {
				return
			}
		}
	}
}

// AttrSetView is { … } or rec { … }.
type AttrSetView struct{ Node }

// AsAttrSet views n as an attrset.
func (n Node) AsAttrSet() (AttrSetView, bool) { return AttrSetView{n}, n.Kind() == AttrSet }

// Rec reports whether the set is recursive.
func (s AttrSetView) Rec() bool { return s.First().Kind() == KwRec }

// Entries yields the bindings and inherits of an [AttrSet], [Let] or
// [LegacyLet], in order; nothing for other nodes.
func (n Node) Entries() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for c := range n.Children() {
			if k := c.Kind(); (k == BindingNode || k == InheritNode) && !yield(c) {
				return
			}
		}
	}
}

// Bindings yields the bindings of an [AttrSet], [Let] or [LegacyLet], in
// order, without its inherits.
func (n Node) Bindings() iter.Seq[Binding] {
	return func(yield func(Binding) bool) {
		for c := range n.Children() {
			if b, ok := c.AsBinding(); ok && !yield(b) {
				return
			}
		}
	}
}

// LetView is let … in …
type LetView struct{ Node }

// AsLet views n as a let.
func (n Node) AsLet() (LetView, bool) { return LetView{n}, n.Kind() == Let }

// Body is the expression after "in".
func (l LetView) Body() Node { return l.lastChild() }

// Lambda is a function.
type Lambda struct{ Node }

// AsLambda views n as a function.
func (n Node) AsLambda() (Lambda, bool) { return Lambda{n}, n.Kind() == LambdaNode }

// Param is the name of the argument as a whole: the a of a: … and of
// a@{ … }: …; the zero Node where there is none.
func (l Lambda) Param() Node {
	if c := l.Child(0); c.Kind() == Ident {
		return c
	}
	if c := l.Child(1); c.Kind() == Ident && l.OwnToken(At).Kind() == At {
		return c
	}
	return Node{}
}

// Formals is the { … } before the colon; its Node is zero for a: …
func (l Lambda) Formals() Formals {
	for c := range l.Children() {
		if c.Kind() == FormalsNode {
			return Formals{c}
		}
	}
	return Formals{}
}

// Body is the expression after the colon.
func (l Lambda) Body() Node { return l.lastChild() }

// Formals is { a, b ? c, ... }
type Formals struct{ Node }

// Items yields the formals in order.
func (f Formals) Items() iter.Seq[Formal] {
	return func(yield func(Formal) bool) {
		for c := range f.Children() {
			if c.Kind() == FormalNode && !yield(Formal{c}) {
				return
			}
		}
	}
}

// Ellipsis is the "..."; the zero Token if other arguments are not allowed.
func (f Formals) Ellipsis() Token { return f.OwnToken(Ellipsis) }

// Formal is a or b ? c
type Formal struct{ Node }

// Name is the formal's name.
func (f Formal) Name() Node { return f.Child(0) }

// Default is the expression after "?"; the zero Node if there is none.
func (f Formal) Default() Node { return f.Child(1) }

// ApplyView is f a.
type ApplyView struct{ Node }

// AsApply views n as an application.
func (n Node) AsApply() (ApplyView, bool) { return ApplyView{n}, n.Kind() == Apply }

// Func is the function; itself an Apply when there are several arguments.
func (a ApplyView) Func() Node { return a.Child(0) }

// Arg is the argument. In e or (an oddity of Nix) it is an [Ident] whose
// text is "or".
func (a ApplyView) Arg() Node { return a.Child(1) }

// SelectView is a.b or a.b or c.
type SelectView struct{ Node }

// AsSelect views n as a selection.
func (n Node) AsSelect() (SelectView, bool) { return SelectView{n}, n.Kind() == Select }

// Expr is the expression before the dot.
func (s SelectView) Expr() Node { return s.Child(0) }

// Path is the attribute path after the dot.
func (s SelectView) Path() AttrPath { return AttrPath{s.Child(1)} }

// Default is the expression after "or"; the zero Node if there is none.
func (s SelectView) Default() Node { return s.Child(2) }

// HasAttrView is a ? b.
type HasAttrView struct{ Node }

// AsHasAttr views n as an attribute test.
func (n Node) AsHasAttr() (HasAttrView, bool) { return HasAttrView{n}, n.Kind() == HasAttr }

// Expr is the expression before "?".
func (h HasAttrView) Expr() Node { return h.Child(0) }

// Path is the attribute path after "?".
func (h HasAttrView) Path() AttrPath { return AttrPath{h.Child(1)} }

// UnaryView is -a or !a.
type UnaryView struct{ Node }

// AsUnary views n as a prefix operation.
func (n Node) AsUnary() (UnaryView, bool) { return UnaryView{n}, n.Kind() == Unary }

// Op is the operator: [Minus] or [Not].
func (u UnaryView) Op() Kind { return u.First().Kind() }

// Operand is the expression after the operator.
func (u UnaryView) Operand() Node { return u.Child(0) }

// BinaryView is a + b and so on.
type BinaryView struct{ Node }

// AsBinary views n as a binary operation.
func (n Node) AsBinary() (BinaryView, bool) { return BinaryView{n}, n.Kind() == Binary }

// Left is the expression before the operator.
func (b BinaryView) Left() Node { return b.Child(0) }

// Right is the expression after the operator.
func (b BinaryView) Right() Node { return b.Child(1) }

// OpToken is the operator.
func (b BinaryView) OpToken() Token {
	for t := range b.OwnTokens() {
		if !t.Kind().IsTrivia() {
			return t
		}
	}
	return Token{}
}

// Op is the operator's kind, [Plus] for instance; [Assign] where the source has
// "=" for "==".
func (b BinaryView) Op() Kind { return b.OpToken().Kind() }

// IfView is if a then b else c.
type IfView struct{ Node }

// AsIf views n as a conditional.
func (n Node) AsIf() (IfView, bool) { return IfView{n}, n.Kind() == If }

// Cond is the condition.
func (i IfView) Cond() Node { return i.Child(0) }

// Then is the expression after "then".
func (i IfView) Then() Node { return i.Child(1) }

// Else is the expression after "else".
func (i IfView) Else() Node { return i.Child(2) }

// ScopeView is assert a; b or with a; b.
type ScopeView struct{ Node }

// AsAssert views n as an assert.
func (n Node) AsAssert() (ScopeView, bool) { return ScopeView{n}, n.Kind() == Assert }

// AsWith views n as a with.
func (n Node) AsWith() (ScopeView, bool) { return ScopeView{n}, n.Kind() == With }

// Subject is the expression before the semicolon: what is asserted, or the
// set whose names come into scope.
func (s ScopeView) Subject() Node { return s.Child(0) }

// Body is the expression after the semicolon.
func (s ScopeView) Body() Node { return s.Child(1) }

// Inner is the expression inside a [Paren] or an [Interpolation], or the
// expression of the [Root]; the zero Node for other kinds.
func (n Node) Inner() Node {
	switch n.Kind() {
	case Paren, Interpolation, Root:
		return n.Child(0)
	}
	return Node{}
}

// Unparen is n without the parentheses around it.
func (n Node) Unparen() Node {
	for n.Kind() == Paren {
		n = n.Child(0)
	}
	return n
}

func (n Node) lastChild() Node {
	last := Node{}
	for c := range n.Children() {
		if c.Kind() != Error {
			last = c
		}
	}
	return last
}

// NamesFunction reports whether n is the function of that name, of lib, builtins
// or in scope.
func (n Node) NamesFunction(name string) bool {
	n = n.Unparen()
	if s, ok := n.AsSelect(); ok {
		last := Node{}
		for a := range s.Path().Attrs() {
			last = a
		}
		got, ok := last.AttrName()
		return ok && got == name
	}
	return n.Kind() == Ident && n.Text() == name
}

// Place is the part of n that a message points at: the path of a binding, else all
// of n.
func (n Node) Place() (*File, Span) {
	if b, ok := n.AsBinding(); ok {
		return n.File(), b.Path().Span()
	}
	return n.File(), n.Span()
}

// LastNamePlace is where the last name of a binding's path is.
func (n Node) LastNamePlace() (*File, Span) {
	b, ok := n.AsBinding()
	if !ok {
		return n.File(), n.Span()
	}
	last := b.Path().Node
	for a := range b.Path().Attrs() {
		last = a
	}
	return n.File(), last.Span()
}

// AttrNamed is the attribute of a binding's path that has a name; the zero Node if
// the path does not have it, or n is not a binding.
func (n Node) AttrNamed(name string) Node {
	found := Node{}
	if b, ok := n.AsBinding(); ok {
		for a := range b.Path().Attrs() {
			if got, ok := a.AttrName(); ok && got == name {
				found = a
			}
		}
	}
	return found
}
