package eval

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// stringBuiltins are the builtins about text.
func stringBuiltins() family {
	return family{
		{"toString", 1, builtinToString},
		{"concatStringsSep", 2, builtinConcatStringsSep},
		strictly("stringLength", 1, builtinStringLength),
		strictly("substring", 3, builtinSubstring),
		strictly("replaceStrings", 3, builtinReplaceStrings),
		onText("match", 2, func(c call, a []string) Value { return c.match(a[0], a[1]) }),
		onText("split", 2, func(c call, a []string) Value { return c.split(a[0], a[1]) }),
		onText("compareVersions", 2, func(c call, a []string) Value { return c.int(compareVersions(a[0], a[1])) }),
		onText("splitVersion", 1, func(c call, a []string) Value { return c.texts(versionParts(a[0])) }),
		onText("parseDrvName", 1, builtinParseDrvName),
		onText("hashString", 2, builtinHashString),
		{"unsafeDiscardStringContext", 1, func(c call, a []*Thunk) Value { return c.interpolated(a[0]) }},
		{"unsafeDiscardOutputDependency", 1, func(c call, a []*Thunk) Value { return c.interpolated(a[0]) }},
	}
}

func builtinToString(c call, a []*Thunk) Value {
	ps, u := c.coerce(c.site, c.force(a[0]), everything)
	return c.stringOf(c.site, ps, u)
}

func builtinConcatStringsSep(c call, a []*Thunk) Value {
	sep, u := c.coerce(c.site, c.force(a[0]), interpolation)
	if u != nil {
		return u
	}
	l, v := c.listArg(a[1])
	if v != nil {
		return v
	}
	return c.concatSep(sep, l.Items)
}

func builtinStringLength(c call, a []Value) Value {
	ps, u := c.coerce(c.site, a[0], interpolation)
	if u != nil {
		return u
	}
	text, ok := textOf(ps)
	if !ok {
		return c.lost(firstUnknown(ps))
	}
	return c.int(len(text))
}

func builtinSubstring(c call, a []Value) Value {
	start, ok1 := a[0].(*Int)
	n, ok2 := a[1].(*Int)
	if !ok1 || !ok2 {
		return c.fails("substring needs numbers")
	}
	ps, u := c.coerce(c.site, a[2], interpolation)
	if u != nil {
		return u
	}
	return c.substring(start.V, n.V, ps)
}

func builtinReplaceStrings(c call, a []Value) Value {
	from, v := c.stringList(a[0])
	if v != nil {
		return v
	}
	to, v := c.stringList(a[1])
	if v != nil {
		return v
	}
	s, ok := a[2].(*String)
	if !ok {
		return c.wrong(a[2], "string")
	}
	if len(from) != len(to) {
		return c.fails("replaceStrings needs as many strings to replace as replacements")
	}
	return c.replace(from, to, s)
}

func builtinParseDrvName(c call, a []string) Value {
	name, version := parseDrvName(a[0])
	return c.set(member{"name", Known(c.text(name))}, member{"version", Known(c.text(version))})
}

func builtinHashString(c call, a []string) Value {
	var h hash.Hash
	switch a[0] {
	case "md5":
		h = md5.New()
	case "sha1":
		h = sha1.New()
	case "sha256":
		h = sha256.New()
	case "sha512":
		h = sha512.New()
	default:
		return c.cannot("this kind of hash is not made")
	}
	h.Write([]byte(a[1]))
	return c.text(hex.EncodeToString(h.Sum(nil)))
}

func (c call) interpolated(t *Thunk) Value {
	ps, u := c.coerce(c.site, c.force(t), interpolation)
	return c.stringOf(c.site, ps, u)
}

// stringList is a list of strings that are known.
func (c call) stringList(v Value) ([]string, Value) {
	items, bad := c.certainArg(Known(v))
	if bad != nil {
		return nil, bad
	}
	out := make([]string, len(items))
	for i, it := range items {
		if out[i], bad = c.textArg(it.Value); bad != nil {
			return nil, bad
		}
	}
	return out, nil
}

