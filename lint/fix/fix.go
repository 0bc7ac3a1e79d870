// Package fix makes the edits that more than one rule uses to mend a unit.
package fix

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/rules/profile"
)

// ReplaceSetting is the fix that sets a directive to another value, where one place
// alone sets it. Like every fix here, it is safe if breaks is empty.
func ReplaceSetting(s *unit.Unit, at unit.Setting, value any, breaks string) []lint.Fix {
	if len(s.Directive(at.Section, at.Key).Defs) != 1 || at.When != nil || at.Def.Maybe != nil || s.Scope.Kind == nixos.TestNode {
		return nil
	}
	node, err := at.Def.ValueNode()
	if err != nil {
		return nil
	}
	edits, err := emit.New(node.File()).Replace(node, value)
	if err != nil {
		return nil
	}
	return []lint.Fix{{Title: fmt.Sprintf("set `%s = %s`", at.Key, profile.NixText(value)), Applicability: lint.SafeUnless(breaks), Breaks: breaks, Edits: lint.EditsIn(node.File(), edits)}}
}

// Remove is the fix that takes the bindings of directives out; none where one
// of them is not a binding of its own.
func Remove(s *unit.Unit, title, breaks string, all ...unit.Setting) []lint.Fix {
	fix := lint.Fix{Title: title, Applicability: lint.SafeUnless(breaks), Breaks: breaks}
	for _, at := range all {
		if len(s.Directive(at.Section, at.Key).Defs) != 1 || at.When != nil || at.Def.Maybe != nil {
			return nil
		}
		edits, err := emit.New(at.Def.Binding.File()).Remove(at.Def.Binding)
		if err != nil {
			return nil
		}
		fix.Edits = append(fix.Edits, lint.EditsIn(at.Def.Binding.File(), edits)...)
	}
	return []lint.Fix{fix}
}

// Replace writes value in the place of n. It returns no fix if that would change other
// units, too, or lose a comment.
func Replace(u *unit.Unit, n nixast.Node, value any, title, breaks string) []lint.Fix {
	if n.IsZero() || !IsOffered(u) {
		return nil
	}
	edits, err := emit.New(n.File()).Replace(n, value)
	if err != nil {
		return nil
	}
	return []lint.Fix{{Title: title, Applicability: lint.SafeUnless(breaks), Breaks: breaks, Edits: lint.EditsIn(n.File(), edits)}}
}

// ReplaceElement writes values in the place of the list element n; the string n
// that is a whole value becomes a list of them.
func ReplaceElement(u *unit.Unit, n nixast.Node, values []string, title, breaks string) []lint.Fix {
	if n.IsZero() || !IsOffered(u) {
		return nil
	}
	if n.Parent().Kind() != nixast.List {
		items := make([]any, len(values))
		for i, v := range values {
			items[i] = v
		}
		return Replace(u, n, items, title, breaks)
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
	return []lint.Fix{{Title: title, Applicability: lint.SafeUnless(breaks), Breaks: breaks, Edits: lint.EditsIn(n.File(), []emit.Edit{edit})}}
}

// lastLine is where the last newline of white space begins.
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

// RenameOption gives all definitions of an option another name. There is no fix
// where that name is taken.
func RenameOption(o *nixos.Option, name string, taken, far bool) []lint.Fix {
	if taken {
		return nil
	}
	fix := lint.Fix{Title: "rename to `" + name + "`", Applicability: lint.Safe}
	if far {
		fix.Applicability, fix.Breaks = lint.Unsafe, "the names differ by more than a slip"
	}
	for _, d := range o.Defs {
		attr := d.Binding.AttrNamed(o.Name())
		if attr.IsZero() {
			return nil
		}
		edits, err := emit.New(attr.File()).Rename(attr, name)
		if err != nil {
			return nil
		}
		fix.Edits = append(fix.Edits, lint.EditsIn(attr.File(), edits)...)
	}
	return []lint.Fix{fix}
}

// JoinEdits are the edits with those that take overlapping text out made one.
func JoinEdits(edits []emit.Edit) []emit.Edit {
	edits = slices.SortedFunc(slices.Values(edits), func(a, b emit.Edit) int { return cmp.Compare(a.Start, b.Start) })
	var out []emit.Edit
	for _, e := range edits {
		if n := len(out) - 1; n >= 0 && e.Start < out[n].End && e.New == "" && out[n].New == "" {
			out[n].End = max(out[n].End, e.End)
			continue
		}
		out = append(out, e)
	}
	return out
}

// Conflict reports whether two groups of edits cannot be in one fix.
func Conflict(a, b []lint.FileEdit) bool {
	for _, x := range a {
		for _, y := range b {
			if x.File == y.File && emit.Conflicts([]emit.Edit{x.Edit}, []emit.Edit{y.Edit}) {
				return true
			}
		}
	}
	return false
}

// RenameNaming gives the setting another name. There is no fix where that name is
// taken.
func RenameNaming(n *unit.Naming, name string, far bool) []lint.Fix {
	if n.Setting != nil {
		return RenameOption(n.Setting, name, n.Directive(n.In, name).IsSet(), far)
	}
	taken := slices.ContainsFunc(n.Lines(), func(l nixos.Line) bool { return l.Section == n.In && l.Key == name })
	edit, ok := n.KeyEdit(name)
	if !ok || taken {
		return nil
	}
	fix := EditText(n.At.Place.In, edit, "rename to `"+name+"`")
	if far {
		fix = asFar(fix)
	}
	return fix
}

// asFar marks fixes that write another word than what is there.
func asFar(fixes []lint.Fix) []lint.Fix {
	for i := range fixes {
		fixes[i].Applicability, fixes[i].Breaks = lint.Unsafe, "the names differ by more than a slip"
	}
	return fixes
}

// EditText changes a text where it is. It returns no fix if other places use the text.
func EditText(in nixast.Node, edit emit.Edit, title string) []lint.Fix {
	if emit.Shared(in) != nil {
		return nil
	}
	return []lint.Fix{{Title: title, Applicability: lint.Safe, Edits: lint.EditsIn(in.File(), []emit.Edit{edit})}}
}

// ValueEdit writes another value into a line of a text; false where the value
// is not there as it is.
func ValueEdit(l nixos.Line, value string) (emit.Edit, bool) {
	if l.Place.In.IsZero() || !l.Known || l.Text == "" || !isPlain(value) {
		return emit.Edit{}, false
	}
	end := l.Place.Span.End
	start := end - len(l.Text)
	return emit.Edit{Start: start, End: end, New: value}, start > l.Place.Span.Start && l.Place.In.File().Src[start:end] == l.Text
}

// isPlain reports whether a text is the same inside every kind of quotes.
func isPlain(text string) bool {
	return !slices.ContainsFunc([]rune(text), func(r rune) bool {
		return r <= ' ' && r != ' ' || r == '\'' || r == '"' || r == '$' || r == '\\'
	})
}
