package emit

import (
	"cmp"
	"slices"
	"strings"

	"wardnix/nixast"
)

// item is one entry in the order that a set will have: a slot that is there,
// or a new attribute.
type item struct {
	slot   *slot // nil for a new one
	attr   *Attr // the new one
	path   []string
	before bool         // a new one that hangs on the slot after it, not on the one before it
	blank  bool         // a new one with a blank line above
	under  nixast.Token // a new one that is below this comment, which heads nothing else
}

// order is a set's entries, old and new.
type order []item

// newOrder is the order of what is there, with room for more.
func newOrder(b *box, more int) order {
	o := make(order, len(b.slots), len(b.slots)+more)
	for i := range b.slots {
		o[i] = item{slot: &b.slots[i], path: b.slots[i].path}
	}
	return o
}

// place puts a new attribute where it belongs; foot are the comments below the
// last entry.
func (o order) place(a Attr, where Where, foot []nixast.Token) order {
	it := item{attr: &a, path: a.Path, blank: a.Blank}
	if i := o.index(where.After); i >= 0 {
		return o.after(i, it)
	}
	if rel, follows, ok := o.relative(a.Path, where.Families); ok {
		from, to := o.group(rel)
		if less := o.sorted(from, to); less != nil {
			return o.sortIn(from, to, it, less, false)
		}
		if follows || !o.canPrecede(rel, false) {
			return o.after(rel, it)
		}
		return o.before(rel, it)
	}
	if less := o.sorted(0, len(o)); less != nil {
		return o.sortIn(0, len(o), it, less, true)
	}
	if i := o.nearest(a.Path); i >= 0 {
		return o.after(i, it)
	}
	if i, heading := o.heading(foot); !heading.IsZero() && len(where.Families) > 0 {
		it.under = heading
		return slices.Insert(o, i, it)
	}
	if i := o.familyBefore(a.Path, where.Families); i >= 0 {
		_, to := o.group(i)
		it.blank = it.blank || o.parted()
		return o.after(to-1, it)
	}
	if len(o) > 0 {
		from, _ := o.group(len(o) - 1)
		last := o[len(o)-1].slot
		headed := o[from].slot != nil && len(o[from].slot.comments) > 0
		it.blank = it.blank || headed && (last == nil || !last.footed)
		return o.after(len(o)-1, it)
	}
	return append(o, it)
}

func (o order) index(n nixast.Node) int {
	if n.IsZero() {
		return -1
	}
	// After n come the new ones that already hang on it.
	i := slices.IndexFunc(o, func(it item) bool { return it.slot != nil && it.slot.node == n })
	for i >= 0 && i+1 < len(o) && o[i+1].slot == nil && !o[i+1].before {
		i++
	}
	return i
}

// after puts it after item i, or after the last one on the line of item i.
func (o order) after(i int, it item) order {
	for o[i].slot != nil && !o[i].slot.last && i+1 < len(o) && o[i+1].slot != nil {
		i++
	}
	it.before = o[i].slot == nil && o[i].before
	it.under = o[i].under
	return slices.Insert(o, i+1, it)
}

func (o order) before(i int, it item) order {
	it.before = o[i].slot != nil || o[i].before
	it.under = o[i].under
	return slices.Insert(o, i, it)
}

// canPrecede reports whether something can be put before item i; above its
// comments only if that was requested.
func (o order) canPrecede(i int, aboveComments bool) bool {
	s := o[i].slot
	return s == nil || s.own && (aboveComments || len(s.comments) == 0)
}

// relative finds the item of path's family that comes nearest before it in the
// order of the family (follows), or else nearest after it.
func (o order) relative(path []string, families [][]string) (at int, follows, ok bool) {
	parent, name := path[:len(path)-1], path[len(path)-1]
	for _, family := range families {
		rank := slices.Index(family, name)
		if rank < 0 {
			continue
		}
		below, above := -1, len(family)
		behind := -1
		for i, it := range o {
			if len(it.path) <= len(parent) || common(it.path, parent) < len(parent) {
				continue
			}
			r := slices.Index(family, it.path[len(parent)])
			switch {
			case r < 0:
			case r <= rank && r >= below:
				at, below = i, r
			case r > rank && r < above:
				behind, above = i, r
			}
		}
		if below >= 0 {
			return at, true, true
		}
		if behind >= 0 {
			return behind, false, true
		}
	}
	return 0, false, false
}

