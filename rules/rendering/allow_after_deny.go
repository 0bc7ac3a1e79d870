package rendering

import (
	"slices"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// AllowAfterDeny reports @system-service after a line with "~".
var AllowAfterDeny = &lint.Rule{Page: lint.ReadPage(pages, "allow-after-deny"), Unit: checkAllowAfterDeny}

func checkAllowAfterDeny(p *lint.Pass, u *unit.Unit) {
	for d, k := range u.LinesByDirective() {
		plain := u.PlainAfterDeny(d, k)
		i := slices.IndexFunc(plain, func(l unit.PlainAfterDeny) bool { return l.Base })
		if i < 0 {
			continue
		}
		l := plain[i]
		draft := p.AtLine(u, l.Line).
			Note("`%s` does not limit it: all calls that no line names are allowed", l.Text)
		if n := len(l.Lifted); n > 0 {
			draft.Note("%d of the denied calls are allowed again", n)
		}
		draft.Fix(toFront(u, k, l.Line)...).Reportf("%s is a deny list, since its first line has `~`", d.Name)
	}
}

// toFront moves an element to the front of the list that all lines are in.
func toFront(u *unit.Unit, k *unit.DirectiveLines, l nixos.Line) []lint.Fix {
	var nodes []nixast.Node
	at := -1
	for _, line := range k.Lines {
		n := u.WrittenAt(line)
		if n.IsZero() || n.Parent().Kind() != nixast.List || line.Def != l.Def {
			return nil
		}
		if n == u.WrittenAt(l) {
			at = len(nodes)
		}
		nodes = append(nodes, n)
	}
	list := nodes[0].Parent()
	if at <= 0 || !fix.IsOffered(u) || emit.Shared(list) != nil || len(list.CommentsInside()) > 0 || k.Lines[0].Text == "" {
		return nil
	}
	var edits []emit.Edit
	for i := range at + 1 {
		from := nodes[at]
		if i > 0 {
			from = nodes[i-1]
		}
		if from.Parent() != list {
			return nil
		}
		edits = append(edits, emit.Edit{Start: nodes[i].Span().Start, End: nodes[i].Span().End, New: from.Text()})
	}
	return []lint.Fix{{Title: "move `" + l.Text + "` to the front", Applicability: lint.Unsafe, Edits: lint.EditsIn(list.File(), edits),
		Breaks: "the service, if it uses calls outside of the group: try it under load"}}
}
