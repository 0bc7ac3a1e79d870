package rendering

import (
	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// EmptyList reports lists without elements, for which NixOS writes no line.
var EmptyList = &lint.Rule{Page: lint.ReadPage(pages, "empty-list"), Unit: checkEmptyList}

// emptyIsAll are the directives for which an author of an empty list most likely
// means that nothing is allowed, the values that say so, and what is allowed
// without a line.
var emptyIsAll = []struct{ key, nothing, without string }{
	{"CapabilityBoundingSet", "", "all capabilities"},
	{"RestrictAddressFamilies", "none", "every kind of socket"},
}

func checkEmptyList(p *lint.Pass, u *unit.Unit) {
	for _, d := range emptyIsAll {
		def, list, ok := u.EmptyList(d.key)
		switch {
		case !ok:
		case len(list.Items) == 0:
			p.AtDef(u, def, d.key).
				Note("NixOS writes no line for an empty list, so systemd's default applies").
				Fix(writeNothing(u, def, d.key, d.nothing)...).
				Reportf("`%s = [ ]` allows %s", d.key, d.without)
		default:
			p.AtDef(u, def, d.key).As(lint.Warning).
				Note("NixOS writes no line for the list unless %s", list.Items[0].When).
				Fix(beginWithReset(u, list, def, d.nothing)...).
				Reportf("`%s` may be empty, which allows %s", d.key, d.without)
		}
	}
}

// writeNothing replaces the list with the value that allows nothing.
func writeNothing(u *unit.Unit, def *nixos.Def, key, nothing string) []lint.Fix {
	node, err := def.ValueNode()
	if err != nil {
		return nil
	}
	risk := "the service, if it uses what it is allowed now: look for EPERM and EAFNOSUPPORT in its log"
	if key == "CapabilityBoundingSet" && u.RunsAs().Ordinary() && !u.ActsAsRoot() && !u.MayBeGiven("AmbientCapabilities") {
		risk = ""
	}
	return fix.Replace(u, node, nothing, "replace with `"+profile.NixText(nothing)+"`", risk)
}

// beginWithReset puts an empty element in front of a list of elements under
// conditions, if an empty assignment alone allows nothing.
func beginWithReset(u *unit.Unit, list *eval.List, def *nixos.Def, nothing string) []lint.Fix {
	node, err := def.ValueNode()
	if err != nil || nothing != "" || !fix.IsOffered(u) {
		return nil
	}
	edits, err := emit.New(node.File()).Wrap(node, `[ "" ] ++ `, "")
	if err != nil {
		return nil
	}
	return []lint.Fix{{Title: "prepend `[ \"\" ]`", Applicability: lint.Unsafe, Edits: lint.EditsIn(node.File(), edits),
		Breaks: "the service, if it uses a capability unless " + list.Items[0].When.String()}}
}
