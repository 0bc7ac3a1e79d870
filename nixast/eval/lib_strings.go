package eval

import (
	"fmt"
	"path"
	"strconv"
	"strings"
)

// libStrings are functions of lib.strings.
func libStrings() family {
	return family{
		{"optionalString", 2, func(c call, a []*Thunk) Value { return c.onlyIf(a[0], a[1], c.text("")) }},
		affix("hasPrefix", strings.HasPrefix, prefix),
		affix("hasSuffix", strings.HasSuffix, suffix),
		strictly("hasInfix", 2, libHasInfix),
		strictly("removePrefix", 2, libRemovePrefix),
		strictly("removeSuffix", 2, libRemoveSuffix),
		onText("splitString", 2, libSplitString),
		onText("stringToCharacters", 1, libStringToCharacters),
		cased("toLower", 'A', 'Z'),
		cased("toUpper", 'a', 'z'),
		onText("trim", 1, func(c call, a []string) Value { return c.text(strings.Trim(a[0], " \t\r\n")) }),
		onText("escapeNixString", 1, libEscapeNixString),
		{"escapeShellArg", 1, func(c call, a []*Thunk) Value { return c.escapeShellArg(a[0]) }},
		onText("escapeURL", 1, func(c call, a []string) Value { return c.text(escapeURL(a[0])) }),
		onText("toInt", 1, func(c call, a []string) Value { return c.toInt(a[0]) }),
		onText("toIntBase10", 1, libToIntBase10),
		{"makeSearchPath", 2, func(c call, a []*Thunk) Value { return c.searchPathOf(a[0], a[1]) }},
		{"makeBinPath", 1, func(c call, a []*Thunk) Value { return c.searchPathOf(NewString("bin"), a[0]) }},
		{"fileContents", 1, func(c call, a []*Thunk) Value { return c.contentOf(a[0]) }},
	}
}

func libHasInfix(c call, a []Value) Value {
	infix, s, bad := c.twoStrings(a)
	if bad != nil {
		return bad
	}
	for _, p := range s.Pieces {
		if p.Unknown == nil && p.When == nil && strings.Contains(p.Text, infix) {
			return c.bool(true)
		}
	}
	if _, ok := s.Text(); ok {
		return c.bool(infix == "")
	}
	return c.lost(firstUnknown(s.Pieces))
}

func libRemovePrefix(c call, a []Value) Value {
	affix, s, bad := c.twoStrings(a)
	if bad != nil {
		return bad
	}
	return c.withoutAffix(s, affix, strings.HasPrefix, strings.TrimPrefix, prefix, 0)
}

func libRemoveSuffix(c call, a []Value) Value {
	affix, s, bad := c.twoStrings(a)
	if bad != nil {
		return bad
	}
	return c.withoutAffix(s, affix, strings.HasSuffix, strings.TrimSuffix, suffix, len(s.Pieces)-1)
}

func libSplitString(c call, a []string) Value {
	if a[0] == "" {
		return c.cannot("how the text is split is not certain")
	}
	if u := c.alloc(c.site, strings.Count(a[1], a[0]), itemSize); u != nil {
		return u
	}
	return c.texts(strings.Split(a[1], a[0]))
}

func libStringToCharacters(c call, a []string) Value {
	if u := c.alloc(c.site, len(a[0]), itemSize); u != nil {
		return u
	}
	out := make([]string, len(a[0]))
	for i := range len(a[0]) {
		out[i] = a[0][i : i+1]
	}
	return c.texts(out)
}

func libEscapeNixString(c call, a []string) Value {
	for _, b := range []byte(a[0]) {
		if b < ' ' && b != '\n' && b != '\t' && b != '\r' || b >= 0x7f {
			return c.cannot("how the text is escaped is not certain")
		}
	}
	return c.text(`"` + strings.ReplaceAll(jsonEscape(a[0]), "$", `\$`) + `"`)
}

func libToIntBase10(c call, a []string) Value {
	return c.toInt(strings.TrimLeft(a[0][:max(len(a[0])-1, 0)], "0") + a[0][max(len(a[0])-1, 0):])
}

// twoStrings are the arguments of a function of an affix and a string.
func (c call) twoStrings(a []Value) (string, *String, Value) {
	affix, bad := c.textArg(Known(a[0]))
	if bad != nil {
		return "", nil, bad
	}
	s, ok := a[1].(*String)
	if !ok {
		if _, isPath := a[1].(*Path); isPath {
			return "", nil, c.cannot("the text of a path is not known")
		}
		return "", nil, c.wrong(a[1], "string")
	}
	return affix, s, nil
}

// affix makes hasPrefix or hasSuffix; known gives the text at that end.
func affix(name string, has func(s, affix string) bool, known func([]Piece) string) primitive {
	return strictly(name, 2, func(c call, a []Value) Value {
		if ends, ok := fileEndsIn(a[1], a[0]); ok && name == "hasSuffix" {
			return c.bool(ends)
		}
		affix, s, bad := c.twoStrings(a)
		if bad != nil {
			return bad
		}
		text := known(s.Pieces)
		if _, whole := s.Text(); whole || has(text, affix) {
			return c.bool(has(text, affix))
		}
		if len(text) >= len(affix) || !has(affix, text) {
			return c.bool(false)
		}
		return c.lost(firstUnknown(s.Pieces))
	})
}

