package nixast

import (
	"math"
	"slices"
	"strings"
)

// Dialect is the version of Nix whose language a file is written in.
type Dialect uint8

const (
	// Nix236 is current Nix: 2.34 to 2.36, whose grammar and checks are one.
	Nix236 Dialect = iota
	// Nix28 is Nix 2.8.
	Nix28
)

// Options choose the language that [Parse] reads. The zero value is current
// Nix without experimental features.
type Options struct {
	Dialect Dialect
	// PipeOperators switches on the experimental feature "pipe-operators".
	// Without it the operators are parsed and reported.
	PipeOperators bool
}

// maxDepth is how deep expressions may be nested. What lies deeper is skipped
// and reported as [TooDeep]. Nix 2.36 follows 100,000 levels too, and runs out
// of stack before 1,000,000.
const maxDepth = 100_000

// maxChain is how many operators or arguments may follow each other on one
// level: a + b + c …, f a b c …. Their tree nests to the left, so that this
// bounds its depth as well; what comes after is skipped and reported as
// [TooDeep].
const maxChain = 1_000_000

// Parse parses src. It always returns a whole tree; what is wrong with the
// source is given by File.Diagnostics. Sources of 4 GiB or more are not parsed.
func Parse(name, src string, opts Options) *File {
	var p Parser
	return p.Parse(name, src, opts)
}

// Parser parses one file after another and reuses its working memory. The
// zero Parser is ready. A Parser must not be used by two goroutines at once.
type Parser struct {
	lex   lexer
	p     parser
	check checker
	stack []ancestor
	lexed int // the steps of all runs of lex
}

// Parse is like the function [Parse].
func (ps *Parser) Parse(name, src string, opts Options) *File {
	f := &File{Name: name, Src: src, opts: opts}
	if len(src) >= math.MaxUint32 {
		f.tokKind, f.tokOff = []Kind{EOF}, []uint32{0, math.MaxUint32}
		f.kind, f.node = []Kind{Root, Missing}, []node{{next: 2}, {next: 2}}
		f.Diagnostics = []Diagnostic{{Code: TooDeep, Message: "the file is too large: 4 GiB is the limit"}}
		return f
	}
	ps.run(src, opts, guess{})
	ps.repair(opts)
	f.tokKind, f.tokOff = slices.Clone(ps.p.kinds), slices.Clone(ps.p.offs)
	ps.preorder(f)
	ps.check.run(f, opts, &ps.p.diags)
	f.Diagnostics = ps.p.diags.diagnostics()
	return f
}

// run lexes and parses src once, under a guess.
func (ps *Parser) run(src string, opts Options, g guess) {
	n := len(src)/4 + 16
	ps.lex = lexer{
		src: src, cuts: g.cuts, modes: ps.lex.modes[:0],
		kind: slices.Grow(ps.lex.kind[:0], n), off: slices.Grow(ps.lex.off[:0], n),
	}
	ps.lex.lex()
	ps.lexed += ps.lex.steps
	old := &ps.p
	old.diags.reset()
	ps.p = parser{
		recovery: recovery{
			cursor: cursor{src: src, kinds: ps.lex.kind, offs: ps.lex.off, nodes: slices.Grow(old.nodes[:0], n/2), steps: old.steps},
			diags:  old.diags, failedAt: -1, budget: rereadsPerToken * len(ps.lex.kind), guess: g, comment: ps.lex.openComment,
		},
		opts: opts, hasNUL: strings.IndexByte(src, 0) >= 0,
	}
	for _, c := range g.closers {
		ps.p.kinds[c] = barrier
	}
	ps.p.root()
	for _, c := range g.closers {
		if ps.p.kinds[c] == barrier {
			ps.p.kinds[c] = ps.p.repairKind(c)
		}
	}
}

// ancestor is an open node while the tree is put in preorder.
type ancestor struct{ start, index uint32 }

// preorder turns the nodes, which the parser leaves in postorder, into f's
// arrays. Before a node in preorder come its ancestors and all that lies
// wholly to its left; in postorder the latter come before its first descendant.
func (ps *Parser) preorder(f *File) {
	posts := ps.p.nodes
	f.kind = make([]Kind, len(posts))
	f.node = make([]node, len(posts))
	stack := ps.stack[:0]
	for i := len(posts) - 1; i >= 0; i-- {
		n := &posts[i]
		for len(stack) > 0 && stack[len(stack)-1].start > uint32(i) {
			stack = stack[:len(stack)-1]
		}
		at := n.start + uint32(len(stack))
		parent := uint32(0)
		if len(stack) > 0 {
			parent = stack[len(stack)-1].index
		}
		f.kind[at] = n.kind
		f.node[at] = node{n.first, n.end, at + uint32(i) - n.start + 1, parent}
		if n.start < uint32(i) {
			stack = append(stack, ancestor{n.start, at})
		}
	}
	ps.stack = stack
}
