package nixast

import (
	"fmt"
	"slices"
	"strings"
)

// recovery is what the parser knows of the mistakes in a file. It reports each
// mistake once, where the author would look for it, and finds the token from
// which parsing can go on. It takes tokens but knows no grammar.
type recovery struct {
	cursor
	diags report

	failedAt int  // the token at which the last mistake was reported
	silent   bool // what follows is the consequence of a mistake already reported
	deep     bool // the nesting was too deep
	failures int  // mistakes reported, and those that were not for being consequences
	budget   int  // how many tokens may still be read twice

	// How many of each are open around the current token: whether a closer
	// may belong to something further out.
	parens, brackets, braces, lets, thens, elses, interps int
	interp                                                uint32 // the "${" of the innermost string around, plus 1

	guess    guess
	suspects []suspect
	unclosed bool   // a set is still open at the end of the file
	unquoted uint32 // the token that opens an unterminated string, plus 1
	comment  int    // where a comment begins that has no end, plus 1
}

// bindingsContext is what the parser remembers of the bindings it is in.
type bindingsContext struct {
	open   uint32 // the token before the first binding
	closer Kind
	comma  int  // the diagnostic about a comma for a semicolon, plus 1; then the last one may be missing
	colon  bool // a colon for "=" was reported

	// The line of open, once it was looked at.
	looked    bool
	lineStart int
	indent    string
}

// outdented reports whether the current token begins a line that is not
// indented deeper than the one that opens c. That line may be long, so it is
// looked at once.
func (r *recovery) outdented(c *bindingsContext) bool {
	if !r.beginsLine(r.pos) {
		return false
	}
	if !c.looked {
		c.lineStart, c.indent = r.line(c.open)
		c.looked = true
	}
	_, own := r.line(r.pos)
	return strings.HasPrefix(c.indent, own)
}

// rereadsPerToken is the budget for reading again: for each token of the file
// so many tokens may be read a second time.
const rereadsPerToken = 4

// mayReread takes n tokens from the budget for reading again. It reports false
// if that is used up: without it, mistakes inside each other would take
// quadratic time.
func (r *recovery) mayReread(n uint32) bool {
	if r.budget < int(n) {
		return false
	}
	r.budget -= int(n)
	r.steps += int(n)
	return true
}

// mark is a place that the parser can return to.
type mark struct {
	pos, end uint32
	nodes    int
	kept     int
	failedAt int
	count    [codes]uint32
}

func (r *recovery) mark() mark {
	return mark{r.pos, r.end, len(r.nodes), len(r.diags.kept), r.failedAt, r.diags.count}
}

func (r *recovery) reset(m mark) {
	r.pos, r.end = m.pos, m.end
	r.cur = r.kinds[r.pos]
	r.nodes = r.nodes[:m.nodes]
	r.diags.kept, r.diags.count = r.diags.kept[:m.kept], m.count
	r.failedAt = m.failedAt
}

// fail reports a mistake, unless it is the consequence of an earlier one.
func (r *recovery) fail(d Diagnostic) bool {
	if r.failedAt == int(r.pos) {
		return false
	}
	r.failedAt = int(r.pos)
	r.failures++
	if r.silent {
		return false
	}
	if at := int(r.offs[r.pos]); r.comment > 0 && (at == r.comment-1 || at == r.comment) {
		d = Diagnostic{Code: SyntaxError, Span: Span{r.comment - 1, r.comment + 1}, Message: "this comment is not closed", Hint: "add `*/`"}
		r.silent = true
	}
	return r.diags.add(d)
}

// failCode reports a mistake after which the tree is sound.
func (r *recovery) failCode(c Code, s Span, message, hint string) bool {
	if r.silent {
		return false
	}
	r.failures++
	return r.diags.add(Diagnostic{Code: c, Span: s, Message: message, Hint: hint})
}

func (r *recovery) failAt(s Span, message, hint string) bool {
	return r.fail(Diagnostic{Code: SyntaxError, Span: s, Message: message, Hint: hint})
}

// failHere reports a mistake at the current token.
func (r *recovery) failHere(message, hint string) bool {
	return r.failAt(r.tokenSpan(r.pos), message, hint)
}

// failAfter reports that something is missing after the last token taken.
func (r *recovery) failAfter(message, hint string) bool {
	at := int(r.offs[r.end])
	return r.failAt(Span{at, at}, message, hint)
}

