package directive

import (
	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// doublePercents doubles the single percent signs in a part of a line, if the source
// has the same ones.
func doublePercents(u *unit.Unit, l nixos.Line, text string, from, to int) []lint.Fix {
	node := u.WrittenAt(l)
	if node.IsZero() || !fix.IsOffered(u) || emit.Shared(node) != nil || node.Kind() != nixast.String && node.Kind() != nixast.IndString {
		return nil
	}
	inText, inSource := singlePercents(text), singlePercents(node.Text())
	if len(inText) != len(inSource) {
		return nil
	}
	var edits []emit.Edit
	for i, at := range inText {
		if from <= at && at < to {
			place := node.Span().Start + inSource[i]
			edits = append(edits, emit.Edit{Start: place, End: place, New: "%"})
		}
	}
	return []lint.Fix{{Title: "replace `%` with `%%`", Applicability: lint.Safe, Edits: lint.EditsIn(node.File(), edits)}}
}

// singlePercents are the places of the percent signs that are not doubled.
func singlePercents(text string) []int {
	var at []int
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			continue
		}
		if i+1 < len(text) && text[i+1] == '%' {
			i++
			continue
		}
		at = append(at, i)
	}
	return at
}
