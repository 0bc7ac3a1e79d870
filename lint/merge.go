package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"wardnix/lint/unit"
	"wardnix/nixast"
)

// A likeness is what findings have in common that are merged into one.
type likeness struct {
	rule     *Rule
	severity Severity
	file     *nixast.File
	span     nixast.Span
	unit     string
	problem  string
	settings string
}

// ofHosts makes the same finding about a unit of several hosts one finding.
func ofHosts(f *Finding) likeness {
	return likeness{rule: f.Rule, file: f.File, span: f.Span, unit: f.Unit(), problem: f.Message,
		settings: strings.Join(f.Directives(), " ")}
}

// ofUnits makes the same finding about several units that one text defines one
// finding: a function called with several names, or a set that is used several
// times.
func ofUnits(f *Finding) likeness {
	if f.Problem == "" {
		return ofHosts(f)
	}
	return likeness{rule: f.Rule, severity: f.Severity, file: f.File, span: f.Span, problem: f.Problem,
		settings: strings.Join(f.Directives(), " ")}
}

// merged are the findings with those that are alike made one, in the order of the
// first of each.
func merged(found []Finding, alike func(*Finding) likeness) []Finding {
	at := map[likeness]int{}
	var out []Finding
	for _, f := range found {
		k := alike(&f)
		if i, ok := at[k]; ok {
			out[i].merge(&f)
			continue
		}
		at[k] = len(out)
		out = append(out, f)
	}
	return out
}

// merge makes f the finding about the units of another one, too. Notes and fixes
// remain that both have: what is edited is the text of all units.
func (f *Finding) merge(other *Finding) {
	f.Units = append(slices.Clip(f.Units), other.Units...)
	f.About = append(slices.Clip(f.About), other.About...)
	if f.Problem != "" {
		f.Message = titleOf(f.Units, f.Problem)
	}
	if a, b := f.Full, other.Full; a != nil && b != nil {
		f.Full = func() Finding {
			one, two := a(), b()
			one.merge(&two)
			return one
		}
	}
	f.Notes = slices.DeleteFunc(slices.Clone(f.Notes), func(n Note) bool { return !slices.Contains(other.Notes, n) && n != differs })
	var fixes []Fix
	for _, x := range f.Fixes {
		if i := slices.IndexFunc(other.Fixes, func(o Fix) bool { return slices.Equal(o.Edits, x.Edits) }); i >= 0 {
			fixes = append(fixes, x.merged(other.Fixes[i]))
		}
	}
	if len(fixes) < len(f.Fixes) {
		f.Notes = append(f.Notes, differs)
	}
	f.Fixes = fixes
}

// differs is the note of a finding that lost a fix because not all units need it.
var differs = Note{LabelNote, "not fixed automatically: the same text defines units that need different changes"}

// merged is the fix with the same edits for the units of another finding, too. It
// is as safe as the less safe of both.
func (x Fix) merged(other Fix) Fix {
	x.Applicability = max(x.Applicability, other.Applicability)
	switch {
	case x.Breaks == "":
		x.Breaks = other.Breaks
	case other.Breaks != "" && !strings.Contains(x.Breaks, other.Breaks):
		x.Breaks += "; " + other.Breaks
	}
	if x.Changes != nil {
		x.Changes = append(slices.Clip(x.Changes), other.Changes...)
	}
	return x
}

// mostNamed is how many units a title names.
const mostNamed = 3

// titleOf is the title of a finding about units: the names of the first, how many
// more there are, and the problem.
func titleOf(units []unit.Ref, problem string) string {
	names := map[string]bool{}
	for _, u := range units {
		if u.Unit != "" {
			names[u.Unit] = true
		}
	}
	if len(names) == 0 {
		return problem
	}
	return firstOf(slices.Sorted(maps.Keys(names))) + ": " + problem
}

// firstOf are the first few names, and how many more there are.
func firstOf(names []string) string {
	first := strings.Join(names[:min(mostNamed, len(names))], ", ")
	if more := len(names) - mostNamed; more > 0 {
		first += fmt.Sprintf(" and %d more", more)
	}
	return first
}
