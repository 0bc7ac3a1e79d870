package nixast

import (
	"slices"
	"strings"
)

// setExpr is a set, or the bindings of a let, as Nix's parser builds it:
// attribute paths are nested sets, and what is defined in several places is
// merged.
type setExpr struct {
	rec     bool
	defs    []def
	index   map[string]int // name to defs
	dynamic []dynamicDef
	froms   []Node // the expressions of inherit (e) …, in order
}

type defKind uint8

const (
	plain defKind = iota
	inherited
	inheritedFrom
)

// def is an attribute with a static name.
type def struct {
	name  string
	at    Span // where it is defined
	kind  defKind
	value operand
	from  int // the index in froms, if inheritedFrom
}

// dynamicDef is an attribute whose name is computed.
type dynamicDef struct {
	name  Node
	value operand
}

// operand is an expression, or a set that attribute paths or merging made.
type operand struct {
	node Node
	set  *setExpr
}

// desugarer builds sets as a dialect of Nix does.
type desugarer struct {
	dialect Dialect
	diags   *report         // gets the attributes that are defined twice; may be nil
	merged  map[uint32]bool // gets the sets that were built as part of another; may be nil
	// scopes says whether merging changed which names some expression sees, or
	// dropped one.
	scopes bool
}

// set builds the set of an [AttrSet], [Let] or [LegacyLet].
func (d *desugarer) set(n Node) *setExpr {
	s := &setExpr{rec: n.Kind() != AttrSet || n.First().Kind() == KwRec}
	for e := range n.Entries() {
		if e.Kind() == InheritNode {
			d.inherit(s, Inherit{e})
		} else {
			d.binding(s, Binding{e})
		}
	}
	return s
}

func (d *desugarer) inherit(s *setExpr, i Inherit) {
	kind := inherited
	if from := i.From(); !from.IsZero() {
		kind = inheritedFrom
		s.froms = append(s.froms, from)
	}
	for a := range i.Attrs() {
		name, ok := a.AttrName()
		if !ok {
			continue
		}
		def := def{name: name, at: a.Span(), kind: kind, from: len(s.froms) - 1}
		if old := s.find(name); old != nil {
			d.duplicate([]string{name}, def.at, old.at)
			continue
		}
		s.add(def)
	}
}

// binding is addAttr of Nix's parser.
func (d *desugarer) binding(s *setExpr, b Binding) {
	attrs := slices.Collect(b.Path().Attrs())
	start := b.Path().Span().Start
	path := make([]string, 0, len(attrs))
	for i, a := range attrs {
		at := Span{start, a.Span().End}
		last := i == len(attrs)-1
		name, static := a.AttrName()
		switch {
		case last && !static:
			s.dynamic = append(s.dynamic, dynamicDef{a, operand{node: b.Value()}})
		case last:
			d.define(s, append(path, name), def{name: name, at: at, value: operand{node: b.Value()}})
		case !static:
			nested := &setExpr{}
			s.dynamic = append(s.dynamic, dynamicDef{a, operand{set: nested}})
			s = nested
		default:
			path = append(path, name)
			if s = d.nested(s, path, name, at); s == nil {
				return
			}
		}
	}
}

// nested is the set under name in s, which a longer path leads through.
func (d *desugarer) nested(s *setExpr, path []string, name string, at Span) *setExpr {
	old := s.find(name)
	if old == nil {
		set := &setExpr{}
		s.add(def{name: name, at: at, value: operand{set: set}})
		return set
	}
	set := d.setOf(&old.value)
	if set == nil {
		d.duplicate(path, at, old.at)
		return nil
	}
	d.scopes = d.scopes || set.rec
	return set
}

// define adds an attribute to s. If there is one already, both must be sets.
func (d *desugarer) define(s *setExpr, path []string, def def) {
	old := s.find(def.name)
	if old == nil {
		s.add(def)
		return
	}
	into := d.setOf(&old.value)
	from := d.setOf(&def.value)
	if into == nil || from == nil {
		d.duplicate(path, def.at, old.at)
		return
	}
	d.merge(into, from, path)
}

// merge moves the attributes of from into another set, whose "rec" alone counts.
func (d *desugarer) merge(into, from *setExpr, path []string) {
	d.scopes = d.scopes || into.rec || from.rec || len(from.dynamic) > 0 && d.dialect == Nix28
	for _, def := range from.defs {
		if def.kind == inheritedFrom {
			def.from += len(into.froms)
		}
		if old := into.find(def.name); old != nil && d.dialect == Nix28 {
			d.duplicate(append(path, def.name), def.at, old.at)
			continue
		}
		d.define(into, append(path, def.name), def)
	}
	into.froms = append(into.froms, from.froms...)
	if d.dialect != Nix28 {
		into.dynamic = append(into.dynamic, from.dynamic...)
	}
}

// setOf is the set that v is, parenthesised or not; nil if it is none.
func (d *desugarer) setOf(v *operand) *setExpr {
	if v.set == nil && !v.node.IsZero() {
		if n := v.node.Unparen(); n.Kind() == AttrSet {
			v.set = d.set(n)
			if d.merged != nil {
				d.merged[n.index] = true
			}
		}
	}
	return v.set
}

// duplicate reports that the attribute path is defined twice.
func (d *desugarer) duplicate(path []string, at, previous Span) {
	if d.diags == nil {
		return
	}
	if d.diags.full(DuplicateAttr) {
		d.diags.omit(DuplicateAttr, at)
		return
	}
	names := make([]string, len(path))
	for i, p := range path {
		names[i] = string(appendIdentifier(nil, p, Nix236))
	}
	d.diags.add(Diagnostic{
		Code: DuplicateAttr, Span: at, Message: "attribute '" + clip(strings.Join(names, ".")) + "' already defined",
		Related: []Related{{previous, "first defined here"}},
	})
}

// find is the attribute of that name; nil if there is none.
func (s *setExpr) find(name string) *def {
	if s.index == nil {
		for i := range s.defs {
			if s.defs[i].name == name {
				return &s.defs[i]
			}
		}
		return nil
	}
	if i, ok := s.index[name]; ok {
		return &s.defs[i]
	}
	return nil
}

// add adds an attribute that is not there yet.
func (s *setExpr) add(d def) {
	s.defs = append(s.defs, d)
	switch {
	case s.index != nil:
		s.index[d.name] = len(s.defs) - 1
	case len(s.defs) == 8:
		s.index = make(map[string]int, 16)
		for i, d := range s.defs {
			s.index[d.name] = i
		}
	}
}
