package eval

import (
	"path"
	"slices"
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
	var all [][]Piece
	for _, p := range n.Parts() {
		if p.Node.IsZero() {
			all = append(all, []Piece{{Text: p.Text}})
			continue
		}
		inner := p.Node.Inner()
		ps, u := ev.coerce(inner, ev.eval(inner, e), how)
		if u != nil {
			return nil, u
		}
		all = append(all, through(inner, ps))
	}
	return ev.concat(n, all)
}

// through marks the unknown pieces as come through the interpolation of n.
func through(n nixast.Node, ps []Piece) []Piece {
	for i, p := range ps {
		if p.Unknown != nil && p.Node.IsZero() {
			ps = slices.Clone(ps)
			for k := i; k < len(ps); k++ {
				if ps[k].Unknown != nil && ps[k].Node.IsZero() {
					ps[k].Node = n
				}
			}
			break
		}
	}
	return ps
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
