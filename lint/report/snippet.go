package report

import (
	"strings"
	"unicode"

	"wardnix/nixast"
)

// tabWidth is the number of columns that a tab is shown as.
const tabWidth = 4

// longLine is the number of bytes above which only a part of a line is shown: two
// fifths of them before a place, the others from it on.
const longLine = 200

// snippet is the source line in which a span begins, with carets under the part
// of the span that lies in it, between bars after a gutter of the given width. Of a
// long line only what is around the place is shown.
func (s Style) snippet(f *nixast.File, span nixast.Span, gutter int, color string) Text {
	pos := f.Position(span.Start)
	start := span.Start - (pos.Byte - 1)
	line := f.Src[start:min(len(f.Src), span.Start+2*longLine)] // what is beyond is never shown
	if i := strings.IndexAny(line, "\r\n"); i >= 0 {
		line = line[:i]
	}
	at := min(span.Start-start, len(line))
	before, marked, after := line[:at], line[at:max(min(span.End-start, len(line)), at)], ""
	after = line[at+len(marked):]
	room := longLine
	if fits := s.Width - gutter - 5; fits >= leastWidth {
		room = min(room, fits)
	}
	before, marked, after = window(before, marked, after, room)

	bar := s.paint(blue, Textf("%s |", spaces(gutter)))
	var p Printer
	p.Printf("%s\n%s %s\n%s %s%s\n", bar,
		s.paint(blue, Textf("%*d |", gutter, pos.Line)), Text{shown(before) + shown(marked) + shown(after)},
		bar, spaces(width(shown(before))), s.paint(color, Text{strings.Repeat("^", max(1, width(shown(marked))))}))
	return p.Text()
}

// window cuts a line of more than so many bytes down to what is around its marked
// part.
func window(before, marked, after string, room int) (string, string, string) {
	const mark = "…"
	if len(before)+len(marked)+len(after) <= room {
		return before, marked, after
	}
	bytesBefore := room * 2 / 5
	bytesAfter := room - bytesBefore
	if len(before) > bytesBefore {
		before = mark + strings.ToValidUTF8(before[len(before)-bytesBefore:], "")
	}
	if len(marked) > bytesAfter {
		return before, strings.ToValidUTF8(marked[:bytesAfter], "") + mark, ""
	}
	if room := bytesAfter - len(marked); len(after) > room {
		after = strings.ToValidUTF8(after[:room], "") + mark
	}
	return before, marked, after
}

// spaces are n spaces.
func spaces(n int) Text { return Text{strings.Repeat(" ", n)} }

// shown is a line of source as it is shown: escaped, with tabs as spaces.
func shown(line string) string {
	return escape(strings.ReplaceAll(line, "\t", strings.Repeat(" ", tabWidth)), false)
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
