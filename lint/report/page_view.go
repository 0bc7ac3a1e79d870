package report

import (
	"cmp"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/nixast"
)

// The page as its template wants it.
type (
	pageView struct {
		Policy  string
		CSS     template.CSS
		JS      template.JS
		Version string
		Title   string
		Summary summary
		// Safe and Unsafe count the findings that such fixes help.
		Safe, Unsafe int
		Hosts        []*hostView
		Means        *meansView // nil without services
		Past         Past       // for a later report
		Trend        *trendView // nil without an earlier report
		About        []aboutView
		Mixed        bool // hosts of several releases
		// Units are the services whose exposure is known, MoreUnits those that are
		// folded, and Unknown the others.
		Units, MoreUnits, Unknown []*unitView
		Files                     []*fileView
		MoreFiles                 []*fileView
		MoreFindings              int
		Rules                     []ruleView
		Diff                      []diffLine
	}
	// aboutView is something to know of the report as a whole.
	aboutView struct{ Name, Text string }
	hostView  struct {
		ID          int
		Name, About string
		host        string // the name as it is
		Count       int
		Means       *meansView // nil where no service is known exactly
	}
	fileView struct {
		Name     string
		Hosts    string // IDs, with blanks between
		Findings []*findingView
	}
	findingView struct {
		ID, Severity, Rule, Name, Message string
		Fix                               string // "safe", "unsafe" or "none"
		Link, Help                        string // see [lint.Page]
		Place                             string
		unit                              string
		severity                          lint.Severity
		Open                              bool
		Excerpt                           []excerptLine
		Notes                             []noteView
		Related                           []relatedView
		Fixes                             []fixView
	}
	noteView struct {
		lint.Note
		Code bool
	}
	relatedView struct {
		Message, Place string
		Excerpt        []excerptLine
	}
	fixView struct {
		Title, Applicability, Breaks string
		Diff                         []diffLine
	}
	ruleView struct {
		ID, Name, Title, Link string
		Count                 int
	}
	// excerptLine is a line of source: before the place, the place, after it.
	excerptLine struct {
		Number               int
		Before, Marked, Rest string
	}
	// diffLine is one or more lines of the same kind.
	diffLine struct{ Kind, Text string }
)

func newPageView(r *Report) *pageView {
	units := exposedUnits(r)
	v := &pageView{
		Policy: policy(), CSS: template.CSS(pageCSS), JS: template.JS(pageJS), Version: r.Version,
		Summary: count(r), Diff: diffLines(r.Diff),
	}
	v.Title = titleOf(v.Summary)
	v.Safe, v.Unsafe = fixable(r.Result)
	v.Hosts = hostViews(r, units)
	v.Means = meansOf(units)
	v.services(units)
	v.Past = pastOf(r)
	v.Trend = trendOf(v.Past, r.Past)
	v.About = aboutOf(r, v.Hosts)
	v.Mixed = slices.ContainsFunc(v.Hosts, func(h *hostView) bool { return h.About != v.Hosts[0].About })
	v.Files = v.fileViews(r)
	if len(v.Files) > shownFiles {
		v.Files, v.MoreFiles = v.Files[:shownFiles], v.Files[shownFiles:]
		for _, f := range v.MoreFiles {
			v.MoreFindings += len(f.Findings)
		}
	}
	v.Rules = ruleViews(r.Result.Findings)
	return v
}

// aboutOf is what the page is about: project, commit, day, targets and version.
func aboutOf(r *Report, hosts []*hostView) []aboutView {
	var targets []string
	for _, h := range hosts {
		if !slices.Contains(targets, h.About) {
			targets = append(targets, h.About)
		}
	}
	all := []aboutView{{"Project", r.Project}, {"Commit", r.Commit}, {"Date", r.Date}, {"Target", strings.Join(targets, "; ")}, {"wardnix", r.Version}}
	for i := range all {
		all[i].Text = escape(all[i].Text, false)
	}
	return slices.DeleteFunc(all, func(a aboutView) bool { return a.Text == "" })
}

// titleOf says in a few words what a run came to.
func titleOf(s summary) string {
	return cmp.Or(bySeverity(s), "nothing to report") + " in " + plural(s.Files, "file")
}

// fileViews are the findings by file, and links them to the units they name.
func (v *pageView) fileViews(r *Report) []*fileView {
	hosts := v.hostsOfFiles(r)
	var out []*fileView
	for i, f := range r.Result.Findings {
		if i == 0 || r.Result.Findings[i-1].File.Name != f.File.Name {
			ids := make([]string, len(hosts[f.File.Name]))
			for i, h := range hosts[f.File.Name] {
				ids[i] = strconv.Itoa(h.ID)
			}
			out = append(out, &fileView{Name: escape(f.File.Name, false), Hosts: strings.Join(ids, " ")})
		}
		one := newFindingView(f)
		one.ID = "f" + strconv.Itoa(i+1)
		one.Open = len(r.Result.Findings) <= openAll
		file := out[len(out)-1]
		file.Findings = append(file.Findings, one)
		v.link(one, hosts[f.File.Name])
	}
	for _, file := range out {
		slices.SortStableFunc(file.Findings, worstFirst)
	}
	slices.SortStableFunc(out, func(a, b *fileView) int { return worstFirst(a.Findings[0], b.Findings[0]) })
	return out
}

