package lsp

import (
	"slices"

	"wardnix/nixast"
)

// A drift is how a text changed since a moment: the regions of it that were replaced,
// in order, with text between any two. It finds the places of the old text in the new
// one, and the other way round.
type drift struct{ regions []region }

// A region is the bytes from to end of the old text, and size bytes of the new one in
// their place. at is where these begin.
type region struct{ from, end, at, size int }

// maxRegions is the number of regions above which they become one.
const maxRegions = 1000

// difference is how one text became another, as one edit.
func difference(old, new string) drift {
	start, end := 0, 0 // bytes at the ends that are the same
	for start < min(len(old), len(new)) && old[start] == new[start] {
		start++
	}
	for end < min(len(old), len(new))-start && old[len(old)-1-end] == new[len(new)-1-end] {
		end++
	}
	if start == len(old) && start == len(new) {
		return drift{}
	}
	return drift{[]region{{from: start, end: len(old) - end, at: start, size: len(new) - end - start}}}
}

// edit notes that the bytes start to end of the new text are replaced by size bytes.
func (d *drift) edit(start, end, size int) {
	first := 0
	for first < len(d.regions) && d.regions[first].at+d.regions[first].size < start {
		first++
	}
	last := first // the regions first to last, exclusive, touch the edit
	for last < len(d.regions) && d.regions[last].at <= end {
		last++
	}
	merged := region{from: d.back(start, false), end: d.back(end, true), at: start, size: size}
	if first < last {
		if r := d.regions[first]; r.at < start {
			merged.from, merged.at, merged.size = r.from, r.at, merged.size+start-r.at
		}
		if r := d.regions[last-1]; r.at+r.size > end {
			merged.end, merged.size = r.end, merged.size+r.at+r.size-end
		}
	}
	by := size - (end - start)
	for i := last; i < len(d.regions); i++ {
		d.regions[i].at += by
	}
	d.regions = slices.Replace(d.regions, first, last, merged)
	if n := len(d.regions); n > maxRegions {
		a, z := d.regions[0], d.regions[n-1]
		d.regions = append(d.regions[:0], region{a.from, z.end, a.at, z.at + z.size - a.at})
	}
}

// forward is the place in the new text of an offset of the old one: of the start of a
// span, or of its end. Text that is inserted at either is outside of the span.
func (d *drift) forward(offset int, isEnd bool) int {
	by := 0
	for _, r := range d.regions {
		switch {
		case offset < r.from || offset == r.from && isEnd:
			return offset + by
		case offset < r.end || offset == r.end && isEnd:
			if isEnd {
				return r.at + r.size
			}
			return r.at
		}
		by = r.at + r.size - r.end
	}
	return offset + by
}

// moved is a span of the old text in the new one.
func (d *drift) moved(s nixast.Span) nixast.Span {
	return nixast.Span{Start: d.forward(s.Start, false), End: d.forward(s.End, true)}
}

// back is the place in the old text of an offset of the new one. One that is within a
// region, or at its outer end, is at the start of what was replaced, or at its end.
func (d *drift) back(offset int, atEnd bool) int {
	by := 0
	for _, r := range d.regions {
		switch {
		case offset < r.at || offset == r.at && !atEnd:
			return offset + by
		case offset < r.at+r.size || offset == r.at+r.size && atEnd:
			if atEnd {
				return r.end
			}
			return r.from
		}
		by = r.end - r.at - r.size
	}
	return offset + by
}

// none reports whether the texts are the same.
func (d *drift) none() bool { return len(d.regions) == 0 }

// removed reports whether nothing is left of the bytes from to end of the old text.
func (d *drift) removed(from, end int) bool {
	return slices.ContainsFunc(d.regions, func(r region) bool { return r.size == 0 && r.from <= from && end <= r.end && from < end })
}

// clone is a copy that later edits do not change.
func (d *drift) clone() drift { return drift{slices.Clone(d.regions)} }
