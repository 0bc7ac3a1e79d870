package nixast

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxRereads bounds how often the parser goes back in one file to read a part
// again in the light of a mistake, so that its cost stays linear.
const maxRereads = 100

// bindingsContext is what the parser remembers of the bindings it is in.
type bindingsContext struct {
	open   uint32 // the token before the first binding
	closer Kind
	comma  int  // the mistake that told of a comma for a semicolon, plus 1; then the last one may lack
	colon  bool // a colon was told to be no "="
}

// fail tells of a mistake, unless it is the consequence of an earlier one.
func (p *parser) fail(d Diagnostic) bool {
	if p.failedAt == int(p.pos) {
		return false
	}
	p.failedAt = int(p.pos)
	p.failures++
	if p.silent {
		return false
	}
	if at := int(p.offs[p.pos]); p.comment > 0 && (at == p.comment-1 || at == p.comment) {
		d = Diagnostic{Code: SyntaxError, Span: Span{p.comment - 1, p.comment + 1}, Message: "this comment is not closed", Hint: "add `*/`"}
		p.silent = true
	}
	p.diags = append(p.diags, d)
	return true
}

func (p *parser) failCode(c Code, s Span, message, hint string) bool {
	if p.silent {
		return false
	}
	p.failures++
	p.diags = append(p.diags, Diagnostic{Code: c, Span: s, Message: message, Hint: hint})
	return true
}

func (p *parser) failAt(s Span, message, hint string) bool {
	return p.fail(Diagnostic{Code: SyntaxError, Span: s, Message: message, Hint: hint})
}

// failHere tells of a mistake at the current token.
func (p *parser) failHere(message, hint string) bool {
	return p.failAt(p.tokenSpan(p.pos), message, hint)
}

// failBehind tells that something is missing behind the last token taken.
func (p *parser) failBehind(message, hint string) bool {
	at := int(p.offs[p.end])
	return p.failAt(Span{at, at}, message, hint)
}

// failMissing tells that an expression is missing, and stands in for it.
func (p *parser) failMissing(message string) {
	if p.end != p.pos && (p.beginsLine(p.pos) || p.cur == EOF) {
		p.failBehind(message, "")
	} else {
		p.failHere(message, "")
	}
	p.missing()
}

func (p *parser) last() *Diagnostic { return &p.diags[len(p.diags)-1] }

// relate adds a place to the mistake told last.
func (p *parser) relate(s Span, message string) {
	d := p.last()
	d.Related = append(d.Related, Related{s, message})
}

func (p *parser) tokenSpan(i uint32) Span {
	if p.kinds[i] == EOF {
		return Span{int(p.offs[i]), int(p.offs[i])}
	}
	return Span{int(p.offs[i]), int(p.offs[i+1])}
}

func (p *parser) tokenText(i uint32) string { return p.src[p.offs[i]:p.offs[i+1]] }

func (p *parser) text() string { return p.tokenText(p.pos) }

// name is the text from token first to the last one before the "=" that follows.
func (p *parser) name(first uint32) string {
	i := first
	for k := p.kinds[i]; k != EOF && k != Assign && k != EqEq && k != Colon && k > BlockComment && i < p.end; k = p.kinds[i] {
		i++
	}
	return clip(p.src[p.offs[first]:p.offs[i]])
}

