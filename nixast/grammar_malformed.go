package nixast

import "strings"

// leftover takes what is after the file's expression.
func (p *parser) leftover() {
	p.reportLeftover()
	first, start := p.pos, len(p.nodes)
	for p.cur != EOF {
		p.advance()
	}
	p.emit(Error, first, start)
}

// stray deals with a token that can't be in a list. It reports false if the
// list ends there.
func (p *parser) stray(where string) bool {
	switch {
	case p.closes() || p.cur == Semicolon:
		return false
	case p.cur == KwIf || p.cur == KwLet || p.cur == KwWith || p.cur == KwAssert:
		p.looseKeyword("`" + p.text() + "`")
	case p.cur == KwOr:
		p.notAnExpression()
	default:
		p.failHere("unexpected "+p.found()+" "+where, "")
		p.skipOne()
	}
	return true
}

// strayInBindings deals with a token that begins no binding. It reports false
// if the bindings end there.
func (p *parser) strayInBindings(c *bindingsContext) bool {
	next := p.next()
	switch {
	case p.cur == EOF:
		return false
	case p.cur.IsKeyword() && (next == Assign || next == Dot):
		return p.binding(c)
	case p.cur == Semicolon:
		if c.closer == RCurly && p.braces+p.lets > 1 && p.outdented(c) {
			return false // the "}" before it is missing
		}
		p.failHere("unexpected `;`", "remove it")
		p.skipOne()
	case p.cur == Comma:
		p.commaForSemicolon(c, "remove the `,`")
	case p.closes():
		return false
	case closerText[p.cur] != "":
		p.failHere("this `"+p.text()+"` closes nothing", "remove it")
		p.skipOne()
	case c.closer == KwIn && p.startsExpr():
		return false
	default:
		p.failHere("expected the name of an attribute, found "+p.found(), "")
		p.skipTo(Semicolon, KwInherit)
		if p.cur == Semicolon {
			p.advance()
		}
	}
	return true
}

// noAssign deals with an attribute path, from token first on, that no "=" follows.
func (p *parser) noAssign(first uint32, c *bindingsContext) {
	name := clip(p.src[p.offs[first]:p.offs[p.end]])
	switch {
	case p.cur == Semicolon:
		p.failAfter("`"+name+"` has no value", "write `"+name+" = …;` or `inherit "+name+";`")
		p.missing()
		p.advance()
	case p.cur == Comma:
		p.failHere("`"+name+"` has no value", "write `"+name+" = …;`")
		p.missing()
		p.skipOne()
	case p.startsSimple() && !p.beginsLine(p.pos):
		p.failAfter("missing `=` after `"+name+"`", "add `=`")
		p.expr()
		told := bindingsContext{closer: c.closer, comma: len(p.diags.kept)}
		p.semicolon(first, &told)
	case p.closes() || p.startsSimple() || p.cur == KwInherit || p.cur == KwOr:
		p.failAfter("`"+name+"` has no value", "write `"+name+" = …;` or `inherit "+name+";`")
		p.missing()
	default:
		p.failHere("unexpected "+p.found()+", expected `=`", "")
		p.missing()
		p.skipTo(Semicolon, KwInherit)
		if p.cur == Semicolon {
			p.advance()
		}
	}
}

// rollBackKey undoes the argument read since m if it is the name of the next
// binding, to which the "=" after it belongs.
func (p *parser) rollBackKey(m mark) bool {
	switch p.nodes[len(p.nodes)-1].kind {
	case Ident, String:
	case Select:
		if p.hasDefault(m) {
			return false
		}
	default:
		return false
	}
	p.reset(m)
	return true
}

// rollBackOperand does the same for an operand that begins a line: it is
// missing, and the name belongs to the next binding.
func (p *parser) rollBackOperand(m mark) {
	if len(p.nodes) == m.nodes || !p.beginsLine(m.pos) || p.nodes[len(p.nodes)-1].start != uint32(m.nodes) {
		return
	}
	if !p.rollBackKey(m) {
		return
	}
	p.failMissing("expected an expression, found the next binding")
}

