package contradiction

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// JITForbidden reports runtimes that need executable memory that they write
// themselves, in units that forbid it.
var JITForbidden = &lint.Rule{Page: lint.ReadPage(pages, "jit-forbidden"), Unit: ofSystem(checkJIT)}

func checkJIT(p *lint.Pass, u *unit.Unit) {
	deny, ok := u.On("MemoryDenyWriteExecute")
	if !ok || strings.Contains(u.EnvironmentText(), "jitless") {
		return
	}
	for c := range u.Confined() {
		r, ok := profile.RuntimeOf(c.Program())
		if !ok || !u.Together(deny, c.Setting) || r.Without != "" && slices.ContainsFunc(c.Args(), func(w string) bool { return strings.Contains(w, r.Without) }) {
			continue
		}
		p.At(u, deny, c.Setting).Concerns(u.About(c.Key)...).
			Note("the just-in-time compiler of %s writes code into memory", r.Name).
			Fix(fix.ReplaceSetting(u, deny, false, "a flaw in the service may be used to run code that was written into its memory")...).
			Reportf("MemoryDenyWriteExecute kills %s, which %s runs", r.Name, c.Key)
		return
	}
}