// fileEndsIn reports whether the text of a path has that suffix. Where it is copied
// to the store, its name stays.
func fileEndsIn(v, suffix Value) (ends, ok bool) {
	file, source, ok := sourceFile(v)
	s, isString := suffix.(*String)
	if !ok || !source || !isString {
		return false, false
	}
	text, known := s.Text()
	name := path.Base(file)
	if s, ok := v.(*String); ok && s.Pieces[0].Unknown.Sort == SourcePath && !strings.HasPrefix(file, "../") {
		name = "/" + file
	}
	if !known || name == "." || name == ".." || len(text) > len(name) && strings.HasSuffix(text, name) {
		return false, false
	}
	return strings.HasSuffix(name, text), true
}

// withoutAffix takes an affix away from the piece at one end of s.
func (c call) withoutAffix(s *String, affix string, has func(s, affix string) bool, trim func(s, affix string) string, known func([]Piece) string, at int) Value {
	text := known(s.Pieces)
	switch _, whole := s.Text(); {
	case has(text, affix) && affix != "":
		pieces := append([]Piece(nil), s.Pieces...)
		pieces[at].Text = trim(text, affix)
		return &String{origin{c.site}, joined(nil, pieces...)}
	case whole || len(text) >= len(affix) || !has(affix, text):
		return s
	}
	return c.lost(firstUnknown(s.Pieces))
}

// cased makes toLower or toUpper, of ASCII letters: those from a to z change.
func cased(name string, a, z byte) primitive {
	return onText(name, 1, func(c call, args []string) Value {
		b := []byte(args[0])
		for i, x := range b {
			if a <= x && x <= z {
				b[i] = x ^ 0x20
			}
		}
		return c.text(string(b))
	})
}

// escapeShellArg quotes text. Whether it quotes what needs none depends on
// the release (since 23.11 it does not).
func (c call) escapeShellArg(t *Thunk) Value {
	ps, u := c.coerce(c.site, c.force(t), everything)
	if u != nil {
		return u
	}
	text, ok := textOf(ps)
	if !ok {
		return c.quotedPieces(ps)
	}
	plain := !strings.ContainsFunc(text, func(r rune) bool {
		return !strings.ContainsRune(",._+:@%/-", r) && (r >= 0x80 || !isDigit(byte(r)) && (r|0x20 < 'a' || r|0x20 > 'z'))
	})
	if plain && text != "" {
		u := c.unknown(c.site, "whether `escapeShellArg` puts quotes around it depends on the release of nixpkgs")
		u.Label = text
		return &String{origin{c.site}, []Piece{{Unknown: u}}}
	}
	return c.text(shellQuote(text))
}

// quotedPieces is the escaped form of text that is not known as a whole.
func (c call) quotedPieces(ps []Piece) Value {
	u := c.because(c.site, firstUnknown(ps))
	u.Label = "escapeShellArg " + patternOf(ps)
	return &String{origin{c.site}, []Piece{{Unknown: u}}}
}

// escapeURL is a part of a URL. Characters outside of ASCII stay, as in nixpkgs.
func escapeURL(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c < 0x80 && !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'z') && !strings.ContainsRune("-_.~", rune(c)) {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// toInt reads a number as people write it; nixpkgs refuses leading zeros.
func (c call) toInt(s string) Value {
	digits := strings.TrimPrefix(s, "-")
	i, err := strconv.ParseInt(s, 10, 64)
	if err != nil || digits == "" || digits[0] == '+' || digits[0] == '0' && len(digits) > 1 || digits == "0" && s != "0" {
		return c.cannot("the number is not read")
	}
	return &Int{origin{c.site}, i}
}

// searchPathOf is a search path: each package's directory of that name.
func (c call) searchPathOf(directory, list *Thunk) Value {
	dir, v := c.textArg(directory)
	if v != nil {
		return v
	}
	l, v := c.listArg(list)
	if v != nil {
		return v
	}
	var items []Item
	for _, it := range l.Items {
		p := c.force(it.Value)
		if _, null := p.(*Null); null {
			continue
		}
		ps, u := c.coerce(c.site, p, interpolation)
		if u != nil {
			return u
		}
		s := &String{origin{p.Origin()}, joined(append([]Piece(nil), ps...), Piece{Text: "/" + dir})}
		it.Value = Known(s)
		items = append(items, it)
	}
	return c.concatSep([]Piece{{Text: ":"}}, items)
}

// libGenerators are functions of lib.generators.
func libGenerators() family {
	return family{
		{"mkValueStringDefault", 2, func(c call, a []*Thunk) Value { return c.valueString(c.force(a[1])) }},
	}
}

// valueString is a value as files of configuration have it.
func (c call) valueString(v Value) Value {
	return c.lift(c.site, v, func(v Value) Value {
		switch v := v.(type) {
		case *Null:
			return c.text("null")
		case *Bool:
			return c.text(strconv.FormatBool(v.V))
		case *Path, *List, *Function:
			return c.wrong(v, "string")
		}
		ps, u := c.coerce(c.site, v, everything)
		return c.stringOf(c.site, ps, u)
	})
}
