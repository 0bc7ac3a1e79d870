package emit

import (
	"wardnix/nixast"
)

// isVariable reports whether n is a name that is looked up: an identifier that
// is used as a value, or a name in a plain inherit.
func isVariable(n nixast.Node) bool {
	if n.Kind() != nixast.Ident {
		return false
	}
	p := n.Parent()
	switch p.Kind() {
	case nixast.AttrPathNode:
		return false
	case nixast.FormalNode:
		return p.Child(0) != n
	case nixast.LambdaNode:
		l, _ := p.AsLambda()
		return l.Param() != n
	case nixast.InheritNode:
		i, _ := p.AsInherit()
		return i.From().IsZero()
	}
	return true
}

// readers are the variables below scope that are called name and that no inner
// scope binds.
func readers(scope nixast.Node, name string) []nixast.Node {
	var found []nixast.Node
	for n := range scope.Descendants() {
		if n.Kind() == nixast.Ident && n.Text() == name && isVariable(n) && !rebound(n, scope, name) {
			found = append(found, n)
		}
	}
	return found
}

// rebound reports whether a scope between n and outer binds name.
func rebound(n, outer nixast.Node, name string) bool {
	inner := n
	for a := range n.Ancestors() {
		if a == outer {
			return false
		}
		if a.Kind() == nixast.InheritNode { // its names are looked up outside its set
			inner = a.Parent()
			continue
		}
		if a != inner && binds(a, name) {
			return true
		}
	}
	return false
}

// binds reports whether the scope n gives the name a value.
func binds(n nixast.Node, name string) bool {
	switch n.Kind() {
	case nixast.LambdaNode:
		l, _ := n.AsLambda()
		if p := l.Param(); !p.IsZero() && p.Text() == name {
			return true
		}
		for f := range l.Formals().Items() {
			if f.Name().Text() == name {
				return true
			}
		}
	case nixast.Let, nixast.LegacyLet, nixast.AttrSet:
		return isScope(n) && definesAttr(n, name)
	}
	return false
}

// isScope reports whether the entries of n are variables inside it.
func isScope(n nixast.Node) bool {
	s, ok := n.AsAttrSet()
	return ok && s.Rec() || n.Kind() == nixast.Let || n.Kind() == nixast.LegacyLet
}

func definesAttr(set nixast.Node, name string) bool {
	for e := range set.Entries() {
		if beginsWith(e, name) || inherits(e, name) {
			return true
		}
	}
	return false
}

// inherits reports whether n is an inherit that lists name.
func inherits(n nixast.Node, name string) bool {
	i, ok := n.AsInherit()
	if !ok {
		return false
	}
	for a := range i.Attrs() {
		if attrKey(a) == name {
			return true
		}
	}
	return false
}

// captures refuses a new name in set if variables inside would then mean it.
func captures(set nixast.Node, name string) error {
	if !isScope(set) {
		return nil
	}
	if r := readers(set, name); len(r) > 0 {
		return refuse(r[0], "%s would get another meaning inside", name)
	}
	return nil
}

// Shared reports whether the text of n is used from more than one place, as far
// as the file says: n lies in a let or rec binding that is read more than
// once, or in a function that may be called more than once. The functions at
// the top of the file do not count, nor do those that are written as modules
// are (with { …, ... }: as a value or in a list). The error is a [*Refusal]
// that names the binding or function; nil means that nothing speaks against
// editing n.
func Shared(n nixast.Node) error { return shared(n, 0) }

// maxReaders bounds how many bindings, each the only reader of the one before,
// are followed: they may read each other in a circle.
const maxReaders = 16

func shared(n nixast.Node, depth int) error {
	var function nixast.Node // the outermost function crossed that nothing has accounted for yet
	child := n
	for a := range n.Ancestors() {
		switch a.Kind() {
		case nixast.LambdaNode:
			if l, _ := a.AsLambda(); l.Body() == child && !atTop(a) && function.IsZero() {
				function = a
			}
		case nixast.Apply:
			if function.IsZero() {
				break
			}
			if call, _ := a.AsApply(); call.Arg() == child {
				return refuse(function, "it is in a function that may be called more than once")
			}
			function = nixast.Node{} // called where it is written
		case nixast.BindingNode:
			b, _ := a.AsBinding()
			if err := sharedBinding(b, &function, depth); err != nil {
				return err
			}
		case nixast.List:
			if !function.IsZero() && !likeModule(function) {
				return refuse(function, "it is in a function that may be called more than once")
			}
			function = nixast.Node{}
		}
		child = a
	}
	return nil
}

// sharedBinding refuses if b, a variable, is read more than once, or if the
// function that b holds may be called more than once.
func sharedBinding(b nixast.Binding, function *nixast.Node, depth int) error {
	held := *function
	*function = nixast.Node{}
	scope, keys := b.Parent(), pathKeys(b.Node)
	if !isScope(scope) || len(keys) == 0 {
		if !held.IsZero() && !likeModule(held) {
			return refuse(held, "it is in the function %s, which may be called more than once", dotted(keys))
		}
		return nil
	}
	uses := readers(scope, keys[0])
	limit := 1
	if scope.Kind() == nixast.AttrSet {
		limit = 0 // being an attribute is a use as well
	}
	if len(uses) > limit {
		return refuse(b.Node, "%s has other users", keys[0])
	}
	if len(uses) == 0 {
		return nil
	}
	reader := uses[0]
	called := reader.Parent().Kind() == nixast.Apply && reader.Parent().Child(0) == reader
	if !held.IsZero() && !called {
		return refuse(held, "it is in the function %s, which may be called more than once", keys[0])
	}
	if depth == maxReaders {
		return refuse(b.Node, "who reads %s is too far away to be sure", keys[0])
	}
	return shared(reader, depth+1)
}

// atTop reports whether n is reached from the root through functions, let, with,
// assert and parentheses alone.
func atTop(n nixast.Node) bool {
	for a := range n.Ancestors() {
		switch a.Kind() {
		case nixast.LambdaNode, nixast.With, nixast.Assert, nixast.Let, nixast.Paren, nixast.Root:
		default:
			return false
		}
	}
	return true
}

// likeModule reports whether a function is written as modules are.
func likeModule(n nixast.Node) bool {
	l, ok := n.AsLambda()
	return ok && !l.Formals().IsZero() && !l.Formals().Ellipsis().IsZero()
}
