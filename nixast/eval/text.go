package eval

import (
	"slices"
	"strconv"
	"strings"

	"wardnix/nixast"
)

// Text is the string as far as it is known; false if a part of it is not, or
// depends on a condition.
func (s *String) Text() (string, bool) { return textOf(s.Pieces) }

// Text is the path as in [Path.Source]; false if a part of it is not known.
func (p *Path) Text() (string, bool) { return textOf(p.Pieces) }

func textOf(pieces []Piece) (string, bool) {
	switch {
	case len(pieces) == 0:
		return "", true
	case len(pieces) == 1 && pieces[0].Unknown == nil && pieces[0].When == nil:
		return pieces[0].Text, true
	}
	return "", false // adjacent known pieces are always joined
}

// Pattern is the string to be read by a person: what is not known is written
// as "${label}", what depends on a condition as "${text or nothing}".
func (s *String) Pattern() string { return patternOf(s.Pieces) }

// pattern is the path to be read by a person, as in [String.Pattern].
func (p *Path) pattern() string { return patternOf(p.Pieces) }

func patternOf(pieces []Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		text := p.Text
		switch {
		case p.Unknown == nil:
		case p.Unknown.Label == "" && !p.Node.IsZero():
			text = shorten(p.Node.Text())
		default:
			text = p.Unknown.text()
		}
		switch {
		case p.When != nil:
			b.WriteString("${" + strconv.Quote(text) + " or nothing}")
		case p.Unknown != nil:
			b.WriteString("${" + text + "}")
		default:
			b.WriteString(text)
		}
	}
	return b.String()
}

// text is how to show u: its label, or else how the source writes it.
func (u *Unknown) text() string {
	switch {
	case u.Label != "":
		return u.Label
	case !u.node.IsZero():
		return shorten(u.node.Text())
	}
	return "…"
}

// firstUnknown is the first part of the pieces that is not known; nil if it
// is conditions only.
func firstUnknown(pieces []Piece) *Unknown {
	for _, p := range pieces {
		if p.Unknown != nil {
			return p.Unknown
		}
	}
	for _, p := range pieces {
		if p.When != nil {
			return p.When.reason()
		}
	}
	return nil
}

// prefix is the known text that s begins with; suffix what it ends with.
func prefix(pieces []Piece) string {
	if len(pieces) > 0 && pieces[0].Unknown == nil && pieces[0].When == nil {
		return pieces[0].Text
	}
	return ""
}

func suffix(pieces []Piece) string {
	if n := len(pieces) - 1; n >= 0 && pieces[n].Unknown == nil && pieces[n].When == nil {
		return pieces[n].Text
	}
	return ""
}

// matches reports whether the string may be name.
func (s *String) matches(name string) bool {
	if text, ok := s.Text(); ok {
		return text == name
	}
	head, tail := prefix(s.Pieces), suffix(s.Pieces)
	if len(head)+len(tail) > len(name) || !strings.HasPrefix(name, head) || !strings.HasSuffix(name, tail) {
		return false
	}
	name = name[len(head) : len(name)-len(tail)]
	for i, p := range s.Pieces {
		if p.Unknown != nil || p.When != nil || i == 0 || i == len(s.Pieces)-1 {
			continue
		}
		at := strings.Index(name, p.Text)
		if at < 0 {
			return false
		}
		name = name[at+len(p.Text):]
	}
	return true
}

// newString is a string of one known text.
func newString(node nixast.Node, text string) *String {
	if text == "" {
		return &String{origin: origin{node}}
	}
	s := &struct {
		String
		piece [1]Piece
	}{String{origin: origin{node}}, [1]Piece{{Text: text}}}
	s.Pieces = s.piece[:]
	return &s.String
}

// joined appends pieces to others; text that meets is one piece.
func joined(pieces []Piece, more ...Piece) []Piece {
	for _, p := range more {
		if p.empty() {
			continue
		}
		if n := len(pieces) - 1; n >= 0 && p.Unknown == nil && pieces[n].Unknown == nil && p.When == pieces[n].When {
			pieces[n].Text += p.Text
			continue
		}
		pieces = append(pieces, p)
	}
	return pieces
}

// concat joins the texts of pieces, strings as a rule. The caller must not change the pieces.
func (ev *Evaluator) concat(node nixast.Node, parts [][]Piece) ([]Piece, *Unknown) {
	if len(parts) == 1 && len(parts[0]) == 1 && !parts[0][0].empty() {
		if u := ev.allocText(node, parts[0]); u != nil {
			return nil, u
		}
		return parts[0], nil
	}
	return ev.join(node, slices.Concat(parts...))
}

