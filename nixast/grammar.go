package nixast

// sense is what an "=" after an expression means to the author.
type sense uint8

const (
	bare   sense = iota // outside everything: a binding without a set
	inBind              // in a binding: the next binding, if a semicolon is missing
	inExpr              // elsewhere: a comparison
)

// parser parses the tokens of a file by Nix's grammar.
type parser struct {
	recovery
	opts   Options
	depth  int
	sense  sense
	hasNUL bool // there is a NUL byte in the source
}

// root parses the file.
func (p *parser) root() {
	p.pos = p.peek(0)
	if p.cur = p.kinds[p.pos]; p.cur != EOF {
		p.end = p.pos
	}
	p.byteOrderMark()
	p.expr()
	if p.cur != EOF {
		p.leftover()
	}
	p.end = p.pos
	for p.end > 0 && p.kinds[p.end-1] <= BlockComment {
		p.end--
	}
	p.nodes = append(p.nodes, post{min(p.peek(0), p.end), p.end, 0, Root})
}

// enter counts a level of nesting. It reports false, and replaces the
// expression, if there are too many.
func (p *parser) enter() bool {
	if p.depth >= maxDepth {
		p.tooDeep()
		return false
	}
	p.depth++
	return true
}

func (p *parser) leave() { p.depth-- }

// expr parses expr_function: what may be in parentheses.
func (p *parser) expr() {
	if !p.enter() {
		return
	}
	switch p.cur {
	case IdentTok:
		if k := p.next(); k == Colon || k == At {
			p.lambda()
		} else {
			p.op(1)
		}
	case LCurly:
		if p.atFormals() {
			p.lambda()
		} else {
			p.op(1)
		}
	case KwIf:
		p.ifExpr()
	case KwLet:
		if p.next() == LCurly {
			p.op(1)
		} else {
			p.let()
		}
	case KwWith:
		p.scope(With, "with")
	case KwAssert:
		p.scope(Assert, "assert")
	default:
		p.op(1)
	}
	p.leave()
}

// atFormals reports whether the current "{" opens formals and not a set.
func (p *parser) atFormals() bool {
	i := p.peek(p.pos + 1)
	switch p.kinds[i] {
	case Ellipsis, Comma:
		return true
	case RCurly:
		k := p.kinds[p.peek(i+1)]
		return k == Colon || k == At
	case IdentTok, KwOr:
		i = p.peek(i + 1)
		switch p.kinds[i] {
		case Comma, Question:
			return true
		case RCurly:
			k := p.kinds[p.peek(i+1)]
			return k == Colon || k == At
		}
	}
	return false
}

// lambda parses a function, from its argument on.
func (p *parser) lambda() {
	first, start := p.pos, len(p.nodes)
	named := p.cur == IdentTok
	if named {
		p.leaf(Ident)
		if p.cur == At {
			p.advance()
			if p.cur == LCurly {
				p.formals()
			} else {
				p.failHere("expected `{` with the function's arguments after `@`", "")
				p.missing()
			}
		}
	} else {
		p.formals()
	}
	if p.cur == At {
		if named && p.end > first+1 {
			p.failHere("the function's argument has two names", "keep one of them")
		}
		p.advance()
		switch {
		case p.cur == IdentTok && !named:
			p.leaf(Ident)
		case p.cur == IdentTok:
			p.skipOne()
		default:
			p.failHere("expected a name after `@`", "")
			p.missing()
		}
	}
	p.lambdaBody(first, start)
}

func (p *parser) lambdaBody(first uint32, start int) {
	if p.cur == Colon {
		p.advance()
	} else {
		p.failAfter("missing `:` after the function's arguments", "add `:`")
	}
	p.expr()
	p.emit(LambdaNode, first, start)
}

