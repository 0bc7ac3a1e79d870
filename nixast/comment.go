package nixast

import (
	"slices"
	"strings"
)

// CommentsAbove are the comments that belong to n by standing above it: each
// on lines of its own, without a blank line between them or before n, and n is
// the first thing on its line.
func (n Node) CommentsAbove() []Token {
	if n.file == nil {
		return nil
	}
	var above []Token
	at := n.file.node[n.index].first
	if !n.file.ownLine(at) {
		return nil
	}
	for at > 0 {
		gap := at
		for gap > 0 && n.file.tokKind[gap-1] == Whitespace {
			gap--
		}
		if gap == 0 || !n.file.tokKind[gap-1].IsComment() || lineEnds(n.file.tokensText(gap, at)) > 1 || !n.file.ownLine(gap-1) {
			break
		}
		at = gap - 1
		above = append(above, Token{n.file, at})
	}
	slices.Reverse(above)
	return above
}

// CommentAfter is the comment that belongs to n by standing after it on the
// line that n ends in, with nothing but one ";" or "," and white space in
// between and no code after it. It is the zero Token if there is none.
func (n Node) CommentAfter() Token {
	if n.file == nil {
		return Token{}
	}
	f := n.file
	separated := false
	for i := f.node[n.index].end; int(i) < len(f.tokKind); i++ {
		switch k := f.tokKind[i]; {
		case k == Whitespace:
			if lineEnds(f.tokensText(i, i+1)) > 0 {
				return Token{}
			}
		case (k == Semicolon || k == Comma) && !separated:
			separated = true
		case k.IsComment() && f.endsLine(i):
			return Token{f, i}
		default:
			return Token{}
		}
	}
	return Token{}
}

// CommentsInside are the comments between the first and the last token of n.
func (n Node) CommentsInside() []Token {
	if n.file == nil {
		return nil
	}
	var inside []Token
	d := n.file.node[n.index]
	for i := d.first; i < d.end; i++ {
		if n.file.tokKind[i].IsComment() {
			inside = append(inside, Token{n.file, i})
		}
	}
	return inside
}

// ownLine reports whether token i is the first on its line.
func (f *File) ownLine(i uint32) bool {
	if i == 0 {
		return true
	}
	return f.tokKind[i-1] == Whitespace && (i == 1 || lineEnds(f.tokensText(i-1, i)) > 0) ||
		f.tokKind[i-1] == LineComment
}

// endsLine reports whether no code follows token i on its line.
func (f *File) endsLine(i uint32) bool {
	for i++; int(i) < len(f.tokKind); i++ {
		switch k := f.tokKind[i]; {
		case k == EOF, k == LineComment:
			return true
		case k == Whitespace && lineEnds(f.tokensText(i, i+1)) > 0:
			return true
		case !k.IsTrivia():
			return false
		}
	}
	return true
}

// tokensText is the source of the tokens from i to j, j excluded.
func (f *File) tokensText(i, j uint32) string { return f.Src[f.tokOff[i]:f.tokOff[j]] }

// lineEnds counts the newlines in white space.
func lineEnds(s string) int {
	return strings.Count(s, "\n") + strings.Count(s, "\r") - strings.Count(s, "\r\n")
}