// concatSep joins the items' texts. A separator is before an element if
// it is there and one before it is.
func (c call) concatSep(sep []Piece, items []Item) Value {
	var parts [][]Piece
	var before *Cond // some earlier element is there
	some := false    // whether there are earlier elements at all
	for _, it := range items {
		if it.Many {
			u := c.because(c.site, itemReason(it))
			u.Label = "…"
			return c.concatMany(sep, items, u)
		}
		ps, u := c.coerce(c.site, c.force(it.Value), interpolation)
		if u != nil && c.impossible(it, u) {
			continue
		} else if u != nil {
			return u
		}
		if some {
			if when, ok := c.and(it.When, before); ok {
				parts = append(parts, c.guardedPieces(sep, when))
			}
			before = c.or(before, it.When)
		} else {
			before, some = it.When, true
		}
		parts = append(parts, c.guardedPieces(ps, it.When))
	}
	ps, u := c.concat(c.site, parts)
	return c.stringOf(c.site, ps, u)
}

// concatMany joins items of which there are many: those at the start that are
// certain are kept, the others are one unknown piece.
func (c call) concatMany(sep []Piece, items []Item, why *Unknown) Value {
	var parts [][]Piece
	for _, it := range items {
		if uncertain([]Item{it}) != nil || slices.ContainsFunc(items, func(x Item) bool { return x.Anywhere }) {
			break
		}
		ps, u := c.coerce(c.site, c.force(it.Value), interpolation)
		if u != nil {
			return u
		}
		if len(parts) > 0 {
			parts = append(parts, sep)
		}
		parts = append(parts, ps)
	}
	parts = append(parts, []Piece{{Unknown: why}})
	ps, u := c.concat(c.site, parts)
	return c.stringOf(c.site, ps, u)
}

func (c call) substring(start, n int64, ps []Piece) Value {
	if start < 0 {
		return c.fails("substring cannot start before the string")
	}
	text, ok := textOf(ps)
	if !ok {
		text = prefix(ps)
		if n < 0 || start+n > int64(len(text)) || start+n < 0 {
			return c.lost(firstUnknown(ps))
		}
	}
	if start >= int64(len(text)) {
		return c.text("")
	}
	text = text[start:]
	if n >= 0 && n < int64(len(text)) {
		text = text[:n]
	}
	return c.text(text)
}

// replace replaces the first of from that fits at each place. In a string
// that is known in part, single bytes only: longer ones might reach into what
// is not known.
func (c call) replace(from, to []string, s *String) Value {
	if _, ok := s.Text(); !ok {
		if slices.ContainsFunc(from, func(f string) bool { return len(f) != 1 }) {
			return c.lost(firstUnknown(s.Pieces))
		}
	}
	parts := make([][]Piece, len(s.Pieces))
	for i, p := range s.Pieces {
		if p.Unknown != nil {
			u := c.derived(c.site, p.Unknown, "")
			u.Label = p.Unknown.Label
			p.Unknown = u
		} else {
			var bad Value
			if p.Text, bad = c.replaceText(from, to, p.Text); bad != nil {
				return bad
			}
		}
		parts[i] = []Piece{p}
	}
	if len(s.Pieces) == 0 {
		text, bad := c.replaceText(from, to, "")
		if bad != nil {
			return bad
		}
		return c.text(text)
	}
	ps, u := c.concat(c.site, parts)
	return c.stringOf(c.site, ps, u)
}

func (c call) replaceText(from, to []string, text string) (string, Value) {
	var b strings.Builder
	for i := 0; i <= len(text); {
		found := false
		for k, f := range from {
			if !strings.HasPrefix(text[i:], f) {
				continue
			}
			if u := c.alloc(c.site, len(to[k]), 1); u != nil {
				return "", u
			}
			found = true
			b.WriteString(to[k])
			if f == "" {
				if i < len(text) {
					b.WriteByte(text[i])
				}
				i++
			} else {
				i += len(f)
			}
			break
		}
		if !found {
			if i < len(text) {
				b.WriteByte(text[i])
			}
			i++
		}
	}
	if u := c.alloc(c.site, len(text)*(1+len(from)/16), 1); u != nil {
		return "", u
	}
	return b.String(), nil
}