// formals parses { a, b ? c, ... }.
func (p *parser) formals() {
	first, start := p.pos, len(p.nodes)
	sense := p.sense
	p.sense = inExpr
	p.braces++
	p.advance()
	ellipsis := false
	for p.cur != RCurly && p.cur != EOF {
		if ellipsis {
			p.failAt(p.tokenSpan(p.end-1), "`...` must come last", "move `...` after the last argument")
		}
		if !p.formal(&ellipsis) {
			break
		}
		switch p.cur {
		case Comma:
			p.formalComma(ellipsis)
		case RCurly, EOF:
		case IdentTok, Ellipsis:
			p.failAfter("missing `,` between arguments", "add `,`")
		case Semicolon:
			p.failHere("arguments are separated by `,`, not `;`", "write `,`")
			p.skipOne()
		default:
			p.failHere("unexpected "+p.found()+" among the function's arguments", "")
			p.skipTo(Comma, Semicolon)
			if p.cur == Comma {
				p.advance()
			}
		}
	}
	p.braces--
	p.sense = sense
	p.close(RCurly, first)
	p.emit(FormalsNode, first, start)
}

// formalComma takes the comma after a formal; after "..." it is a mistake.
func (p *parser) formalComma(ellipsis bool) {
	if ellipsis && p.next() == RCurly {
		p.failHere("no `,` may follow `...`", "remove it")
	} else if ellipsis {
		p.failAt(p.tokenSpan(p.end-1), "`...` must come last", "move `...` after the last argument")
	}
	p.advance()
	p.failedAt = max(p.failedAt, p.whenReported(ellipsis))
}

// formal parses one formal, or the ellipsis. It reports false if nothing was taken.
func (p *parser) formal(ellipsis *bool) bool {
	first, start := p.pos, len(p.nodes)
	switch {
	case p.cur == Ellipsis:
		*ellipsis = true
		p.advance()
		return true
	case p.cur == IdentTok:
		p.leaf(Ident)
	case p.cur.IsKeyword() && p.cur != KwIn:
		p.failHere("`"+p.text()+"` is a keyword and can't be an argument", "")
		p.leaf(Ident)
	case p.cur == Comma:
		p.failHere("unexpected `,` among the function's arguments", "remove it")
		p.skipOne()
		return true
	case p.cur == Semicolon || p.closes():
		return false
	default:
		p.failHere("expected the name of an argument, found "+p.found(), "")
		p.skipTo(Comma, Semicolon)
		if p.cur == Comma {
			p.advance()
		}
		return !p.closes() && p.cur != Semicolon
	}
	if p.cur == Assign {
		p.failHere("the default of an argument is written with `?`", "write `?` for `=`")
		p.cur = Question
	}
	if p.cur == Question {
		p.advance()
		p.expr()
	}
	p.emit(FormalNode, first, start)
	return true
}

// ifExpr parses if a then b else c.
func (p *parser) ifExpr() {
	first, start := p.pos, len(p.nodes)
	sense := p.sense
	p.advance()
	p.thens++
	p.elses++
	p.sense = inExpr
	p.expr()
	p.sense = sense
	p.thens--
	if p.cur == KwThen {
		p.advance()
	} else if p.failAfter("missing `then` after the condition", "add `then`") {
		p.relate(p.tokenSpan(first), "the `if`")
	}
	p.expr()
	p.elses--
	if p.cur == KwElse {
		p.advance()
		p.expr()
	} else {
		if p.failAfter("this `if` has no `else`", "add `else` and what to give otherwise: `if` is an expression in Nix") {
			p.relate(p.tokenSpan(first), "the `if`")
		}
		p.missing()
	}
	p.emit(If, first, start)
}

// scope parses with a; b and assert a; b.
func (p *parser) scope(k Kind, word string) {
	first, start := p.pos, len(p.nodes)
	sense := p.sense
	p.advance()
	p.sense = inExpr
	p.expr()
	p.sense = sense
	switch p.cur {
	case Semicolon:
		p.advance()
	case KwIn:
		p.failHere("`"+word+"` ends with `;`, not with `in`", "write `;`")
		p.skipOne()
	default:
		p.failAfter("missing `;` after the expression of `"+word+"`", "add `;`")
	}
	if p.closes() {
		p.failAfter("`"+word+" …;` has no expression after it", "write `"+word+" a; b`")
	}
	p.expr()
	p.emit(k, first, start)
}

