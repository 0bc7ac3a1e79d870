package nixast

import (
	"strings"
	"testing"
)

// Columns in a long line are those that counting from its start gives, whatever is
// in it, and invalid UTF-8 as well.
func TestPositionInLongLine(t *testing.T) {
	for _, unit := range []string{"a", "é", "\U0001F600x", "\xf0\x9f", "x\xe2\x82é", "\u0300\xff"} {
		f := Parse("a.nix", "1 # "+unit+"\n# "+strings.Repeat(unit, 3*milestoneEvery)+"\n", Options{})
		start := f.Line(2).Start
		runes, units := 1, 1
		for at, r := range f.Src[start:] {
			if r == '\n' {
				break
			}
			if p := f.Position(start + at); p.Line != 2 || p.Column != runes || p.UTF16 != units || p.Byte != at+1 {
				t.Fatalf("%q: byte %d is at %+v, not in column %d and unit %d", unit, at, p, runes, units)
			}
			runes++
			units += utf16Len(r)
		}
	}
}