// maxPattern bounds a regular expression; Go's engine takes time in
// proportion to its length.
const maxPattern = 1000

// patterns compiles a POSIX extended regular expression twice: with POSIX's
// rule (leftmost, longest) and with Perl's (first alternative). Nix uses C++'s
// std::regex; where the two agree on a match, so does it. What Go does not
// write like POSIX is refused.
func (c call) patterns(pattern, wrap string) (*regexp.Regexp, *regexp.Regexp, Value) {
	if len(pattern) > maxPattern || !plainPattern(pattern) {
		return nil, nil, c.cannot("this regular expression is not followed")
	}
	pattern = strings.ReplaceAll(wrap, "%", pattern)
	posix, err1 := regexp.CompilePOSIX(pattern)
	perl, err2 := regexp.Compile(pattern)
	if err1 != nil || err2 != nil {
		return nil, nil, c.cannot("this regular expression is not followed")
	}
	return posix, perl, nil
}

// plainPattern reports whether a pattern means the same to Go and to POSIX.
func plainPattern(p string) bool {
	depth := 0 // of groups
	for i := 0; i < len(p); i++ {
		length := 1
		switch b := p[i]; {
		case b >= utf8.RuneSelf || b == 0 || b == '\n':
			return false
		case b == '[':
			length = classLength(p[i:])
		case b == '\\':
			length = escapeLength(p[i:])
		case b == '(':
			depth++
		case b == ')':
			depth--
		case b == '{' || b == '}' || b == '^' || b == '$':
			length = repeatLength(p, i)
		}
		if length == 0 || depth < 0 || !plainOperator(p, i) {
			return false
		}
		i += length - 1
	}
	return depth == 0
}

// plainOperator reports whether what is before and after the byte at i, if it is an
// operator, is what both have the same meaning for.
func plainOperator(p string, i int) bool {
	after := p[i+1:]
	switch p[i] {
	case '(':
		return after == "" || !strings.ContainsRune("?*+|)", rune(after[0]))
	case ')':
		return i > 0 && p[i-1] != '|'
	case '*', '+', '?':
		return i > 0 && (!strings.ContainsRune("*+?|{", rune(p[i-1])) || i > 1 && p[i-2] == '\\')
	case '|':
		return i > 0 && after != "" && after[0] != '|'
	}
	return true
}

