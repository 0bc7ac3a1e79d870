package nixast

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// Position is a place in a file as people and tools count it.
type Position struct {
	Offset int // bytes from the start of the file, from 0
	Line   int // from 1; lines end with LF, CRLF or CR
	Byte   int // column in bytes, from 1: what Nix prints
	Column int // column in runes, from 1
	UTF16  int // column in UTF-16 code units, from 1
}

// Unit is what a column is counted in.
type Unit uint8

// Units of columns: Nix prints bytes, most editors show runes, and the language
// server protocol sends UTF-16 code units.
const (
	Bytes Unit = iota
	Runes
	UTF16Units
)

// Position is the place of a byte. Offsets outside the file are taken for its
// nearest end.
func (f *File) Position(offset int) Position {
	offset = max(0, min(offset, len(f.Src)))
	lines := f.lineStarts()
	line := sort.Search(len(lines), func(i int) bool { return int(lines[i]) > offset })
	start := int(lines[line-1])
	p := Position{Offset: offset, Line: line, Byte: offset - start + 1}
	from := milestone{offset: start}
	if offset-start > milestoneEvery {
		milestones := f.milestones()
		before := milestones.before(start).until(f.Src, start)
		from = milestones.before(offset)
		from.runes -= before.runes
		from.units -= before.units
	}
	from = from.until(f.Src, offset)
	p.Column, p.UTF16 = 1+from.runes, 1+from.units
	return p
}

// milestone is how many runes and UTF-16 code units are before an offset. Those of a file
// are milestoneEvery bytes apart, so that columns in a line of any length are found fast.
type milestone struct{ offset, runes, units int }

const milestoneEvery = 1 << 10

// until counts what lies between the milestone and an offset after it.
func (m milestone) until(src string, offset int) milestone {
	for _, r := range src[m.offset:offset] {
		m.runes++
		m.units += utf16Len(r)
	}
	m.offset = offset
	return m
}

type milestones []milestone

// before is the last milestone that is not after an offset.
func (ms milestones) before(offset int) milestone {
	i := offset / milestoneEvery
	if i == len(ms) || ms[i].offset > offset {
		i--
	}
	return ms[i]
}

// milestones are at the first starts of runes from multiples of milestoneEvery on.
func (f *File) milestones() milestones {
	type key struct{}
	return f.Memo(key{}, func() any {
		ms := milestones{{}}
		m := milestone{}
		for at, r := range f.Src {
			if m.offset = at; at >= len(ms)*milestoneEvery {
				ms = append(ms, m)
			}
			m.runes++
			m.units += utf16Len(r)
		}
		return ms
	}).(milestones)
}

func utf16Len(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// Offset is the way back from a line and a column, both from 1. It reports
// false if the file has no such line or the line no such column. After the
// last character of a line, its end included, there is one more column.
func (f *File) Offset(line, column int, unit Unit) (int, bool) {
	if line < 1 || line > f.LineCount() || column < 1 {
		return 0, false
	}
	s := f.Line(line)
	text := f.Src[s.Start:s.End]
	at, counted := 0, 1
	for counted < column && at < len(text) {
		r, n := utf8.DecodeRuneInString(text[at:])
		switch unit {
		case Bytes:
			n = 1
			counted++
		case Runes:
			counted++
		case UTF16Units:
			counted += utf16Len(r)
		}
		at += n
	}
	return s.Start + at, counted == column
}

// LineCount is the number of lines; what follows the last newline is one.
func (f *File) LineCount() int { return len(f.lineStarts()) }

// Line is the span of a line, counted from 1, with the newline that closes it.
func (f *File) Line(line int) Span {
	lines := f.lineStarts()
	end := len(f.Src)
	if line < len(lines) {
		end = int(lines[line])
	}
	return Span{int(lines[line-1]), end}
}

// lineStarts finds the lines when they are first needed.
func (f *File) lineStarts() []uint32 {
	if p := f.lines.Load(); p != nil {
		return *p
	}
	lines := make([]uint32, 1, 1+strings.Count(f.Src, "\n"))
	for i := 0; i < len(f.Src); {
		n := strings.IndexAny(f.Src[i:], "\r\n")
		if n < 0 {
			break
		}
		i += n + 1
		if f.Src[i-1] == '\r' && i < len(f.Src) && f.Src[i] == '\n' {
			i++
		}
		lines = append(lines, uint32(i))
	}
	f.lines.Store(&lines)
	return lines
}
