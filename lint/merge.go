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
	var groups [][]Finding
	for _, f := range found {
		k := alike(&f)
		i, ok := at[k]
		if !ok {
			i = len(groups)
			at[k] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], f)
	}
	var out []Finding
	for _, group := range groups {
		out = append(out, joined(group))
	}
	return out
}

// joined is one finding about the units of all of a group. Notes and fixes remain that
// all have: what is edited is the text of all units.
func joined(group []Finding) Finding {
	f, others := group[0], group[1:]
	if len(others) == 0 {
		return f
	}
	f.Units, f.About = nil, nil
	for _, x := range group {
		f.Units, f.About = append(f.Units, x.Units...), append(f.About, x.About...)
	}
	if f.Problem != "" {
		f.Message = titleOf(f.Units, f.Problem)
	}
	if f.Full != nil {
		f.Full = func() Finding { return joined(inFull(group)) }
	}
	f.Notes = slices.DeleteFunc(slices.Clone(f.Notes), func(n Note) bool {
		return n != differs && slices.ContainsFunc(others, func(x Finding) bool { return !slices.Contains(x.Notes, n) })
	})
	var fixes []Fix
	for _, x := range f.Fixes {
		if alike := sameFix(x, others); len(alike) == len(others) {
			fixes = append(fixes, x.joined(alike))
		}
	}
	if len(fixes) < len(f.Fixes) && !slices.Contains(f.Notes, differs) {
		f.Notes = append(f.Notes, differs)
	}
	f.Fixes = fixes
	return f
}

// inFull are those findings that were reported in brief, in full.
func inFull(found []Finding) []Finding {
	var out []Finding
	for _, f := range found {
		if f.Full != nil {
			out = append(out, f.Full())
		}
	}
	return out
}

// sameFix are the fixes of other findings that edit what x does.
func sameFix(x Fix, others []Finding) []Fix {
	var same []Fix
	for _, f := range others {
		if i := slices.IndexFunc(f.Fixes, func(o Fix) bool { return slices.Equal(o.Edits, x.Edits) }); i >= 0 {
			same = append(same, f.Fixes[i])
		}
	}
	return same
}

// differs is the note of a finding that lost a fix because not all units need it.
var differs = Note{LabelNote, "not fixed automatically: the same text defines units that need different changes"}

// joined is the fix with the same edits for the units of other findings, too. It is as
// safe as the least safe of them.
func (x Fix) joined(others []Fix) Fix {
	changes := slices.Clip(x.Changes)
	for _, other := range others {
		x.Applicability = max(x.Applicability, other.Applicability)
		switch {
		case x.Breaks == "":
			x.Breaks = other.Breaks
		case other.Breaks != "" && !strings.Contains(x.Breaks, other.Breaks):
			x.Breaks += "; " + other.Breaks
		}
		changes = append(changes, other.Changes...)
	}
	if x.Changes != nil {
		x.Changes = changes
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
