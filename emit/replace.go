package emit

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"wardnix/nixast"
)

// Replace puts value in the place of the expression n, with parentheses where
// the grammar requires them. A comment inside n is a reason to refuse.
func (e *Editor) Replace(n nixast.Node, value any) ([]Edit, error) {
	if err := e.editableExpr(n); err != nil {
		return nil, err
	}
	if err := keepsComments(n, n.First(), n.Last()); err != nil {
		return nil, err
	}
	style, at := e.style, e.layoutOf(n)
	if n.Kind() == nixast.List && size(n.Children()) > 1 {
		style.OneLineLists = oneLine(e.file.Src, n.Span())
	}
	text, err := style.nix(value, at)
	if err != nil {
		return nil, err
	}
	if levelOf(text) < required(n) {
		text = "(" + text + ")"
	}
	if gap, ok := assignGap(n); ok {
		b, _ := n.Parent().AsBinding()
		lead := " "
		if !e.crowded(n.Parent()) {
			lead = e.afterAssign(attrTexts(b), at, text)
		}
		return []Edit{trimmed(e.file.Src, Edit{gap.Start, n.Span().End, lead + text})}, nil
	}
	return []Edit{{n.Span().Start, n.Span().End, e.apart(n, text)}}, nil
}

// layoutOf is where a new expression in the place of n will be: right of the
// "=" if n is the value of a binding.
func (e *Editor) layoutOf(n nixast.Node) layout {
	src, start := e.file.Src, n.Span().Start
	at := layout{Column: column(src, start), After: len(";")}
	if gap, ok := assignGap(n); ok {
		start = n.Parent().Span().Start
		at.Column = column(src, gap.Start) + 1
	}
	at.Indent, _ = indentOf(src, start)
	return at
}

// assignGap is the white space between "=" and n, if n is the value of a
// binding and no comment is between them.
func assignGap(n nixast.Node) (nixast.Span, bool) {
	if n.Parent().Kind() != nixast.BindingNode {
		return nixast.Span{}, false
	}
	space := spaceBefore(n.First())
	for t := range n.Parent().OwnTokens() {
		if t.Kind() == nixast.Assign {
			return space, t.Span().End == space.Start
		}
	}
	return space, false
}

// attrTexts are the names of a binding's path as they are written.
func attrTexts(b nixast.Binding) []string {
	var names []string
	for a := range b.Path().Attrs() {
		names = append(names, a.Text())
	}
	return names
}

// afterAssign is what is between "=" and a value: a space, or, before a
// value that is too long and has no brackets, the start of a line.
func (e *Editor) afterAssign(names []string, at layout, value string) string {
	if at.Column+utf8.RuneCountInString(value)+at.After > e.style.width() && breaksAfterAssign(names, value) {
		return e.nl() + at.Indent + e.style.step()
	}
	return " "
}

// crowded reports whether a binding shares a line that is too long with what is
// before it: no formatter leaves such a line, and it stays one.
func (e *Editor) crowded(b nixast.Node) bool {
	src, span := e.file.Src, b.Span()
	return oneLine(src, span) && column(src, span.Start) > 0 && column(src, span.End) > e.style.width()
}

// trimmed is an edit without the bytes at its front that it does not change.
func trimmed(src string, edit Edit) Edit {
	for edit.Start < edit.End && edit.New != "" && src[edit.Start] == edit.New[0] && src[edit.Start] <= ' ' {
		edit.Start++
		edit.New = edit.New[1:]
	}
	return edit
}

// editableExpr is an error if the expression n cannot be edited.
func (e *Editor) editableExpr(n nixast.Node) error {
	if err := e.editable(n); err != nil {
		return err
	}
	switch n.Kind() {
	case nixast.Missing, nixast.Error, nixast.Root, nixast.AttrPathNode, nixast.BindingNode,
		nixast.InheritNode, nixast.FormalsNode, nixast.FormalNode, nixast.Interpolation:
		return errNoExpr
	}
	switch p := n.Parent(); p.Kind() {
	case nixast.AttrPathNode, nixast.InheritNode, nixast.FormalNode, nixast.LambdaNode:
		if n.Kind() == nixast.Ident && !isVariable(n) || p.Kind() == nixast.AttrPathNode || p.Kind() == nixast.InheritNode && n.Kind() != nixast.Paren {
			return errNoExpr
		}
	}
	return nil
}

