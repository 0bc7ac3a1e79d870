package emit

import (
	"iter"
	"strings"
	"unicode/utf8"

	"wardnix/nixast"
)

// lineStart is the offset at which the line of offset at begins.
func lineStart(src string, at int) int { return strings.LastIndexByte(src[:at], '\n') + 1 }

// lineEnd is the offset at which the line of offset at ends, before its
// newline.
func lineEnd(src string, at int) int {
	end := len(src)
	if i := strings.IndexByte(src[at:], '\n'); i >= 0 {
		end = at + i
	}
	if end > at && src[end-1] == '\r' {
		end--
	}
	return end
}

// nextLine is the offset after the newline of the line of offset at.
func nextLine(src string, at int) int {
	if i := strings.IndexByte(src[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(src)
}

// indentOf is the white space that begins the line of offset at, and whether
// nothing else is before at.
func indentOf(src string, at int) (indent string, own bool) {
	line := src[lineStart(src, at):at]
	indent = line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	return indent, indent == line
}

// column is the number of columns before offset at in its line, the indentation
// aside.
func column(src string, at int) int { return columns(src[lineStart(src, at):at]) }

// columns is the width of a line, the indentation aside: the one that nixfmt
// compares with its limit (nixfmt 1.4.0).
func columns(line string) int { return utf8.RuneCountInString(strings.TrimLeft(line, " \t")) }

// oneLine reports whether a span contains no newline.
func oneLine(src string, s nixast.Span) bool {
	return !strings.ContainsAny(src[s.Start:s.End], "\n\r")
}

func size[T any](seq iter.Seq[T]) int {
	n := 0
	for range seq {
		n++
	}
	return n
}

// indentAt is the white space at the line start at.
func indentAt(src string, at int) string {
	line := src[at:lineEnd(src, at)]
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}