// heading is the one comment that is alone between two groups, or below the
// last, as the heading of a group that is gone; and where in o the group would
// begin. The Token is zero if there is none, or more than one.
func (o order) heading(foot []nixast.Token) (at int, heading nixast.Token) {
	n := 0
	for i, it := range o {
		if it.slot != nil && !it.slot.loose.IsZero() {
			at, heading, n = i, it.slot.loose, n+1
		}
	}
	if len(foot) > 0 && len(o) > 0 && o[len(o)-1].slot != nil && !o[len(o)-1].slot.footed {
		at, heading, n = len(o), foot[len(foot)-1], n+1
	}
	if n != 1 || strings.HasSuffix(heading.Text(), ";") { // code that was commented out is not a heading
		return 0, nixast.Token{}
	}
	return at, heading
}

// familyBefore is the last item of the family that comes nearest before that of
// path in the order of the families; -1 if there is none.
func (o order) familyBefore(path []string, families [][]string) int {
	parent, name := path[:len(path)-1], path[len(path)-1]
	own := slices.IndexFunc(families, func(f []string) bool { return slices.Contains(f, name) })
	for f := own - 1; f >= 0; f-- {
		for i, it := range slices.Backward(o) {
			if len(it.path) > len(parent) && common(it.path, parent) == len(parent) && slices.Contains(families[f], it.path[len(parent)]) {
				return i
			}
		}
	}
	return -1
}

// parted reports whether blank lines part the groups of the set.
func (o order) parted() bool {
	return slices.ContainsFunc(o, func(it item) bool { return it.slot != nil && it.slot.blank })
}

// opens reports whether item i begins a group.
func (o order) opens(i int) bool {
	if s := o[i].slot; s != nil {
		return s.opens() && !(i > 0 && o[i-1].slot == nil && o[i-1].before)
	}
	if !o[i].under.IsZero() {
		return i == 0 || o[i-1].under != o[i].under
	}
	if o[i].blank {
		return true
	}
	for j := i; o[i].before && j < len(o); j++ {
		if o[j].slot != nil {
			return o[j].slot.opens() && (i == 0 || o[i-1].slot != nil || !o[i-1].before)
		}
	}
	return false
}

// group is the range of items around item i that no blank line or comment
// parts.
func (o order) group(i int) (from, to int) {
	from, to = i, i+1
	for from > 0 && !o.opens(from) {
		from--
	}
	for to < len(o) && !o.opens(to) {
		to++
	}
	return from, to
}

// minSorted is how many bindings must be in order to distinguish habit from chance.
const minSorted = 4

// sorted is the order in which the bindings of a range are sorted; nil if they
// are not, or are too few to decide.
func (o order) sorted(from, to int) func(a, b string) int {
	var keys []string
	for _, it := range o[from:to] {
		if it.path != nil {
			keys = append(keys, dotted(it.path))
		}
	}
	if len(keys) < minSorted {
		return nil
	}
	for _, compare := range []func(a, b string) int{cmp.Compare[string], compareFolded} {
		if slices.IsSortedFunc(keys, compare) {
			return compare
		}
	}
	return nil
}

func compareFolded(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }

// sortIn puts it into its place in a sorted range.
func (o order) sortIn(from, to int, it item, compare func(a, b string) int, aboveComments bool) order {
	at, first := -1, -1
	for i := from; i < to; i++ {
		if o[i].path == nil {
			continue
		}
		if first < 0 {
			first = i
		}
		if compare(dotted(o[i].path), dotted(it.path)) <= 0 {
			at = i
		}
	}
	if at < 0 && o.canPrecede(first, aboveComments) {
		return o.before(first, it)
	}
	return o.after(max(at, first), it)
}

// nearest is the last item whose path begins most like path; -1 if none does.
func (o order) nearest(path []string) int {
	at, best := -1, 1
	for i, it := range o {
		if n := common(it.path, path); n >= best {
			at, best = i, n
		}
	}
	return at
}
