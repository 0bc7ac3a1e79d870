package nixos

import (
	"slices"
	"strings"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// A Site is the place where a person would add a definition below an option:
// a directive to serviceConfig, an option to a unit.
type Site struct {
	// Set is the attrset literal that takes the new binding.
	Set nixast.Node
	// Prefix is what comes before the new name, as Nix text: nothing inside
	// the literal serviceConfig; "serviceConfig" inside the set of the unit;
	// "systemd.services.x.serviceConfig" next to other bindings like that.
	Prefix string
	// Siblings are the bindings in Set below the same option, in order: the
	// new one goes after the last, or where the alphabet puts it.
	Siblings []nixast.Node
	// File is the file of Set.
	File *File
	// Shared reports that Set is not written for this unit alone: it is bound
	// elsewhere, or in a function.
	Shared bool
	// Section, if not empty, says that Set is the string of a text, and names the section
	// that takes lines: after the line that the offset After of the file lies in, and with
	// a heading if Heading says so.
	Section string
	After   int
	Heading bool
	// Reason says why there is no such place; Set is then the zero Node.
	Reason string
}

// OK reports whether there is a place.
func (s Site) OK() bool { return !s.Set.IsZero() }

// Site is the place to add a definition below o; for the sections of a unit
// see [Unit.Site].
func (o *Option) Site() Site {
	best := Site{Reason: "it is not set in this project"}
	for _, d := range o.Defs {
		if d.When != nil || d.Maybe != nil || d.Binding.IsZero() {
			if !best.OK() {
				best.Reason = "it is set under conditions only"
			}
			continue
		}
		s := d.site(o)
		s.File = d.File
		if s.OK() && (!best.OK() || len(s.Siblings) > len(best.Siblings) || best.Shared && !s.Shared) {
			best = s
		} else if !best.OK() {
			best.Reason = s.Reason
		}
	}
	return best
}

// Site is the place to add a setting to a section ("Service"), or an option of
// the unit itself (the empty section). If the set of the section is missing, it
// is the set of the unit, with a Prefix. The caller must not change it.
func (u *Unit) Site(section string) Site {
	u.option()
	s, ok := u.sites[section]
	if !ok {
		s = u.findSite(section)
		if u.sites == nil {
			u.sites = map[string]Site{}
		}
		u.sites[section] = s
	}
	return s
}

func (u *Unit) findSite(section string) Site {
	if u.derivedFrom != nil {
		return Site{Reason: "NixOS makes this timer from startAt"}
	}
	if u.Style == TextStyle { // systemd.units.NAME has no options for settings
		return u.textSite(section)
	}
	if section == "" {
		return u.option().Site()
	}
	o := u.Section(section)
	if o.IsSet() {
		return o.Site()
	}
	s := u.option().Site()
	if !s.OK() {
		return s
	}
	name := o.Name()
	if s.Prefix != "" {
		name = s.Prefix + "." + name
	}
	s.Prefix, s.Siblings = name, nil
	return s
}

// textSite is the place for lines of a section in the text of a unit.
func (u *Unit) textSite(section string) Site {
	o := u.Option("text")
	if section == "" || u.conf != nil || len(o.Defs) != 1 || !o.Defs[0].certain() {
		return Site{Reason: "the unit is written as text"}
	}
	d := o.Defs[0]
	text := d.ev.Force(d.Value).Origin().Unparen()
	if k := text.Kind(); k != nixast.String && k != nixast.IndString {
		return Site{Reason: "the text is computed"}
	}
	s := Site{Set: text, File: d.File, Shared: o.generated() || !inside(text, d.Binding), Section: section}
	for a := range text.Ancestors() {
		if a == d.Binding {
			break
		}
		s.Shared = s.Shared || a.Kind() == nixast.LambdaNode
	}
	for _, l := range u.Lines() {
		switch {
		case l.Section != section:
		case l.Place.In != text:
			return Site{Reason: "the text is computed"}
		default:
			s.After = max(s.After, l.Place.Span.End)
		}
	}
	if s.Heading = s.After == 0; s.Heading {
		quote := `"`
		if text.Kind() == nixast.IndString {
			quote = "''"
		}
		source := strings.TrimSuffix(text.Text(), quote)
		for was := ""; was != source; {
			was, source = source, strings.TrimSuffix(strings.TrimRight(source, " \t\r\n"), `\n`)
		}
		s.After = text.Span().Start + len(source)
	}
	return s
}

// A Text identifies a place in the source that takes settings.
type Text struct {
	Set    nixast.Node
	Prefix string
}

// Text is the text of the site.
func (s Site) Text() Text { return Text{s.Set, s.Prefix + s.Section} }

// WrittenIn are the places whose bindings define directives of a section of the unit, each
// once.
func (u *Unit) WrittenIn(section string) []Text {
	var texts []Text
	for _, o := range u.Directives(section) {
		for _, d := range o.Defs {
			b, ok := d.Binding.AsBinding()
			if !ok || d.Set.IsZero() {
				continue
			}
			t := Text{Set: d.Set}
			if n := pathLength(b); n > 1 {
				t.Prefix = pathText(b, n-1)
			}
			if !slices.Contains(texts, t) {
				texts = append(texts, t)
			}
		}
	}
	return texts
}

// SharedSites are the sets other than that of [Unit.Site] whose bindings define
// directives of a section of the unit, such as base in "base // { … }": places that
// several units may share. They are in order of the first directive of each.
func (u *Unit) SharedSites(section string) []Site {
	if u.Style == TextStyle || u.derivedFrom != nil {
		return nil
	}
	own := u.Site(section).Set
	var sites []Site
	for _, o := range u.Directives(section) {
		for _, d := range o.Defs {
			b, ok := d.Binding.AsBinding()
			if !ok || d.Set.IsZero() || d.Set == own || pathLength(b) > 1 {
				continue
			}
			if !slices.ContainsFunc(sites, func(s Site) bool { return s.Set == d.Set }) {
				sites = append(sites, Site{Set: d.Set, File: d.File, Siblings: slices.Collect(d.Set.Entries()), Shared: true})
			}
		}
	}
	return sites
}

// site is the place that one definition of o offers.
func (d *Def) site(o *Option) Site {
	if s, ok := d.dottedSite(o); ok {
		return s
	}
	set, reason := literalSet(d.ev, d.Value)
	if set.IsZero() {
		return Site{Reason: reason}
	}
	s := Site{Set: set, Siblings: slices.Collect(set.Entries()), Shared: !inside(set, d.Binding)}
	for a := range set.Ancestors() {
		if a == d.Binding {
			break
		}
		if a.Kind() == nixast.LambdaNode {
			s.Shared = true
		}
	}
	if !s.Shared {
		s.Shared = o.generated()
	}
	return s
}

// generated reports whether the option lies below a name that a function or an
// interpolation made, so that the same source may define others.
func (o *Option) generated() bool {
	for n := o.node; n != nil; n = n.parent {
		if n.pattern {
			return true
		}
		for _, d := range n.defs {
			if d.Binding.IsZero() {
				continue
			}
			switch k := d.Binding.Kind(); {
			case k == nixast.BindingNode, k == nixast.AttrSet, d.Binding.Parent().Kind() == nixast.InheritNode:
			default:
				return true
			}
		}
	}
	return false
}

func inside(n, outer nixast.Node) bool {
	if outer.IsZero() || n.File() != outer.File() {
		return false
	}
	a, b := n.Span(), outer.Span()
	return b.Start <= a.Start && a.End <= b.End
}

// dottedSite is the place next to a binding whose path leads beyond o.
func (d *Def) dottedSite(o *Option) (Site, bool) {
	b, ok := d.Binding.AsBinding()
	if !ok || b.Parent().Kind() != nixast.AttrSet {
		return Site{}, false
	}
	set, isSet := d.ev.Force(d.Value).(*eval.Attrs)
	if !isSet || set.Origin() == b.Value().Unparen() {
		return Site{}, false
	}
	depth := pathDepth(b, o)
	if depth == 0 {
		return Site{}, false
	}
	prefix := pathText(b, depth)
	s := Site{Set: b.Parent(), Prefix: prefix, Shared: o.generated()}
	s.Siblings = o.node.world.siblings(s.Set, depth)[prefix]
	return s, len(s.Siblings) > 0
}

// A depthOf is a set, and a number of names in the paths of its bindings.
type depthOf struct {
	set   nixast.Node
	depth int
}

// siblings are the bindings of a set whose paths have more than depth names, by the
// source text of the first of them.
func (w *world) siblings(set nixast.Node, depth int) map[string][]nixast.Node {
	key := depthOf{set, depth}
	found, ok := w.bindings[key]
	if !ok {
		found = map[string][]nixast.Node{}
		for b := range set.Bindings() {
			if pathText(b, depth+1) != "" {
				prefix := pathText(b, depth)
				found[prefix] = append(found[prefix], b.Node)
			}
		}
		put(&w.bindings, key, found)
	}
	return found
}

// pathDepth is the number of names in the path of b up to and with that of o;
// 0 if the path does not go on after it.
func pathDepth(b nixast.Binding, o *Option) int {
	var names []string // empty where a name is computed
	for attr := range b.Path().Attrs() {
		name, _ := attr.AttrName()
		names = append(names, name)
	}
	for depth := len(names) - 1; depth > 0; depth-- {
		fits := true
		for i := 1; i <= min(depth, len(o.Path)); i++ {
			name := names[depth-i]
			fits = fits && (name == "" || name == o.Path[len(o.Path)-i])
		}
		if fits {
			return depth
		}
	}
	return 0
}

// pathText is the source text of the first depth names of a path; empty if it
// has fewer.
func pathText(b nixast.Binding, depth int) string {
	var names []string
	for attr := range b.Path().Attrs() {
		names = append(names, attr.Text())
	}
	if len(names) < depth {
		return ""
	}
	return strings.Join(names[:depth], ".")
}

// pathLength is the number of names of a path.
func pathLength(b nixast.Binding) int {
	n := 0
	for range b.Path().Attrs() {
		n++
	}
	return n
}

// literalSet is the attrset literal that a value comes from: itself, or the
// last operand of // that is one.
func literalSet(ev *eval.Evaluator, t *eval.Thunk) (nixast.Node, string) {
	v := ev.Force(t)
	if _, ok := v.(*eval.Attrs); !ok {
		if u, ok := v.(*eval.Unknown); ok && u.Reason != "" {
			return nixast.Node{}, u.Reason
		}
		return nixast.Node{}, "it is not written as a set"
	}
	n := v.Origin().Unparen()
	for n.Kind() == nixast.Binary {
		b, _ := n.AsBinary()
		if b.Op() != nixast.Update {
			break
		}
		if right := b.Right().Unparen(); right.Kind() == nixast.AttrSet {
			n = right
			break
		}
		n = b.Left().Unparen()
	}
	if n.Kind() == nixast.AttrSet {
		return n, ""
	}
	if n.IsZero() {
		return n, "it is not written in this project"
	}
	return nixast.Node{}, "the set is computed"
}
