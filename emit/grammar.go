package emit

import "wardnix/nixast"

// Levels are how tightly an expression binds, from Nix's grammar (parser.y of
// Nix 2.8 to 2.36): an expression needs no parentheses where the
// level needed is not above its own.
const (
	levelAny     = 0   // function, let, if, assert, with
	levelNegate  = 85  // -a
	levelHasAttr = 80  // a ? b
	levelNot     = 60  // !a
	levelApply   = 90  // f a
	levelSelect  = 95  // a.b
	levelAtom    = 100 // what has its own brackets or is one word
)

// binaryLevel is the level of an operator.
func binaryLevel(op nixast.Kind) int {
	switch op {
	case nixast.Concat:
		return 75
	case nixast.Star, nixast.Slash:
		return 70
	case nixast.Plus, nixast.Minus:
		return 65
	case nixast.Update:
		return 55
	case nixast.Less, nixast.LessEq, nixast.Greater, nixast.GreaterEq:
		return 50
	case nixast.EqEq, nixast.NotEq:
		return 45
	case nixast.And:
		return 40
	case nixast.Or:
		return 35
	case nixast.Implies:
		return 30
	case nixast.PipeInto, nixast.PipeFrom:
		return 25
	}
	return levelAny
}

// level is how tightly n binds.
func level(n nixast.Node) int {
	switch n.Kind() {
	case nixast.LambdaNode, nixast.Let, nixast.If, nixast.Assert, nixast.With, nixast.Missing, nixast.Error, nixast.None:
		return levelAny
	case nixast.Apply:
		return levelApply
	case nixast.Select:
		return levelSelect
	case nixast.HasAttr:
		return levelHasAttr
	case nixast.Unary:
		if n.First().Kind() == nixast.Not {
			return levelNot
		}
		return levelNegate
	case nixast.Binary:
		b, _ := n.AsBinary()
		return binaryLevel(b.Op())
	}
	return levelAtom
}

// levelOf is the level of an expression in source text.
func levelOf(text string) int {
	return level(nixast.Parse("", text, nixast.Options{PipeOperators: true}).Expr())
}

// required is the least level of an expression that can be where n is.
// Next to an operator it requires more than the operator's own level, so that no
// rule of associativity is needed.
func required(n nixast.Node) int {
	p := n.Parent()
	switch p.Kind() {
	case nixast.List:
		return levelSelect
	case nixast.Apply:
		if p.Child(0) == n {
			return levelApply
		}
		return levelSelect
	case nixast.Select:
		if p.Child(0) == n {
			return levelAtom
		}
		return levelSelect
	case nixast.HasAttr:
		return levelHasAttr
	case nixast.Unary:
		return level(p)
	case nixast.Binary:
		return level(p) + 1
	}
	return levelAny
}
