package nixos

import (
	"slices"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// Value is what the option is set to if that is certain: the value of a
// definition that counts under all conditions. Lists are not merged: see
// [Option.List].
func (o *Option) Value() (*eval.Thunk, bool) {
	for _, d := range o.Defs {
		if d.certain() {
			return d.Value, true // others that count must be equal, or NixOS fails
		}
	}
	return nil, false
}

// certain reports whether the definition counts under all conditions.
func (d *Def) certain() bool { return d.When == nil && d.Maybe == nil && d.Misfit.IsZero() }

// together reports whether there is a module that brings both definitions along,
// under all conditions that are not their own.
func (d *Def) together(other *Def) bool {
	users, theirs := map[*module]bool{}, map[*module]bool{}
	d.mod.users(users)
	other.mod.users(theirs)
	for m := range users {
		if theirs[m] {
			return true
		}
	}
	return false
}

// InOneSystem reports whether two definitions are certainly used together: because
// the project names the host, or because both are in one mkMerge. In the world of
// files that no host leads to, they may be of modules that are alternatives.
func (h *Host) InOneSystem(a, b *Def) bool {
	if h.Name != "" {
		return true
	}
	if a.Binding.File() != b.Binding.File() {
		return false
	}
	above := slices.Collect(a.Binding.Ancestors())
	for n := range b.Binding.Ancestors() {
		if slices.Contains(above, n) {
			call, ok := n.Parent().AsApply()
			return n.Kind() == nixast.List && ok && call.Func().NamesFunction("mkMerge")
		}
	}
	return false
}

// Together is [Host.InOneSystem] for what does not depend on the order of modules:
// definitions that one module imports are used together, too.
func (h *Host) Together(a, b *Def) bool { return h.InOneSystem(a, b) || a.together(b) }

// Bool is the option as a boolean; Maybe if it is not set, or not known.
func (o *Option) Bool() eval.Truth {
	value, ok := o.Value()
	if !ok {
		return eval.Maybe
	}
	truth, _ := o.node.world.ev.Truth(value)
	return truth
}

// Text is the option as a string; false if it is not set, not known, or no string.
func (o *Option) Text() (string, bool) {
	value, ok := o.Value()
	if !ok {
		return "", false
	}
	if s, ok := o.node.world.ev.Force(value).(*eval.String); ok {
		return s.Text()
	}
	return "", false
}

// An Element is an element of a merged list.
type Element struct {
	Value *eval.Thunk
	// When is the condition under which the element is there; nil means always.
	When *eval.Cond
	// Unseen, if not empty, says that any number of elements may be here.
	Unseen string
	// Def is the definition that the element comes from.
	Def *Def
}

// List is the option as a merged list, in order. A definition that is not a list
// is an element.
func (o *Option) List() []Element {
	var elements []Element
	for _, d := range o.Defs {
		elements = append(elements, d.elements()...)
	}
	return elements
}

func (d *Def) elements() []Element {
	unseen := ""
	if d.Maybe != nil {
		unseen = d.Maybe.Text
	}
	if !d.Misfit.IsZero() {
		return []Element{{When: d.When, Unseen: "NixOS does not look into " + firstWord(d.Misfit) + " here", Def: d}}
	}
	switch v := d.ev.Force(d.Value).(type) {
	case *eval.List:
		var elements []Element
		for _, item := range v.Items {
			if !d.ev.Budget().Draw(1, defSize) {
				break
			}
			when, truth := d.ev.And(d.When, item.When)
			if truth == eval.No {
				continue
			}
			e := Element{Value: item.Value, When: when, Unseen: unseen, Def: d}
			if item.Many {
				e.Unseen = "the list is not known as a whole"
				if u, ok := d.ev.Force(item.Value).(*eval.Unknown); ok {
					e.Unseen = u.Reason
				}
			}
			elements = append(elements, e)
		}
		return elements
	case *eval.Unknown:
		return []Element{{Value: d.Value, When: d.When, Unseen: unseen, Def: d}}
	}
	return []Element{{Value: d.Value, When: d.When, Unseen: unseen, Def: d}}
}