// clip shortens text for a message.
func clip(s string) string {
	s = s[:min(len(s), 200)]
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		s = s[:i] + "…"
	}
	if utf8.RuneCountInString(s) > 40 {
		s = string([]rune(s)[:39]) + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// found names the current token for a message.
func (p *parser) found() string {
	switch p.cur {
	case EOF:
		return "the end of the file"
	case Quote, StringText, IndOpen, IndText:
		return "a string"
	case IndClose:
		return "the end of a string"
	case IntTok, FloatTok:
		return "the number `" + clip(p.text()) + "`"
	case Invalid:
		return p.character()
	}
	return "`" + clip(p.text()) + "`"
}

// character names the character at the current token, which is one byte of it.
func (p *parser) character() string {
	at := int(p.offs[p.pos])
	r, n := utf8.DecodeRuneInString(p.src[at:])
	switch {
	case r == utf8.RuneError && n <= 1:
		return fmt.Sprintf("byte 0x%02X", p.src[at])
	case r < ' ' || r >= 0x7F && r <= 0xA0 || r >= 0x2000 && r <= 0x200F || r == 0x3000 || r == 0xFEFF:
		return fmt.Sprintf("character U+%04X", r)
	}
	return "`" + string(r) + "`"
}

// characterSpan is all of the character whose first byte is the current token.
func (p *parser) characterSpan() Span {
	at := int(p.offs[p.pos])
	_, n := utf8.DecodeRuneInString(p.src[at:])
	return Span{at, at + n}
}

// beginsLine reports whether only trivia with a line end in it, or nothing,
// stands between token i and the token before it.
func (p *parser) beginsLine(i uint32) bool {
	for i > 0 && p.kinds[i-1] <= BlockComment {
		i--
		if strings.ContainsAny(p.tokenText(i), "\r\n") {
			return true
		}
	}
	return i == 0
}

// skipOne takes the current token as an error.
func (p *parser) skipOne() {
	if p.cur == EOF {
		return
	}
	first, start := p.pos, len(p.nodes)
	p.advance()
	p.emit(Error, first, start)
}

// skipTo takes tokens as an error up to one of kind a or b, or one that
// closes something further out. Brackets in between are skipped in pairs.
func (p *parser) skipTo(a, b Kind) {
	first, start, depth := p.pos, len(p.nodes), 0
	for p.cur != EOF && p.cur != barrier {
		if depth == 0 && (p.cur == a || p.cur == b || p.closes()) {
			break
		}
		switch p.cur {
		case LCurly, LParen, LBracket, DollarCurly:
			depth++
		case RCurly, RParen, RBracket:
			depth = max(0, depth-1)
		}
		p.advance()
	}
	if p.pos != first {
		p.emit(Error, first, start)
	}
	p.failedAt = int(p.pos)
}

// closes reports whether the current token ends something that is open.
func (p *parser) closes() bool {
	switch p.cur {
	case EOF, barrier:
		return true
	case RCurly:
		return p.braces+p.interps > 0
	case RParen:
		return p.parens > 0
	case RBracket:
		return p.brackets > 0
	case KwIn:
		return p.lets > 0
	case KwThen:
		return p.thens > 0
	case KwElse:
		return p.elses > 0
	}
	return false
}

var closerText = [256]string{RCurly: "}", RParen: ")", RBracket: "]"}

// close takes the closer of what token open opened.
func (p *parser) close(closer Kind, open uint32) {
	if p.cur == closer {
		p.advance()
		return
	}
	opener := clip(p.tokenText(open))
	switch {
	case p.cur == barrier:
		p.closeByIndent(open)
	case p.cur == EOF:
		p.unclosed = p.unclosed || closer == RCurly
		p.failAt(p.tokenSpan(open), "this `"+opener+"` is not closed", "add `"+closerText[closer]+"`")
	case closer != RBracket && !p.closes() && p.cur != Semicolon:
		if p.failHere("unexpected "+p.found()+", expected `"+closerText[closer]+"`", "") {
			p.relate(p.tokenSpan(open), "to close this `"+opener+"`")
		}
		p.skipTo(closer, Semicolon)
		if p.cur == closer {
			p.advance()
		}
	default:
		if p.mismatched == 0 && p.cur != Semicolon && p.failedAt != int(p.pos) {
			p.mismatched = p.pos + 1
		}
		if p.failBehind("`"+opener+"` is not closed before "+p.found(), "add `"+closerText[closer]+"`") {
			p.relate(p.tokenSpan(open), "opened here")
		}
	}
}

// byteOrderMark skips a byte-order mark, which Nix does not accept.
func (p *parser) byteOrderMark() {
	if !strings.HasPrefix(p.src, "\uFEFF") {
		return
	}
	p.failAt(Span{0, 3}, "the file begins with a byte-order mark, which Nix does not accept", "remove the bytes EF BB BF")
	p.advance()
	p.advance()
	p.advance()
	p.emit(Error, 0, 0)
}

// tooDeep skips the rest of the file, and stands in for the expression.
func (p *parser) tooDeep() {
	p.stop(fmt.Sprintf("the expression is nested more than %d levels deep", MaxDepth))
	p.missing()
}

// stop tells of a limit and skips the rest of the file.
func (p *parser) stop(message string) {
	p.failCode(TooDeep, p.tokenSpan(p.pos), message, "")
	p.silent, p.deep = true, true
	if p.cur == EOF {
		return
	}
	first, start := p.pos, len(p.nodes)
	p.pos = uint32(len(p.kinds) - 1)
	p.cur = EOF
	for p.end = p.pos; p.kinds[p.end-1] <= BlockComment; {
		p.end--
	}
	p.emit(Error, first, start)
}

// leftover takes what stands behind the file's expression.
func (p *parser) leftover() {
	p.tellLeftover()
	silent := p.silent
	p.silent = true
	first, start := p.pos, len(p.nodes)
	c := bindingsContext{open: p.pos, closer: EOF}
	for p.cur != EOF {
		at := p.pos
		switch p.cur {
		case IdentTok, KwOr, Quote, DollarCurly, KwInherit:
			p.sense = inBind
			if p.cur == KwInherit {
				p.inherit()
			} else {
				p.binding(&c)
			}
			p.sense = bare
		case KwIf, KwLet, KwWith, KwAssert:
			p.expr()
		default:
			if p.startsSimple() {
				p.expr()
			}
		}
		if p.pos == at {
			p.failures++
			p.advance()
		}
	}
	p.emit(Error, first, start)
	p.silent = silent
}

// tellLeftover says why the current token can't follow the file's expression.
func (p *parser) tellLeftover() {
	switch p.cur {
	case RCurly, RParen, RBracket:
		p.failHere("this `"+p.text()+"` closes nothing", "remove it")
	case Semicolon, Comma:
		if p.end > 0 && p.kinds[p.end-1] == RCurly && p.next() != EOF {
			closed := p.opened()
			if p.failAt(p.tokenSpan(p.end-1), "this `}` already closes the outermost set; what follows is outside of it", "remove one `}`") && closed != noToken {
				p.relate(p.tokenSpan(closed), "the set that it closes")
			}
			return
		}
		p.failHere("unexpected "+p.found()+" behind the expression", "remove it: a file is one expression")
	case Assign:
		p.failHere("a binding needs a set around it", "put `{ … }` around the bindings")
	case KwIn:
		p.failHere("unexpected `in`", "`let { … }` takes no `in`: remove the braces")
	default:
		p.failHere("unexpected "+p.found()+", expected the end of the file", "")
	}
}

// noToken stands for no token.
const noToken = ^uint32(0)

// opened is the "{" of the node that ends with the last token taken.
func (p *parser) opened() uint32 {
	for i := len(p.nodes) - 1; i >= 0; i-- {
		if n := p.nodes[i]; n.end == p.end && n.kind == AttrSet {
			for t := n.first; t < n.end; t++ {
				if p.kinds[t] == LCurly {
					return t
				}
			}
		}
	}
	return noToken
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
	case p.cur == Semicolon && c.closer == RCurly && p.braces+p.lets > 1 && p.outdented(c.open):
		return false
	case p.cur == Semicolon:
		p.failHere("unexpected `;`", "remove it")
		p.skipOne()
	case p.cur == Comma:
		p.commaForSemicolon(c, "remove the `,`")
	case p.closes():
		return false
	case p.cur == RParen || p.cur == RBracket || p.cur == RCurly:
		p.failHere("this `"+p.text()+"` closes nothing", "remove it")
		p.skipOne()
	case c.closer == KwIn && (p.startsSimple() || p.cur == KwIf || p.cur == KwLet || p.cur == KwWith || p.cur == KwAssert || p.cur == Minus || p.cur == Not):
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

// commaForSemicolon takes a comma where a binding ends. All of a set are one
// mistake.
func (p *parser) commaForSemicolon(c *bindingsContext, hint string) {
	if c.comma > 0 && c.comma <= len(p.diags) {
		if d := &p.diags[c.comma-1]; len(d.Related) < maxRelated {
			d.Related = append(d.Related, Related{p.tokenSpan(p.pos), "another comma"})
		}
	} else if p.failHere("bindings end with `;`, not with `,`", hint) {
		c.comma = len(p.diags)
	}
	p.skipOne()
}

// maxRelated bounds how many places one mistake names.
const maxRelated = 20

// letSpan is where the "in" of the let at first is missing.
func (p *parser) letSpan(first uint32) Span {
	if p.cur == EOF {
		return p.tokenSpan(first)
	}
	return p.tokenSpan(p.pos)
}

// semicolon takes the end of the binding that begins at first.
func (p *parser) semicolon(first uint32, c *bindingsContext) {
	for {
		switch p.cur {
		case Semicolon:
			p.advance()
			return
		case Comma:
			p.commaForSemicolon(c, "write `;` for `,`")
			return
		case RParen, RBracket:
			if !p.closes() {
				p.failHere("this `"+p.text()+"` closes nothing", "remove it")
				if p.skipOne(); !p.beginsLine(p.pos) {
					p.skipTo(Semicolon, KwInherit)
				}
				continue
			}
		case IdentTok, KwOr, Quote, DollarCurly, KwInherit:
		default:
			if !p.closes() {
				p.failHere("unexpected "+p.found()+", expected `;`", "")
				p.skipTo(Semicolon, KwInherit)
				if p.cur == Semicolon {
					p.advance()
				}
				return
			}
		}
		if c.comma == 0 && p.cur != EOF {
			p.failBehind("missing `;` after the value of `"+p.name(first)+"`", "add `;`")
		}
		return
	}
}

// noAssign deals with an attribute path, from token first on, that no "=" follows.
func (p *parser) noAssign(first uint32, c *bindingsContext) {
	name := clip(p.src[p.offs[first]:p.offs[p.end]])
	switch {
	case p.cur == Semicolon:
		p.failBehind("`"+name+"` has no value", "write `"+name+" = …;` or `inherit "+name+";`")
		p.missing()
		p.advance()
	case p.cur == Comma:
		p.failHere("`"+name+"` has no value", "write `"+name+" = …;`")
		p.missing()
		p.skipOne()
	case p.startsSimple() && !p.beginsLine(p.pos):
		p.failBehind("missing `=` after `"+name+"`", "add `=`")
		p.expr()
		told := bindingsContext{closer: c.closer, comma: len(p.diags)}
		p.semicolon(first, &told)
	case p.closes() || p.startsSimple() || p.cur == KwInherit || p.cur == KwOr:
		p.failBehind("`"+name+"` has no value", "write `"+name+" = …;` or `inherit "+name+";`")
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
// binding, to which the "=" behind it belongs.
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

// keyFollowed undoes the argument read since m, which an "=" follows, if it is
// the name of the next binding or of the first in a set whose "{" is missing.
func (p *parser) keyFollowed(m mark) bool {
	if p.sense != inBind && (p.sense != inExpr || !p.deeper(m.pos, m.end-1)) {
		return false
	}
	return p.rollBackKey(m)
}

// hasDefault reports whether the selection read since m has an "or".
func (p *parser) hasDefault(m mark) bool {
	return slices.Contains(p.kinds[m.pos:p.end], KwOr)
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
	if p.deeper(p.pos, p.end-1) {
		p.unopenedSet()
		return
	}
	p.failMissing("expected an expression, found the next binding")
}

// unopenedSet takes bindings, indented below the "=" before them, as a set
// whose "{" is missing.
func (p *parser) unopenedSet() {
	first, start := p.pos, len(p.nodes)
	if !p.enter() {
		return
	}
	p.failBehind("missing `{` before the bindings", "add `{`")
	p.braces++
	p.bindings(p.end-1, RCurly)
	p.braces--
	p.close(RCurly, first)
	p.emit(AttrSet, first, start)
	p.leave()
}

// indent is the white space that begins the line of token i.
func (p *parser) indent(i uint32) string { return indentOf(p.src, int(p.offs[i])) }

// deeper reports whether token i begins a line that is indented deeper than
// the one of the token before, previous.
func (p *parser) deeper(i, previous uint32) bool {
	own, before := p.indent(i), p.indent(previous)
	return len(own) > len(before) && strings.HasPrefix(own, before) && p.beginsLine(i)
}

// outdented reports whether the current token begins a line that is not
// indented deeper than the one that token open stands on.
func (p *parser) outdented(open uint32) bool {
	return p.beginsLine(p.pos) && strings.HasPrefix(p.indent(open), p.indent(p.pos))
}

// letGoesOn reports whether the "in" of the innermost let follows, so that a
// binding is more probable at the current token than the let's body.
func (p *parser) letGoesOn() bool {
	if p.rereads >= maxRereads {
		return false
	}
	p.rereads++
	depth, lets := 0, 0
	for i := p.pos; ; i++ {
		switch p.kinds[i] {
		case LCurly, LParen, LBracket, DollarCurly:
			depth++
		case RCurly, RParen, RBracket:
			if depth--; depth < 0 {
				return false
			}
		case KwLet:
			lets++
		case KwIn:
			if lets--; lets < 0 {
				return depth == 0
			}
		case EOF, barrier:
			return false
		}
	}
}

// nextLineKey reports whether the attribute read since m begins a binding of
// the next line, as its path goes on.
func (p *parser) nextLineKey(m mark) bool {
	if !p.beginsLine(m.pos) {
		return false
	}
	i := p.pos
	for p.kinds[i] == Dot {
		i = p.peek(i + 1)
		if k := p.kinds[i]; k != IdentTok && k != KwOr {
			return false
		}
		i = p.peek(i + 1)
	}
	return p.kinds[i] == Assign
}

// inheritDot deals with inherit a.b.
func (p *parser) inheritDot() {
	from := p.tokenText(p.end - 1)
	hint := "write `inherit (a) b;`"
	if i := p.peek(p.pos + 1); p.kinds[i] == IdentTok {
		hint = "write `inherit (" + clip(from) + ") " + clip(p.tokenText(i)) + ";`"
	}
	p.failHere("`inherit` takes names, not paths", hint)
	p.skipOne()
	if p.cur != Semicolon {
		p.failedAt = int(p.pos)
	}
}

func (p *parser) inheritCommas(commas []uint32) {
	p.tellCommas(commas, "names are separated by spaces, not by commas")
}

func (p *parser) listCommas(commas []uint32) {
	p.tellCommas(commas, "list elements are separated by spaces, not by commas")
}

// tellCommas tells of all commas of a list as one mistake.
func (p *parser) tellCommas(commas []uint32, message string) {
	if len(commas) == 0 || p.silent {
		return
	}
	hint := "remove the comma"
	if len(commas) > 1 {
		hint = fmt.Sprintf("remove the %d commas", len(commas))
	}
	p.failCode(SyntaxError, p.tokenSpan(commas[0]), message, hint)
	for _, c := range commas[1:min(len(commas), maxRelated)] {
		p.relate(p.tokenSpan(c), "another comma")
	}
}

// inheritEnd takes the end of the inherit that begins at first.
func (p *parser) inheritEnd(first uint32) {
	switch p.cur {
	case Semicolon:
		p.advance()
	case IdentTok, KwOr, Quote, KwInherit, DollarCurly:
		p.failBehind("missing `;` after `"+clip(p.src[p.offs[first]:p.offs[p.end]])+"`", "add `;`")
	default:
		if p.closes() {
			p.failBehind("missing `;` after `"+clip(p.src[p.offs[first]:p.offs[p.end]])+"`", "add `;`")
			return
		}
		p.failHere("unexpected "+p.found()+", expected a name or `;`", "")
		p.skipTo(Semicolon, KwInherit)
		if p.cur == Semicolon {
			p.advance()
		}
	}
}

// badAttr deals with a token that is no component of an attribute path.
func (p *parser) badAttr() {
	next := p.next()
	named := next == Assign || next == Dot || next == Semicolon || p.pos == p.end
	if p.cur.IsKeyword() && named {
		p.failHere("`"+p.text()+"` is a keyword and must be quoted to be a name", "write `\""+p.text()+"\"`")
		p.leaf(Ident)
		return
	}
	p.failMissing("expected the name of an attribute, found " + p.found())
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

// looseLambda takes the rest of a function that stands where it needs parentheses.
func (p *parser) looseLambda(first uint32, start int) {
	p.failAt(Span{int(p.offs[first]), int(p.offs[p.pos+1])}, "a function needs parentheses here", "write `("+clip(p.tokenText(first))+": …)`")
	if p.enter() {
		p.lambdaBody(first, start)
		p.leave()
	}
}

// looseKeyword takes an expression that stands where it needs parentheses.
func (p *parser) looseKeyword(what string) {
	p.failHere(what+" needs parentheses here", "write `(…)` around it")
	p.expr()
}

// unclosedBefore turns the mistake told of an operator in a list, the last one
// told, into one of the list: it was not closed before the operator.
func (p *parser) unclosedBefore(open, operator uint32) {
	for operator > 0 && p.kinds[operator-1] <= BlockComment {
		operator--
	}
	at := int(p.offs[operator])
	*p.last() = Diagnostic{
		Code: SyntaxError, Span: Span{at, at}, Message: "`[` is not closed before `" + clip(p.tokenText(p.peek(operator))) + "`", Hint: "add `]`",
		Related: []Related{{p.tokenSpan(open), "opened here"}},
	}
	p.failedAt = int(p.pos)
}

// looseOperator takes an operation that stands in a list without parentheses,
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

// elif reads the branch since m again, up to the "elif" that was taken for an
// argument, and then goes on as if it were "else if".
func (p *parser) elif(m mark) bool {
	at := noToken
	for i := m.pos; i < p.pos; i++ {
		if p.kinds[i] == IdentTok {
			switch p.tokenText(i) {
			case "elif", "elsif", "elseif":
				at = i
			}
		}
	}
	if at == noToken || p.rereads == maxRereads {
		return false
	}
	p.rereads++
	p.kinds[at] = barrier
	p.reset(m)
	p.expr()
	p.kinds[at] = IdentTok
	if p.pos != at {
		p.skipTo(IdentTok, KwElse)
	}
	p.cur = p.kinds[p.pos]
	if p.pos != at {
		return false
	}
	p.failHere("`"+p.text()+"` is not a keyword", "write `else if`")
	p.ifExpr()
	return true
}

// unterminated tells of a string, opened by token first, that has no end.
func (p *parser) unterminated(first uint32, what string) {
	if p.unquoted == 0 {
		p.unquoted = first + 1
	}
	if p.silent || p.failedAt == int(p.pos) {
		return
	}
	hint := "add `\"`"
	if p.kinds[first] == IndOpen {
		hint = "add `''`"
		if strings.Contains(p.src[p.offs[first]:p.offs[p.end]], "'''") {
			hint += "; `'''` inside it stands for two quotes and does not end it"
		}
	}
	at := int(p.offs[first])
	if open := p.interp; open > 0 && !strings.ContainsAny(p.src[p.offs[open-1]:at], "\r\n") {
		p.failAt(p.tokenSpan(open-1), "this `${` is not closed", "add `}`")
		return
	}
	p.failAt(Span{at, at + len(strings.TrimRight(p.tokenText(first), " \n"))}, "this "+what+" is not terminated", hint)
}

// pipeOff tells that the pipe operator at a token is not part of the language.
func (p *parser) pipeOff(operator uint32) {
	if p.opts.Dialect == Nix28 {
		p.failCode(PipeOperator, p.tokenSpan(operator), "Nix 2.8 has no pipe operators", "")
		return
	}
	p.failCode(PipeOperator, p.tokenSpan(operator), "experimental Nix feature 'pipe-operators' is disabled", "enable it with `--extra-experimental-features pipe-operators`")
}