// allocText accounts for pieces and their texts.
func (ev *Evaluator) allocText(node nixast.Node, pieces []Piece) *Unknown {
	size := 0
	for i := range pieces {
		size += len(pieces[i].Text)
	}
	if u := ev.alloc(node, len(pieces), itemSize); u != nil {
		return u
	}
	return ev.alloc(node, size, 1)
}

// join makes one piece of texts that meet. Text is copied once, so that long strings cost
// what they are long.
func (ev *Evaluator) join(node nixast.Node, pieces []Piece) ([]Piece, *Unknown) {
	if u := ev.allocText(node, pieces); u != nil {
		return nil, u
	}
	n := 0
	for rest := pieces; len(rest) > 0; rest = rest[run(rest):] {
		n++
	}
	out := make([]Piece, 0, n)
	for rest := pieces; len(rest) > 0; {
		n := run(rest)
		p := rest[0]
		if p.Unknown == nil {
			p.Text = textOfRun(rest[:n])
		}
		if !p.empty() {
			out = append(out, p)
		}
		rest = rest[n:]
	}
	return out, nil
}

// run is how many pieces at the start make one: an unknown one, or texts under one condition.
func run(pieces []Piece) int {
	n := 1
	if pieces[0].Unknown != nil {
		return n
	}
	for n < len(pieces) && pieces[n].Unknown == nil && pieces[n].When == pieces[0].When {
		n++
	}
	return n
}

// textOfRun is the text of pieces that make one. Just one that is not empty is not copied.
func textOfRun(pieces []Piece) string {
	size, longest := 0, ""
	for i := range pieces {
		text := pieces[i].Text
		if size += len(text); len(text) > len(longest) {
			longest = text
		}
	}
	if len(longest) == size {
		return longest
	}
	var b strings.Builder
	b.Grow(size)
	for i := range pieces {
		b.WriteString(pieces[i].Text)
	}
	return b.String()
}

// empty reports whether a piece is the empty text.
func (p *Piece) empty() bool { return p.Unknown == nil && p.Text == "" }

// mostCombos bounds into how many whole strings one string is expanded.
const mostCombos = 16

// conditional reports whether there are conditions in the string.
func (s *String) conditional() bool {
	return slices.ContainsFunc(s.Pieces, func(p Piece) bool { return p.When != nil })
}

// expand gives the strings that a string with conditions in it may be.
func (ev *Evaluator) expand(s *String) []leaf {
	type partial struct {
		when    *Cond // what decides about the pieces so far
		without []int // those that are not in it
	}
	all := []partial{{}}
	for i, p := range s.Pieces {
		if p.When == nil {
			continue
		}
		var next []partial
		for _, a := range all {
			if when, ok := ev.and(a.when, p.When); ok {
				next = append(next, partial{when, a.without})
			}
			if when, ok := ev.and(a.when, ev.Not(p.When)); ok {
				next = append(next, partial{when, append(slices.Clip(a.without), i)})
			}
		}
		if all = next; len(all) > mostCombos {
			return []leaf{{nil, s}}
		}
	}
	var out []leaf
	for _, a := range all {
		if covered(out, a.when) || !a.when.possible() {
			continue
		}
		pieces := make([]Piece, 0, len(s.Pieces)-len(a.without))
		for i, p := range s.Pieces {
			if _, left := slices.BinarySearch(a.without, i); !left {
				p.When = nil
				pieces = joined(pieces, p)
			}
		}
		out = append(out, leaf{a.when, &String{s.origin, pieces}})
	}
	return closed(out)
}

// coercion is what is made into a string.
type coercion uint8

const (
	interpolation coercion = iota // "${v}": strings, paths (copied), sets that are used as a path
	everything                    // toString v: numbers, lists and so on, too; paths are not copied
)

// coerce makes the pieces of a string of v.
func (ev *Evaluator) coerce(node nixast.Node, v Value, how coercion) ([]Piece, *Unknown) {
	switch v := v.(type) {
	case *String:
		return v.Pieces, nil
	case *Path:
		return ev.coercePath(v, how), nil
	case *Unknown:
		if v.Failure != NoFailure {
			return nil, v
		}
		return []Piece{{Unknown: v}}, nil
	case *Choice:
		return ev.coerceCases(node, v, how)
	case *Attrs:
		return ev.coerceAttrs(node, v, how)
	}
	if how == everything {
		switch v := v.(type) {
		case *Null:
			return nil, nil
		case *Bool:
			if v.V {
				return []Piece{{Text: "1"}}, nil
			}
			return nil, nil
		case *Int:
			return []Piece{{Text: strconv.FormatInt(v.V, 10)}}, nil
		case *Float:
			return []Piece{{Text: strconv.FormatFloat(v.V, 'f', 6, 64)}}, nil
		case *List:
			return ev.coerceList(node, v)
		}
	}
	return nil, ev.fail(node, article(typeOf(v))+" does not make a string")
}

