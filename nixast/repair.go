package nixast

import (
	"slices"
	"strings"
)

// repair is a guess at what the author forgot. A file with mistakes is parsed
// again under a guess, which is kept if it leaves fewer mistakes.
type repair struct {
	cuts    []int    // offsets at which a string ends without its closing quotes
	closers []uint32 // tokens before which a "}" is missing
	strays  []uint32 // closers that are one too many
	track   bool     // no repair, but note where sets seem to end by indentation
}

// maxRepairs bounds how many guesses are tried for one file.
const maxRepairs = 8

// suspect is a binding that seems, by its indentation, to stand outside of
// the set that it is in.
type suspect struct {
	open    uint32 // the "{" of the set
	binding uint32 // the binding's first token
}

// atCut reports whether the text of a string ends here by a repair.
func (p *parser) atCut() bool {
	return len(p.repair.cuts) > 0 && slices.Contains(p.repair.cuts, int(p.offs[p.end]))
}

// suspect notes whether the binding at the current token is not indented
// deeper than the line that opens its set. It always reports false.
func (p *parser) suspect(c *bindingsContext) bool {
	switch p.cur {
	case IdentTok, KwOr, Quote, DollarCurly, KwInherit:
	default:
		return false
	}
	if c.closer != RCurly || len(p.suspects) >= maxRepairs || !p.beginsLine(p.pos) {
		return false
	}
	own, opener := indentOf(p.src, int(p.offs[p.pos])), indentOf(p.src, int(p.offs[c.open]))
	if strings.HasPrefix(opener, own) && lineStart(p.src, int(p.offs[c.open])) > 0 {
		if n := len(p.suspects); n == 0 || p.suspects[n-1].open != c.open {
			p.suspects = append(p.suspects, suspect{c.open, p.pos})
		}
	}
	return false
}

// lineStart is the start of the line that offset lies in.
func lineStart(src string, offset int) int {
	return strings.LastIndexAny(src[:offset], "\r\n") + 1
}

