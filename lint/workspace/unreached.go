package workspace

import (
	"wardnix/lint/nixos"
	"wardnix/lint/report"
)

// unreached counts the units in files that are reported on and belong to no host, in a
// project that has hosts, or may have some that are not in sight. They are linted all the
// same, but without what a host adds.
func unreached(p *nixos.Project) report.Unreached {
	hosts, named := p.Hosts(), false
	for _, h := range hosts {
		named = named || h.Name != ""
	}
	if !named && !p.HidesHosts() {
		return report.Unreached{}
	}
	var out report.Unreached
	files := map[*nixos.File]bool{}
	for _, h := range hosts {
		if h.Name != "" {
			continue
		}
		for _, u := range h.Units {
			reported := false
			for _, d := range u.Defs() {
				if d.File != nil && d.File.Reported {
					reported, files[d.File] = true, true
				}
			}
			if reported {
				out.Units++
			}
		}
	}
	out.Files = len(files)
	return out
}
