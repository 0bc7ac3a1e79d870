package emit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Edit replaces the bytes Start to End (exclusive, from 0) of a source by New.
// With Start == End it inserts; with New == "" it removes.
type Edit struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	New   string `json:"text"`
}

// String is the edit as "start-end: new text quoted".
func (e Edit) String() string { return fmt.Sprintf("%d-%d: %q", e.Start, e.End, e.New) }

// Apply applies edits to src. Their order matters only for insertions at one
// place: they come out in the order given, and before a replacement that
// starts there. It is an error if two edits change the same bytes, or if one
// lies outside src.
func Apply(src string, edits []Edit) (string, error) {
	sorted, err := ordered(edits, len(src))
	if err != nil {
		return "", err
	}
	var b strings.Builder
	at := 0
	for _, e := range sorted {
		b.WriteString(src[at:e.Start])
		b.WriteString(e.New)
		at = e.End
	}
	b.WriteString(src[at:])
	return b.String(), nil
}

// ordered sorts edits of a text of size bytes, or says why they cannot be applied.
func ordered(edits []Edit, size int) ([]Edit, error) {
	sorted := sortEdits(edits)
	at := 0
	for i, e := range sorted {
		if e.Start < 0 || e.End < e.Start || e.End > size {
			return nil, fmt.Errorf("edit %v lies outside the %d bytes of the source", e, size)
		}
		if e.Start < at {
			return nil, fmt.Errorf("edits overlap: %v and %v", sorted[i-1], e)
		}
		at = e.End
	}
	return sorted, nil
}

// Conflicts reports whether the edits of two fixes cannot be applied together.
// They cannot if they change the same bytes, or if they touch at one point,
// unless both that touch are removals, or one of them inserts whole lines: text
// that begins or ends with a newline. Two such insertions at one place are both
// kept, in the order in which the fixes are given to [Apply]; two that are equal
// conflict, as both fixes then want the same thing.
func Conflicts(a, b []Edit) bool {
	a, b = sortEdits(a), sortEdits(b)
	from := 0 // edits of b before from end before those of a begin
	for _, e := range a {
		for from < len(b) && b[from].End < e.Start {
			from++
		}
		for i := from; i < len(b) && b[i].Start <= e.End; i++ {
			if collide(e, b[i]) {
				return true
			}
		}
	}
	return false
}

func sortEdits(edits []Edit) []Edit {
	return slices.SortedStableFunc(slices.Values(edits), func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
}

func collide(a, b Edit) bool {
	if a.Start < b.End && b.Start < a.End {
		return true // both are wider than a point and share bytes, or one lies in the other
	}
	if a.End < b.Start || b.End < a.Start {
		return false
	}
	if a.removes() && b.removes() {
		return false
	}
	return a == b || !a.insertsLines() && !b.insertsLines()
}

func (e Edit) removes() bool { return e.New == "" && e.Start < e.End }

func (e Edit) insertsLines() bool {
	return e.Start == e.End && (strings.HasPrefix(e.New, "\n") || strings.HasPrefix(e.New, "\r\n") ||
		strings.HasSuffix(e.New, "\n"))
}
