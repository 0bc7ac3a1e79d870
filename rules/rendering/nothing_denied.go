package rendering

import (
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
)

// NothingDenied reports RestrictAddressFamilies="", which is a reset.
var NothingDenied = &lint.Rule{Page: lint.ReadPage(pages, "nothing-denied"), Unit: checkNothingDenied}

func checkNothingDenied(p *lint.Pass, u *unit.Unit) {
	l, ok := u.OnlyReset("RestrictAddressFamilies")
	if !ok {
		return
	}
	p.AtLine(u, l).
		Note("an empty assignment resets the list; \"none\" allows no socket").
		Fix(fix.Replace(u, soleNode(u, l), "none", "replace with `\"none\"`",
			"the service, if it uses sockets: also those for the log, for notification and for names")...).
		Reportf("the empty `RestrictAddressFamilies=` restricts nothing")
}

// soleNode is the whole value of a definition with one line.
func soleNode(u *unit.Unit, l nixos.Line) nixast.Node {
	if len(u.Directive(l.Section, l.Key).Defs) > 1 || !l.Def.IsSure() {
		return nixast.Node{}
	}
	n, err := l.Def.ValueNode()
	if err != nil {
		return nixast.Node{}
	}
	return n
}
