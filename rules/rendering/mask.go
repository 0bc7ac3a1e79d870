package rendering

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"wardnix/lint"
	"wardnix/lint/spell"
	"wardnix/lint/unit"
)

// unitNames are the names of units that modules of NixOS 20.09 and 26.11 set up or
// speak of, one a line, sorted. TestUnitNames makes it.
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

// MaskMisspelt reports masks of units that are not there, where one of nearly that
// name is.
var MaskMisspelt = &lint.Rule{
	Page: lint.ReadPage(pages, "mask-misspelt"),
	Check: func(p *lint.Pass) {
		lint.EachUnit(p, func(u *unit.Unit) {
			if _, known := slices.BinarySearch(knownUnits()[u.Type()], u.Name); known || !unit.OnlyMasks(u) || len(u.Host.Unseen) > 0 {
				return
			}
			meant := oneSlipFrom(u.Name, knownUnits()[u.Type()])
			if meant == "" {
				return
			}
			d := u.Option("enable").Defs[0]
			f := lint.Finding{
				Message: fmt.Sprintf("%s is masked, but NixOS has no such unit; did you mean %s?", u.Name, meant),
				Units:   u.Self(), About: u.About("enable"),
			}
			f.File, f.Span = unit.Place(d.Binding)
			p.Report(f)
		})
	},
}

// oneSlipFrom is the one of names that differs from name in a single letter, or
// in two that changed places; "" if there is none, or more than one, or the
// difference is a digit: that is another unit of the kind.
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
