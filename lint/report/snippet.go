package report

import (
	"fmt"
	"strings"
	"unicode"

	"wardnix/nixast"
)

// snippet is the source line in which span begins, with carets under the part
// of span that lies in it, between bars behind a gutter of the given width.
func snippet(f *nixast.File, span nixast.Span, gutter int, mark func(string) string, frame func(string) string) string {
	pos := f.Position(span.Start)
	start := span.Start - (pos.Byte - 1)
	line := f.Src[start:]
	if i := strings.IndexAny(line, "\r\n"); i >= 0 {
		line = line[:i]
	}
	end := min(span.End, start+len(line))
	before, marked := f.Src[start:span.Start], f.Src[span.Start:max(end, span.Start)]
	bar := frame(strings.Repeat(" ", gutter) + " |")
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", bar)
	fmt.Fprintf(&b, "%s %s\n", frame(fmt.Sprintf("%*d |", gutter, pos.Line)), printable(line))
	fmt.Fprintf(&b, "%s %s%s\n", bar, strings.Repeat(" ", width(before)), mark(strings.Repeat("^", max(1, width(marked)))))
	return b.String()
}

// tabWidth is the number of columns that a tab is shown as.
const tabWidth = 4

// printable is line as it is shown: [visible], with tabs as blanks.
func printable(line string) string {
	return strings.ReplaceAll(visible(line), "\t", strings.Repeat(" ", tabWidth))
}

// visible is text with "?" for characters that would disturb a terminal or make
// text look like other text. Tabs and line ends stay.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && r != '\n' && (unicode.IsControl(r) || r == unicode.ReplacementChar || unicode.In(r, unicode.Cf)) {
			return '?'
		}
		return r
	}, text)
}

// width is the number of columns that s takes in a terminal.
func width(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r == '\t':
			n += tabWidth
		case unicode.In(r, unicode.Mn, unicode.Me):
		case wide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

// wide reports whether r takes two columns: the East Asian scripts and emoji
// (the wide ranges of Unicode's EastAsianWidth.txt, coarsely).
func wide(r rune) bool {
	return r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 ||
		r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 ||
		r >= 0xffe0 && r <= 0xffe6 || r >= 0x1f300 && r <= 0x1f64f || r >= 0x1f900 && r <= 0x1f9ff ||
		r >= 0x20000 && r <= 0x3fffd)
}