// indentOf is the white space that begins the line that offset lies in.
func indentOf(src string, offset int) string {
	line := src[lineStart(src, offset):offset]
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

// closeByIndent tells that the set opened by token open ends before the
// current token, which a repair marked.
func (p *parser) closeByIndent(open uint32) {
	p.kinds[p.pos] = p.repairKind(p.pos)
	p.cur = p.kinds[p.pos]
	if p.failAt(p.tokenSpan(open), "this `{` is not closed", "add `};` before `"+clip(p.text())+"`") {
		p.relate(p.tokenSpan(p.pos), "this is not indented deeper than the line of the `{`, so the `}` is probably missing before it")
		line := lineStart(p.src, int(p.offs[open]))
		at := line + len(indentOf(p.src, int(p.offs[open])))
		if at < int(p.offs[open]) {
			p.relate(Span{at, int(p.offs[open])}, "the line of the `{` begins here")
		}
	}
}

// repairKind is what token i is without the repair that marked it.
func (p *parser) repairKind(i uint32) Kind {
	switch p.src[p.offs[i]] {
	case '"':
		return Quote
	case '$':
		return DollarCurly
	}
	return keyword(p.tokenText(i))
}

// repair parses the file again under guesses, if its mistakes invite some.
func (ps *Parser) repair(opts Options) {
	if ps.p.failures == 0 || ps.p.deep {
		return
	}
	src := ps.p.src
	best, fewest, current := repair{}, ps.p.failures, true
	unclosed := ps.p.unclosed
	for range maxRepairs {
		guesses := ps.guesses(opts, best)
		improved := false
		for _, g := range guesses {
			ps.run(src, opts, g)
			closes := unclosed && !ps.p.unclosed
			cuts := len(g.cuts) > len(best.cuts)
			if current = false; ps.p.failures < fewest || ps.p.failures == fewest && (closes || cuts) {
				best, fewest, unclosed = g, ps.p.failures, ps.p.unclosed
				current, improved = true, true
				break
			}
		}
		if !improved {
			break
		}
	}
	if !current {
		ps.run(src, opts, best)
	}
}

// guesses are repairs to try on top of the one under which the file was just
// parsed.
func (ps *Parser) guesses(opts Options, r repair) []repair {
	var gs []repair
	if ps.p.unquoted > 0 && len(r.cuts) < 2 {
		for _, at := range ps.p.cutCandidates() {
			cuts := append(slices.Clone(r.cuts), at)
			slices.Sort(cuts)
			gs = append(gs, repair{cuts: slices.Compact(cuts)}) // the tokens change, so nothing else stays
		}
	}
	if ps.p.mismatched > 0 && len(r.strays) < 2 {
		stray := r
		stray.strays = append(slices.Clone(r.strays), ps.p.mismatched-1)
		gs = append(gs, stray)
	}
	if ps.p.unclosed && len(gs) == 0 && len(r.closers) < 3 {
		r.track = true
		ps.run(ps.p.src, opts, r)
		for _, s := range ps.p.suspects {
			closers := append(slices.Clone(r.closers), s.binding)
			slices.Sort(closers)
			if c := slices.Compact(closers); len(c) > len(r.closers) {
				gs = append(gs, repair{cuts: r.cuts, closers: c, strays: r.strays})
			}
		}
	}
	return gs
}

// cutCandidates are offsets where a string may have been meant to end: the
// one that is not terminated, or one over several lines before the first mistake.
func (p *parser) cutCandidates() []int {
	first := int(p.offs[p.unquoted-1])
	for _, d := range p.diags {
		first = min(first, d.Span.Start)
	}
	var at []int
	for i := len(p.nodes) - 1; i >= 0 && len(at) < 2; i-- {
		n := p.nodes[i]
		if n.kind != String && n.kind != IndString || int(p.offs[n.first]) > first {
			continue
		}
		if strings.ContainsAny(p.tokenText(n.first+1), "\r\n") || n.first == p.unquoted-1 {
			at = append(at, p.cutOf(n))
		}
	}
	if i := p.unquoted - 1; len(at) == 0 {
		at = append(at, p.cutOf(post{first: i, end: p.peek(uint32(len(p.kinds) - 1)), kind: String}))
	}
	return at
}

// cutOf is where the string n was probably meant to end: a quoted one at the
// end of its first line, before the punctuation there, an indented one before
// the first line that is not indented deeper than the line it begins in.
func (p *parser) cutOf(n post) int {
	start := int(p.offs[n.first+1])
	rest := p.src[start:]
	if p.kinds[n.first] == Quote {
		if i := strings.IndexAny(rest, "\r\n"); i >= 0 {
			rest = rest[:i]
		}
		return start + len(strings.TrimRight(rest, " \t;,)]}"))
	}
	indent := indentOf(p.src, int(p.offs[n.first]))
	at := start
	for line := range strings.Lines(rest) {
		text := strings.TrimLeft(line, " \t")
		if strings.HasPrefix(indent, line[:len(line)-len(text)]) && strings.TrimSpace(text) != "" {
			break
		}
		at += len(line)
	}
	return max(start, min(at, len(p.src))-1)
}

// hideStrays makes trivia of closers that are one too many, and tells of them.
func (p *parser) hideStrays() {
	for _, i := range p.repair.strays {
		p.failCode(SyntaxError, p.tokenSpan(i), "this `"+p.tokenText(i)+"` closes nothing", "remove it, or add what it should close")
		p.kinds[i] = Whitespace
	}
}

// showStrays takes back what hideStrays did to the tokens.
func (p *parser) showStrays() {
	for _, i := range p.repair.strays {
		switch p.src[p.offs[i]] {
		case ')':
			p.kinds[i] = RParen
		case ']':
			p.kinds[i] = RBracket
		default:
			p.kinds[i] = RCurly
		}
	}
}
