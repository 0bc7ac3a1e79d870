package nixast

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// post is a node while it is being parsed. Nodes are kept in postorder, since
// the operands of an operator are known before the operator is: start is the
// index of the node's first descendant, or its own.
type post struct {
	first, end, start uint32
	kind              Kind
}

// barrier replaces a token before which a "}" is taken to be missing, so that
// everything up to the set ends there. It fits nowhere in the grammar.
const barrier Kind = 8

// cursor walks over the tokens of a file and collects nodes.
type cursor struct {
	src   string
	kinds []Kind
	offs  []uint32
	pos   uint32 // the current token, never trivia
	cur   Kind   // its kind
	end   uint32 // after the last token taken
	nodes []post
	steps int // tokens and bytes looked at: a measure of time that tests can rely on
}

// advance takes the current token. The token EOF is never taken but by root.
func (c *cursor) advance() {
	i := c.pos + 1
	c.end = i
	for c.kinds[i] <= BlockComment {
		i++
	}
	c.steps += int(i - c.pos)
	c.pos, c.cur = i, c.kinds[i]
}

// peek is the index of the first token from i on that is not trivia.
func (c *cursor) peek(i uint32) uint32 {
	for c.kinds[i] <= BlockComment {
		i++
	}
	return i
}

// next is the kind of the token after the current one.
func (c *cursor) next() Kind {
	if c.cur == EOF {
		return EOF
	}
	return c.kinds[c.peek(c.pos+1)]
}

// emit adds a node that reaches from token first to the last token taken and
// has all nodes from start on.
func (c *cursor) emit(k Kind, first uint32, start int) {
	c.nodes = append(c.nodes, post{first, c.end, uint32(start), k})
}

// leaf takes the current token as a node of its own.
func (c *cursor) leaf(k Kind) {
	n := uint32(len(c.nodes))
	c.nodes = append(c.nodes, post{c.pos, c.pos + 1, n, k})
	c.advance()
}

// missing adds a node without width.
func (c *cursor) missing() {
	n := uint32(len(c.nodes))
	c.nodes = append(c.nodes, post{c.end, c.end, n, Missing})
}

// settle moves an operand that is missing up to the operator that wants it,
// at token first, so that no node begins with trivia.
func (c *cursor) settle(first uint32, start int) {
	if n := &c.nodes[start]; n.kind == Missing && n.first < first {
		n.first, n.end = first, first
	}
}

// skipOne takes the current token as an error.
func (c *cursor) skipOne() {
	if c.cur == EOF {
		return
	}
	first, start := c.pos, len(c.nodes)
	c.advance()
	c.emit(Error, first, start)
}

func (c *cursor) tokenSpan(i uint32) Span {
	if c.kinds[i] == EOF {
		return Span{int(c.offs[i]), int(c.offs[i])}
	}
	return Span{int(c.offs[i]), int(c.offs[i+1])}
}

func (c *cursor) tokenText(i uint32) string { return c.src[c.offs[i]:c.offs[i+1]] }

func (c *cursor) text() string { return c.tokenText(c.pos) }

// name is the text from token first to the last one before the "=" that follows.
func (c *cursor) name(first uint32) string {
	i := first
	for k := c.kinds[i]; k != EOF && k != Assign && k != EqEq && k != Colon && k > BlockComment && i < c.end; k = c.kinds[i] {
		i++
	}
	return clip(c.src[c.offs[first]:c.offs[i]])
}

// beginsLine reports whether only trivia with a newline in it, or nothing,
// is between token i and the token before it.
func (c *cursor) beginsLine(i uint32) bool {
	for i > 0 && c.kinds[i-1] <= BlockComment {
		i--
		c.steps += int(c.offs[i+1] - c.offs[i])
		if strings.ContainsAny(c.tokenText(i), "\r\n") {
			return true
		}
	}
	return i == 0
}

// line is where the line of token i starts, and the white space there.
func (c *cursor) line(i uint32) (start int, indent string) {
	at := int(c.offs[i])
	start = strings.LastIndexAny(c.src[:at], "\r\n") + 1
	c.steps += at - start
	line := c.src[start:at]
	return start, line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

// found names the current token for a message.
func (c *cursor) found() string {
	switch c.cur {
	case EOF:
		return "the end of the file"
	case Quote, StringText, IndOpen, IndText:
		return "a string"
	case IndClose:
		return "the end of a string"
	case IntTok, FloatTok:
		return "the number `" + clip(c.text()) + "`"
	case Invalid:
		return c.character()
	}
	return "`" + clip(c.text()) + "`"
}

// character names the character at the current token, which is one byte of it.
func (c *cursor) character() string {
	at := int(c.offs[c.pos])
	r, n := utf8.DecodeRuneInString(c.src[at:])
	switch {
	case r == utf8.RuneError && n <= 1:
		return fmt.Sprintf("byte 0x%02X", c.src[at])
	case r < ' ' || r >= 0x7F && r <= 0xA0 || r >= 0x2000 && r <= 0x200F || r == 0x3000 || r == 0xFEFF:
		return fmt.Sprintf("character U+%04X", r)
	}
	return "`" + string(r) + "`"
}

// characterSpan is all of the character whose first byte is the current token.
func (c *cursor) characterSpan() Span {
	at := int(c.offs[c.pos])
	_, n := utf8.DecodeRuneInString(c.src[at:])
	return Span{at, at + n}
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