// let parses let … in ….
func (p *parser) let() {
	first, start := p.pos, len(p.nodes)
	p.advance()
	p.lets++
	p.bindings(first, KwIn)
	p.lets--
	if p.cur == KwIn {
		p.advance()
	} else if p.failHere("this `let` has no `in`", "add `in` before this expression") {
		p.last().Span = p.letSpan(first)
		p.relate(p.tokenSpan(first), "the `let`")
	}
	p.expr()
	p.emit(Let, first, start)
}

// Levels of the binary operators: the higher, the tighter. Between them lie
// the prefix operators "!" and "-".
const (
	levelPipe  = 1
	levelEq    = 5
	levelLess  = 6
	levelNot   = 9  // "!" takes everything from here on
	levelHas   = 12 // ?
	levelMinus = 13 // "-" takes applications only
)

// levels are the operators' levels; right is 1 for those that associate to
// the right.
var levels = [256]struct{ level, right uint8 }{
	PipeInto: {1, 0}, PipeFrom: {1, 1},
	Implies: {2, 1}, Or: {3, 0}, And: {4, 0}, EqEq: {5, 0}, NotEq: {5, 0},
	Less: {6, 0}, LessEq: {6, 0}, Greater: {6, 0}, GreaterEq: {6, 0},
	Update: {7, 1}, Plus: {9, 0}, Minus: {9, 0}, Star: {10, 0}, Slash: {10, 0},
	Concat: {11, 1}, Question: {12, 0},
}

// op parses an expression of operators of at least the given level.
func (p *parser) op(min uint8) {
	first, start := p.pos, len(p.nodes)
	switch p.cur {
	case Minus:
		p.prefix(levelMinus)
	case Not:
		p.prefix(levelNot)
	default:
		m := p.mark()
		p.apply()
		if p.cur == Assign && p.sense == inBind {
			p.rollBackOperand(m)
		}
	}
	p.operators(first, start, min)
}

// level is the level of the current token as an operator; 0 if it is none.
func (p *parser) level() uint8 {
	return levels[p.cur].level
}

func (p *parser) prefix(level uint8) {
	first, start := p.pos, len(p.nodes)
	if !p.enter() {
		return
	}
	p.advance()
	p.op(level)
	p.emit(Unary, first, start)
	p.leave()
}

// operators parses the operators after the operand that begins at first and
// start, as long as they are of at least the given level.
func (p *parser) operators(first uint32, start int, min uint8) {
	chained := uint8(0) // the level that no further operator may have
	for links := 0; ; links++ {
		if p.cur == Assign && p.sense == inExpr {
			p.failHere("`=` is for bindings; a comparison is written `==`", "write `==`")
			p.cur = EqEq
		}
		l := levels[p.cur]
		if l.level == 0 || l.level < min || p.tooLong(links) {
			return
		}
		if l.level == chained {
			p.failHere("`"+p.text()+"` can't be chained", "use parentheses, or join two comparisons with `&&`")
		}
		operator := p.pos
		if !p.enter() {
			return
		}
		p.settle(first, start)
		p.advance()
		if l.level == levelHas {
			p.attrPath()
			p.emit(HasAttr, first, start)
			p.leave()
			continue
		}
		right := len(p.nodes)
		p.op(l.level + 1 - l.right)
		p.emit(Binary, first, start)
		p.leave()
		switch l.level {
		case levelEq, levelLess:
			chained = l.level
		case levelPipe:
			p.pipe(operator, right)
		}
	}
}

// pipe checks the pipe that was just added; right is its right operand's start.
func (p *parser) pipe(operator uint32, right int) {
	for _, operand := range []int{right - 1, len(p.nodes) - 2} {
		if k := p.binaryOp(operand); (k == PipeInto || k == PipeFrom) && k != p.kinds[operator] {
			p.failAt(p.tokenSpan(operator), "`|>` and `<|` can't be mixed", "use parentheses")
		}
	}
	if p.opts.Dialect == Nix28 || !p.opts.PipeOperators {
		p.pipeOff(operator)
	}
}

