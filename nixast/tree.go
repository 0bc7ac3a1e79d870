package nixast

import (
	"iter"
	"sync"
	"sync/atomic"
)

// File is a parsed file. It does not change once it is made, and any number
// of goroutines may read it.
type File struct {
	// Name is the name given to [Parse]; positions are printed with it, and
	// relative paths are resolved against its directory.
	Name string
	// Src is the source, byte for byte.
	Src string
	// Diagnostics are the syntax and semantic errors, by position. Of each
	// [Code] the first 20 that the parser found are kept; if there are more,
	// one diagnostic, with their number in Omitted, replaces the rest.
	Diagnostics []Diagnostic

	tokKind []Kind   // trivia included; the last is EOF
	tokOff  []uint32 // len(tokKind)+1 offsets into Src, never decreasing
	kind    []Kind   // nodes in preorder; the first is Root
	node    []node
	opts    Options
	free    []string
	lines   atomic.Pointer[[]uint32] // offsets of the line starts, when needed
	memo    sync.Map                 // of [File.Memo]
}

// node is a range of tokens: first to end-1 without outer trivia. The nodes
// between it and next are its descendants.
type node struct{ first, end, next, parent uint32 }

// Memo is what make returns, made once for the file with the key. Keys are of a type
// that only the caller has, as those of package context are; what is made must not
// change. It may be called from several goroutines.
func (f *File) Memo(key any, make func() any) any {
	if v, ok := f.memo.Load(key); ok {
		return v
	}
	v, _ := f.memo.LoadOrStore(key, make())
	return v
}

// Root is the node of kind [Root]. Its only part is the expression:
// see [File.Expr].
func (f *File) Root() Node { return Node{f, 0} }

// Expr is the expression that the file holds; Missing if there is none.
func (f *File) Expr() Node { return f.Root().Child(0) }

// Mistakes is the number of mistakes in the file, those that Diagnostics omits
// included.
func (f *File) Mistakes() int {
	n := 0
	for _, d := range f.Diagnostics {
		n += max(1, d.Omitted)
	}
	return n
}

// FreeVariables are the names that nothing in the file binds, nor Nix itself,
// each once, in the order of their first use. A file with a syntax error has
// none.
func (f *File) FreeVariables() []string { return f.free }

// Span is a range of bytes in a file's source; End is exclusive.
type Span struct{ Start, End int }

// Len is the number of bytes in the span.
func (s Span) Len() int { return s.End - s.Start }

// Contains reports whether offset lies inside the span, its end excluded.
func (s Span) Contains(offset int) bool { return s.Start <= offset && offset < s.End }

// Token is one token of a file. Tokens are values and can be compared; the
// zero Token is not a token.
type Token struct {
	file  *File
	index uint32
}

// IsZero reports whether t is the zero Token.
func (t Token) IsZero() bool { return t.file == nil }

// Kind is the token's kind; [None] for the zero Token.
func (t Token) Kind() Kind {
	if t.file == nil {
		return None
	}
	return t.file.tokKind[t.index]
}

// Span is the range of the token.
func (t Token) Span() Span {
	if t.file == nil {
		return Span{}
	}
	return Span{int(t.file.tokOff[t.index]), int(t.file.tokOff[t.index+1])}
}

// Text is the token as it is written.
func (t Token) Text() string {
	if t.file == nil {
		return ""
	}
	s := t.Span()
	return t.file.Src[s.Start:s.End]
}

// Next is the token after t, trivia included; the zero Token after EOF.
func (t Token) Next() Token {
	if t.file == nil || int(t.index)+1 >= len(t.file.tokKind) {
		return Token{}
	}
	return Token{t.file, t.index + 1}
}

// Prev is the token before t, trivia included; the zero Token before the first.
func (t Token) Prev() Token {
	if t.file == nil || t.index == 0 {
		return Token{}
	}
	return Token{t.file, t.index - 1}
}

// Tokens yields all tokens of the file in order. Together their texts are Src.
func (f *File) Tokens() iter.Seq[Token] {
	return func(yield func(Token) bool) {
		for i := range f.tokKind {
			if !yield(Token{f, uint32(i)}) {
				return
			}
		}
	}
}