// worstFirst orders findings by severity.
func worstFirst(a, b *findingView) int { return cmp.Compare(b.severity, a.severity) }

// hostsOfFiles are the hosts that are made of a file, by its name.
func (v *pageView) hostsOfFiles(r *Report) map[string][]*hostView {
	byName := map[string]*hostView{}
	for _, h := range v.Hosts {
		byName[h.host] = h
	}
	out := map[string][]*hostView{}
	for _, h := range r.Hosts {
		view := byName[h.Name]
		for _, name := range h.Files {
			if view != nil && !slices.Contains(out[name], view) {
				out[name] = append(out[name], view)
			}
		}
	}
	return out
}

func newFindingView(f lint.Finding) *findingView {
	v := &findingView{
		Severity: f.Severity.String(), Rule: f.Rule.ID, Name: f.Rule.Name, Message: escape(f.Message, true),
		Place: placeOf(f.File, f.Span), unit: f.Unit(), severity: f.Severity, Excerpt: excerpt(f.File, f.Span),
	}
	v.Link, v.Help, v.Fix = f.Rule.Link(), f.Rule.Help(), "none"
	if len(f.Fixes) > 0 {
		v.Fix = f.Fixes[0].Applicability.String()
	}
	for _, n := range f.Notes {
		v.Notes = append(v.Notes, noteView{lint.Note{Label: n.Label, Text: escape(n.Text, true)}, strings.Contains(n.Text, "\n") || strings.Contains(n.Text, " = ")})
	}
	for _, r := range f.Related {
		v.Related = append(v.Related, relatedView{escape(r.Message, false), placeOf(r.File, r.Span), excerpt(r.File, r.Span)})
	}
	for _, x := range f.Fixes {
		v.Fixes = append(v.Fixes, fixView{escape(x.Title, false), x.Applicability.String(), escape(x.Breaks, true), diffLines(fixDiff(x))})
	}
	return v
}

func placeOf(f *nixast.File, s nixast.Span) string {
	p := f.Position(s.Start)
	return escape(f.Name, false) + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
}

// fixDiff is what a fix changes by itself.
func fixDiff(x lint.Fix) string {
	edits := map[*nixast.File][]emit.Edit{}
	for _, e := range x.Edits {
		edits[e.File] = append(edits[e.File], e.Edit)
	}
	files := slices.SortedFunc(maps.Keys(edits), func(a, b *nixast.File) int { return cmp.Compare(a.Name, b.Name) })
	diff := ""
	for _, f := range files {
		if text, err := emit.Apply(f.Src, edits[f]); err == nil {
			diff += emit.Diff(f.Name, f.Src, text)
		}
	}
	return diff
}

// diffLines are the lines of a diff, each with what it is.
func diffLines(diff string) []diffLine {
	var out []diffLine
	for line := range strings.Lines(diff) {
		kind := ""
		switch {
		case strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "):
			kind = "name"
		case strings.HasPrefix(line, "@@"):
			kind = "hunk"
		case strings.HasPrefix(line, "+"):
			kind = "add"
		case strings.HasPrefix(line, "-"):
			kind = "del"
		}
		if len(line) > longDiffLine {
			line = strings.ToValidUTF8(line[:longDiffLine], "") + "…\n"
		}
		line = strings.Clone(escape(line, true)) // so that the diff can go
		if n := len(out) - 1; n >= 0 && out[n].Kind == kind {
			out[n].Text += line
			continue
		}
		out = append(out, diffLine{kind, line})
	}
	return out
}

const (
	around   = 2 // lines of source shown before and after a place
	longMark = 8 // lines of a place that are shown
)

// longDiffLine is the number of bytes of a line of a diff that are shown. A file may be
// one line with thousands of findings.
const longDiffLine = 2000

// excerpt is the source around a place.
func excerpt(f *nixast.File, s nixast.Span) []excerptLine {
	first := f.Position(s.Start).Line
	last := min(f.Position(max(s.Start, s.End-1)).Line, first+longMark-1)
	from := max(1, first-around)
	start := s.Start - (f.Position(s.Start).Byte - 1)
	for n := first; n > from; n-- {
		start = strings.LastIndexByte(f.Src[:start-1], '\n') + 1
	}
	var out []excerptLine
	for n := from; n <= last+around && start < len(f.Src); n++ {
		line := f.Src[start:]
		next := len(f.Src)
		if i := strings.IndexByte(line, '\n'); i >= 0 {
			line, next = line[:i], start+i+1
		}
		line = strings.TrimSuffix(line, "\r")
		a := min(max(s.Start-start, 0), len(line))
		b := min(max(s.End-start, a), len(line))
		before, marked, rest := window(line[:a], line[a:b], line[b:], longLine)
		out = append(out, excerptLine{n, shown(before), shown(marked), shown(rest)})
		start = next
	}
	return out
}

// ruleViews are the rules that found something, by ID.
func ruleViews(found []lint.Finding) []ruleView {
	byID := map[string]*ruleView{}
	for _, f := range found {
		if byID[f.Rule.ID] == nil {
			byID[f.Rule.ID] = &ruleView{ID: f.Rule.ID, Name: f.Rule.Name, Title: f.Rule.Title, Link: f.Rule.Link()}
		}
		byID[f.Rule.ID].Count++
	}
	var out []ruleView
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		out = append(out, *byID[id])
	}
	return out
}
