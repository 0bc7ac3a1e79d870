package nixos

import (
	"cmp"
	"slices"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// A rawDef is a definition on its way down the tree.
type rawDef struct {
	value    *eval.Thunk
	skip     []string      // attributes that are no options, at the top of a module
	conds    []*eval.Thunk // conditions of mkIf around it, not yet looked at
	when     *eval.Cond    // the conditions that were
	priority int           // of the mkOverride around it; 0 if there is none
	order    int           // of the mkOrder around it; 0 if there is none
	wrapper  nixast.Node   // the call that gave priority or order
	misfit   nixast.Node   // a mkIf, mkMerge or mkOverride where none is looked at
	site     nixast.Node   // where it is written
	maybe    *Reason       // why it may not be there
	mod      *module
	// extends reports that a submodule makes it, for all elements of a set: see
	// [world.extend]. It has no site, as nothing else must be said there.
	extends bool
}

// own reports whether the definition is made where the element itself is.
func (d rawDef) own() bool { return !d.extends }

// attrDefs are the definitions of an attribute in a set that outer defines.
func (w *world) attrDefs(a eval.Attr, outer rawDef) []rawDef {
	var found []rawDef
	var earlier *eval.Cond
	var truth eval.Truth
	var maybe *Reason
	for _, d := range a.Defs {
		inner := outer
		inner.value, inner.skip = d.Value, nil
		inner.wrapper, inner.order, inner.misfit = nixast.Node{}, 0, nixast.Node{}
		if !d.Site.IsZero() && !outer.extends {
			inner.site = d.Site
		}
		when, t := w.ev.And(earlier, d.When)
		if t != eval.No {
			when, t = w.ev.And(outer.when, when)
		}
		if t != eval.No && d.Value != nil {
			inner.when = when
			inner.maybe = cmp.Or(maybe, reasonOf(d.Open), outer.maybe)
			found = append(found, inner)
		}
		switch {
		case d.Open != nil || d.Name != nil:
			maybe = cmp.Or(maybe, reasonOf(d.Open), &Reason{Text: "another attribute of the set may have this name", Node: d.Site})
		case d.When == nil:
			return found
		default:
			if earlier, truth = w.ev.And(earlier, w.ev.Not(d.When)); truth == eval.No {
				return found
			}
		}
	}
	return found
}

func reasonOf(u *eval.Unknown) *Reason {
	if u == nil {
		return nil
	}
	return &Reason{Text: cmp.Or(u.Reason, "not known"), Node: cmp.Or(u.At, u.Origin())}
}

// Bounds for mkIf, mkMerge and similar ones around one definition.
const (
	maxNesting    = 32
	maxDischarges = 2_000
)

// discharge takes mkMerge, mkIf, mkOverride and mkOrder off a definition, and
// gives one for each value that is left.
func (w *world) discharge(d rawDef, depth int) []rawDef {
	if w.discharges++; depth > maxNesting || w.discharges > maxDischarges || !w.draw(defSize) {
		d.maybe = &Reason{Text: "mkIf and mkMerge are nested too deep", Node: d.site}
		return []rawDef{d}
	}
	var out []rawDef
	var earlier *eval.Cond
	var truth eval.Truth
	for _, c := range w.ev.Cases(d.value) {
		one := d
		one.value = c.Value
		when, t := w.ev.And(earlier, c.When)
		if t != eval.No {
			one.when, t = w.ev.And(d.when, when)
		}
		if t != eval.No {
			out = append(out, w.dischargeOne(one, depth)...)
		}
		if c.When == nil {
			break
		}
		if earlier, truth = w.ev.And(earlier, w.ev.Not(c.When)); truth == eval.No {
			break
		}
	}
	return out
}

func (w *world) dischargeOne(d rawDef, depth int) []rawDef {
	set, _ := w.ev.Force(d.value).(*eval.Attrs)
	kind := w.propertyOf(set)
	if kind == "" {
		return []rawDef{d}
	}
	member := func(name string) *eval.Thunk { return w.ev.Value(set.Lookup(name)) }
	if d.priority != 0 && !d.wrapper.IsZero() && kind != "order" || d.order != 0 {
		d.misfit = set.Origin() // NixOS looks for these outside mkOverride and mkOrder only
		return []rawDef{d}
	}
	switch kind {
	case "if":
		d.conds = append(slices.Clip(d.conds), member("condition"))
		d.value = member("content")
		return w.discharge(d, depth+1)
	case "merge":
		return w.dischargeMerge(d, member("contents"), depth)
	}
	number, ok := w.ev.Force(member("priority")).(*eval.Int)
	if !ok {
		d.maybe = &Reason{Text: "its priority is not known", Node: set.Origin()}
		number = &eval.Int{V: PriorityPlain}
	}
	if kind == "override" {
		d.priority = int(number.V)
	} else {
		d.order = int(number.V)
	}
	d.value, d.wrapper = member("content"), set.Origin()
	return w.discharge(d, depth+1)
}

func (w *world) dischargeMerge(d rawDef, contents *eval.Thunk, depth int) []rawDef {
	list := w.ev.List(contents)
	if list == nil {
		d.value = contents
		return []rawDef{d}
	}
	var out []rawDef
	for _, item := range list.Items {
		one := d
		one.value = item.Value
		when, t := w.ev.And(d.when, item.When)
		if t == eval.No {
			continue
		}
		one.when = when
		if item.Many {
			one.maybe = &Reason{Text: "the list of mkMerge is not known as a whole", Node: list.Origin()}
		}
		out = append(out, w.discharge(one, depth+1)...)
	}
	return out
}

// propertyOf is the _type of what mkIf and similar ones make: "if", "merge",
// "override" or "order"; empty for other sets.
func (w *world) propertyOf(set *eval.Attrs) string {
	if set == nil {
		return ""
	}
	a := set.Lookup("_type")
	if !certain(a) {
		return ""
	}
	s := w.ev.String(w.ev.Value(a))
	if s == nil {
		return ""
	}
	text, _ := s.Text()
	switch text {
	case "if", "merge", "override", "order":
		return text
	}
	return ""
}

func certain(a eval.Attr) bool { return len(a.Defs) > 0 && a.Certain() }