// binaryOp is the operator of node i, if that is a Binary.
func (p *parser) binaryOp(i int) Kind {
	if p.nodes[i].kind != Binary {
		return None
	}
	left := int(p.nodes[i-1].start) - 1
	if left < int(p.nodes[i].start) {
		return None
	}
	return p.kinds[p.peek(p.nodes[left].end)]
}

// apply parses f a b.
func (p *parser) apply() {
	first, start := p.pos, len(p.nodes)
	p.selection()
	if len(p.nodes) == start+1 && p.nodes[start].kind == Missing {
		return
	}
	for links := 0; p.startsSimple() && !p.tooLong(links); links++ {
		m := p.mark()
		p.selection()
		if p.cur == Assign && p.sense == inBind && p.rollBackKey(m) {
			return
		}
		p.emit(Apply, first, start)
	}
}

// startsSimple reports whether the current token begins an expr_simple.
func (p *parser) startsSimple() bool {
	switch p.cur {
	case IdentTok, Quote, LParen, LCurly, LBracket, IntTok, PathTok, IndOpen, KwRec,
		SearchTok, HomeTok, FloatTok, URITok:
		return true
	case KwLet:
		return true
	case KwIf, KwWith, KwAssert:
		return !p.beginsLine(p.pos)
	case DollarCurly:
		return p.sense != inBind
	case Invalid:
		return p.src[p.offs[p.pos]] == '\''
	}
	return false
}

// startsExpr reports whether the current token begins an expression.
func (p *parser) startsExpr() bool {
	switch p.cur {
	case KwIf, KwLet, KwWith, KwAssert, Minus, Not:
		return true
	}
	return p.startsSimple()
}

// selection parses a, a.b and a.b or c.
func (p *parser) selection() {
	first, start := p.pos, len(p.nodes)
	p.simple()
	switch p.cur {
	case Dot:
		p.settle(first, start)
		p.advance()
		p.attrPath()
		if p.cur == KwOr {
			if !p.enter() {
				break
			}
			p.advance()
			if p.startsSimple() {
				p.selection()
			} else {
				p.failMissing("expected a default after `or`")
			}
			p.leave()
		}
		p.emit(Select, first, start)
	case KwOr:
		if len(p.nodes) == start+1 && p.nodes[start].kind == Missing {
			return
		}
		p.leaf(Ident)
		p.emit(Apply, first, start)
	}
}

// simple parses expr_simple.
func (p *parser) simple() {
	switch p.cur {
	case IdentTok:
		first, start := p.pos, len(p.nodes)
		p.leaf(Ident)
		if p.cur == Colon && (p.sense != inBind || !p.beginsLine(first)) {
			p.looseLambda(first, start)
		}
	case IntTok:
		p.checkInt()
		p.leaf(Int)
	case FloatTok:
		p.checkFloat()
		p.leaf(Float)
	case URITok:
		p.leaf(URI)
	case SearchTok:
		p.leaf(SearchPath)
	case PathTok, HomeTok:
		p.path()
	case Quote:
		p.str()
	case IndOpen:
		p.indStr()
	case LParen:
		p.paren()
	case LBracket:
		p.list()
	case LCurly:
		p.setOrFormals()
	case KwRec, KwLet:
		p.keywordSet()
	default:
		p.notAnExpression()
	}
}

// setOrFormals parses { … } where a function would need parentheses.
func (p *parser) setOrFormals() {
	if p.atFormals() {
		p.looseKeyword("a function")
		return
	}
	m := p.mark()
	if p.set(p.pos, AttrSet); p.cur == Colon && p.mayReread(p.pos-m.pos) {
		p.reset(m)
		p.lambda()
	}
}