func (ev *Evaluator) coercePath(p *Path, how coercion) []Piece {
	if how == everything && !p.Source {
		return p.Pieces
	}
	file, known := p.Text()
	u := &Unknown{origin: origin{p.node}, At: p.node, Sort: SourcePath, File: file, Label: p.pattern()}
	if !known {
		u.File = ""
	} else {
		u.key = "path " + strconv.Quote(file)
	}
	if !p.node.IsZero() {
		u.Label = shorten(p.node.Text())
	}
	u.Reason = "where the project lies is not known"
	if how == interpolation {
		u.Sort, u.Reason = StorePath, "the path in the Nix store is not known"
		if u.key != "" {
			u.key = "store " + u.key
		}
	}
	return []Piece{{Unknown: ev.identify(u)}}
}

func (ev *Evaluator) coerceAttrs(node nixast.Node, a *Attrs, how coercion) ([]Piece, *Unknown) {
	if u := ev.enter(node); u != nil {
		return nil, u
	}
	defer ev.leave()
	if attr := a.Lookup("__toString"); len(attr.Defs) > 0 && len(a.rest) == 0 {
		v := ev.applyAll(node, ev.value(node, attr, nil), Known(a))
		return ev.coerce(node, v, how)
	}
	if attr := a.Lookup("outPath"); len(attr.Defs) > 0 && len(a.rest) == 0 {
		return ev.coerce(node, ev.force(ev.value(node, attr, nil)), how)
	}
	if len(a.rest) > 0 {
		return []Piece{{Unknown: ev.because(node, restReason(a.rest))}}, nil
	}
	return nil, ev.fail(node, "a set does not make a string")
}

// restReason is why a set is not known as a whole.
func restReason(rest []Def) *Unknown {
	for _, d := range rest {
		if d.Open != nil {
			return d.Open
		}
	}
	return firstUnknown(rest[0].Name.Pieces)
}

// coerceCases puts the cases side by side, each under its condition.
func (ev *Evaluator) coerceCases(node nixast.Node, c *Choice, how coercion) ([]Piece, *Unknown) {
	if u := ev.enterCases(c); u != nil {
		return nil, u
	}
	defer ev.leaveCases(c)
	if c.busy {
		return nil, ev.unknown(node, "its value needs itself (infinite recursion)")
	}
	c.busy = true
	defer func() { c.busy = false }()
	var whens []*Cond
	var texts [][]Piece
	var failure *Unknown
	for _, k := range c.Cases {
		ps, u := ev.coerce(node, ev.force(k.Value), how)
		if u != nil && u.Failure != NoFailure {
			failure = u
			continue
		}
		if u != nil {
			ps = []Piece{{Unknown: u}}
		}
		whens, texts = append(whens, k.When), append(texts, ps)
	}
	if len(texts) == 0 {
		return nil, failure
	}
	ev.assumed = ev.assumed || failure != nil
	whens[len(whens)-1] = nil
	excl, can := ev.exclusive(whens)
	for i, ps := range texts {
		if !can[i] {
			texts[i] = nil
			continue
		}
		texts[i] = ev.guardedPieces(ps, excl[i])
	}
	out, u := ev.concat(node, texts)
	return out, u
}

func (ev *Evaluator) guardedPieces(ps []Piece, when *Cond) []Piece {
	if when == nil {
		return ps
	}
	var out []Piece
	for _, p := range ps {
		var ok bool
		if p.When, ok = ev.and(when, p.When); ok {
			out = append(out, p)
		}
	}
	return out
}

// coerceList joins the elements with spaces, except after an empty list.
func (ev *Evaluator) coerceList(node nixast.Node, l *List) ([]Piece, *Unknown) {
	if u := ev.enter(node); u != nil {
		return nil, u
	}
	defer ev.leave()
	var parts [][]Piece
	for i, it := range l.Items {
		if it.When != nil || it.Many {
			return []Piece{{Unknown: ev.because(node, itemReason(it))}}, nil
		}
		v := ev.force(it.Value)
		if sub, ok := v.(*List); ok && len(sub.Items) == 0 {
			continue
		}
		ps, u := ev.coerce(node, v, everything)
		if u != nil {
			return nil, u
		}
		parts = append(parts, ps)
		if i < len(l.Items)-1 {
			parts = append(parts, []Piece{{Text: " "}})
		}
	}
	return ev.concat(node, parts)
}

// stringOf makes a string of pieces, or the failure.
func (ev *Evaluator) stringOf(node nixast.Node, ps []Piece, u *Unknown) Value {
	if u != nil {
		return u
	}
	return &String{origin{node}, ps}
}
