package eval

import (
	"path"
	"strings"

	"wardnix/nixast"
)

func (ev *Evaluator) evalLiteral(n nixast.Node) Value {
	switch n.Kind() {
	case nixast.Int:
		if i, ok := n.IntValue(); ok {
			return &Int{origin{n}, i}
		}
	case nixast.Float:
		if f, ok := n.FloatValue(); ok {
			return &Float{origin{n}, f}
		}
	case nixast.URI:
		return newString(n, n.Text())
	}
	return ev.fail(n, "`"+shorten(n.Text())+"` is out of range")
}

// evalString evaluates "…" and ”…”.
func (ev *Evaluator) evalString(n nixast.Node, e *env) Value {
	ps, u := ev.parts(n, e, interpolation)
	return ev.stringOf(n, ps, u)
}

// parts are the pieces of a string or a path.
func (ev *Evaluator) parts(n nixast.Node, e *env, how coercion) ([]Piece, *Unknown) {
	var few [fewPieces]Piece
	all := few[:0]
	for p := range n.Parts() {
		if p.Node.IsZero() {
			all = append(all, Piece{Text: p.Text})
			continue
		}
		inner := p.Node.Inner()
		ps, u := ev.coerce(inner, ev.eval(inner, e), how)
		if u != nil {
			return nil, u
		}
		from := len(all)
		all = append(all, ps...)
		for i := from; i < len(all); i++ {
			all[i].through(inner)
		}
	}
	return ev.join(n, all)
}

// fewPieces is up to how many pieces of a string are gathered without new memory.
const fewPieces = 8

// through notes that what is not known came through the interpolation of n, unless it
// came through another before.
func (p *Piece) through(n nixast.Node) {
	if p.Unknown != nil && p.Node.IsZero() {
		p.Node = n
	}
}

// evalPath evaluates ./a, /a, ~/a and paths with interpolations.
func (ev *Evaluator) evalPath(n nixast.Node, e *env) Value {
	if n.First().Kind() == nixast.HomeTok {
		return ev.unknown(n, "the home directory is not known")
	}
	ps, u := ev.parts(n, e, everything)
	if u != nil {
		return u
	}
	p := &Path{origin: origin{n}}
	if !strings.HasPrefix(prefix(ps), "/") {
		p.Source = true
		ps = joined([]Piece{{Text: path.Dir(n.File().Name) + "/"}}, ps...)
	}
	return ev.cleaned(p, ps)
}

// cleaned gives p the pieces as a path's text: without ".", ".." and "//",
// as far as they are in known text.
func (ev *Evaluator) cleaned(p *Path, pieces []Piece) Value {
	if text, ok := textOf(pieces); ok {
		if text = path.Clean(text); !p.Source && strings.HasPrefix(text, "/..") {
			text = path.Clean("/" + text)
		}
		p.Pieces = []Piece{{Text: text}}
		return p
	}
	// What is not known may hold anything, so only the head is cleaned.
	if head := prefix(pieces); head != "" {
		i := strings.LastIndexByte(head, '/') + 1
		directory := path.Clean(head[:i])
		if !strings.HasSuffix(directory, "/") {
			directory += "/"
		}
		pieces = append([]Piece{{Text: directory + head[i:]}}, pieces[1:]...)
	}
	p.Pieces = pieces
	return p
}

// pathTail is what may be added to a path: a string, or a path's text.
func (ev *Evaluator) pathTail(node nixast.Node, v Value) ([]Piece, *Unknown) {
	if p, ok := v.(*Path); ok {
		return ev.coercePath(p, everything), nil
	}
	return ev.coerce(node, v, interpolation)
}

// joinPath is p + tail.
func (ev *Evaluator) joinPath(node nixast.Node, p *Path, tail []Piece) Value {
	pieces, u := ev.concat(node, [][]Piece{p.Pieces, tail})
	if u != nil {
		return u
	}
	return ev.cleaned(&Path{origin: origin{node}, Source: p.Source}, pieces)
}

// searchPath is <name>: of them, only nixpkgs means something here.
func (ev *Evaluator) searchPath(n nixast.Node) Value {
	u := ev.unknown(n, "`"+n.Text()+"` depends on where it is evaluated")
	u.Label, u.key = n.Text(), n.Text()
	if n.Text() == "<nixpkgs>" {
		u.Sort = Nixpkgs
	}
	return u
}