// keywordSet parses rec { … } and let { … }.
func (p *parser) keywordSet() {
	first := p.pos
	switch {
	case p.cur == KwLet && p.next() == LCurly:
		p.advance()
		p.set(first, LegacyLet)
	case p.cur == KwLet:
		p.looseKeyword("`let`")
	case p.next() == LCurly:
		p.advance()
		p.set(first, AttrSet)
	default:
		p.advance()
		p.failAfter("expected `{` after `rec`", "")
		p.emit(AttrSet, first, len(p.nodes))
	}
}

// paren parses ( a ).
func (p *parser) paren() {
	first, start := p.pos, len(p.nodes)
	sense := p.sense
	p.sense = inExpr
	p.parens++
	p.advance()
	p.expr()
	p.parens--
	p.sense = sense
	p.close(RParen, first)
	p.emit(Paren, first, start)
}

// list parses [ a b ].
func (p *parser) list() {
	first, start := p.pos, len(p.nodes)
	if !p.enter() {
		return
	}
	sense := p.sense
	p.sense = inExpr
	p.brackets++
	p.advance()
	var commas []uint32
	for p.cur != RBracket {
		switch {
		case p.startsSimple():
			element, at := p.pos, len(p.nodes)
			p.selection()
			if p.level() != 0 || p.cur == Assign {
				p.looseOperator(element, at)
			}
		case p.cur == Comma:
			commas = append(commas, p.pos)
			p.skipOne()
		case p.cur == Minus || p.cur == Not:
			p.looseOperator(p.pos, len(p.nodes))
		case !p.stray("in this list"):
			goto done
		}
	}
done:
	p.brackets--
	p.sense = sense
	p.reportCommas(commas, "list elements are separated by spaces, not by commas")
	p.close(RBracket, first)
	p.emit(List, first, start)
	p.leave()
}

// set parses { … }, the bindings of an AttrSet or LegacyLet that begins at first.
func (p *parser) set(first uint32, k Kind) {
	start := len(p.nodes)
	if !p.enter() {
		return
	}
	open := p.pos
	p.advance()
	p.braces++
	p.bindings(open, RCurly)
	p.braces--
	p.close(RCurly, open)
	p.emit(k, first, start)
	p.leave()
}

// bindings parses bindings up to the closer: "}" or "in".
func (p *parser) bindings(open uint32, closer Kind) {
	sense := p.sense
	p.sense = inBind
	c := bindingsContext{open: open, closer: closer}
	for p.cur != closer {
		if p.cur == barrier {
			break
		}
		if p.guess.track {
			p.suspect(&c)
		}
		switch p.cur {
		case IdentTok, KwOr, Quote, DollarCurly:
			if !p.binding(&c) {
				p.sense = sense
				return
			}
		case KwInherit:
			if k := p.next(); k == Assign || k == Dot {
				p.binding(&c)
			} else {
				p.inherit()
			}
		default:
			if !p.strayInBindings(&c) {
				p.sense = sense
				return
			}
		}
	}
	p.sense = sense
}

// binding parses a.b = c;. It reports false if there is none: in a let whose
// "in" is missing the body may look like one.
func (p *parser) binding(c *bindingsContext) bool {
	m := p.mark()
	first, start := p.pos, len(p.nodes)
	p.attrPath()
	switch p.cur {
	case Assign:
		p.advance()
	case EqEq:
		p.failHere("`==` compares; a binding is written with `=`", "write `=`")
		p.advance()
	case Colon:
		if !c.colon {
			c.colon = p.failHere("attributes are written `a = 1;`; `:` makes a function", "write `=` for `:`")
		}
		if p.advance(); p.cur == Assign {
			p.advance()
		}
	default:
		if c.closer == KwIn && p.cur != Semicolon && p.cur != KwIn && !p.letGoesOn() {
			p.reset(m)
			return false
		}
		p.noAssign(first, c)
		p.emit(BindingNode, first, start)
		return true
	}
	if p.cur == Semicolon || p.cur == RCurly {
		p.failMissing("expected a value for `" + p.name(first) + "`")
	} else {
		p.expr()
	}
	p.semicolon(first, c)
	p.emit(BindingNode, first, start)
	return true
}

