package emit

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"wardnix/nixast"
)

// Expr is an expression in Nix source, used unchanged. Its newlines are LF
// and it is indented from column 0; where it is put deeper it is indented,
// strings excepted whose value that would change.
type Expr string

// Attr is a binding to be written.
type Attr struct {
	// Path are the names, not quoted: {"services", "nginx", "enable"}.
	Path []string
	// Value is nil, a bool, an integer, a float, a string, [Expr], a slice of
	// such values, or [Attrs]. A map is refused: it has no order.
	Value any
	// Comment is above the binding, one "# " line for each of its lines.
	Comment string
	// Blank puts a blank line above, if something is there.
	Blank bool
}

// Attrs is an attrset to be written, in order.
type Attrs []Attr

// A builds an [Attr] of a single name.
func A(name string, value any) Attr { return Attr{Path: []string{name}, Value: value} }

// Nix writes value as Nix source in the default style, from column 0. See
// [Attr] for the values it takes; the error names a value that is none of
// them, or that Nix cannot express: a NUL in a string, an infinite float.
func Nix(value any) (string, error) { return Style{}.nix(value, layout{}) }

// layout says where a text will be.
type layout struct {
	// Indent is the white space that begins the line in which the text starts.
	Indent string
	// Column is the number of columns between the indentation and the text in
	// its first line, and After the number after it in its last one.
	Column, After int
}

// nix writes value as Nix source: on one line if the style has it so and it
// fits into the width, otherwise broken as RFC 166 has it.
func (s Style) nix(value any, at layout) (string, error) {
	switch v := value.(type) {
	case nil:
		return "null", nil
	case bool:
		return strconv.FormatBool(v), nil
	case string:
		return s.stringText(v, at)
	case float64:
		return floatText(v)
	case Expr:
		return s.exprText(v, at.Indent)
	case Attrs:
		return s.setText(v, at)
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return intText(v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() > math.MaxInt64 {
			return "", fmt.Errorf("%d is beyond the integers of Nix", v.Uint())
		}
		return intText(int64(v.Uint())), nil
	case reflect.Slice, reflect.Array:
		elems := make([]any, v.Len())
		for i := range elems {
			elems[i] = v.Index(i).Interface()
		}
		return s.listText(elems, at)
	}
	return "", fmt.Errorf("a %T has no form in Nix", value)
}

// intText writes an integer. The least one has no literal: "-" is an operator
// and its operand would be too great.
func intText(i int64) string {
	if i == math.MinInt64 {
		return strconv.FormatInt(i+1, 10) + " - 1"
	}
	return strconv.FormatInt(i, 10)
}

// floatText writes a float so that Nix reads the same number: digits on both
// sides of a point, as 1e6 alone would not be a float in every Nix.
func floatText(f float64) (string, error) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return "", fmt.Errorf("the float %v has no form in Nix", f)
	}
	format := byte('e')
	if size := math.Abs(f); size == 0 || 1e-5 <= size && size < 1e15 {
		format = 'f'
	}
	text := strconv.FormatFloat(f, format, -1, 64)
	mantissa, exponent, scaled := strings.Cut(text, "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	if scaled {
		return mantissa + "e" + exponent, nil
	}
	return mantissa, nil
}

func (s Style) exprText(e Expr, indent string) (string, error) {
	f := nixast.Parse("", string(e), nixast.Options{PipeOperators: true})
	if err := syntaxError(f); err != nil {
		return "", fmt.Errorf("%q is not an expression: %w", string(e), err)
	}
	n := f.Expr()
	if len(comments(f)) > len(n.CommentsInside()) {
		return "", fmt.Errorf("%q has a comment around the expression", string(e))
	}
	text := reindent(n, "", indent)
	if s.nl() == "\n" {
		return text, nil
	}
	for d := range f.Root().Descendants() {
		if d.Kind() == nixast.IndString && strings.Contains(d.Text(), "\n") {
			return "", fmt.Errorf("%q has an indented string, which CRLF would change", string(e))
		}
	}
	return strings.ReplaceAll(text, "\n", s.nl()), nil
}

// stringText writes a string of several lines as an indented string, others in
// double quotes. Nix takes no tabs away, and keeps CRLF in indented strings.
func (s Style) stringText(v string, at layout) (string, error) {
	if strings.Contains(v, "\x00") {
		return "", fmt.Errorf("the string %q holds a NUL, which Nix cannot express", v)
	}
	if strings.Contains(strings.TrimSuffix(v, "\n"), "\n") && !strings.Contains(at.Indent, "\t") && s.nl() == "\n" {
		return nixast.QuoteIndented(v, len(at.Indent)), nil
	}
	return nixast.QuoteString(v), nil
}

