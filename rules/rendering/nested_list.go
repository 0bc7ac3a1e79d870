package rendering

import (
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// NestedList reports lists inside lists.
var NestedList = &lint.Rule{Page: lint.ReadPage(pages, "nested-list"), Unit: checkNestedList}

func checkNestedList(p *lint.Pass, u *unit.Unit) {
	for k, l := range u.CertainLines() {
		if l.Value == nil {
			continue
		}
		list, ok := u.Host.Evaluator().Force(l.Value).(*eval.List)
		switch {
		case !ok || len(list.Items) == 1:
		case len(list.Items) == 0:
			p.AtLine(u, l).
				Note("NixOS writes it as the empty assignment `%s=`", l.Key).
				Reportf("the empty list inside %s resets it", l.Key)
		case takesOneValue(k.Directive.KindIn(u.Version)):
			draft := p.AtLine(u, l).Note("NixOS writes `%s=%s`", l.Key, l.Text)
			if items, known := u.Host.Evaluator().KnownStrings(l.Value); known {
				draft.Fix(fix.ReplaceElement(u, u.WrittenAt(l), items, "flatten the list", "")...)
			}
			draft.Reportf("the list inside %s becomes one line", l.Key)
		}
	}
}

// takesOneValue reports whether a line of a kind is one value, in which spaces do
// not separate words. A command has words.
func takesOneValue(kind directive.Kind) bool {
	return value.OneALine(kind) && kind != directive.KindExec || kind == directive.KindPath
}
