package contradiction

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// NowhereWritable reports services that may write nowhere.
var NowhereWritable = &lint.Rule{Page: lint.ReadPage(pages, "nowhere-writable"), Unit: ofSystem(checkNowhere)}

func checkNowhere(p *lint.Pass, u *unit.Unit) {
	strict, ok := u.Is("ProtectSystem", "strict")
	if !ok || u.Type() != "service" || len(u.Commands()) == 0 {
		return
	}
	if !u.NowhereWritable() || strictRequired(u) {
		return
	}
	p.At(u, strict).
		Help("add StateDirectory, CacheDirectory or PrivateTmp if the service writes anything").
		Reportf("ProtectSystem=strict leaves no writable directory")
}

// strictRequired reports whether a baseline requires a read-only file system of the
// unit, and so accounts for it.
func strictRequired(u *unit.Unit) bool {
	return slices.ContainsFunc(u.Part.Baselines, func(b *profile.Baseline) bool {
		return slices.ContainsFunc(u.Requirements(b), func(r profile.Requirement) bool {
			return r.Name() == "ProtectSystem" && len(r.Lines) == 1 && r.Lines[0].Value == "strict"
		})
	})
}
