package emit

import (
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Diff is the unified diff from old to new, with three lines of context, that
// git apply and patch -p1 take: name, with slashes, after a/ and b/; "" if old
// equals new.
func Diff(name, old, new string) string {
	text, err := udiff.ToUnified(diffName("a/"+name), diffName("b/"+name), old, udiff.Lines(old, new), 3)
	if err != nil {
		panic(err) // only for edits outside old
	}
	return text
}

// diffName quotes a file name as git does: in double quotes, with octal
// escapes, if it holds control characters, quotes, backslashes or bytes beyond
// ASCII. A name with a space is followed by a tab instead, which ends it.
func diffName(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool {
		return r < ' ' || r == '"' || r == '\\' || r >= 0x7f
	}) {
		if strings.Contains(name, " ") {
			name += "\t"
		}
		return name
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(name) {
		switch {
		case c == '"' || c == '\\':
			b.Write([]byte{'\\', c})
		case c < ' ' || c >= 0x7f:
			b.Write([]byte{'\\', '0' + c>>6, '0' + c>>3&7, '0' + c&7})
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