// listText writes a list, on one line if it has one element or the style
// allows it, and it fits.
func (s Style) listText(elems []any, at layout) (string, error) {
	if len(elems) == 0 {
		return s.emptyList(), nil
	}
	if len(elems) == 1 || s.OneLineLists {
		texts, err := s.elementTexts(elems, at.Indent)
		if err != nil {
			return "", err
		}
		flat := "[" + s.pad() + strings.Join(texts, " ") + s.pad() + "]"
		if !strings.Contains(flat, "\n") && at.Column+utf8.RuneCountInString(flat)+at.After <= s.width() {
			return flat, nil
		}
	}
	inner := at.Indent + s.step()
	texts, err := s.elementTexts(elems, inner)
	if err != nil {
		return "", err
	}
	return "[" + s.nl() + inner + strings.Join(texts, s.nl()+inner) + s.nl() + at.Indent + "]", nil
}

// elementTexts writes list elements, each as at the start of a line
// with the indentation given.
func (s Style) elementTexts(elems []any, indent string) ([]string, error) {
	texts := make([]string, len(elems))
	for i, elem := range elems {
		text, err := s.nix(elem, layout{Indent: indent})
		if err != nil {
			return nil, err
		}
		if levelOf(text) < levelSelect {
			text = "(" + text + ")"
		}
		texts[i] = text
	}
	return texts, nil
}

// setText writes an attrset, one binding a line.
func (s Style) setText(attrs Attrs, at layout) (string, error) {
	if len(attrs) == 0 {
		return s.emptySet(), nil
	}
	var b strings.Builder
	b.WriteString("{" + s.nl())
	for i, a := range attrs {
		text, err := s.bindingText(pathText(a.Path, false), a, at.Indent+s.step())
		if err != nil {
			return "", err
		}
		if a.Blank && i > 0 {
			b.WriteString(s.nl())
		}
		b.WriteString(text + s.nl())
	}
	b.WriteString(at.Indent + "}")
	return b.String(), nil
}

// bindingText writes a binding, its comment above it, as lines with the
// indentation given; the last has no newline.
func (s Style) bindingText(path string, a Attr, indent string) (string, error) {
	var b strings.Builder
	if a.Comment != "" {
		for line := range strings.SplitSeq(a.Comment, "\n") {
			b.WriteString(indent + strings.TrimRight("# "+line, " \t\r") + s.nl())
		}
	}
	head := indent + path + " ="
	at := layout{Indent: indent, Column: columns(head) + 1, After: len(";")}
	value, err := s.nix(a.Value, at)
	if err != nil {
		return "", fmt.Errorf("%s: %w", strings.Join(a.Path, "."), err)
	}
	b.WriteString(head)
	if at.Column+utf8.RuneCountInString(value)+at.After > s.width() && breaksAfterAssign(attrsIn(path), value) {
		b.WriteString(s.nl() + indent + s.step() + value + ";")
	} else {
		b.WriteString(" " + value + ";")
	}
	return b.String(), nil
}

// breaksAfterAssign reports whether a value that is too long is on a line
// of its own. nixfmt leaves what has brackets where it is, and strings, paths and
// short calls, too, unless the path is long or has quotes (nixfmt 1.4.0,
// src/Nixfmt/Pretty.hs, Binder).
func breaksAfterAssign(names []string, value string) bool {
	if strings.Contains(value, "\n") {
		return false
	}
	expr := nixast.Parse("", value, nixast.Options{PipeOperators: true}).Expr()
	switch expr.Kind() {
	case nixast.Ident, nixast.Select, nixast.Binary, nixast.If, nixast.HasAttr, nixast.Unary:
		return true
	}
	if l, ok := expr.AsLambda(); ok {
		body := l.Body().Kind()
		return body == nixast.Ident || body == nixast.Select || body == nixast.Apply
	}
	long := len(names) > 4 || slices.ContainsFunc(names, func(name string) bool { return !nixast.IsIdentifier(name) })
	return long && isSimple(expr)
}

// isSimple reports whether an expression is a string, a path, a name, or a call of
// one with two such arguments at most.
func isSimple(n nixast.Node) bool {
	for calls := 0; ; calls++ {
		call, ok := n.AsApply()
		if !ok {
			break
		}
		if calls == 2 || call.Arg().Kind() == nixast.Apply || !isSimple(call.Arg()) {
			return false
		}
		n = call.Func()
	}
	switch n.Kind() {
	case nixast.String, nixast.Path, nixast.Ident, nixast.Select:
		return true
	}
	return false
}

// attrsIn are the names of a path as they are written.
func attrsIn(path string) []string {
	for n := range nixast.Parse("", "{ "+path+" = 1; }", nixast.Options{}).Expr().Bindings() {
		return attrTexts(n)
	}
	return nil
}

// pathText writes an attribute path; quoted requires quotes even around names
// that need none.
func pathText(names []string, quoted bool) string {
	if quoted && len(names) == 1 {
		return nixast.QuoteString(names[0])
	}
	return nixast.QuoteAttrPath(names...)
}