var errNoExpr = errors.New("the node is not an expression")

// apart is text with a space where it would run into its neighbors in the
// place of n.
func (e *Editor) apart(n nixast.Node, text string) string {
	if before := n.First().Prev(); runsInto(before) {
		text = " " + text
	}
	if after := n.Last().Next(); runsInto(after) {
		text += " "
	}
	return text
}

// runsInto reports whether t has a letter, digit or other sign that could join
// a word next to it.
func runsInto(t nixast.Token) bool {
	switch t.Kind() {
	case nixast.IdentTok, nixast.IntTok, nixast.FloatTok, nixast.URITok, nixast.SearchTok, nixast.PathTok, nixast.HomeTok:
		return true
	}
	return t.Kind().IsKeyword()
}

// keepsComments refuses if a comment is between two tokens of n.
func keepsComments(n nixast.Node, first, last nixast.Token) error {
	for t := first; !t.IsZero() && t.Span().Start <= last.Span().Start; t = t.Next() {
		if t.Kind().IsComment() {
			return refuse(n, "the comment %q would be lost", short(t.Text()))
		}
	}
	return nil
}

func short(comment string) string {
	const most = 40
	line, _, more := strings.Cut(comment, "\n")
	if r := []rune(line); len(r) > most {
		line, more = string(r[:most]), true
	}
	if more {
		line += "…"
	}
	return line
}

// appendEdit appends an edit that does something.
func appendEdit(edits []Edit, e Edit) []Edit {
	if e.Start == e.End && e.New == "" {
		return edits
	}
	return append(edits, e)
}

// hole is a variable in the place of the wrapped expression.
const hole = "__wardnix_hole"

// Wrap puts before and after around the expression n, and parentheses around
// n, and around the whole, where the grammar requires them:
// Wrap(n, "lib.mkForce ", ""). Several lines between parentheses are indented.
func (e *Editor) Wrap(n nixast.Node, before, after string) ([]Edit, error) {
	if err := e.editableExpr(n); err != nil {
		return nil, err
	}
	f := nixast.Parse("", before+hole+after, nixast.Options{PipeOperators: true})
	holes := readers(f.Root(), hole)
	if syntaxError(f) != nil || len(holes) != 1 {
		return nil, fmt.Errorf("%q and %q cannot enclose an expression", before, after)
	}
	enclosed := level(n) < required(holes[0])
	if level(f.Expr()) < required(n) {
		before, after = "("+before, after+")"
	}
	if enclosed {
		before, after = before+"(", ")"+after
		if gap, ok := assignGap(n); ok && e.spreads(n, gap, before, after) {
			return e.wrapLines(n, gap, before, after), nil
		}
	}
	if runsInto(n.First().Prev()) {
		before = " " + before
	}
	if runsInto(n.Last().Next()) {
		after += " "
	}
	edits := appendEdit(nil, Edit{n.Span().Start, n.Span().Start, before})
	return appendEdit(edits, Edit{n.Span().End, n.Span().End, after}), nil
}

// spreads reports whether n, the value of a binding, is on lines of its own
// once it has parentheses: if it has several lines, or would not fit into one.
func (e *Editor) spreads(n nixast.Node, gap nixast.Span, before, after string) bool {
	src := e.file.Src
	if !oneLine(src, nixast.Span{Start: gap.Start, End: n.Span().End}) {
		last := absorbed(n)
		return last.IsZero() || !oneLine(src, nixast.Span{Start: gap.Start, End: last.Span().Start})
	}
	columns := column(src, n.Span().End) + utf8.RuneCountInString(before+after) + len(";")
	return columns > e.style.width()
}

// absorbed is the set or list at the end of n that RFC 166 keeps on the line of
// a parenthesis before n: that of a function x: { … } or of a call f { … } of a
// plain name; the zero Node if there is none.
func absorbed(n nixast.Node) nixast.Node {
	last := nixast.Node{}
	if l, ok := n.AsLambda(); ok {
		last = l.Body()
	}
	if a, ok := n.AsApply(); ok && a.Func().Kind() == nixast.Ident {
		last = a.Arg()
	}
	if last.Kind() != nixast.AttrSet && last.Kind() != nixast.List {
		return nixast.Node{}
	}
	return last
}

