package unit

import (
	"strings"

	"wardnix/lint/nixos"
)

// EnvironmentText is all that is known of the unit's environment.
func (u *Unit) EnvironmentText() string {
	var b strings.Builder
	for _, l := range u.Lines() {
		if l.Key == "Environment" {
			b.WriteString(l.Shown + "\n")
		}
	}
	return b.String()
}

// Variables are the variables of the option environment that are known, by name.
func (u *Unit) Variables() map[string]Setting {
	out := map[string]Setting{}
	for _, v := range u.Option("environment").Attrs() {
		if text, ok := v.Text(); ok && !v.IsPattern() && len(v.Unseen) == 0 && len(v.Defs) == 1 {
			d := v.Defs[0]
			out[v.Name()] = Setting{nixos.Line{Section: "Service", Key: "Environment", Text: text, Shown: text, Known: true, When: d.When, Def: d}}
		}
	}
	return out
}
