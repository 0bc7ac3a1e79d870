package rendering

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
)

// ResetAtEnd reports an empty assignment after others.
var ResetAtEnd = &lint.Rule{Page: lint.ReadPage(pages, "reset-at-end"), Unit: checkResetAtEnd}

// protective are the lists that restrict a unit; without them it may do more.
var protective = map[string]bool{
	"SystemCallFilter": true, "SystemCallArchitectures": true, "RestrictAddressFamilies": true, "RestrictNamespaces": true,
	"RestrictFileSystems": true, "RestrictNetworkInterfaces": true, "IPAddressDeny": true, "InaccessiblePaths": true, "ReadOnlyPaths": true,
	"NoExecPaths": true, "SocketBindDeny": true, "TemporaryFileSystem": true,
}

func checkResetAtEnd(p *lint.Pass, u *unit.Unit) {
	for d, k := range u.LinesByDirective() {
		l := k.Lines[len(k.Lines)-1]
		if d.Empty != directive.EmptyClears && d.Empty != directive.EmptyResets || !l.Certain() || l.Text != "" || !l.IsWritten() {
			continue
		}
		before := slices.DeleteFunc(slices.Clone(k.Lines[:len(k.Lines)-1]), func(b nixos.Line) bool {
			return !b.IsWritten() || b.Known && b.Text == ""
		})
		if len(before) == 0 || u.IsNestedList(l) { // the rule nested-list reports that
			continue
		}
		draft := p.AtLine(u, l)
		if first := before[0]; first.Def != l.Def {
			if !protective[k.Key] || u.Pattern || !u.InOneSystem(first.Def, l.Def) {
				continue
			}
			file, span := u.LinePlace(first)
			draft.See(file, span, "what is reset")
		}
		draft.Reportf("the empty `%s=` at the end resets the whole list", k.Key)
	}
}