// notAnExpression deals with a token that begins no expression.
func (p *parser) notAnExpression() {
	switch p.cur {
	case KwIf, KwWith, KwAssert:
		p.looseKeyword("`" + p.text() + "`")
	case KwOr:
		p.failHere("`or` is a keyword, not a variable", "")
		p.leaf(Ident)
	case DollarCurly:
		p.failHere("`${…}` is for strings, paths and names of attributes", "write the expression without `${` and `}`")
		p.interpolation()
	case Invalid:
		p.invalid()
	case Ellipsis, Colon, At, Comma:
		p.failHere("expected an expression, found "+p.found(), "")
		p.missing()
	default:
		if p.level() > 0 {
			p.failHere("expected an expression before `"+p.text()+"`", "")
			p.missing()
			return
		}
		p.failMissing("expected an expression, found " + p.found())
	}
}

// invalid deals with bytes that begin no token where an expression should be.
func (p *parser) invalid() {
	if p.strangelyQuoted() {
		return
	}
	p.failAt(p.characterSpan(), "unexpected "+p.character(), "")
	first, start := p.pos, len(p.nodes)
	for p.cur == Invalid {
		p.advance()
	}
	p.emit(Error, first, start)
	if p.startsSimple() && !p.beginsLine(p.pos) {
		p.failedAt = int(p.pos)
		p.simple()
		return
	}
	p.missing()
	p.failedAt = int(p.pos)
}

// strangeQuotes are quotation marks that begin no string, and those that would
// end it.
var strangeQuotes = []struct{ open, close, what string }{
	{"'", "'", "single"}, {"“", "”", "typographic"}, {"‘", "’", "typographic"}, {"”", "”", "typographic"},
}

// strangelyQuoted takes 'text' or “text” as an error.
func (p *parser) strangelyQuoted() bool {
	at := int(p.offs[p.pos])
	for _, q := range strangeQuotes {
		rest, ok := strings.CutPrefix(p.src[at:], q.open)
		if !ok {
			continue
		}
		n := strings.IndexAny(rest, q.close+"\r\n")
		if n < 0 || !strings.HasPrefix(rest[n:], q.close) {
			continue
		}
		end := at + len(q.open) + n + len(q.close)
		p.failAt(Span{at, end}, "Nix has no strings in "+q.what+" quotes", "write `\""+clip(rest[:n])+"\"`")
		first, start := p.pos, len(p.nodes)
		for p.cur != EOF && int(p.offs[p.pos]) < end {
			p.advance()
		}
		p.emit(Error, first, start)
		p.missing()
		return true
	}
	return false
}

// looseLambda takes the rest of a function that needs parentheses.
func (p *parser) looseLambda(first uint32, start int) {
	p.failAt(Span{int(p.offs[first]), int(p.offs[p.pos+1])}, "a function needs parentheses here", "write `("+clip(p.tokenText(first))+": …)`")
	if p.enter() {
		p.lambdaBody(first, start)
		p.leave()
	}
}

// looseKeyword takes an expression that needs parentheses.
func (p *parser) looseKeyword(what string) {
	p.failHere(what+" needs parentheses here", "write `(…)` around it")
	p.expr()
}

// looseOperator takes an operation that is in a list without parentheses,
// from its first operand on if that is already read.
func (p *parser) looseOperator(first uint32, start int) {
	if p.cur == Minus && p.next() == IntTok {
		p.failHere("a negative number in a list needs parentheses", "write `(-"+clip(p.tokenText(p.peek(p.pos+1)))+")`")
		p.prefix(levelMinus)
		return
	}
	p.failHere("an operation in a list needs parentheses", "write `(…)` around it")
	if len(p.nodes) == start {
		p.op(1)
		return
	}
	p.operators(first, start, 1)
	if p.cur == Assign {
		p.skipOne()
	}
}

// pipeOff reports that the pipe operator at a token is not part of the language.
func (p *parser) pipeOff(operator uint32) {
	if p.opts.Dialect == Nix28 {
		p.failCode(PipeOperator, p.tokenSpan(operator), "Nix 2.8 has no pipe operators", "")
		return
	}
	p.failCode(PipeOperator, p.tokenSpan(operator), "experimental Nix feature 'pipe-operators' is disabled", "enable it with `--extra-experimental-features pipe-operators`")
}
