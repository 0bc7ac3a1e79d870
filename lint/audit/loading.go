package audit

import (
	"path"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/unit"
	"wardnix/lint/unitfiles"
	"wardnix/nixast"
)

// loading are findings about what systemd does not load, which no module can say: lines that it
// ignores while reading, files that it ignores, and units that it refuses. Found is what the
// rules found in the module.
func (s *System) loading(l *lint.Linter, found []Finding) []Finding {
	r := loader{linter: l, refused: map[*Unit]bool{}}
	for _, f := range found {
		if f.Rule.ID == refusedID || f.Rule.ID == nothingID {
			r.refused[f.Of] = true
		}
	}
	for _, u := range s.Units {
		if u.Whole != nil {
			r.unit(u, u.Whole.Check(s.Version).Problems)
		}
		for _, m := range u.Missing {
			r.file(u, m)
		}
	}
	for _, m := range s.Missing {
		r.file(&Unit{Unit: &unitfiles.Unit{Name: path.Base(m.What)}}, m)
	}
	return r.found
}

// loader collects such findings.
type loader struct {
	linter  *lint.Linter
	refused map[*Unit]bool // units whose refusal is a finding already
	found   []Finding
}

// The rules of units that systemd refuses, of services without a command, and of files that
// it ignores.
const (
	refusedID = "D003"
	nothingID = "A010"
	ignoredID = "A015"
)

// readingRules are the rules of problems that no module can have.
var readingRules = map[unitfile.ProblemKind]string{
	unitfile.OutsideSection: "D001", unitfile.MissingEquals: "D001", unitfile.UnknownSection: "D001",
	unitfile.BadHeader: refusedID, unitfile.InvalidUTF8: refusedID, unitfile.LineTooLong: refusedID, unitfile.RefusedUnit: refusedID,
}

// plainRules are the rules of the other problems, for units of types that no module has.
var plainRules = map[unitfile.ProblemKind]string{
	unitfile.UnknownKey: "D001", unitfile.BadValue: "D002", unitfile.RefusedValue: "D002", unitfile.StoppedDropin: "D002",
}

// unit reports what is wrong with the text of a unit.
func (r *loader) unit(u *Unit, problems []unitfile.Problem) {
	stopped := slices.ContainsFunc(problems, func(p unitfile.Problem) bool {
		return p.Kind == unitfile.RefusedValue || p.Kind != unitfile.RefusedUnit && readingRules[p.Kind] == refusedID
	})
	for _, p := range problems {
		id := readingRules[p.Kind]
		switch {
		case id == "" && optionSets[u.kind()] == "":
			id = plainRules[p.Kind]
		case p.Kind == unitfile.RefusedUnit && (stopped || r.refused[u]):
			id = "" // a finding already
		}
		if id == "" {
			continue
		}
		f := lint.Finding{Message: u.Name + ": " + p.Message}
		o := origin{}
		if p.Line > 0 {
			o = u.at(unitfile.Assignment{File: p.File, Line: p.Line})
		}
		f.File = u.source(o.file)
		at := f.File.Line(min(max(p.Line, 1), f.File.LineCount()))
		f.Span = nixast.Span{Start: at.Start, End: at.Start + len(strings.TrimRight(f.File.Src[at.Start:at.End], "\r\n"))}
		if id == refusedID {
			f.Notes = []lint.Note{{Label: lint.LabelNote, Text: "systemd refuses to load the unit"}}
		}
		r.report(u, id, f)
	}
}

// file reports a file that systemd ignores.
func (r *loader) file(u *Unit, m unitfiles.Missing) {
	if m.Cause == unitfiles.Ignored {
		r.report(u, ignoredID, lint.Finding{Message: u.Name + ": systemd ignores the file: " + m.Why, File: nixast.Parse(m.What, "", nixast.Options{})})
	}
}

// report adds a finding, unless the linter lacks the rule or its filters drop it.
func (r *loader) report(u *Unit, id string, f lint.Finding) {
	rule := lint.FindRule(r.linter.Rules, id)
	if rule == nil {
		return
	}
	f.Rule, f.Severity, f.Units = rule, rule.Severity, []unit.Ref{{Unit: u.Name}}
	found := []lint.Finding{f}
	for _, filter := range r.linter.Filters {
		found = filter(found)
	}
	for _, f := range found {
		r.found = append(r.found, Finding{f, u})
	}
}
