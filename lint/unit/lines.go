package unit

import (
	"iter"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// IsRefused reports whether NixOS does not come to write a directive, since it
// makes another one of an option: rules about the lines have nothing to add.
func (u *Unit) IsRefused(section, key string) bool {
	_, refused := u.derivedClash(section, u.Directive(section, key))
	return refused
}

// DirectiveLines are the lines of one directive of a unit, in order.
type DirectiveLines struct {
	Section, Key string
	// Directive is what the unit's version of systemd knows under that name.
	Directive *directive.Directive
	Lines     []nixos.Line
}

// Known reports whether the lines are all that the unit has of the directive,
// each with its text, under all conditions.
func (k *DirectiveLines) Known() bool {
	return !slices.ContainsFunc(k.Lines, func(l nixos.Line) bool { return !l.Certain() })
}

// CertainLines are the lines that the unit has under all conditions and that the
// project writes, with the lines of their directive.
func (u *Unit) CertainLines() iter.Seq2[*DirectiveLines, nixos.Line] {
	return func(yield func(*DirectiveLines, nixos.Line) bool) {
		more := true
		for _, k := range u.LinesByDirective() {
			for _, l := range k.Lines {
				if more && l.Certain() && l.IsWritten() {
					more = yield(k, l)
				}
			}
		}
	}
}

func groupLines(u *Unit) []DirectiveLines {
	var groups []DirectiveLines
	lines := u.Lines()
	for i, next := 0, 0; i < len(lines); i = next {
		section, key := lines[i].Section, lines[i].Key
		next = i + sameKey(lines[i:])
		if at := slices.IndexFunc(groups, func(k DirectiveLines) bool { return k.Key == key && k.Section == section }); at >= 0 {
			groups[at].Lines = append(groups[at].Lines, lines[i:next]...)
		} else if d, ok := directive.Lookup(section, key, u.Version); ok {
			groups = append(groups, DirectiveLines{Section: section, Key: key, Directive: d, Lines: lines[i:next:next]})
		}
	}
	return groups
}

// sameKey is how many lines are of one directive, from the first on.
func sameKey(lines []nixos.Line) int {
	n := 1
	for n < len(lines) && lines[n].Key == lines[0].Key && lines[n].Section == lines[0].Section {
		n++
	}
	return n
}

// LinesByDirective are the lines of each directive of the unit that systemd knows in
// its place.
func (u *Unit) LinesByDirective() iter.Seq2[*directive.Directive, *DirectiveLines] {
	if !u.grouped {
		u.groups, u.grouped = groupLines(u), true
	}
	return func(yield func(*directive.Directive, *DirectiveLines) bool) {
		for i := range u.groups {
			if !yield(u.groups[i].Directive, &u.groups[i]) {
				return
			}
		}
	}
}

// UnseenIn reports whether the unit may have further lines of the directive that
// are not in sight: in a part of it that cannot be seen, or where the unit only
// overrides one from elsewhere.
func (u *Unit) UnseenIn(section, key string) bool {
	if slices.Contains(u.Full().Open, section) {
		return true
	}
	return len(u.Section(section).UnseenOf(key)) > 0
}

// UnknownText replaces what is not known in [PlainText].
const UnknownText = "\x00"

// PlainText is the text of a line with [UnknownText] for each part that is not known
// or not certain. False is returned if nothing of it is known.
func (u *Unit) PlainText(l nixos.Line) (string, bool) {
	if l.Known {
		return l.Text, true
	}
	if l.Value == nil {
		return "", false
	}
	s, ok := u.Host.Evaluator().Force(l.Value).(*eval.String)
	if !ok {
		return "", false
	}
	var text strings.Builder
	for _, piece := range s.Pieces {
		if piece.When != nil || piece.Unknown != nil {
			text.WriteString(UnknownText)
		} else {
			text.WriteString(piece.Text)
		}
	}
	return text.String(), true
}

// isNull reports whether a line comes from null.
func (u *Unit) isNull(l nixos.Line) bool {
	if l.Value == nil {
		return false
	}
	_, ok := u.Host.Evaluator().Force(l.Value).(*eval.Null)
	return ok
}

// IsNestedList reports whether the value of a line is a list inside a list.
func (u *Unit) IsNestedList(l nixos.Line) bool {
	if l.Value == nil {
		return false
	}
	_, ok := u.Host.Evaluator().Force(l.Value).(*eval.List)
	return ok
}

// WrittenAt is the expression that a line renders, where it is inside the
// binding that defines it: the element of a list, or the value; the zero Node
// if it is elsewhere.
func (u *Unit) WrittenAt(l nixos.Line) nixast.Node {
	if l.Def == nil || l.Value == nil {
		return nixast.Node{}
	}
	if n := inside(u.Host.Evaluator().Force(l.Value).Origin(), l.Def.Binding); !n.IsZero() {
		return n
	}
	if n, err := l.Def.ValueNode(); err == nil && (n.Text() == "true" || n.Text() == "false" || n.Text() == "null") {
		return n // a variable, as Nix has it
	}
	return nixast.Node{}
}

// inside is n if it lies in outer, else the zero Node.
func inside(n, outer nixast.Node) nixast.Node {
	if n.IsZero() || outer.IsZero() || n.File() != outer.File() {
		return nixast.Node{}
	}
	in, out := n.Span(), outer.Span()
	if in.Start < out.Start || in.End > out.End {
		return nixast.Node{}
	}
	return n
}

// LinePlace is where a person would point at for a line: its own expression,
// else the value of the definition.
func (u *Unit) LinePlace(l nixos.Line) (*nixast.File, nixast.Span) {
	if !l.Place.In.IsZero() {
		return l.Place.In.File(), l.Place.Span
	}
	if n := u.WrittenAt(l); !n.IsZero() {
		return n.File(), n.Span()
	}
	return l.Def.ValuePlace()
}
