package nixast

import (
	"iter"
	"math/big"
	"strconv"
	"strings"
)

// Part is a piece of a string or path: text, or an interpolation.
type Part struct {
	// Text is the value of the text, escapes resolved and indentation stripped.
	Text string
	// Node is the [Interpolation]; the zero Node for text.
	Node Node
}

// Parts are the parts of a [String], [IndString] or [Path] in order; text next
// to text is one part, and no text is empty. Text of a path is as written.
// Other nodes have no parts.
func (n Node) Parts() iter.Seq[Part] {
	return func(yield func(Part) bool) {
		var text run
		for c := range n.chunks {
			if c.node.IsZero() {
				text.add(c.text)
				continue
			}
			if t := text.take(); t != "" && !yield(Part{Text: t}) || !yield(Part{Node: c.node}) {
				return
			}
		}
		if t := text.take(); t != "" {
			yield(Part{Text: t})
		}
	}
}

// A run is text that is put together. A text that no other is added to is not copied.
type run struct {
	first string
	all   strings.Builder // used from the second text on
}

func (r *run) add(text string) {
	switch {
	case text == "":
	case r.first == "":
		r.first = text
	default:
		if r.all.Len() == 0 {
			r.all.WriteString(r.first)
		}
		r.all.WriteString(text)
	}
}

// take is the text so far, which the next does not begin with.
func (r *run) take() string {
	text := r.first
	if r.all.Len() > 0 {
		text = r.all.String()
	}
	*r = run{}
	return text
}

// StringValue is the value of a [String] or [IndString] without
// interpolations, or of a [URI]. It reports false for other nodes.
func (n Node) StringValue() (string, bool) {
	switch n.Kind() {
	case URI:
		return n.Text(), true
	case String, IndString:
		value := ""
		for p := range n.Parts() {
			if !p.Node.IsZero() {
				return "", false
			}
			value = p.Text
		}
		return value, true
	}
	return "", false
}

// IntValue is the value of an [Int]. It reports false for other nodes, and
// where the number does not fit.
func (n Node) IntValue() (int64, bool) {
	if n.Kind() != Int {
		return 0, false
	}
	v, err := strconv.ParseInt(n.Text(), 10, 64)
	return v, err == nil
}

// FloatValue is the value of a [Float]. It reports false for other nodes, and
// where Nix rejects the number: too large, or too small for a normal number.
func (n Node) FloatValue() (float64, bool) {
	if n.Kind() != Float {
		return 0, false
	}
	return parseFloat(n.Text())
}

// parseFloat reads a number as strtod does, which sets errno for numbers that
// are too large, and for those nearer to zero than normal numbers unless they
// are exactly what the text says.
func parseFloat(text string) (float64, bool) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, false
	}
	if v == 0 {
		mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
		return v, !strings.ContainsAny(mantissa, "123456789")
	}
	if v < 0x1p-1022 {
		exact, ok := new(big.Rat).SetString(text)
		return v, ok && exact.Cmp(new(big.Rat).SetFloat64(v)) == 0
	}
	return v, true
}

// pathValue is a [Path] without interpolations as it is written, "./a/b" or
// "~/a". It reports false for other nodes.
func (n Node) pathValue() (string, bool) {
	if n.Kind() != Path {
		return "", false
	}
	for c := range n.Children() {
		if c.Kind() == Interpolation {
			return "", false
		}
	}
	return n.Text(), true
}

// searchPathValue is the name between the angle brackets of a [SearchPath],
// "nixpkgs/lib". It reports false for other nodes.
func (n Node) searchPathValue() (string, bool) {
	if n.Kind() != SearchPath {
		return "", false
	}
	return strings.Trim(n.Text(), "<>"), true
}