// inherit parses inherit (a) b c;.
func (p *parser) inherit() {
	first, start := p.pos, len(p.nodes)
	p.advance()
	if p.cur == LParen {
		p.paren()
	}
	var commas []uint32
loop:
	for {
		switch p.cur {
		case IdentTok, KwOr, Quote, DollarCurly:
			m := p.mark()
			p.attr()
			if p.cur == Assign {
				p.reset(m)
				break loop
			}
		case Comma:
			commas = append(commas, p.pos)
			p.skipOne()
		case Dot:
			p.inheritDot()
		default:
			break loop
		}
	}
	p.reportCommas(commas, "names are separated by spaces, not by commas")
	p.inheritEnd(first)
	p.emit(InheritNode, first, start)
}

// attrPath parses a.b.
func (p *parser) attrPath() {
	first, start := p.pos, len(p.nodes)
	p.attr()
	if n := p.nodes[start]; n.kind == Missing && len(p.nodes) == start+1 && p.cur != Dot {
		first = n.first
	} else {
		p.settle(first, start)
	}
	for p.cur == Dot {
		p.advance()
		p.attr()
	}
	p.emit(AttrPathNode, first, start)
}

// attr parses one component of an attribute path.
func (p *parser) attr() {
	switch p.cur {
	case IdentTok, KwOr:
		p.leaf(Ident)
	case Quote:
		p.str()
	case DollarCurly:
		p.interpolation()
	default:
		p.badAttr()
	}
}

// str parses "…".
func (p *parser) str() {
	first, start := p.pos, len(p.nodes)
	p.advance()
	for cut := p.atCut(); !cut; cut = cut || p.atCut() {
		switch p.cur {
		case StringText:
			p.checkNUL()
			p.advance()
		case DollarCurly:
			p.interpolation()
		case Quote:
			p.advance()
			p.emit(String, first, start)
			return
		default:
			cut = true
		}
	}
	p.unterminated(first, "string")
	p.emit(String, first, start)
}

// indStr parses an indented string.
func (p *parser) indStr() {
	first, start := p.pos, len(p.nodes)
	p.advance()
	for cut := p.atCut(); !cut; cut = cut || p.atCut() {
		switch p.cur {
		case IndText:
			p.checkNUL()
			p.advance()
		case DollarCurly:
			p.interpolation()
		case IndClose:
			p.advance()
			p.emit(IndString, first, start)
			return
		default:
			cut = true
		}
	}
	p.unterminated(first, "indented string")
	p.emit(IndString, first, start)
}

// interpolation parses ${ a }.
func (p *parser) interpolation() {
	first, start := p.pos, len(p.nodes)
	sense := p.sense
	p.sense = inExpr
	outer := p.interp
	p.interp = first + 1
	p.interps++
	p.advance()
	p.expr()
	p.interps--
	p.interp = outer
	p.sense = sense
	p.close(RCurly, first)
	p.emit(Interpolation, first, start)
}

// path parses a path with its interpolations: tokens that touch.
func (p *parser) path() {
	first, start := p.pos, len(p.nodes)
	pieces := 0
	for {
		at := p.pos
		if p.cur == DollarCurly {
			p.interpolation()
		} else {
			if pieces++; pieces == 2 && at == first+1 {
				p.failAt(p.tokenSpan(at), "a path has no `//`", "write one `/`")
			}
			p.advance()
		}
		if p.pos != p.end || p.cur != PathTok && p.cur != DollarCurly || p.offs[p.end] == p.offs[at] {
			break
		}
	}
	if at := p.offs[p.end]; p.kinds[p.end-1] != RCurly && p.src[at-1] == '/' {
		p.failCode(InvalidLiteral, Span{int(at) - 1, int(at)}, "path has a trailing slash", "remove the `/`, or write `/.`")
	}
	p.emit(Path, first, start)
}
