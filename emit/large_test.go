package emit

import (
	"fmt"
	"strings"
	"testing"

	"wardnix/nixast"
)

// sets is a set of n sets, on one line or on one each.
func sets(n int, between string) *nixast.File {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%ss%d = { a = 1; };", between, i)
	}
	return nixast.Parse("a.nix", "{"+b.String()+between+"}\n", nixast.Options{})
}

// An edit in one of many sets on one line leaves the others where they are: else the
// fixes of all would take the square of the line.
func TestEditInLongLineIsSmall(t *testing.T) {
	f := sets(2000, " ")
	entry, _ := f.Expr().Child(1000).AsBinding()
	edits, err := New(f).Insert(entry.Value(), Where{}, Attr{Path: []string{"b"}, Value: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(edits) > 4 {
		t.Errorf("the fix is %d edits", len(edits))
	}
}

// A set with too many parts is not changed, and those in it are.
func TestLargeSetIsNotChanged(t *testing.T) {
	f := sets(maxParts+1, "\n  ")
	if _, err := New(f).Insert(f.Expr(), Where{}, Attr{Path: []string{"b"}, Value: 1}); err == nil {
		t.Error("a set with too many parts was changed")
	}
	entry, _ := f.Expr().Child(7).AsBinding()
	if _, err := New(f).Insert(entry.Value(), Where{}, Attr{Path: []string{"b"}, Value: 1}); err != nil {
		t.Error(err)
	}
}
