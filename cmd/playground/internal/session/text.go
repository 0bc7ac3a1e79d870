package session

import (
	"unicode/utf8"

	"wardnix/nixast"
)

// A scale knows the UTF-16 offset of each byte offset of a text.
type scale struct {
	// steps are where a character is wider in bytes than in UTF-16 units: the offset
	// after it, and by how much all offsets from there on differ.
	steps []step
}

type step struct{ from, less int }

func newScale(text string) *scale {
	s := &scale{}
	less := 0
	for i, r := range text {
		if r < utf8.RuneSelf {
			continue
		}
		_, bytes := utf8.DecodeRuneInString(text[i:])
		units := 1
		if r > 0xffff {
			units = 2
		}
		less += bytes - units
		s.steps = append(s.steps, step{i + bytes, less})
	}
	return s
}

// utf16 is the offset in UTF-16 units of a byte offset.
func (s *scale) utf16(offset int) int {
	low, high := 0, len(s.steps) // the first step after the offset
	for low < high {
		if mid := (low + high) / 2; s.steps[mid].from <= offset {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low == 0 {
		return offset
	}
	return offset - s.steps[low-1].less
}

// What the page colors alike.
const (
	plain = iota
	comment
	keyword
	text
	number
	location // paths and addresses
	name     // what is defined
	sign
	bad
)

// tokens are the tokens of a file that is shown, as pairs of a length in UTF-16
// units and a color. Together they are as long as the text.
func tokens(f *nixast.File) []int {
	defined := map[nixast.Token]bool{}
	for n := range f.Root().Descendants() {
		if n.Kind() == nixast.AttrPathNode && n.Parent().Kind() == nixast.BindingNode {
			for c := range n.Children() {
				defined[c.First()] = true
			}
		}
	}
	s := newScale(f.Src)
	out := []int{}
	for t := range f.Tokens() {
		span := t.Span()
		length := s.utf16(span.End) - s.utf16(span.Start)
		color := colorOf(t.Kind())
		if color == plain && defined[t] {
			color = name
		}
		if n := len(out); n > 0 && out[n-1] == color {
			out[n-2] += length
		} else if length > 0 {
			out = append(out, length, color)
		}
	}
	return out
}

func colorOf(k nixast.Kind) int {
	switch {
	case k.IsComment():
		return comment
	case k.IsKeyword():
		return keyword
	}
	switch k {
	case nixast.Quote, nixast.StringText, nixast.IndOpen, nixast.IndClose, nixast.IndText:
		return text
	case nixast.IntTok, nixast.FloatTok:
		return number
	case nixast.PathTok, nixast.HomeTok, nixast.SearchTok, nixast.URITok:
		return location
	case nixast.Invalid:
		return bad
	case nixast.IdentTok, nixast.Whitespace, nixast.EOF:
		return plain
	}
	return sign
}
