package session

import (
	"context"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/workspace"
	"wardnix/nixast"
)

type (
	found struct {
		Findings []finding        `json:"findings"`
		Tokens   map[string][]int `json:"tokens"`
		Services int              `json:"services"` // that could be stricter
		Broken   []string         `json:"broken"`   // the files with syntax errors
	}
	finding struct {
		Rule     string    `json:"rule"`
		Name     string    `json:"name"`
		Severity string    `json:"severity"`
		Message  string    `json:"message"`
		Title    string    `json:"title"` // of the rule
		Unit     string    `json:"unit"`
		Place    place     `json:"place"`
		Notes    []note    `json:"notes"`
		Related  []related `json:"related"`
		Fixes    []repair  `json:"fixes"`
	}
	note struct {
		Label string `json:"label"`
		Text  string `json:"text"`
	}
	related struct {
		Message string `json:"message"`
		Place   place  `json:"place"`
	}
	repair struct {
		Title  string `json:"title"`
		Safe   bool   `json:"safe"`
		Breaks string `json:"breaks"`
		Diff   string `json:"diff"`
		Edits  []edit `json:"edits"`
	}
	edit struct {
		File  string `json:"file"`
		Start int    `json:"start"`
		End   int    `json:"end"`
		Text  string `json:"text"`
	}
	// gain is the exposure of a unit before and after fixes.
	gain struct {
		Unit   string `json:"unit"`
		Before string `json:"before"`
		After  string `json:"after"`
	}
	// place is a range of a file, in UTF-16 units, and where it starts for people.
	place struct {
		File   string `json:"file"`
		Start  int    `json:"start"`
		End    int    `json:"end"`
		Line   int    `json:"line"`
		Column int    `json:"column"`
	}
)

// lint looks for findings.
func (s *Session) lint(r *request) (any, error) {
	out := found{Findings: []finding{}, Tokens: map[string][]int{}, Broken: []string{}}
	if len(r.modules()) == 0 {
		return out, nil
	}
	project, err := s.project(r)
	if err != nil {
		return nil, err
	}
	all, err := project.Findings(context.Background())
	if err != nil {
		return nil, err
	}
	scales, stricter := scales{}, map[string]bool{}
	for _, f := range all {
		if f.Suggestion {
			for _, u := range f.Units {
				stricter[u.Unit] = true
			}
			continue
		}
		out.Findings = append(out.Findings, scales.finding(f))
	}
	for _, name := range r.modules() {
		tree := project.Tree(name)
		if tree == nil {
			continue
		}
		out.Tokens[name] = tokens(tree)
		if lint.HasSyntaxError(tree) {
			out.Broken = append(out.Broken, name)
		}
	}
	out.Services = len(stricter)
	return out, nil
}

// fix applies all fixes up to an applicability.
func fix(r *request) (any, error) {
	w, err := r.open()
	if err != nil {
		return nil, err
	}
	upTo := lint.Safe
	if r.Unsafe {
		upTo = lint.Unsafe
	}
	run, err := w.Lint(context.Background(), workspace.Task{Fix: upTo, Diff: true, Changes: true})
	if err != nil {
		return nil, err
	}
	gains := []gain{}
	for _, c := range run.Changes {
		gains = append(gains, gain{c.Unit, c.Before.String(), c.After.String()})
	}
	return map[string]any{"diff": run.Diff, "files": run.Texts, "exposures": gains}, nil
}

// scales turn offsets in bytes into those of JavaScript, by file.
type scales map[*nixast.File]*scale

func (s scales) of(f *nixast.File) *scale {
	if s[f] == nil {
		s[f] = newScale(f.Src)
	}
	return s[f]
}

func (s scales) place(f *nixast.File, span nixast.Span) place {
	scale, at := s.of(f), f.Position(span.Start)
	return place{f.Name, scale.utf16(span.Start), scale.utf16(span.End), at.Line, at.Column}
}

func (s scales) finding(f lint.Finding) finding {
	out := finding{
		Rule: f.Rule.ID, Name: f.Rule.Name, Severity: f.Severity.String(), Message: f.Message, Title: f.Rule.Title, Unit: f.Unit(),
		Place: s.place(f.File, f.Span), Notes: []note{}, Related: []related{}, Fixes: []repair{},
	}
	for _, n := range f.Notes {
		out.Notes = append(out.Notes, note(n))
	}
	for _, r := range f.Related {
		out.Related = append(out.Related, related{r.Message, s.place(r.File, r.Span)})
	}
	for _, x := range f.Fixes {
		out.Fixes = append(out.Fixes, s.repair(x))
	}
	return out
}

func (s scales) repair(x lint.Fix) repair {
	out := repair{Title: x.Title, Safe: x.Applicability == lint.Safe, Breaks: x.Breaks, Edits: []edit{}}
	var order []*nixast.File
	byFile := map[*nixast.File][]emit.Edit{}
	for _, e := range x.Edits {
		if byFile[e.File] == nil {
			order = append(order, e.File)
		}
		byFile[e.File] = append(byFile[e.File], e.Edit)
		scale := s.of(e.File)
		out.Edits = append(out.Edits, edit{e.File.Name, scale.utf16(e.Start), scale.utf16(e.End), e.New})
	}
	for _, f := range order {
		if after, err := emit.Apply(f.Src, byFile[f]); err == nil { // rules make edits that fit
			out.Diff += emit.Diff(f.Name, f.Src, after)
		}
	}
	return out
}
