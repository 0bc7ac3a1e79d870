package nixos

import (
	"errors"
	"slices"

	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// Priorities of definitions; the lowest number wins (nixpkgs: lib/modules.nix).
const (
	PriorityForce      = 50   // mkForce
	PriorityPlain      = 100  // no wrapper
	priorityDefault    = 1000 // mkDefault
	priorityOptionText = 1500 // mkOptionDefault, and the default of a mkOption
)

// orderPlain is the order of a definition without mkBefore (500), mkAfter
// (1500) or mkOrder.
const orderPlain = 1000

// maxUnseen is how many reasons are given for one option.
const maxUnseen = 8

// A Reason says why something is not known, in a user's words.
type Reason struct {
	// Text is one line, lower case, without a full stop.
	Text string
	// Node is the place that Text speaks of; it may be the zero Node.
	Node nixast.Node
}

// An Option is something that modules can set: systemd.enableEmergencyMode,
// one unit, its serviceConfig, or one directive in that.
type Option struct {
	// Path is the option's path from the root of the system's options. A
	// name in it that is not known as a whole is a pattern, "foo-${n}".
	Path []string
	// Defs are the definitions in sight that may count, in the order in which
	// NixOS merges them. One that certainly loses to another of higher
	// priority is not among them: see Overridden.
	Defs []*Def
	// Overridden are definitions that certainly lose to one in Defs.
	Overridden []*Def
	// Unseen says why there may be definitions that are not in sight; empty
	// if there are none but those of modules outside the project.
	Unseen []Reason

	node *node
}

// A Def is one definition of an option.
type Def struct {
	// Value is what the option is set to, without mkIf, mkForce and similar ones.
	Value *eval.Thunk
	// File is the file that holds Binding.
	File *File
	// Binding is where the definition is written: the binding, the name in
	// an inherit, or the expression that made the name. It is the zero Node
	// for what comes from no file.
	Binding nixast.Node
	// Priority is the number of the mkOverride around the value, else 100.
	Priority int32
	// Order is the number of the mkOrder around the value, else 1000.
	Order int32
	*wrapping
	// When is the condition under which the definition counts, in so far as
	// it is not one of the unit as a whole: see [Unit.When]. nil means always.
	When *eval.Cond
	// Set is the attrset literal around Binding; the zero Node if the set is
	// computed.
	Set nixast.Node
	// Maybe, if not nil, says why it is not known whether the definition is
	// there at all.
	Maybe *Reason

	ev    *eval.Evaluator
	mod   *module
	conds *guard // conditions of mkIf around it, not yet looked at
	// top reports that it is the top of a module, whose moduleKeys are no options.
	top     bool
	ordered bool // a mkOrder is around it
	// extends reports that a submodule makes it, for all elements of a set: see
	// [world.extend]. It has no Binding, as nothing else must be said there.
	extends bool
}

// A wrapping is what few definitions have around their values. Others share [unwrapped].
type wrapping struct {
	// Wrapper is the call of mkForce, mkDefault, mkOverride, mkBefore or
	// mkAfter nearest to the value; the zero Node if there is none.
	Wrapper nixast.Node
	// Misfit is a mkIf, mkMerge or mkOverride inside of Wrapper, where NixOS
	// does not look for it and fails; the zero Node if there is none.
	Misfit nixast.Node
}

var unwrapped wrapping

// A guard is the condition of a mkIf, and those around it.
type guard struct {
	cond  *eval.Thunk
	outer *guard
}

// option is what is known of the option at n.
func (n *node) option() *Option {
	if n.opt != nil {
		return n.opt
	}
	n.settle()
	o := &Option{Path: n.path(), Defs: n.defs, Overridden: n.lost, node: n}
	for _, defs := range [...][]*Def{n.defs, n.lost} {
		for _, d := range defs {
			d.locate(n.world.view)
		}
	}
	if n.parent != nil {
		n.parent.children()
		o.Unseen = slices.Clip(n.parent.unseen)
		for _, kid := range n.parent.kids {
			if !n.parent.several || n.pattern || len(o.Unseen) > maxUnseen {
				break
			}
			if kid.pattern {
				o.Unseen = append(o.Unseen, Reason{Text: "`" + kid.name + "` may be this name", Node: kid.raw[0].Binding})
			}
		}
	}
	if n.settling != running {
		n.opt = o
	}
	return o
}

// locate finds the file and the set that the definition is written in.
func (d *Def) locate(v *view) {
	if d.File != nil || d.Binding.IsZero() {
		return
	}
	d.File = v.of(d.Binding)
	around := d.Binding.Parent()
	if around.Kind() == nixast.InheritNode {
		around = around.Parent()
	}
	if around.Kind() == nixast.AttrSet {
		d.Set = around
	}
}

// IsSet reports whether a definition is in sight.
func (o *Option) IsSet() bool { return len(o.Defs) > 0 }

// Attrs are the options set below o, by name; those whose names are patterns
// among them. The caller must not change them.
func (o *Option) Attrs() []*Option {
	n := o.node
	if n.attrs != nil {
		return n.attrs
	}
	var found []*Option
	settled := true
	for _, kid := range n.children() {
		if opt := kid.option(); opt.IsSet() || len(opt.Overridden) > 0 {
			found = append(found, opt)
		}
		settled = settled && kid.opt != nil
	}
	if n.expanding == done && settled && len(found) > 0 {
		n.attrs = found
	}
	return found
}

// Names are the names below o that definitions give a value, or may give one, each once:
// those of Attrs, and maybe more. They cost less to find.
func (o *Option) Names() []string {
	var names []string
	for _, kid := range o.node.children() {
		if len(kid.raw) > 0 { // not only looked for
			names = append(names, kid.name)
		}
	}
	return names
}

// Attr is the option below o at a path. It is never nil.
func (o *Option) Attr(path ...string) *Option { return o.node.at(path...).option() }

// Sets reports whether a definition of the option of a name below o is in sight. It costs
// less than [Option.Attr], and so does [Option.UnseenOf].
func (o *Option) Sets(name string) bool { return o.node.below(name) != nil && o.Attr(name).IsSet() }

// UnseenOf says why there may be definitions of the option of a name below o that are not
// in sight.
func (o *Option) UnseenOf(name string) []Reason {
	if n := o.node; n.below(name) == nil && !n.several {
		return n.unseen
	}
	return o.Attr(name).Unseen
}

// IsPattern reports whether the option's name is known in part only.
func (o *Option) IsPattern() bool { return o.node.pattern }

// Name is the last part of the path.
func (o *Option) Name() string {
	if len(o.Path) == 0 {
		return ""
	}
	return o.Path[len(o.Path)-1]
}

// String is the path as Nix writes it.
func (o *Option) String() string { return nixast.QuoteAttrPath(o.Path...) }

// CommonPrefix is the number of names with which both paths begin.
func CommonPrefix(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// LastReported is the last definition in a file that was requested; the last one if
// there is none.
func (o *Option) LastReported() *Def {
	for _, d := range slices.Backward(o.Defs) {
		if d.File != nil && d.File.Reported {
			return d
		}
	}
	return o.Defs[len(o.Defs)-1]
}

// IsSure reports whether a definition is certainly there, and is written as what it
// looks like.
func (d *Def) IsSure() bool { return d.certain() && !d.Binding.IsZero() }

// ValuePlace is where a definition's value is written.
func (d *Def) ValuePlace() (*nixast.File, nixast.Span) {
	if b, ok := d.Binding.AsBinding(); ok {
		return d.Binding.File(), b.Value().Span()
	}
	return d.Binding.Place()
}

// ValueNode is the expression that a fix replaces: the value of the binding,
// inside mkForce and similar ones.
func (d *Def) ValueNode() (nixast.Node, error) {
	b, ok := d.Binding.AsBinding()
	if !ok {
		return nixast.Node{}, errors.New("the value is not written in a separate binding")
	}
	value := b.Value()
	if a, ok := d.Wrapper.AsApply(); ok && d.Wrapper == value.Unparen() {
		return a.Arg(), nil
	}
	return value, nil
}

// NamePlace is where a definition writes the name of its option, else where it is
// written.
func (d *Def) NamePlace(option string) (*nixast.File, nixast.Span) {
	if n := d.Binding.AttrNamed(option); !n.IsZero() {
		return n.File(), n.Span()
	}
	return d.Binding.Place()
}