// Node is one node of a tree. Nodes are values and can be compared and used
// as map keys; the zero Node is not a node.
type Node struct {
	file  *File
	index uint32
}

// IsZero reports whether n is the zero Node.
func (n Node) IsZero() bool { return n.file == nil }

// File is the file that n belongs to; nil for the zero Node.
func (n Node) File() *File { return n.file }

// Kind is the node's kind; [None] for the zero Node.
func (n Node) Kind() Kind {
	if n.file == nil {
		return None
	}
	return n.file.kind[n.index]
}

// Span is where the node is, without trivia around it. A Missing node has
// no width and is after the last token before it that is not trivia; a
// missing operand, before its operator.
func (n Node) Span() Span {
	if n.file == nil {
		return Span{}
	}
	d := n.file.node[n.index]
	if d.first == d.end {
		at := int(n.file.tokOff[d.first])
		return Span{at, at}
	}
	return Span{int(n.file.tokOff[d.first]), int(n.file.tokOff[d.end])}
}

// Text is the node as it is written; "" for the zero Node.
func (n Node) Text() string {
	if n.file == nil {
		return ""
	}
	s := n.Span()
	return n.file.Src[s.Start:s.End]
}

// First is the node's first token; the zero Token for a node without width.
func (n Node) First() Token {
	if n.file == nil {
		return Token{}
	}
	d := n.file.node[n.index]
	if d.first == d.end {
		return Token{}
	}
	return Token{n.file, d.first}
}

// Last is the node's last token; the zero Token for a node without width.
func (n Node) Last() Token {
	if n.file == nil {
		return Token{}
	}
	d := n.file.node[n.index]
	if d.first == d.end {
		return Token{}
	}
	return Token{n.file, d.end - 1}
}

// Parent is the node around n; the zero Node for the root.
func (n Node) Parent() Node {
	if n.file == nil || n.index == 0 {
		return Node{}
	}
	return Node{n.file, n.file.node[n.index].parent}
}

// Ancestors yields n's parent, the parent's parent, and so on up to the root.
func (n Node) Ancestors() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for p := n.Parent(); !p.IsZero(); p = p.Parent() {
			if !yield(p) {
				return
			}
		}
	}
}

// Children yields the nodes directly inside n, in order.
func (n Node) Children() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if n.file == nil {
			return
		}
		for i, end := n.index+1, n.file.node[n.index].next; i < end; i = n.file.node[i].next {
			if !yield(Node{n.file, i}) {
				return
			}
		}
	}
}

// Child is the i-th child that is not an [Error], counted from 0; the zero Node if
// there are fewer. A part of a node keeps its number whatever is skipped.
func (n Node) Child(i int) Node {
	for c := range n.Children() {
		if c.Kind() == Error {
			continue
		}
		if i == 0 {
			return c
		}
		i--
	}
	return Node{}
}

// Descendants yields all nodes below n in preorder. It is a linear scan.
func (n Node) Descendants() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if n.file == nil {
			return
		}
		for i, end := n.index+1, n.file.node[n.index].next; i < end; i++ {
			if !yield(Node{n.file, i}) {
				return
			}
		}
	}
}

// OwnTokens yields the tokens of n that belong to none of its children,
// trivia included.
func (n Node) OwnTokens() iter.Seq[Token] {
	return func(yield func(Token) bool) {
		if n.file == nil {
			return
		}
		d := n.file.node[n.index]
		at := d.first
		for c := range n.Children() {
			cd := n.file.node[c.index]
			for ; at < cd.first; at++ {
				if !yield(Token{n.file, at}) {
					return
				}
			}
			at = max(at, cd.end)
		}
		for ; at < d.end; at++ {
			if !yield(Token{n.file, at}) {
				return
			}
		}
	}
}

// OwnToken is the first token of kind k that belongs to n itself; the zero
// Token if n has none.
func (n Node) OwnToken(k Kind) Token {
	for t := range n.OwnTokens() {
		if t.Kind() == k {
			return t
		}
	}
	return Token{}
}
