package workspace

import (
	"maps"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// A Completion is something that can be written at a place.
type Completion struct {
	Label  string
	Kind   CompletionKind
	Detail string // in a few words, next to the label
	Doc    string // Markdown
	// Insert is the Nix text to write in the place of the span, and Snippet the same with
	// places to fill in, as the Language Server Protocol has them; "" if there are none.
	Insert, Snippet string
	// Rank orders completions: what a baseline requires first, what is deprecated last.
	Rank       int
	Deprecated bool
}

// CompletionKind is what a completion is.
type CompletionKind uint8

// The kinds.
const (
	DirectiveName CompletionKind = iota
	SectionName
	Word
	UnitName
	UserName
)

// Completions are what can be written at a place, and the span of the text that they
// take the place of.
func (s *Snapshot) Completions(p Place) ([]Completion, nixast.Span) {
	at := s.situationAt(p)
	switch {
	case !at.sure:
	case at.InName && len(at.Rest) == 0 && at.Section != "":
		return s.directiveNames(&at), at.Span
	case at.InName && len(at.Rest) == 0 && at.Type != "":
		return sectionNames(&at), at.Span
	case !at.InName && len(at.Rest) == 1:
		return s.values(&at, p)
	}
	return nil, at.Span
}

// isAssigned reports whether the name at a spot has a value already.
func isAssigned(spot nixos.Spot) bool {
	return spot.Name != "" && !spot.Binding.IsZero() && !spot.Binding.OwnToken(nixast.Assign).IsZero()
}

// directiveNames are the directives of a section that are not set yet.
func (s *Snapshot) directiveNames(at *situation) []Completion {
	there := namesIn(at.Set, at.Span)
	required := s.missing(at)
	bare := isAssigned(at.Spot)
	var all []Completion
	for _, d := range directive.Directives(at.Section, at.version) {
		if there[d.Name] || d.IgnoredSince != 0 && at.version >= d.IgnoredSince {
			continue
		}
		c := Completion{Label: d.Name, Kind: DirectiveName, Detail: value.DescribeValues(d, at.version), Doc: d.Doc, Insert: d.Name, Rank: 1}
		want, wanted := required[d.Name]
		switch {
		case d.Deprecated:
			c.Rank, c.Deprecated = 2, true
		case wanted:
			c.Rank, c.Detail = 0, c.Detail+"; required by `"+want.baseline+"`"
		}
		if !bare {
			c.Snippet = d.Name + " = " + placeholder(d, at.version, want.text) + ";"
		}
		all = append(all, c)
	}
	return all
}

// namesIn are the names that bindings of a set begin with, without the one at a span.
func namesIn(set nixast.Node, but nixast.Span) map[string]bool {
	names := map[string]bool{}
	if set.IsZero() {
		return names
	}
	for b := range set.Bindings() {
		if b.Path().Span().Contains(but.Start) || b.Path().Span().Start == but.Start {
			continue
		}
		for a := range b.Path().Attrs() {
			if name, ok := a.AttrName(); ok {
				names[name] = true
			}
			break
		}
	}
	return names
}

// demand is what a baseline requires of a directive.
type demand struct{ baseline, text string }

// missing are the directives of a section that baselines require of the unit and that
// nothing sets.
func (s *Snapshot) missing(at *situation) map[string]demand {
	out := map[string]demand{}
	if len(at.units) == 0 {
		return out
	}
	u := s.view(s.awake(at.units).Unit)
	for _, b := range s.workspace.baselines {
		standings := u.Standings(b)
		for i, r := range u.Requirements(b) {
			if _, known := out[r.Name()]; !known && r.Section == at.Section && standings[i] == unit.Missing {
				out[r.Name()] = demand{b.Name, r.Text(u.Unit)}
			}
		}
	}
	return out
}

// placeholder is the value of a directive in a snippet; want is what is required, as
// Nix source, or "".
func placeholder(d *directive.Directive, v directive.Version, want string) string {
	escaped := strings.NewReplacer(`\`, `\\`, `$`, `\$`, `}`, `\}`)
	switch form := value.FormOf(d.KindIn(v)); {
	case want != "" && want != "…":
		return "${1:" + escaped.Replace(want) + "}"
	case form == value.Boolean:
		return "${1|true,false|}"
	case form == value.Number || form == value.Switch:
		return "$1"
	}
	return `"$1"`
}

// sectionNames are the options of a unit that have the settings of its sections.
func sectionNames(at *situation) []Completion {
	there := namesIn(at.Set, at.Span)
	var all []Completion
	for _, section := range []string{nixos.OwnSection(at.Type), "Unit"} {
		name := strings.ToLower(section) + "Config"
		if section == "" || there[name] && at.Name != name {
			continue
		}
		c := Completion{Label: name, Kind: SectionName, Detail: "[" + section + "]", Doc: "Settings of the section [" + section + "].", Insert: name}
		if !isAssigned(at.Spot) {
			c.Snippet = name + " = {\n\t$0\n};"
		}
		all = append(all, c)
	}
	return all
}

// values are what a directive, or an option of a unit, can be.
func (s *Snapshot) values(at *situation, p Place) ([]Completion, nixast.Span) {
	text := writtenAt(p.File, p.Offset)
	d, ok := valueDirective(at)
	if !ok {
		return nil, text.span
	}
	var all []Completion
	add := func(kind CompletionKind, words ...string) {
		for _, w := range words {
			all = append(all, Completion{Label: w, Kind: kind, Insert: text.quote(w)})
		}
	}
	form := value.FormOf(d.KindIn(at.version))
	if e := d.Enum(); !text.quoted && !text.inList && (form == value.Boolean || form == value.Switch && (e == nil || e.True != "")) {
		all = append(all, Completion{Label: "true", Kind: Word, Insert: "true"}, Completion{Label: "false", Kind: Word, Insert: "false"})
	}
	add(Word, value.Offers(d, at.version)...)
	switch d.KindIn(at.version) {
	case directive.KindUnits, directive.KindUnit, directive.KindInstall:
		add(UnitName, s.unitNames(at)...)
	case directive.KindUser, directive.KindGroups:
		add(UserName, accountNames(at, d.Name)...)
	}
	return all, text.span
}

// valueDirective is the directive that a value at a place becomes: of the section, or of
// the option of that name, such as after.
func valueDirective(at *situation) (*directive.Directive, bool) {
	if at.Section != "" {
		return at.directive()
	}
	for _, section := range []string{"Unit", "Install"} {
		if d, ok := directive.Lookup(section, spell.Capitalised(at.Rest[0]), at.version); ok {
			return d, true
		}
	}
	return nil, false
}

// written is what is written of a value at a place.
type written struct {
	span           nixast.Span
	quoted, inList bool
}

// quote is a word as it is written there.
func (w written) quote(word string) string {
	if w.quoted {
		return word
	}
	return nixast.QuoteString(word)
}

// writtenAt finds the word around an offset: in a string, from the space before it to the
// end of the word; otherwise the expression.
func writtenAt(f *nixast.File, offset int) written {
	w := written{span: nixast.Span{Start: offset, End: offset}}
	for n := range f.Root().Descendants() {
		span := n.Span()
		if span.Start >= offset {
			break
		}
		if span.End < offset {
			continue
		}
		switch n.Kind() {
		case nixast.List:
			if offset < span.End {
				w.inList, w.quoted, w.span = true, false, nixast.Span{Start: offset, End: offset}
			}
		case nixast.String, nixast.IndString:
			open := n.First().Span().End
			if offset >= open && (offset < span.End || !closed(n)) {
				w.quoted = true
				w.span.Start = max(open, strings.LastIndexAny(f.Src[:offset], " \t\n\"'")+1)
				w.span.End = offset + len(f.Src[offset:]) - len(strings.TrimLeftFunc(f.Src[offset:], isWordRune))
			}
		case nixast.Ident, nixast.Int, nixast.Select:
			w.span = span
		}
	}
	return w
}

// closed reports whether a string has its closing quote.
func closed(n nixast.Node) bool {
	return n.Last() != n.First() && (n.Last().Kind() == nixast.Quote || n.Last().Kind() == nixast.IndClose)
}

// isWordRune reports whether a rune is one of a word that systemd knows.
func isWordRune(r rune) bool {
	return r == '@' || r == '_' || r == '-' || r == '.' || r == '~' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// unitNames are the units of the hosts of a place, and those that systemd brings.
func (s *Snapshot) unitNames(at *situation) []string {
	names := map[string]bool{}
	for _, u := range at.units {
		for _, other := range u.Host.Units {
			if !other.Pattern && other.Scope == u.Scope {
				names[other.Name] = true
			}
		}
	}
	for _, n := range slices.Concat(unitfile.UpstreamNames(at.version), unitfile.SpecialTargets()) {
		names[n] = true
	}
	return sortedNames(names)
}

// accountNames are the users, or the groups, that the hosts of a place declare.
func accountNames(at *situation, name string) []string {
	names := map[string]bool{}
	option := "users"
	if strings.Contains(name, "Group") {
		option = "groups"
	}
	for _, u := range at.units {
		for _, declared := range u.accounts[option] {
			names[declared] = true
		}
	}
	return sortedNames(names)
}

func sortedNames(names map[string]bool) []string { return slices.Sorted(maps.Keys(names)) }
