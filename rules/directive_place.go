package rules

import (
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// keyLines are the lines of one directive of a unit, in order.
type keyLines struct {
	section, key string
	directive    *directive.Directive
	lines        []nixos.Line
}

// known reports whether the lines are all that the unit has of the directive,
// each with its text, under all conditions.
func (k *keyLines) known() bool {
	return !slices.ContainsFunc(k.lines, func(l nixos.Line) bool { return !certain(l) })
}

// certain reports whether a line is there under all conditions, with a text that
// is known.
func certain(l nixos.Line) bool { return l.Known && l.When == nil && l.Unseen == "" }

// eachDirective calls do for the lines of each directive of the unit that
// systemd knows in its place.
func eachDirective(u *unitView, do func(*directive.Directive, *keyLines)) {
	if !u.grouped {
		u.groups, u.grouped = groupLines(u), true
	}
	for i := range u.groups {
		k := &u.groups[i]
		do(k.directive, k)
	}
}

func groupLines(u *unitView) []keyLines {
	var groups []keyLines
	lines := u.Lines()
	for i := range lines {
		l := &lines[i]
		if l.Key == "" {
			continue
		}
		at := slices.IndexFunc(groups, func(k keyLines) bool { return k.key == l.Key && k.section == l.Section })
		if at < 0 {
			d, ok := directive.Lookup(l.Section, l.Key, u.version)
			if !ok {
				continue
			}
			groups = append(groups, keyLines{section: l.Section, key: l.Key, directive: d})
			at = len(groups) - 1
		}
		groups[at].lines = append(groups[at].lines, *l)
	}
	return groups
}

// unseenIn reports whether the unit may have further lines of the directive that
// are not in sight: in a part of it that cannot be seen, or where the unit only
// overrides one from elsewhere.
func (u *unitView) unseenIn(section, key string) bool {
	if slices.Contains(u.whole.Open, section) {
		return true
	}
	return len(u.Directive(section, key).Unseen) > 0
}

// writtenAt is the expression that a line renders, where it stands inside the
// binding that defines it: the element of a list, or the value; the zero Node
// if it stands elsewhere.
func writtenAt(u *unitView, l nixos.Line) nixast.Node {
	if l.Def == nil || l.Value == nil {
		return nixast.Node{}
	}
	if n := inside(u.Host.Evaluator().Force(l.Value).Origin(), l.Def.Binding); !n.IsZero() {
		return n
	}
	if n, err := valueNode(l.Def); err == nil && (n.Text() == "true" || n.Text() == "false" || n.Text() == "null") {
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

// linePlace is where a person would point at for a line: its own expression,
// else the value of the definition.
func linePlace(u *unitView, l nixos.Line) (*nixast.File, nixast.Span) {
	if !l.Place.In.IsZero() {
		return l.Place.In.File(), l.Place.Span
	}
	if n := writtenAt(u, l); !n.IsZero() {
		return n.File(), n.Span()
	}
	return valuePlace(l.Def)
}

// unknownText stands in plainText for what is not known.
const unknownText = "\x00"

// plainText is a line's text as far as it is known and certain; [unknownText]
// stands for the rest. What the source shows of the rest, such as the text of a
// script in the store, is no part of the line.
func plainText(u *unitView, l nixos.Line) (string, bool) {
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
			text.WriteString(unknownText)
		} else {
			text.WriteString(piece.Text)
		}
	}
	return text.String(), true
}

// automatic reports whether fixes are offered for the unit at all. Nothing is
// changed in a unit that is seen in part only, in one of a user's manager, nor in
// a container runtime and the like.
func automatic(u *unitView) bool {
	if len(u.Partial) > 0 || ofUser(u) {
		return false
	}
	c := u.signs().class
	return c == nil || !c.all
}

// ofUser reports whether the unit belongs to a user's manager.
func ofUser(u *unitView) bool { return u.Scope.Kind == nixos.User || u.Scope.Kind == nixos.HomeManager }

// replaceFix writes value in the place of n. There is no fix where that would
// change other units too, or lose a comment.
func replaceFix(u *unitView, n nixast.Node, value any, title string, a lint.Applicability, breaks string) []lint.Fix {
	if n.IsZero() || !automatic(u) {
		return nil
	}
	edits, err := emit.New(n.File()).Replace(n, value)
	if err != nil {
		return nil
	}
	return []lint.Fix{{Title: title, Applicability: a, Breaks: breaks, Edits: lint.In(n.File(), edits)}}
}

// elementFix writes values in the place of the list element n; the string n
// that is a whole value becomes a list of them.
func elementFix(u *unitView, n nixast.Node, values []string, title string, a lint.Applicability, breaks string) []lint.Fix {
	if n.IsZero() || !automatic(u) {
		return nil
	}
	if n.Parent().Kind() != nixast.List {
		items := make([]any, len(values))
		for i, v := range values {
			items[i] = v
		}
		return replaceFix(u, n, items, title, a, breaks)
	}
	if emit.Shared(n) != nil || len(n.CommentsInside()) > 0 {
		return nil
	}
	between := " "
	if first := n.First().Prev(); first.Kind() == nixast.Whitespace && strings.Contains(first.Text(), "\n") {
		between = first.Text()[lastLine(first.Text()):]
	}
	text := ""
	for i, v := range values {
		if i > 0 {
			text += between
		}
		text += nixast.QuoteString(v)
	}
	edit := emit.Edit{Start: n.Span().Start, End: n.Span().End, New: text}
	return []lint.Fix{{Title: title, Applicability: a, Breaks: breaks, Edits: lint.In(n.File(), []emit.Edit{edit})}}
}

// lastLine is where the last line end of white space begins.
func lastLine(space string) int {
	for i := len(space) - 1; i >= 0; i-- {
		if space[i] == '\n' {
			if i > 0 && space[i-1] == '\r' {
				return i - 1
			}
			return i
		}
	}
	return 0
}

// isNull reports whether a line comes from null.
func isNull(u *unitView, l nixos.Line) bool {
	if l.Value == nil {
		return false
	}
	_, ok := u.Host.Evaluator().Force(l.Value).(*eval.Null)
	return ok
}
