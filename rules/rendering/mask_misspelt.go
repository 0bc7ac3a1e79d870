package rendering

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"wardnix/lint"
	"wardnix/lint/spell"
	"wardnix/lint/unit"
)

// MaskMisspelt reports masks of units that do not exist, if a unit of nearly that
// name does.
var MaskMisspelt = &lint.Rule{Page: lint.ReadPage(pages, "mask-misspelt"), Unit: checkMaskMisspelt}

// unitNames are the names of units that modules of NixOS 20.09 and 26.11 define or
// mention, one a line, sorted. TestUnitNames makes it.
//
//go:embed unit_names.txt
var unitNames string

// knownUnits are the names of unitNames by the type of the unit.
var knownUnits = sync.OnceValue(func() map[string][]string {
	byType := map[string][]string{}
	for name := range strings.Lines(unitNames) {
		name = strings.TrimSpace(name)
		kind := name[strings.LastIndexByte(name, '.')+1:]
		byType[kind] = append(byType[kind], name)
	}
	return byType
})

func checkMaskMisspelt(p *lint.Pass, u *unit.Unit) {
	if _, known := slices.BinarySearch(knownUnits()[u.Type()], u.Name); known || !unit.OnlyMasks(u) || len(u.Host.Unseen) > 0 {
		return
	}
	meant := oneSlipFrom(u.Name, knownUnits()[u.Type()])
	if meant == "" {
		return
	}
	d := u.Option("enable").Defs[0]
	p.AtDef(u, d, "enable").Place(unit.Place(d.Binding)).
		Help("did you mean `%s`?", meant).
		Reportf("the mask has no effect, since NixOS has no such unit")
}

// oneSlipFrom is the one of names that differs from name in a single letter, or in
// two that changed places. It is "" if there is no such name, or several, or if the
// difference is a digit: that is another unit of the same kind.
func oneSlipFrom(name string, names []string) string {
	found := ""
	for _, n := range names {
		if len(n) < len("xxxxxx.service") || spell.Distance(name, n, 1) != 1 || digits(name) != digits(n) {
			continue
		}
		if found != "" {
			return ""
		}
		found = n
	}
	return found
}

// digits are those of s.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, s)
}
