package directive

import (
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
)

// AmbientInverted reports AmbientCapabilities=~….
var AmbientInverted = &lint.Rule{Page: lint.ReadPage(pages, "ambient-inverted"), Unit: checkAmbientInverted}

func checkAmbientInverted(p *lint.Pass, u *unit.Unit) {
	for k, l := range u.CertainLines() {
		names, inverted := strings.CutPrefix(l.Text, "~")
		if k.Key != "AmbientCapabilities" || !inverted || strings.TrimSpace(names) == "" || l.Def != k.Lines[0].Def || l.Text != k.Lines[0].Text {
			continue
		}
		p.AtLine(u, l).
			Note("the set starts empty, so `~` adds all capabilities except %s", strings.Join(strings.Fields(names), ", ")).
			Reportf("`AmbientCapabilities=%s` grants all other capabilities", l.Text)
	}
}
