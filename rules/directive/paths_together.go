package directive

import (
	"regexp"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
)

// PathsTogether reports several paths in a directive that takes one per line.
var PathsTogether = &lint.Rule{Page: lint.ReadPage(pages, "paths-together"), Unit: checkPathsTogether}

// pathList matches several absolute paths.
var pathList = regexp.MustCompile(`^\s*-?/\S+(?:\s+-?/\S+)+\s*$`)

func checkPathsTogether(p *lint.Pass, u *unit.Unit) {
	for k, l := range u.CertainLines() {
		if k.Directive.KindIn(u.Version) != directive.KindEnvironmentFile || !pathList.MatchString(l.Text) || u.IsNestedList(l) {
			continue
		}
		p.AtLine(u, l).
			Note("systemd reads `%s` as a single path that contains spaces", l.Text).
			Fix(fix.ReplaceElement(u, u.WrittenAt(l), strings.Fields(l.Text), "replace with a list", "")...).
			Reportf("`%s` takes one path per line", l.Key)
	}
}
