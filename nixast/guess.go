package nixast

import (
	"slices"
	"strings"
)

// guess is a guess at what the author forgot. A file with mistakes is parsed
// again under a guess, which is kept if it leaves fewer mistakes.
type guess struct {
	cuts    []int    // offsets at which a string ends without its closing quotes
	closers []uint32 // tokens before which a "}" is missing
	track   bool     // no repair, but note where sets seem to end by indentation
}

// maxRuns bounds how often a file is parsed to try guesses, and maxSuspects how
// many places where a set may end are considered at once.
const (
	maxRuns     = 16
	maxSuspects = 8
)

// atCut reports whether the text of a string ends here by a repair.
func (r *recovery) atCut() bool {
	return len(r.guess.cuts) > 0 && slices.Contains(r.guess.cuts, int(r.offs[r.end]))
}

// repair parses the file again under guesses, if its mistakes invite some.
func (ps *Parser) repair(opts Options) {
	if ps.p.failures == 0 || ps.p.deep {
		return
	}
	src := ps.p.src
	best, fewest, current := guess{}, ps.p.failures, true
	unclosed := ps.p.unclosed
	for runs := 0; runs < maxRuns; {
		guesses := ps.guesses(opts, best)
		improved := false
		for _, g := range guesses {
			ps.run(src, opts, g)
			runs++
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
func (ps *Parser) guesses(opts Options, r guess) []guess {
	var gs []guess
	if ps.p.unquoted > 0 && len(r.cuts) < 2 {
		for _, at := range ps.p.cutCandidates() {
			cuts := append(slices.Clone(r.cuts), at)
			slices.Sort(cuts)
			gs = append(gs, guess{cuts: slices.Compact(cuts)}) // the tokens change, so nothing else stays
		}
	}
	if ps.p.unclosed && len(gs) == 0 && len(r.closers) < 3 {
		r.track = true
		ps.run(ps.p.src, opts, r)
		for _, s := range ps.p.suspects {
			closers := append(slices.Clone(r.closers), s.binding)
			slices.Sort(closers)
			if c := slices.Compact(closers); len(c) > len(r.closers) {
				gs = append(gs, guess{cuts: r.cuts, closers: c})
			}
		}
	}
	return gs
}

// cutCandidates are offsets where a string may have been meant to end: the
// one that is not terminated, or one over several lines before the first mistake.
func (r *recovery) cutCandidates() []int {
	first := int(r.offs[r.unquoted-1])
	for _, d := range r.diags.kept {
		first = min(first, d.Span.Start)
	}
	var at []int
	for i := len(r.nodes) - 1; i >= 0 && len(at) < 2; i-- {
		n := r.nodes[i]
		if n.kind != String && n.kind != IndString || int(r.offs[n.first]) > first {
			continue
		}
		if strings.ContainsAny(r.tokenText(n.first+1), "\r\n") || n.first == r.unquoted-1 {
			at = append(at, r.cutOf(n))
		}
	}
	if i := r.unquoted - 1; len(at) == 0 {
		at = append(at, r.cutOf(post{first: i, end: r.peek(uint32(len(r.kinds) - 1)), kind: String}))
	}
	return at
}

// cutOf is where the string n was probably meant to end: a quoted one at the
// end of its first line, before the punctuation there, an indented one before
// the first line that is not indented deeper than the line it begins in.
func (r *recovery) cutOf(n post) int {
	start := int(r.offs[n.first+1])
	rest := r.src[start:]
	if r.kinds[n.first] == Quote {
		if i := strings.IndexAny(rest, "\r\n"); i >= 0 {
			rest = rest[:i]
		}
		return start + len(strings.TrimRight(rest, " \t;,)]}"))
	}
	_, indent := r.line(n.first)
	at := start
	for line := range strings.Lines(rest) {
		text := strings.TrimLeft(line, " \t")
		if strings.HasPrefix(indent, line[:len(line)-len(text)]) && strings.TrimSpace(text) != "" {
			break
		}
		at += len(line)
	}
	return max(start, min(at, len(r.src))-1)
}