// escapeLength is the length of an escape that both have; 0 for another.
func escapeLength(p string) int {
	if len(p) < 2 || !strings.ContainsRune(`.[]()*+?{}|^$\`, rune(p[1])) {
		return 0
	}
	return 2
}

// classLength is the length of the class that p begins with; 0 for one that is not
// closed, or has in it what the two read in different ways.
func classLength(p string) int {
	i := 1
	if strings.HasPrefix(p[i:], "^") {
		i++
	}
	if strings.HasPrefix(p[i:], "]") {
		i++
	}
	for ; i < len(p); i++ {
		switch b := p[i]; {
		case b == ']':
			return i + 1
		case b == '\\' || b >= utf8.RuneSelf || b == 0 || b == '\n':
			return 0
		case strings.HasPrefix(p[i:], "[:"):
			length := strings.Index(p[i:], ":]")
			if length < 0 {
				return 0
			}
			i += length + 1
		case b == '[':
			return 0
		}
	}
	return 0
}

// repeatLength is the length of the repeat at i; 0 for what is none, or is repeated again.
func repeatLength(p string, i int) int {
	length := len(boundedRepeat.FindString(p[i:]))
	if i == 0 || i+length < len(p) && strings.ContainsRune("*+?{", rune(p[i+length])) {
		return 0
	}
	return length
}

// boundedRepeat is {n}, {n,} or {n,m} with small numbers.
var boundedRepeat = regexp.MustCompile(`^\{([0-9]{1,2})(,([0-9]{1,2})?)?\}`)

func (c call) match(pattern, text string) Value {
	posix, perl, bad := c.patterns(pattern, "^(%)$")
	if bad != nil {
		return bad
	}
	if u := c.regexpCost(pattern, text); u != nil {
		return u
	}
	if !plainSubject(text) {
		return c.cannot("this text is not matched")
	}
	m, same := posix.FindStringSubmatchIndex(text), perl.FindStringSubmatchIndex(text)
	if (m == nil) != (same == nil) || !slices.Equal(m, same) {
		return c.cannot("which parts of the text the groups match is not certain")
	}
	if m == nil {
		return c.null()
	}
	return c.groups(text, m[2:])
}

// plainSubject reports whether every byte is a character, and "." fits it.
func plainSubject(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf || r == '\n' || r == '\r' || r == 0 })
}

func (c call) regexpCost(pattern, text string) *Unknown {
	return c.step(c.site, len(pattern)*(len(text)+1)/64+1)
}

// groups are the texts of the groups in m; null for those that took no part.
func (c call) groups(text string, m []int) Value {
	var ts []*Thunk
	for i := 2; i < len(m); i += 2 {
		if m[i] < 0 {
			ts = append(ts, Known(c.null()))
		} else {
			ts = append(ts, Known(c.text(text[m[i]:m[i+1]])))
		}
	}
	return c.list(ts...)
}

func (c call) split(pattern, text string) Value {
	posix, perl, bad := c.patterns(pattern, "(%)")
	if bad != nil {
		return bad
	}
	if u := c.regexpCost(pattern, text); u != nil {
		return u
	}
	if posix.MatchString("") || !plainSubject(text) {
		return c.cannot("how the text is split is not certain")
	}
	all, same := posix.FindAllStringSubmatchIndex(text, -1), perl.FindAllStringSubmatchIndex(text, -1)
	if !slices.EqualFunc(all, same, slices.Equal[[]int]) {
		return c.cannot("which parts of the text the groups match is not certain")
	}
	if u := c.alloc(c.site, 2*len(all)+1, itemSize); u != nil {
		return u
	}
	var ts []*Thunk
	at := 0
	for _, m := range all {
		ts = append(ts, Known(c.text(text[at:m[0]])), Known(c.groups(text, m[2:])))
		at = m[1]
	}
	return c.list(append(ts, Known(c.text(text[at:])))...)
}

// versionParts splits a version as Nix's nextComponent does: runs of digits
// and runs of other characters, dots and dashes apart.
func versionParts(v string) []string {
	var parts []string
	for i := 0; i < len(v); {
		if v[i] == '.' || v[i] == '-' {
			i++
			continue
		}
		digit := isDigit(v[i])
		j := i
		for j < len(v) && v[j] != '.' && v[j] != '-' && isDigit(v[j]) == digit {
			j++
		}
		parts = append(parts, v[i:j])
		i = j
	}
	return parts
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

func compareVersions(a, b string) int {
	x, y := versionParts(a), versionParts(b)
	for i := range max(len(x), len(y)) {
		p, q := "", ""
		if i < len(x) {
			p = x[i]
		}
		if i < len(y) {
			q = y[i]
		}
		switch {
		case componentLess(p, q):
			return -1
		case componentLess(q, p):
			return 1
		}
	}
	return 0
}

// componentLess is Nix's componentsLT: numbers by value, "pre" first, other
// words before numbers, the end of the version before numbers.
func componentLess(a, b string) bool {
	m, err1 := strconv.ParseInt(a, 10, 32)
	n, err2 := strconv.ParseInt(b, 10, 32)
	switch {
	case err1 == nil && err2 == nil:
		return m < n
	case a == "" && err2 == nil:
		return true
	case a == "pre" && b != "pre":
		return true
	case b == "pre":
		return false
	case err2 == nil:
		return true
	case err1 == nil:
		return false
	}
	return a < b
}

// parseDrvName splits at the first dash that no letter follows.
func parseDrvName(s string) (name, version string) {
	for i := 0; i+1 < len(s); i++ {
		c := s[i+1]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if s[i] == '-' && !letter {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}
