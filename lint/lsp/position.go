package lsp

import (
	"unicode/utf8"

	"wardnix/nixast"
)

// Encodings of positions (LSP 3.17, PositionEncodingKind).
const (
	utf8Encoding  = "utf-8"
	utf16Encoding = "utf-16"
)

// An encoding is what the characters of a position are counted in.
type encoding nixast.Unit

// chooseEncoding picks bytes if a client can count them, else what every client can.
func chooseEncoding(offered []string) (encoding, string) {
	for _, name := range offered {
		if name == utf8Encoding {
			return encoding(nixast.Bytes), name
		}
	}
	return encoding(nixast.UTF16Units), utf16Encoding
}

// position is the place of a byte.
func (e encoding) position(f *nixast.File, offset int) Position {
	p := f.Position(offset)
	character := p.Byte
	if nixast.Unit(e) == nixast.UTF16Units {
		character = p.UTF16
	}
	return Position{Line: p.Line - 1, Character: character - 1}
}

// span is a span as a range.
func (e encoding) span(f *nixast.File, s nixast.Span) Range {
	return Range{e.position(f, s.Start), e.position(f, s.End)}
}

// offset is the byte at a position. A character after the end of its line is that end
// (LSP 3.17, Position), a line after the last one the end of the text, and a place
// within a character its start.
func (e encoding) offset(f *nixast.File, p Position) int {
	if p.Line < 0 || p.Character < 0 {
		return 0
	}
	if p.Line >= f.LineCount() {
		return len(f.Src)
	}
	line := f.Line(p.Line + 1)
	end := line.End
	for end > line.Start && (f.Src[end-1] == '\n' || f.Src[end-1] == '\r') {
		end--
	}
	if p.Character >= line.End-line.Start {
		return end
	}
	at, _ := f.Offset(p.Line+1, p.Character+1, nixast.Unit(e))
	if at = min(at, end); nixast.Unit(e) == nixast.UTF16Units && e.position(f, at).Character > p.Character {
		_, n := utf8.DecodeLastRuneInString(f.Src[:at])
		return at - n
	}
	for at > line.Start && at < end && !utf8.RuneStart(f.Src[at]) {
		at--
	}
	return at
}

// offsets are the bytes of a range, in order even if its ends are not.
func (e encoding) offsets(f *nixast.File, r Range) (start, end int) {
	start, end = e.offset(f, r.Start), e.offset(f, r.End)
	return min(start, end), max(start, end)
}