// AttrName is the name that n, a component of an attribute path, denotes.
// It reports false for a dynamic one. As in Nix, "a", ${"a"} and ${(x:y)} have
// names, but "${"a"}" has none.
func (n Node) AttrName() (string, bool) {
	switch n.Kind() {
	case Ident:
		return n.Text(), true
	case String:
		return n.StringValue()
	case Interpolation:
		return n.Inner().plainString()
	}
	return "", false
}

// plainString is the value of an expression that Nix's parser turns into a
// string without parts. For an indented string that includes one that consists
// of nothing but the interpolation of another.
func (n Node) plainString() (string, bool) {
	value, ok, _ := n.followString()
	return value, ok
}

// followString also returns the node that decides: n itself, or what the
// indented strings that consist of an interpolation lead to.
func (n Node) followString() (value string, ok bool, end Node) {
	for {
		n = n.Unparen()
		switch n.Kind() {
		case String, URI:
			value, ok = n.StringValue()
			return value, ok, n
		case IndString:
		default:
			return "", false, n
		}
		chunks := n.concatChunks()
		switch {
		case len(chunks) == 0:
			return "", true, n
		case len(chunks) > 1:
			return "", false, n
		case chunks[0].node.IsZero():
			return chunks[0].text, true, n
		}
		n = chunks[0].node.Inner()
	}
}

// concatChunks are the chunks that Nix concatenates. Nix 2.8 keeps empty ones.
func (n Node) concatChunks() []chunk {
	var cs []chunk
	for c := range n.chunks {
		if c.text != "" || !c.node.IsZero() || n.Kind() == IndString && n.file.opts.Dialect == Nix28 {
			cs = append(cs, c)
		}
	}
	return cs
}

// chunk is what Nix's lexer makes one token of: a run of text, an escape of an
// indented string, or an interpolation.
type chunk struct {
	text   string
	escape bool // in an indented string: no indentation in it
	node   Node
}

// chunks yields the chunks of a string or path with their values.
func (n Node) chunks(yield func(chunk) bool) {
	if n.Kind() == IndString {
		for _, c := range stripIndentation(n.rawChunks()) {
			if !yield(c) {
				return
			}
		}
		return
	}
	n.eachPiece(func(text string, node Node) bool {
		if n.Kind() == String && node.IsZero() {
			text = unescape(text, n.file.opts.Dialect)
		}
		return yield(chunk{text: text, node: node})
	})
}

// eachPiece calls yield with the text tokens and the interpolations of n.
func (n Node) eachPiece(yield func(text string, node Node) bool) {
	switch n.Kind() {
	case String, IndString, Path:
	default:
		return
	}
	f := n.file
	d := f.node[n.index]
	child := n.index + 1
	for i := d.first; i < d.end; {
		if child < d.next && f.node[child].first == i && f.node[child].end > i {
			if f.kind[child] == Interpolation && !yield("", Node{f, child}) {
				return
			}
			i = f.node[child].end
			child = f.node[child].next
			continue
		}
		switch f.tokKind[i] {
		case StringText, IndText, PathTok, HomeTok:
			if !yield(f.Src[f.tokOff[i]:f.tokOff[i+1]], Node{}) {
				return
			}
		}
		i++
	}
}

// rawChunks are the chunks of an indented string before it is stripped.
func (n Node) rawChunks() []chunk {
	cs := make([]chunk, 0, 4)
	n.eachPiece(func(text string, node Node) bool {
		if !node.IsZero() {
			cs = append(cs, chunk{node: node})
			return true
		}
		for len(text) > 0 {
			size := indentedRun(text)
			if size > 0 {
				cs = append(cs, chunk{text: text[:size]})
			} else {
				var value string
				value, size = indentedEscape(text)
				cs = append(cs, chunk{text: value, escape: true})
			}
			text = text[size:]
		}
		return true
	})
	return cs
}