// failMissing reports that an expression is missing, and replaces it.
func (r *recovery) failMissing(message string) {
	if r.end != r.pos && (r.beginsLine(r.pos) || r.cur == EOF) {
		r.failAfter(message, "")
	} else {
		r.failHere(message, "")
	}
	r.missing()
}

func (r *recovery) last() *Diagnostic { return &r.diags.kept[len(r.diags.kept)-1] }

// relate adds a place to the mistake reported last.
func (r *recovery) relate(s Span, message string) {
	d := r.last()
	d.Related = append(d.Related, Related{s, message})
}

// skipTo takes tokens as an error up to one of kind a or b, or one that
// closes something further out. Brackets in between are skipped in pairs.
func (r *recovery) skipTo(a, b Kind) {
	first, start, depth := r.pos, len(r.nodes), 0
	for r.cur != EOF && r.cur != barrier {
		if depth == 0 && (r.cur == a || r.cur == b || r.closes()) {
			break
		}
		switch r.cur {
		case LCurly, LParen, LBracket, DollarCurly:
			depth++
		case RCurly, RParen, RBracket:
			depth = max(0, depth-1)
		}
		r.advance()
	}
	if r.pos != first {
		r.emit(Error, first, start)
	}
	r.failedAt = int(r.pos)
}

// closes reports whether the current token ends something that is open.
func (r *recovery) closes() bool {
	switch r.cur {
	case EOF, barrier:
		return true
	case RCurly:
		return r.braces+r.interps > 0
	case RParen:
		return r.parens > 0
	case RBracket:
		return r.brackets > 0
	case KwIn:
		return r.lets > 0
	case KwThen:
		return r.thens > 0
	case KwElse:
		return r.elses > 0
	}
	return false
}

var closerText = [256]string{RCurly: "}", RParen: ")", RBracket: "]"}

// close takes the closer of what token open opened.
func (r *recovery) close(closer Kind, open uint32) {
	if r.cur == closer {
		r.advance()
		return
	}
	opener := clip(r.tokenText(open))
	switch {
	case r.cur == barrier:
		r.closeByIndent(open)
	case r.cur == EOF:
		r.unclosed = r.unclosed || closer == RCurly
		r.failAt(r.tokenSpan(open), "this `"+opener+"` is not closed", "add `"+closerText[closer]+"`")
	case closer != RBracket && !r.closes() && r.cur != Semicolon:
		if r.failHere("unexpected "+r.found()+", expected `"+closerText[closer]+"`", "") {
			r.relate(r.tokenSpan(open), "to close this `"+opener+"`")
		}
		r.skipTo(closer, Semicolon)
		if r.cur == closer {
			r.advance()
		}
	default:
		if r.failAfter("`"+opener+"` is not closed before "+r.found(), "add `"+closerText[closer]+"`") {
			r.relate(r.tokenSpan(open), "opened here")
		}
	}
}

// closeByIndent reports that the set opened by token open ends before the
// current token, which a repair marked.
func (r *recovery) closeByIndent(open uint32) {
	r.kinds[r.pos] = r.repairKind(r.pos)
	r.cur = r.kinds[r.pos]
	if r.failAt(r.tokenSpan(open), "this `{` is not closed", "add `};` before `"+clip(r.text())+"`") {
		r.relate(r.tokenSpan(r.pos), "this is not indented deeper than the line of the `{`, so the `}` is probably missing before it")
		line, indent := r.line(open)
		if at := line + len(indent); at < int(r.offs[open]) {
			r.relate(Span{at, int(r.offs[open])}, "the line of the `{` begins here")
		}
	}
}

// repairKind is what token i is without the repair that marked it.
func (r *recovery) repairKind(i uint32) Kind {
	switch r.src[r.offs[i]] {
	case '"':
		return Quote
	case '$':
		return DollarCurly
	}
	return keyword(r.tokenText(i))
}

// suspect is a binding that seems, by its indentation, to be outside of
// the set that it is in.
type suspect struct {
	open    uint32 // the "{" of the set
	binding uint32 // the binding's first token
}

// suspect notes the binding at the current token if it is not indented deeper
// than the line that opens its set.
func (r *recovery) suspect(c *bindingsContext) {
	switch r.cur {
	case IdentTok, KwOr, Quote, DollarCurly, KwInherit:
	default:
		return
	}
	if c.closer != RCurly || len(r.suspects) >= maxSuspects || !r.outdented(c) || c.lineStart == 0 {
		return
	}
	if n := len(r.suspects); n == 0 || r.suspects[n-1].open != c.open {
		r.suspects = append(r.suspects, suspect{c.open, r.pos})
	}
}

