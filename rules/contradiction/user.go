package contradiction

import (
	"fmt"
	"slices"

	"wardnix/lint"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// NobodyUser reports services that run as the user nobody.
var NobodyUser = &lint.Rule{
	Page: lint.ReadPage(pages, "nobody-user"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			user, ok := u.Is("User", "nobody", "65534")
			if !ok || u.MayBeOn("DynamicUser") {
				continue
			}
			lint.ReportSetting(p, u, lint.Finding{
				Message: "the service runs as nobody, and can get at all others that do",
				Notes:   []lint.Note{{Label: "help", Text: "write `DynamicUser = true;`, and StateDirectory where it keeps data"}},
			}, user)
		}
	},
}

// NowhereWritable reports services that may write nowhere.
var NowhereWritable = &lint.Rule{
	Page: lint.ReadPage(pages, "nowhere-writable"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			strict, ok := u.Is("ProtectSystem", "strict")
			dirs, known := u.Writable()
			if !ok || !known || len(dirs) != len(unit.APIDirectories) || u.Type() != "service" || len(u.Commands()) == 0 || strictAsked(u) {
				continue
			}
			lint.ReportSetting(p, u, lint.Finding{
				Message: fmt.Sprintf("%s leaves no folder to write to: the unit has none of its own", strict.Key),
				Notes:   []lint.Note{{Label: "help", Text: "add StateDirectory, CacheDirectory or PrivateTmp if the service writes anything"}},
			}, strict)
		}
	},
}

// strictAsked reports whether a baseline asks the unit for a read-only file system,
// and so knows that the unit can do with it.
func strictAsked(u *unit.Unit) bool {
	return slices.ContainsFunc(u.World.Baselines, func(b *profile.Baseline) bool {
		return slices.ContainsFunc(u.Asked(b), func(r profile.Requirement) bool {
			return r.Name() == "ProtectSystem" && len(r.Lines) == 1 && r.Lines[0].Value == "strict"
		})
	})
}