// indentedRun is the length of ([^$']|\$[^{']|'[^'$])+ at the start of text.
func indentedRun(text string) int {
	i := 0
	for i < len(text) {
		c := text[i]
		if c != '$' && c != '\'' {
			i++
			continue
		}
		if i+1 == len(text) {
			break
		}
		next := text[i+1]
		if next == '\'' || c == '$' && next == '{' || c == '\'' && next == '$' {
			break
		}
		i += 2
	}
	return i
}

// indentedEscape is the value and the length of what text, which begins with
// a quote or a dollar sign, begins with.
func indentedEscape(text string) (string, int) {
	switch {
	case strings.HasPrefix(text, "''$"):
		return "$", 3
	case strings.HasPrefix(text, "'''"):
		return "''", 3
	case strings.HasPrefix(text, `''\`) && len(text) > 3:
		return string(escaped(text[3])), 4
	}
	return text[:1], 1
}

// escaped is what a backslash before c means.
func escaped(c byte) []byte {
	switch c {
	case 'n':
		return []byte{'\n'}
	case 'r':
		return []byte{'\r'}
	case 't':
		return []byte{'\t'}
	}
	return []byte{c}
}

// unescape is the value of text between double quotes: escapes resolved, CR
// and CRLF turned into LF. Nix 2.8 ends the text at a NUL.
func unescape(text string, d Dialect) string {
	if !strings.ContainsAny(text, "\\\r\x00") {
		return text
	}
	b := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			b = append(b, escaped(text[i])...)
		case c == '\r':
			b = append(b, '\n')
			if i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
		case c == 0 && d == Nix28:
			return string(b)
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// stripIndentation takes the indentation from the chunks of an indented
// string, in place, as the function of that name in Nix's parser does. The two passes
// differ in how they read an escaped newline, as they do there.
func stripIndentation(cs []chunk) []chunk {
	width := indentWidth(cs)
	atStart, dropped := true, 0
	for i := range cs {
		c := &cs[i]
		if !c.node.IsZero() {
			atStart, dropped = false, 0
			continue
		}
		c.text, atStart, dropped = dropIndent(c.text, width, atStart, dropped)
		if i == len(cs)-1 {
			c.text = dropLastLine(c.text)
		}
	}
	return cs
}

// indentWidth is the number of spaces that every line with text begins with.
func indentWidth(cs []chunk) int {
	least, width, atStart := 1000000, 0, true
	for _, c := range cs {
		if !c.node.IsZero() || c.escape {
			if atStart {
				atStart = false
				least = min(least, width)
			}
			continue
		}
		for j := 0; j < len(c.text); j++ {
			switch ch := c.text[j]; {
			case ch == '\n':
				atStart, width = true, 0
			case atStart && ch == ' ':
				width++
			case atStart:
				atStart = false
				least = min(least, width)
			}
		}
	}
	return least
}

// dropIndent takes up to width spaces from the start of each line. atStart and
// dropped say, before and after, whether only spaces of the current line have
// been seen, and how many were taken.
func dropIndent(text string, width int, atStart bool, dropped int) (string, bool, int) {
	if !atStart && strings.IndexByte(text, '\n') < 0 {
		return text, atStart, dropped
	}
	var b strings.Builder
	b.Grow(len(text))
	for text != "" {
		if atStart {
			line := strings.TrimLeft(text, " ")
			spaces := len(text) - len(line)
			b.WriteString(text[min(spaces, max(width-dropped, 0)):spaces])
			dropped += spaces
			if text = line; line == "" {
				break
			}
			dropped = 0
		}
		end := strings.IndexByte(text, '\n') + 1
		if atStart = end > 0; !atStart {
			end = len(text)
		}
		b.WriteString(text[:end])
		text = text[end:]
	}
	return b.String(), atStart, dropped
}

// dropLastLine takes the last line away if it is but spaces, and not the only one.
func dropLastLine(text string) string {
	if i := strings.LastIndexByte(text, '\n'); i >= 0 && strings.Trim(text[i+1:], " ") == "" {
		return text[:i+1]
	}
	return text
}