// letGoesOn reports whether the "in" of the innermost let follows, so that a
// binding is more probable at the current token than the let's body.
func (r *recovery) letGoesOn() bool {
	depth, lets := 0, 0
	for i := r.pos; r.mayReread(1); i++ {
		switch r.kinds[i] {
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
	return false
}

// tooDeep skips the rest of the file, and replaces the expression.
func (r *recovery) tooDeep() {
	r.stop(fmt.Sprintf("the expression is nested more than %d levels deep", maxDepth))
	r.missing()
}

// tooLong stops a chain of operators or arguments, whose tree nests to the
// left, at maxChain links.
func (r *recovery) tooLong(links int) bool {
	if links < maxChain {
		return false
	}
	r.stop(fmt.Sprintf("the expression has more than %d operators or arguments in a row", maxChain))
	return true
}

// stop reports a limit and skips the rest of the file.
func (r *recovery) stop(message string) {
	r.failCode(TooDeep, r.tokenSpan(r.pos), message, "")
	r.silent, r.deep = true, true
	if r.cur == EOF {
		return
	}
	first, start := r.pos, len(r.nodes)
	r.pos = uint32(len(r.kinds) - 1)
	r.cur = EOF
	for r.end = r.pos; r.kinds[r.end-1] <= BlockComment; {
		r.end--
	}
	r.emit(Error, first, start)
}

// byteOrderMark skips a byte-order mark, which Nix does not accept.
func (r *recovery) byteOrderMark() {
	if !strings.HasPrefix(r.src, "\uFEFF") {
		return
	}
	r.failAt(Span{0, 3}, "the file begins with a byte-order mark, which Nix does not accept", "remove the bytes EF BB BF")
	r.advance()
	r.advance()
	r.advance()
	r.emit(Error, 0, 0)
}

// reportLeftover says why the current token can't follow the file's expression.
func (r *recovery) reportLeftover() {
	switch r.cur {
	case RCurly, RParen, RBracket:
		r.failHere("this `"+r.text()+"` closes nothing", "remove it")
	case Semicolon, Comma:
		if r.end > 0 && r.kinds[r.end-1] == RCurly && r.next() != EOF {
			closed := r.opened()
			if r.failAt(r.tokenSpan(r.end-1), "this `}` already closes the outermost set; what follows is outside of it", "remove one `}`") && closed != noToken {
				r.relate(r.tokenSpan(closed), "the set that it closes")
			}
			return
		}
		r.failHere("unexpected "+r.found()+" after the expression", "remove it: a file is one expression")
	case Assign:
		r.failHere("a binding needs a set around it", "put `{ … }` around the bindings")
	case KwIn:
		r.failHere("unexpected `in`", "`let { … }` takes no `in`: remove the braces")
	default:
		r.failHere("unexpected "+r.found()+", expected the end of the file", "")
	}
}

// noToken is the index of no token.
const noToken = ^uint32(0)

// opened is the "{" of the node that ends with the last token taken.
func (r *recovery) opened() uint32 {
	for i := len(r.nodes) - 1; i >= 0; i-- {
		if n := r.nodes[i]; n.end == r.end && n.kind == AttrSet {
			for t := n.first; t < n.end; t++ {
				if r.kinds[t] == LCurly {
					return t
				}
			}
		}
	}
	return noToken
}

// commaForSemicolon takes a comma where a binding ends. All of a set are one
// mistake.
func (r *recovery) commaForSemicolon(c *bindingsContext, hint string) {
	if c.comma > 0 && c.comma <= len(r.diags.kept) {
		if d := &r.diags.kept[c.comma-1]; len(d.Related) < maxRelated {
			d.Related = append(d.Related, Related{r.tokenSpan(r.pos), "another comma"})
		}
	} else if r.failHere("bindings end with `;`, not with `,`", hint) {
		c.comma = len(r.diags.kept)
	}
	r.skipOne()
}

// maxRelated bounds how many places one mistake names.
const maxRelated = 20

// letSpan is where the "in" of the let at first is missing.
func (r *recovery) letSpan(first uint32) Span {
	if r.cur == EOF {
		return r.tokenSpan(first)
	}
	return r.tokenSpan(r.pos)
}

// semicolon takes the end of the binding that begins at first.
func (r *recovery) semicolon(first uint32, c *bindingsContext) {
	for {
		switch r.cur {
		case Semicolon:
			r.advance()
			return
		case Comma:
			r.commaForSemicolon(c, "write `;` for `,`")
			return
		case RParen, RBracket:
			if !r.closes() {
				r.failHere("this `"+r.text()+"` closes nothing", "remove it")
				if r.skipOne(); !r.beginsLine(r.pos) {
					r.skipTo(Semicolon, KwInherit)
				}
				continue
			}
		case IdentTok, KwOr, Quote, DollarCurly, KwInherit:
		default:
			if !r.closes() {
				r.failHere("unexpected "+r.found()+", expected `;`", "")
				r.skipTo(Semicolon, KwInherit)
				if r.cur == Semicolon {
					r.advance()
				}
				return
			}
		}
		if c.comma == 0 && r.cur != EOF {
			r.failAfter("missing `;` after the value of `"+r.name(first)+"`", "add `;`")
		}
		return
	}
}

// hasDefault reports whether the selection read since m has an "or".
func (r *recovery) hasDefault(m mark) bool {
	return slices.Contains(r.kinds[m.pos:r.end], KwOr)
}

// inheritDot deals with inherit a.b.
func (r *recovery) inheritDot() {
	from := r.tokenText(r.end - 1)
	hint := "write `inherit (a) b;`"
	if i := r.peek(r.pos + 1); r.kinds[i] == IdentTok {
		hint = "write `inherit (" + clip(from) + ") " + clip(r.tokenText(i)) + ";`"
	}
	r.failHere("`inherit` takes names, not paths", hint)
	r.skipOne()
	if r.cur != Semicolon {
		r.failedAt = int(r.pos)
	}
}

// reportCommas reports all commas of a list as one mistake.
func (r *recovery) reportCommas(commas []uint32, message string) {
	if len(commas) == 0 || r.silent {
		return
	}
	hint := "remove the comma"
	if len(commas) > 1 {
		hint = fmt.Sprintf("remove the %d commas", len(commas))
	}
	if !r.failCode(SyntaxError, r.tokenSpan(commas[0]), message, hint) {
		return
	}
	for _, c := range commas[1:min(len(commas), maxRelated)] {
		r.relate(r.tokenSpan(c), "another comma")
	}
}

// inheritEnd takes the end of the inherit that begins at first.
func (r *recovery) inheritEnd(first uint32) {
	switch r.cur {
	case Semicolon:
		r.advance()
	case IdentTok, KwOr, Quote, KwInherit, DollarCurly:
		r.failAfter("missing `;` after `"+clip(r.src[r.offs[first]:r.offs[r.end]])+"`", "add `;`")
	default:
		if r.closes() {
			r.failAfter("missing `;` after `"+clip(r.src[r.offs[first]:r.offs[r.end]])+"`", "add `;`")
			return
		}
		r.failHere("unexpected "+r.found()+", expected a name or `;`", "")
		r.skipTo(Semicolon, KwInherit)
		if r.cur == Semicolon {
			r.advance()
		}
	}
}

// badAttr reports a token that cannot be a component of an attribute path.
func (r *recovery) badAttr() {
	next := r.next()
	named := next == Assign || next == Dot || next == Semicolon || r.pos == r.end
	if r.cur.IsKeyword() && named {
		r.failHere("`"+r.text()+"` is a keyword and must be quoted to be a name", "write `\""+r.text()+"\"`")
		r.leaf(Ident)
		return
	}
	r.failMissing("expected the name of an attribute, found " + r.found())
}

// unterminated reports a string, opened by token first, that has no end.
func (r *recovery) unterminated(first uint32, what string) {
	if r.unquoted == 0 {
		r.unquoted = first + 1
	}
	if r.silent || r.failedAt == int(r.pos) {
		return
	}
	hint := "add `\"`"
	if r.kinds[first] == IndOpen {
		hint = "add `''`"
		if strings.Contains(r.src[r.offs[first]:r.offs[r.end]], "'''") {
			hint += "; `'''` inside it is two quotes and does not end it"
		}
	}
	at := int(r.offs[first])
	if open := r.interp; open > 0 && !strings.ContainsAny(r.src[r.offs[open-1]:at], "\r\n") {
		r.failAt(r.tokenSpan(open-1), "this `${` is not closed", "add `}`")
		return
	}
	r.failAt(Span{at, at + len(strings.TrimRight(r.tokenText(first), " \n"))}, "this "+what+" is not terminated", hint)
}

// whenReported is the current token if a mistake about it was reported.
func (r *recovery) whenReported(told bool) int {
	if told {
		return int(r.pos)
	}
	return -1
}
