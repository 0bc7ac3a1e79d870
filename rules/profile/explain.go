package profile

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"wardnix/lint/nixos"
)

// Entry is what a built-in baseline says of a directive or an option.
type Entry struct {
	Baseline string
	Setting  string // "serviceConfig.ProtectProc = "invisible";", as Nix writes it
	Comment  string // what it does, and what it costs
}

// explained are the rows of the built-in baselines, of older releases too, each with
// the name of its baseline.
var explained = sync.OnceValue(func() []explainedRow {
	var out []explainedRow
	for _, b := range Builtin() {
		for _, release := range []nixos.Release{{Year: 26, Month: 11}, {Year: 25, Month: 5}} {
			all := b.Requirements(release)
			rows := slices.Concat(all.Host, all.Generic)
			for _, unit := range slices.Sorted(maps.Keys(all.Units)) {
				rows = append(rows, all.Units[unit]...)
			}
			for _, r := range rows {
				out = append(out, explainedRow{r, Entry{b.Name, r.Option() + " = " + r.Text(nil) + ";", strings.TrimSpace(r.comment)}})
			}
		}
	}
	return out
})

type explainedRow struct {
	Requirement
	Entry
}

// Explain finds what the built-in baselines say of a directive or an option by
// its name, in any case, or by its whole path. A setting that is required of older
// releases only is found too.
func Explain(name string) []Entry {
	var out []Entry
	for _, r := range explained() {
		if r.isCalled(name) {
			out = addEntry(out, r.Entry)
		}
	}
	return out
}

// isCalled reports whether the row is about the thing of that name.
func (r *Requirement) isCalled(name string) bool {
	if r.Name() == "enable" && len(r.Path) > 1 {
		if strings.EqualFold(r.Path[len(r.Path)-2], name) {
			return true
		}
	}
	return strings.EqualFold(r.Name(), name) || strings.EqualFold(r.Option(), name)
}

// addEntry adds what a baseline says; one that says the same as another is named
// with it.
func addEntry(list []Entry, e Entry) []Entry {
	for i, other := range list {
		if other.Setting == e.Setting && other.Comment == e.Comment {
			if !slices.Contains(strings.Split(other.Baseline, ", "), e.Baseline) {
				list[i].Baseline += ", " + e.Baseline
			}
			return list
		}
	}
	return append(list, e)
}