// wrapLines puts n between lines that end with before and begin with after,
// indented by one step.
func (e *Editor) wrapLines(n nixast.Node, gap nixast.Span, before, after string) []Edit {
	src := e.file.Src
	outer, _ := indentOf(src, n.Parent().Span().Start)
	old, _ := indentOf(src, n.Span().Start)
	inner := outer + e.style.step()
	edits := []Edit{{gap.Start, gap.End, " " + before + e.nl() + inner}}
	edits = append(edits, reindentEdits(e.file, n.Span(), old, inner)...)
	if w, ok := n.AsWith(); ok && oneLine(src, nixast.Span{Start: n.Span().Start, End: w.Body().Span().Start}) {
		edits = append(edits, e.breakBefore(w.Body().First(), e.nl()+inner))
	}
	return append(edits, Edit{n.Span().End, n.Span().End, e.nl() + outer + after})
}

// Rename gives attr, a component of a binding's or selection's path, another
// name. In a let or rec set, where the name is also a variable, it refuses if
// the variable is used or the new name would capture one. It is an error if the
// set has an attribute of the new name.
func (e *Editor) Rename(attr nixast.Node, name string) ([]Edit, error) {
	path := attr.Parent()
	if err := e.editable(path.Parent()); err != nil {
		return nil, err
	}
	if path.Kind() != nixast.AttrPathNode || attr.Kind() == nixast.Missing {
		return nil, errors.New("the node is not a component of an attribute path")
	}
	if err := keepsComments(attr, attr.First(), attr.Last()); err != nil {
		return nil, err
	}
	if path.Parent().Kind() == nixast.BindingNode {
		if err := renames(path.Parent(), attr, name); err != nil {
			return nil, err
		}
	}
	text := nixast.QuoteAttr(name)
	if attr.Kind() == nixast.String && nixast.QuoteAttr(attrKey(attr)) == attrKey(attr) {
		text = nixast.QuoteString(name) // quotes were there without need
	}
	edits := []Edit{{attr.Span().Start, attr.Span().End, e.apart(attr, text)}}
	if b, ok := path.Parent().AsBinding(); ok {
		indent, _ := indentOf(e.file.Src, b.Span().Start)
		names := attrTexts(b)
		names[slices.Index(slices.Collect(b.Path().Attrs()), attr)] = text
		if gap, lead, ok := e.refit(b, names, indent); ok {
			edits = append(edits, Edit{gap.Start, gap.End, lead})
		}
	}
	return edits, nil
}

// refit is what to put between "=" and the value of a binding whose path becomes
// that of names, as they are written, at indent: the value goes to a line of its
// own if it does not fit any more, and back from one where it did not fit. It
// reports false if the value stays where it is.
func (e *Editor) refit(b nixast.Binding, names []string, indent string) (gap nixast.Span, lead string, ok bool) {
	src, value := e.file.Src, b.Value()
	gap, ok = assignGap(value)
	if !ok || !oneLine(src, value.Span()) {
		return gap, "", false
	}
	columns := column(src, gap.Start) + utf8.RuneCountInString(" "+value.Text()+";")
	grown := utf8.RuneCountInString(strings.Join(names, ".")) - utf8.RuneCountInString(b.Path().Text())
	fitted, fits := columns <= e.style.width(), columns+grown <= e.style.width()
	switch below := !oneLine(src, gap); {
	case !below && !fits && breaksAfterAssign(names, value.Text()) && (fitted || !breaksAfterAssign(attrTexts(b), value.Text())):
		return gap, e.nl() + indent + e.style.step(), true
	case below && !fitted && fits:
		return gap, " ", true
	}
	return gap, "", false
}

// renames is an error if the component attr of a binding's path cannot be
// called name.
func renames(binding, attr nixast.Node, name string) error {
	set, keys := binding.Parent(), pathKeys(binding)
	at := 0
	for a := range attr.Parent().Children() {
		if a == attr {
			break
		}
		at++
	}
	old := keys[at]
	if at == 0 && isScope(set) {
		if r := readers(set, old); len(r) > 0 {
			return refuse(r[0], "%s is used as a variable", old)
		}
		if err := captures(set, name); err != nil {
			return err
		}
	}
	keys[at] = name
	if _, _, err := descend(set, keys); err != nil {
		return err
	}
	return nil
}
